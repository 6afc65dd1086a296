"""One pass of the reconcile loop for a log: a line that sums it up, and a few for every job that was not just kept."""

from __future__ import annotations

from collections.abc import Iterable

from headgate.errors import HeadgateError
from headgate.model.formatting import short
from headgate.model.outcome import Outcome, Report
from headgate.model.plan import Plan
from headgate.reporting.failure import error_document
from headgate.reporting.health import degraded_lines
from headgate.reporting.palette import PLAIN, Palette
from headgate.reporting.plain_text import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json
from headgate.reporting.report import report_document, result_blocks
from headgate.reporting.silent_targets import unreported
from headgate.reporting.verb_words import report_summary


def pass_text(plan: Plan, report: Report, palette: Palette = PLAIN, *, known: Iterable[str] = ()) -> str:
    """`2026-01-31T09:00:00Z 1a2b3c4d5e6f Done: 1 applied, 11 in sync.`, then what is worth a line.

    `known` is the `news` of the pass before: a pass that found nothing else is the one line.
    """
    commit = f" {short(plan.commit)}" if plan.commit else ""
    lines = [one_line(f"{plan.created_at}{commit} {report_summary(report)}")]
    found = news(plan, report)
    if found and found == tuple(known):
        return f"{lines[0]} As before."
    lines += ["  " + block.replace("\n", "\n  ") for block in result_blocks(report, palette)]
    lines += [f"  {one_line(line)}" for line in degraded_lines(plan.degraded)]
    lines += [f"  error {one_line(f'{mistake.where}: {mistake.problem}')}" for mistake in plan.errors]
    for name, seen in unreported(plan):
        lines.append(f"  target {one_line(name)} could not be read: {one_line(seen.why)}")
        lines += [f"    hint: {one_line(seen.hint)}"] * bool(seen.hint)
    return "\n".join(lines)


def news(plan: Plan, report: Report) -> tuple[str, ...]:
    """What a pass has to report beyond its sum; that a job fails once more is no news.

    Empty: nothing, or something that was done, which is reported whenever it is done.
    """
    results = [result for result in report.results if result.outcome is not Outcome.KEPT]
    if any(result.action.steps for result in results):
        return ()
    found = [f"{one.action.job} {one.outcome} {one.action.reason} {one.detail} {one.hint}" for one in results]
    found += [f"{one.job} degraded {one.live.condition.cause if one.live else ''}" for one in plan.degraded]
    found += [f"{mistake.where} {mistake.problem}" for mistake in plan.errors]
    return (*found, *(f"{name} {seen.why} {seen.hint}" for name, seen in plan.unknown_targets))


def pass_json(plan: Plan, report: Report) -> str:
    """The whole pass as one line of JSON."""
    return as_json(report_document(plan, report), indent=None)


def pass_error_json(error: HeadgateError, at: str) -> str:
    """A pass that came to nothing, as one line of JSON."""
    return as_json({"format_version": FORMAT_VERSION, "created_at": at, "error": error_document(error)}, indent=None)
