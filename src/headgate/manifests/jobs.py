"""One document of a manifest to one `JobSpec`: the form, then what only its place, its target or its files can tell."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from headgate.manifests.config_options import Setting, merged, settings
from headgate.manifests.forms import JobForm, ProviderForm
from headgate.manifests.job_warnings import job_warnings
from headgate.manifests.placeholders import OPENING
from headgate.manifests.source_file import Page
from headgate.manifests.statements import Written, program
from headgate.manifests.validation_errors import suggestion
from headgate.manifests.yaml_scalars import found, plain, value
from headgate.manifests.yaml_tree import Mapping, Node, Scalar
from headgate.model.secret import Secrets
from headgate.model.spec import DesiredState, JobSpec, Savepoint, Source, Strategy
from headgate.sql import FLINK, Dialect

_WITHOUT_PLACEHOLDERS = (
    "name",
    "target",
    "statement_file",
    "parallelism",
    "state",
    "previous_name",
    "depends_on",
    "ignore",
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What headgate.yaml gives every job. `targets` is target name to provider."""

    targets: AbstractMapping[str, str]
    forms: AbstractMapping[str, ProviderForm]
    target: str = ""
    parallelism: int = 1
    config: AbstractMapping[str, Setting] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """The variables that the options of every job use."""
        return {name: value for setting in self.config.values() for name, value in setting.variables.items()}

    def dialect(self, target: str, options: AbstractMapping[str, Any]) -> Dialect:
        """The SQL that a target reads in a job with these options; Flink's where there is no such target."""
        provider = self.targets.get(target, "")
        return self.forms[provider].dialect(options) if provider in self.forms else FLINK


@dataclass(frozen=True, slots=True)
class Draft:
    """A manifest that was read: its name, its target, and its spec unless something in it is wrong."""

    page: Page
    node: Mapping
    name: str
    spec: JobSpec | None
    target: str = ""


def draft(page: Page, node: Node, ground: Ground) -> Draft | None:
    """One job. All its mistakes are reported; None if it is no manifest at all."""
    if not isinstance(node, Mapping):
        page.report.add(page.name, node, f"expected a job manifest (a mapping), found {found(node)}")
        return None
    page.variables.refuse(page.name, filter(None, map(node.get, _WITHOUT_PLACEHOLDERS)))
    savepoint_path = _savepoint_path(page, node)
    form = _form(page, node)
    target = _target(page, node, ground)
    options, option_values = _options(page, node, ground.targets.get(target, ""), ground)
    dialect = ground.dialect(target, options)
    written = program(page, node, dialect)
    own = settings(page, node.get("config"))
    name = node.get("name")
    spec = None
    if form and written and target:
        values = written.values | option_values | page.variables.used(page.name, page.tree, savepoint_path)
        config = merged(ground.config, own)
        spec = _spec(page, node, form, written, target, config, options, values, ground)
        spec = replace(spec, dialect=dialect)
        page.report.warnings += job_warnings(page, node, spec, ground.targets[target], written.doubtful)
    return Draft(page, node, name.text if isinstance(name, Scalar) else "", spec, target)


def _form(page: Page, node: Mapping) -> JobForm | None:
    data = plain(node)
    if isinstance(data.get("config"), dict):
        data["config"] = {}
    try:
        return JobForm.model_validate(data)
    except ValidationError as error:
        page.report.refuse(page.name, node, error, JobForm)
        return None


def _target(page: Page, node: Mapping, ground: Ground) -> str:
    """The target of a job: its own, the default, or the only one there is."""
    known = sorted(ground.targets)
    written = node.get("target")
    if written is None:
        if ground.target or len(known) == 1:
            return ground.target or known[0]
        hint = f"name one of {', '.join(known)}, or set `defaults: {{target: ...}}` in headgate.yaml"
        page.report.add(page.name, node, "`target` is missing", hint if known else "headgate.yaml has no targets")
    elif isinstance(written, Scalar) and isinstance(value(written), str):
        if written.text in ground.targets:
            return written.text
        if OPENING in written.text:
            return ""
        hint = suggestion(written.text, known, what="targets")
        page.report.add(page.name, written, f"there is no target `{written.text}`", hint)
    return ""


def _options(page: Page, node: Mapping, provider: str, ground: Ground) -> tuple[dict[str, Any], dict[str, str]]:
    """The provider's own fields, as its form reads them, defaults left out; and the variables they use."""
    written = node.get("options")
    values = page.variables.used(page.name, page.tree, written)
    if provider not in ground.forms or not (written is None or isinstance(written, Mapping)):
        return {}, values
    where = written or node
    form = page.checked(where, plain(written) if written else {}, ground.forms[provider].options)
    return form.model_dump(mode="json", by_alias=True, exclude_defaults=True) if form else {}, values


def _savepoint_path(page: Page, node: Mapping) -> Node | None:
    savepoint = node.get("savepoint")
    if not isinstance(savepoint, Mapping):
        return None
    page.variables.refuse(page.name, filter(None, map(savepoint.get, ("strategy", "accept"))))
    strategy, path = savepoint.get("strategy"), savepoint.get("path")
    by_path = isinstance(strategy, Scalar) and strategy.text == Strategy.PATH
    if by_path and (path is None or (isinstance(path, Scalar) and not path.text)):
        page.report.add(page.name, strategy or savepoint, "strategy path needs a `path`", "add `path: s3://...`")
    if path is not None and not by_path:
        problem = "`path` is only read with strategy path"
        page.report.add(page.name, savepoint.key("path"), problem, "write `strategy: path`, or remove it")
    return path


def _spec(
    page: Page,
    node: Mapping,
    form: JobForm,
    written: Written,
    target: str,
    config: AbstractMapping[str, Setting],
    options: dict[str, Any],
    values: dict[str, str],
    ground: Ground,
) -> JobSpec:
    for setting in config.values():
        values |= setting.variables
    return JobSpec(
        name=form.name,
        target=target,
        program=written.program,
        parallelism=form.parallelism if "parallelism" in node.entries else ground.parallelism,
        savepoint=Savepoint(
            Strategy(form.savepoint.strategy),
            form.savepoint.path,
            frozenset(form.savepoint.accept),
            form.savepoint.max_age,
            form.savepoint.keep,
        ),
        config={key: setting.text for key, setting in sorted(config.items())},
        desired_state=DesiredState(form.state),
        previous_name=form.previous_name,
        depends_on=tuple(dict.fromkeys(form.depends_on)),
        ignore=tuple(dict.fromkeys(form.ignore)),
        options=options,
        secrets=Secrets(values),
        source=Source(
            file=page.name,
            line=node.line,
            column=node.column,
            statement_file=written.file,
            statement_line=written.position.line,
            statement_indent=written.position.indent,
            folded=written.position.folded,
            settings=written.settings | {key: setting.where for key, setting in config.items()},
        ),
    )
