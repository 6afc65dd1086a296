"""The changed fields of one job: live against desired, by meaning. DeepDiff stays in here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepdiff import DeepDiff

from headgate.model.configuration import current_key
from headgate.model.masking import hidden
from headgate.model.plan import Change, Impact
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Program, Sql

SENSITIVE = "(sensitive)"


def diff(applied: AppliedSpec, want: JobSpec) -> tuple[Change, ...]:
    """What differs between the manifest a job was started from and the one in git, sorted by path.

    Fields under `ignore` must be taken out before (`AppliedSpec.over`): the same rule for plan and apply.
    """
    applied = applied.unfilled(want)
    before, after = applied.fields(), want.fields()
    if before == after:
        return ()
    found = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0, zip_ordered_iterables=True)
    # 1 and 1.0 are another type and the same value: no change by themselves, and none beside another.
    changed = (level for levels in found.values() for level in levels if level.t1 != level.t2)
    paths = {_path(level.path(output_format="list")) for level in changed}
    return tuple(_change(path, applied, want) for path in sorted(paths))


def _path(keys: list[Any]) -> str:
    """`statement` and `jar.args` are one field each, however many tokens or arguments differ."""
    words = [str(key) for key in keys]
    if words[0] == "statement":
        return "statement"
    if words[0] == "jar":
        return ".".join(words[:2])
    return ".".join(words)


def _change(path: str, applied: AppliedSpec, want: JobSpec) -> Change:
    head, _, rest = path.partition(".")
    before: Any
    after: Any
    match head:
        case "statement":
            before, after = _text(applied.program), _text(want.program)
        case "jar":
            before, after = _jar(applied.program, rest), _jar(want.program, rest)
        case "config":
            before, after = _written(applied.config, rest), _written(want.config, rest)
        case "env":
            known, wanted = applied.env, want.secrets.values
            before, after = (SENSITIVE if rest in names else None for names in (known, wanted))
        case "options":
            before, after = _inside(applied.options, rest), _inside(want.options, rest)
        case _:
            before, after = getattr(applied, head), getattr(want, head)
    return Change(path, hidden(path, before, after, want.secrets), after, Impact.RESTART)


def _text(program: Program) -> str | None:
    return program.text if isinstance(program, Sql) else None


def _jar(program: Program, field: str) -> Any:
    if not isinstance(program, Jar):
        return None
    if not field:
        return program.uri
    value = getattr(program, field)
    return list(value) if isinstance(value, tuple) else value


def _written(config: Mapping[str, str], key: str) -> str | None:
    """The value as somebody wrote it, under whichever key; None where it was left out."""
    return next((value for written, value in config.items() if current_key(written) == key), None)


def _inside(options: Mapping[str, Any], path: str) -> Any:
    value: Any = options
    for key in path.split(".") if path else ():
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list | tuple) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
