"""What `headgate import` wrote, and what it could not."""

from __future__ import annotations

from typing import Any

from headgate.model.import_result import Taken, TakenOver, Taking, Variable
from headgate.reporting.plain_text import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json
from headgate.reporting.verb_words import counted

_SYMBOLS = {Taking.WRITTEN: "+", Taking.UPDATED: "~", Taking.UNCHANGED: "=", Taking.LEFT: "-", Taking.SKIPPED: "!"}
_REVIEW = "Review them with `git diff`, then `headgate plan`."


def taken_text(found: TakenOver) -> str:
    """A line for each job, the variables to set, and a line that sums up."""
    blocks = ["\n".join(line for one in found.jobs for line in _lines(one))] if found.jobs else []
    if missing := [one for one in found.variables if not one.is_set]:
        width = max(len(one.name) for one in missing)
        lines = [f"  {one.name.ljust(width)}  {one.job}: {one.place}" for one in missing]
        blocks.append("\n".join(["Set these variables before the next plan, to the values that run now:", *lines]))
    if found.outside:
        blocks.append(one_line(f"warning: `jobs:` in headgate.yaml does not name {found.outside}: add it there."))
    blocks.append(_summary(found))
    return "\n\n".join(blocks)


def taken_json(found: TakenOver) -> str:
    """The same as data."""
    return as_json(
        {
            "format_version": FORMAT_VERSION,
            "target": found.target,
            "jobs": [_document(one) for one in found.jobs],
            "variables": [_variable(one) for one in found.variables],
            "outside": found.outside or None,
            "summary": {taking.value: found.count(taking) for taking in Taking},
        }
    )


def _lines(one: Taken) -> list[str]:
    fields = f" ({', '.join(one.fields)})" if one.fields else ""
    lines = [f"{_SYMBOLS[one.taking]} {one.taking} {one.job}{': ' if one.file else ''}{one.file}{fields}"]
    lines += [f"    {one.why}"] if one.why else []
    lines += [f"    hint: {one.hint}"] if one.hint else []
    lines += [f"    next plan: {one.next_plan}"] if one.next_plan else []
    return [one_line(line) for line in lines]


def _summary(found: TakenOver) -> str:
    if not found.jobs:
        return one_line(f"Nothing runs on {found.target} that git does not have.")
    said = ", ".join(f"{number} {taking}" for taking in Taking if (number := found.count(taking)))
    changed = found.count(Taking.WRITTEN) + found.count(Taking.UPDATED)
    summary = one_line(f"{counted(len(found.jobs), 'job')} on {found.target}: {said}.")
    return f"{summary} {_REVIEW}" if changed else summary


def _document(one: Taken) -> dict[str, Any]:
    return {
        "job": one.job,
        "action": one.taking.value,
        "file": one.file or None,
        "fields": list(one.fields),
        "why": one.why or None,
        "hint": one.hint or None,
        "next_plan": one.next_plan or None,
        "blocked": one.blocked,
    }


def _variable(one: Variable) -> dict[str, Any]:
    return {"name": one.name, "job": one.job, "place": one.place, "set": one.is_set}
