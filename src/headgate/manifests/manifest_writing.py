"""A job as a manifest of its own: what the loader reads back as the same job."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.comments import CommentedMap

from headgate.manifests.secret_placeholders import Unwritable
from headgate.manifests.yaml_reading import read
from headgate.manifests.yaml_scalars import plain
from headgate.manifests.yaml_values import block, dumped, node, setting, word
from headgate.model.spec import DesiredState, Jar, JobSpec, Program, Sql

# The order in which a manifest is written; `manifest_editing` puts new fields in their place by it.
ORDER = (
    "name",
    "previous_name",
    "target",
    "statement",
    "statement_file",
    "jar",
    "parallelism",
    "savepoint",
    "config",
    "state",
    "depends_on",
    "ignore",
    "options",
)


def written(spec: JobSpec) -> str:
    """The manifest of a job, ending with a line break: its identity, its program, how it runs.

    A jar is written with the uri it is given here, so one in the repository has to be relative to the file. Raises
    Unwritable.
    """
    said = {
        "name": word(spec.name),
        "previous_name": word(spec.previous_name) if spec.previous_name else None,
        "target": word(spec.target),
        **program(spec.program),
        "parallelism": spec.parallelism,
        "config": config(spec.config) if spec.config else None,
        "state": word(spec.desired_state.value) if spec.desired_state is not DesiredState.RUNNING else None,
        "ignore": node(spec.ignore) if spec.ignore else None,
        "options": node(spec.options) if spec.options else None,
    }
    text = dumped(CommentedMap({key: said[key] for key in ORDER if said.get(key) is not None}))
    tree = read(text)
    if tree.findings or len(tree.documents) != 1 or plain(tree.documents[0]) != _values(said):
        raise Unwritable("its texts cannot be written as YAML that reads back the same")
    return text


def program(job: Program) -> dict[str, Any]:
    """`statement` or `jar`, for the writer."""
    match job:
        case Sql(text):
            return {"statement": block(text)}
        case Jar(uri, main_class, args):
            said = {"uri": uri, "main_class": main_class, "args": list(args)}
            return {"jar": node({key: value for key, value in said.items() if value})}


def config(options: Any) -> Any:
    """Flink options, for the writer."""
    return CommentedMap({word(key): setting(value) for key, value in sorted(options.items())})


def _values(said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value is not None}
