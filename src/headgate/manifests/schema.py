"""JSON Schemas for editors, from the same models that read the files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from headgate.manifests.forms import JobForm, ProjectForm, ProviderForm
from headgate.manifests.schema_defaults import with_fitting_defaults

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLACEHOLDER = {"type": "string", "pattern": r"\$\{env:[A-Za-z_][A-Za-z0-9_]*\}"}
# What a text with a placeholder in it need not keep to.
_CONSTRAINTS = {"pattern", "format", "minLength", "maxLength", "enum", "const"}


def schemas(forms: Mapping[str, ProviderForm]) -> dict[str, dict[str, Any]]:
    """`project` is the schema of headgate.yaml, `job` that of a job manifest."""
    project = _schema(ProjectForm)
    definitions = project["$defs"]
    whole, part = [], []
    for name, form in sorted(forms.items()):
        target = _provider_schema(form.target, definitions, f"{name}:target")
        target["properties"] = {"provider": {"const": name}, **target.get("properties", {})}
        whole.append({**target, "required": ["provider", *target.get("required", [])]})
        part.append({key: value for key, value in target.items() if key != "required"})
    project["properties"]["targets"]["additionalProperties"] = _any_of(whole)
    definitions["EnvironmentForm"]["properties"]["targets"]["additionalProperties"] = _any_of(part)

    job = _schema(JobForm)
    options = [_provider_schema(form.options, job["$defs"], f"{name}:options") for name, form in sorted(forms.items())]
    job["properties"]["options"] = {**_any_of(options), "description": "the provider's own fields"}
    job["oneOf"] = [{"required": [kind]} for kind in ("statement", "statement_file", "jar")]
    return {"project": with_fitting_defaults(project), "job": with_fitting_defaults(job)}


def _schema(form: type[BaseModel]) -> dict[str, Any]:
    schema = form.model_json_schema(by_alias=True)
    return {"$schema": _DIALECT, "$defs": {}, **schema}


def _provider_schema(form: type[BaseModel], definitions: dict[str, Any], prefix: str) -> dict[str, Any]:
    """A provider's form, its definitions moved to ours, its texts open to placeholders."""
    schema = form.model_json_schema(by_alias=True, ref_template=f"#/$defs/{prefix}.{{model}}")
    for name, definition in schema.pop("$defs", {}).items():
        definitions[f"{prefix}.{name}"] = _open(definition)
    opened: dict[str, Any] = _open(schema)
    return opened


def _open(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_open(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    opened = {key: _open(part) for key, part in schema.items() if key != "writeOnly"}
    if opened.get("format") == "password":
        del opened["format"]
    if opened.get("type") == "string" and _CONSTRAINTS & opened.keys():
        said = {key: opened.pop(key) for key in ("title", "description", "default") if key in opened}
        return {**said, "anyOf": [opened, _PLACEHOLDER]}
    return opened


def _any_of(choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"anyOf": choices} if choices else {"type": "object"}
