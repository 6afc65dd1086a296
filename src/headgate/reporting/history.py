"""What was done to a job: revision, commit, author, when, from which snapshot, what came of it, savepoints taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headgate.model.formatting import moment, short
from headgate.model.store_records import Applied
from headgate.reporting.palette import PLAIN, Palette
from headgate.reporting.plain_text import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json

_HEADS = ("#", "WHEN", "OUTCOME", "REVISION", "COMMIT", "AUTHOR", "TARGET", "JOB ID")


def history_text(applied: Sequence[Applied], palette: Palette = PLAIN) -> str:
    """A table, newest first; paths, which are long, in lines of their own below each row."""
    if not applied:
        return "Nothing was done to this job yet, as far as the store knows."
    rows = [_HEADS, *(tuple(one_line(cell) for cell in _cells(one)) for one in applied)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    below = " " * (widths[0] + 2)
    text = [palette.paint(palette.strong, lines[0])]
    for line, one in zip(lines[1:], applied, strict=True):
        text += [line, *(below + one_line(reported) for reported in _snapshots(one))]
    return "\n".join(text)


def history_json(applied: Sequence[Applied]) -> str:
    """One JSON document, newest first; manifests with their placeholders."""
    return as_json({"format_version": FORMAT_VERSION, "history": [_document(one) for one in applied]})


def _cells(one: Applied) -> tuple[str, ...]:
    return (
        str(one.number),
        moment(one.at),
        one.outcome,
        one.revision or "-",
        short(one.commit) or "-",
        one.author or "-",
        one.target,
        one.job_id,
    )


def _snapshots(one: Applied) -> list[str]:
    """What it was started from, or why from nothing as far as that is known; and the savepoint that was taken."""
    reported = []
    if one.restored_from:
        reported.append(f"restored from: {one.restored_from}")
    elif one.is_revision:
        reported.append(one.note or "started empty")
    elif one.note:
        reported.append(f"savepoint: {one.note}")
    if one.savepoint and one.savepoint != one.restored_from:
        reported.append(f"savepoint: {one.savepoint}")
    return reported


def _document(one: Applied) -> dict[str, Any]:
    return {
        "number": one.number,
        "at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
        "outcome": one.outcome,
        "revision": one.revision or None,
        "commit": one.commit or None,
        "author": one.author or None,
        "target": one.target,
        "job_id": one.job_id or None,
        "succeeds": one.predecessor or None,
        "restored_from": one.restored_from or None,
        "savepoint": one.savepoint or None,
        "note": one.note or None,
        "manifest": {key: value for key, value in one.manifest.items() if key != "compiled"},
    }
