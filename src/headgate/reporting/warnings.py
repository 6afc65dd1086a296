"""Warnings for people: `warning[code]: problem`, then `at:` and `hint:`, and the jobs that they are about."""

from __future__ import annotations

from collections.abc import Iterable

from headgate.model.warnings import ProjectWarning, grouped
from headgate.reporting.markdown import code, text
from headgate.reporting.palette import PLAIN, Palette
from headgate.reporting.plain_text import one_line

_NAMED_AT_MOST = 3


def warnings_text(warnings: Iterable[ProjectWarning], palette: Palette = PLAIN) -> str:
    """A paragraph for each warning; those that are alike are one. Empty where there are none."""
    return "\n".join(_paragraph(one, palette) for one in grouped(warnings))


def warning_lines(warnings: Iterable[ProjectWarning]) -> list[str]:
    """A Markdown list entry for each warning."""
    return [
        f"- warning {code(one.code)}: {text(one_line(one.problem))}{text(_jobs(one))}"
        + (f", at {code(one.where)}" if one.where else "")
        + (f"; hint: {text(one.hint)}" if one.hint else "")
        for one in grouped(warnings)
    ]


def _paragraph(warning: ProjectWarning, palette: Palette) -> str:
    kind = palette.paint(palette.changed, f"warning[{warning.code}]")
    lines = [f"{kind}: {one_line(warning.problem + _jobs(warning, whole=palette.whole))}"]
    lines += [f"  at: {one_line(warning.where)}"] * bool(warning.where)
    lines += [f"  hint: {one_line(warning.hint)}"] * bool(warning.hint)
    return "\n".join(lines)


def _jobs(warning: ProjectWarning, *, whole: bool = False) -> str:
    """` (job a)`, ` (jobs a, b)`, or ` (a, b, c and 497 other jobs)`; empty where it is about no job in particular."""
    names = warning.jobs
    if len(names) > _NAMED_AT_MOST and not whole:
        rest = len(names) - _NAMED_AT_MOST
        return f" ({', '.join(names[:_NAMED_AT_MOST])} and {rest} other job{'s' * (rest > 1)})"
    return f" (job{'s' * (len(names) > 1)} {', '.join(names)})" if names else ""
