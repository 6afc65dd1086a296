"""The jobs that use a package."""

from __future__ import annotations

from typing import Any

from headgate.model.packages import Package
from headgate.reporting.plain_text import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json, package_document
from headgate.reporting.verb_words import counted, silence_lines, use_words

_HEADS = ("JOB", "TARGET", "WHERE")


def references_text(found: Package) -> str:
    """A table of the jobs, and the targets that did not tell."""
    blocks = []
    if found.uses:
        rows = [
            _HEADS,
            *(tuple(one_line(cell) for cell in (use.job, use.target, use_words(use))) for use in found.uses),
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
        padded = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
        blocks.append("\n".join(row.rstrip() for row in padded))
    if found.silent:
        lines = (one_line(f"    {line}") for target, seen in found.silent for line in silence_lines(target, seen))
        blocks.append("\n".join(["Targets that could not be read:", *lines]))
    verb = "uses" if len(found.uses) == 1 else "use"
    blocks.append(one_line(f"{counted(len(found.uses), 'job')} {verb} {found.name}{_unless(found)}."))
    return "\n\n".join(blocks)


def references_json(found: Package) -> str:
    """The same as data; `live` is null where the target did not tell."""
    silent = [{"target": target, "why": seen.why, "hint": seen.hint or None} for target, seen in found.silent]
    document: dict[str, Any] = {"format_version": FORMAT_VERSION, **package_document(found), "unknown": silent}
    return as_json(document)


def _unless(found: Package) -> str:
    return ", as far as is known" if found.silent else ""
