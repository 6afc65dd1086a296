"""A task's fields: read into what a manifest would say, and made from what a manifest says.

Both sides are brought to one form first (null is its default, text is the number it spells, config is a map), so that
what Dinky fills in by itself is no difference, and only fields that differ are written: Dinky ignores a null, and a
field that was left alone keeps whatever people did to it. Owners, the data source and the note's text are only git's
where the manifest says something about them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headgate.errors import Rejected
from headgate.model.plan import Restore
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Program, Sql, Strategy
from headgate.providers.answer_fields import number
from headgate.providers.dinky import statements
from headgate.providers.dinky.catalogue import tidy
from headgate.providers.dinky.forms import ON_A_CLUSTER, ON_THEIR_OWN, RUN_MODES, DinkyOptions
from headgate.providers.dinky.names import REFERENCES, Names
from headgate.providers.dinky.task_note import Note
from headgate.providers.dinky.wire import Task, document, flag, rows, text
from headgate.sql import SqlMistake, meaning

DIALECTS = ("FlinkSql", "FlinkJar")
ENVIRONMENT = "FlinkSqlEnv"
# Every Dinky makes one in each tenant; its statement holds the password of Dinky's own database.
_OWN_CATALOG = "DefaultCatalog"
# `ypj` is yarn-per-job.
_SHORT = {"".join(word[0] for word in mode.split("-")): mode for mode in RUN_MODES}
_NONE = -1
_IGNORE_UNCLAIMED = "execution.savepoint.ignore-unclaimed-state"
# What a start adds to the configuration for itself, and what no manifest may say.
_OF_A_START = frozenset(
    f"execution.{group}.{key}"
    for group in ("savepoint", "state-recovery")
    for key in ("path", "ignore-unclaimed-state")
)
_DEFAULTS = {field.alias: field.default for field in DinkyOptions.model_fields.values()}
_ONLY_IF_SAID = ("databaseId", "firstLevelOwner", "secondLevelOwners")
_AS_WRITTEN = (
    *("clusterId", "clusterConfigurationId", "envId", "alertGroupId"),
    *("fragment", "batchModel", "statementSet", "enabled"),
)
# `savePointStrategy`: the savepoint that a start without a path takes. 0 is none, and so is what Dinky does not know.
# A path goes with its start and is not stored: on PostgreSQL no two tasks may store the same one.
NO_SAVEPOINT = 0
_STORED = {Strategy.LATEST: 1, Strategy.EARLIEST: 2}


def is_a_job(task: Task) -> bool:
    """Can a task be started as a Flink job? An environment is put before the statements of others."""
    return task.dialect.lower() in {dialect.lower() for dialect in DIALECTS} and task.name != _OWN_CATALOG


def run_mode(value: object) -> str:
    """The long form of a run mode. Dinky takes a word it does not know, `Local` for one, as local."""
    word = _SHORT.get(text(value), text(value))
    return word if word in RUN_MODES else "local"


def wanted_fields(
    spec: JobSpec, options: Mapping[str, Any], *, note: str = "", restore: Restore | None = None
) -> dict[str, Any]:
    """The same fields as a spec wants them, with `options` that have ids in place of names. Raises Rejected."""
    fill = spec.secrets.fill
    config = {key: fill(value) for key, value in spec.config.items()}
    if restore and restore.path and restore.allow_non_restored:
        config[_IGNORE_UNCLAIMED] = "true"
    jar = spec.program if isinstance(spec.program, Jar) else None
    if jar is None and options.get("dialect") == "FlinkJar":
        hint = "write `jar:` instead of a statement, or remove the dialect"
        raise Rejected("options.dialect is FlinkJar and the program is SQL", where=str(spec.source), hint=hint)
    said = {key: options[key] for key in _ONLY_IF_SAID if options.get(key)}
    return said | {
        "name": spec.name,
        "dialect": "FlinkJar" if jar else "FlinkSql",
        "type": options.get("type", "local"),
        "statement": statements.jar_statement(spec, jar, restore) if jar else statements.checked(spec),
        "parallelism": spec.parallelism,
        "savePointStrategy": _STORED.get(spec.savepoint.strategy, NO_SAVEPOINT),
        "note": note,
        **{key: options.get(key, _DEFAULTS[key]) for key in _AS_WRITTEN},
        "configJson": {**_extension(options), "customConfig": config},
    }


def differing(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The fields to write, as Dinky takes them: those that are not what is wanted."""
    there = fields_of(row)
    # None is the cluster's own. A manifest that states no parallelism means 1, which is not written over it.
    if there["parallelism"] is None and wanted.get("parallelism") == 1:
        there["parallelism"] = 1
    changed = as_body({key: value for key, value in wanted.items() if there[key] != value})
    if "configJson" in changed:
        # Dinky stores the whole document: what a manifest has no word for goes back as it came.
        changed["configJson"] = {**document(row.get("configJson")), **changed["configJson"]}
    return changed


def as_body(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as Dinky takes them: of a new task, of a change, or the TaskDTO of a plan."""
    body = {key: value for key, value in wanted.items() if value is not None}
    if extension := body.get("configJson"):
        custom = [{"key": key, "value": value} for key, value in sorted(extension["customConfig"].items())]
        body["configJson"] = {**extension, "customConfig": custom}
    return body


def applied(
    task: Task,
    names: Names,
    note: Note,
    *,
    folder: str | None = None,
    usual_folder: str = "",
    variables: Mapping[str, str] | None = None,
) -> AppliedSpec | None:
    """The manifest that a task in `folder` (None: in none) amounts to; None if its statement cannot be read."""
    fields = fields_of(task.raw)
    program: Program = Sql(statements.restored(fields["statement"]))
    if fields["dialect"] == "FlinkJar":
        program = statements.read_jar(fields["statement"]) or program
    if isinstance(program, Sql):
        try:
            meaning(program.text)
        except SqlMistake:
            return None
    extension = fields["configJson"]
    config = {key: value for key, value in extension["customConfig"].items() if key not in _OF_A_START}
    known = {**fields, **extension, "note": note.text, "variables": dict(variables or {})}
    known["step"] = task.step if task.step in (1, 2) else 1
    unsaid = {*_ONLY_IF_SAID, "dialect", "note"} - note.said
    options = {key: value for key, value in known.items() if key in _DEFAULTS and key not in unsaid}
    if folder is not None and ("folder" in note.said or tidy(folder) != tidy(usual_folder)):
        options["folder"] = folder
    for option in REFERENCES.keys() & note.said:
        # Names in place of ids, where the manifest said names and the id still has one.
        of_id = REFERENCES[option].of_id
        row_id = options.get(of_id)
        if row_id is not None and row_id != _NONE and (name := names.name(option, row_id)):
            options |= {option: name, of_id: _DEFAULTS[of_id]}
    left = {key: value for key, value in options.items() if value is not None and value != _DEFAULTS[key]}
    return AppliedSpec(program, fields["parallelism"] or 1, config, left, filled=True)


def _or_none(value: object) -> int:
    """An id, or -1, which means none; so does null."""
    known = number(value)
    return _NONE if known is None else known


def _extension(value: object) -> dict[str, Any]:
    """`configJson` of a task, its options as a map; or what a manifest's options say of it."""
    extension = document(value)
    config = document(extension.get("udfConfig"))
    keys = {"templateId": number(config.get("templateId")), "selectKeys": config.get("selectKeys") or []}
    return {
        "udfConfig": _kept({**keys, "className": text(config.get("className"))}),
        "udfRefer": [
            found
            for one in rows(extension.get("udfRefer"))
            if (found := _kept({"name": text(one.get("name")), "className": text(one.get("className"))}))
        ],
        "customConfig": {
            text(one.get("key")): text(one.get("value"))
            for one in rows(extension.get("customConfig"))
            if one.get("value") is not None
        },
    }


def _kept(reported: dict[str, Any]) -> dict[str, Any] | None:
    """What is not at its default; None if nothing is."""
    return {key: value for key, value in reported.items() if value not in (None, "", [])} or None


# Field of a task to how its value is read, whatever spelling it came in.
_READ: Mapping[str, Callable[[Any], Any]] = {
    "name": text,
    "dialect": lambda value: "FlinkJar" if text(value).lower() == "flinkjar" else "FlinkSql",
    "type": run_mode,
    "statement": lambda value: text(value).replace("\r\n", "\n").rstrip(),
    "parallelism": number,
    "savePointStrategy": lambda value: found if (found := number(value)) in _STORED.values() else NO_SAVEPOINT,
    "fragment": flag,
    "batchModel": flag,
    "statementSet": lambda value: flag(value, default=True),
    "enabled": lambda value: flag(value, default=True),
    "clusterId": number,
    "clusterConfigurationId": number,
    "databaseId": number,
    "envId": _or_none,
    "alertGroupId": _or_none,
    "note": text,
    "firstLevelOwner": number,
    "secondLevelOwners": lambda value: list(value) if isinstance(value, list) else [],
    "configJson": _extension,
}
# These count only in the run modes that have them.
_ONLY_IN = {"clusterId": ON_A_CLUSTER, "clusterConfigurationId": ON_THEIR_OWN}


def fields_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a task in one form, whatever spelling they came in."""
    fields = {key: read(row.get(key)) for key, read in _READ.items()}
    return fields | {key: None for key, modes in _ONLY_IN.items() if fields["type"] not in modes}
