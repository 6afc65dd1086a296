"""What became of a plan, job by job: done, or how far it came, why, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from headgate.errors import Mistake
from headgate.model.outcome import Outcome, Report, Result
from headgate.model.plan import Plan, Verb
from headgate.reporting import markdown
from headgate.reporting.actions import hint_words, mask_of, place_words
from headgate.reporting.failure import mistake_lines
from headgate.reporting.folding import message_lines
from headgate.reporting.health import condition_document, degraded_lines
from headgate.reporting.palette import PLAIN, Palette
from headgate.reporting.plain_text import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json, plan_document
from headgate.reporting.silent_targets import SilentTarget, apart, silence_block, silent_targets
from headgate.reporting.verb_words import report_summary

_DEGRADED_AT_MOST = 20


def report_text(report: Report, palette: Palette = PLAIN) -> str:
    """The results as text, jobs that were kept only counted, ending without a line break."""
    blocks = result_blocks(report, palette)
    blocks += [palette.paint(palette.trouble, one_line(line)) for line in degraded_lines(report.degraded)]
    return "\n".join((*blocks, palette.paint(palette.strong, report_summary(report))))


def result_blocks(report: Report, palette: Palette = PLAIN) -> list[str]:
    """What became of every job that was not just kept, and once of all those of a target that is silent."""
    results = [result for result in report.results if result.outcome is not Outcome.KEPT]
    silent = _silent(results)
    blocks = [result_text(result, palette) for result in _apart(results, silent)]
    return blocks + [silence_block(one, palette, outcome="blocked", indent="    ") for one in silent]


def _silent(results: Iterable[Result]) -> tuple[SilentTarget, ...]:
    return silent_targets(result.action for result in results if result.outcome is Outcome.BLOCKED)


def _apart(results: Sequence[Result], silent: Iterable[SilentTarget]) -> list[Result]:
    shown = {id(action) for action in apart((result.action for result in results), silent)}
    return [result for result in results if id(result.action) in shown]


def result_text(result: Result, palette: Palette = PLAIN) -> str:
    """What became of one job."""
    action, mask = result.action, mask_of(result.action)
    lines = [palette.paint(_colour(result.outcome, palette), one_line(f"{_outcome(result)} {place_words(action)}"))]
    if result.outcome is Outcome.BLOCKED:
        lines[0] += f" ({one_line(action.reason)})"
    if result.outcome is Outcome.BLOCKED and action.where:
        lines.append(f"at: {one_line(mask(action.where))}")
    if result.detail:
        kind = "warning" if result.outcome.fine else "error"
        code = f"{kind}[{result.code}]: " if result.code else ""
        first, *more = message_lines(mask(result.detail), whole=palette.whole)
        lines += [f"{code}{first}", *(f"  {line}" for line in more)]
    if hint := _hint(result):
        lines.append(f"hint: {one_line(hint)}")
    if result.outcome is Outcome.BLOCKED:
        lines.append(f"hint: headgate explain {one_line(action.reason)}")
    for what, value in (("job", result.job_id), ("savepoint", result.savepoint), ("left", ", ".join(result.left))):
        if value:
            lines.append(f"{what}: {one_line(mask(value))}")
    return "\n    ".join(lines)


def _outcome(result: Result) -> str:
    """`applied restart orders`; of a job that was left alone, that nothing was done to it, and not what would be."""
    action = result.action
    if result.outcome is Outcome.REFUSED:
        return f"not touched: {action.job}"
    verb = "" if action.verb is Verb.BLOCKED else f"{action.verb} "
    return f"{result.outcome} {verb}{action.job}"


def report_json(plan: Plan, report: Report) -> str:
    """The plan and its results as one JSON document."""
    return as_json(report_document(plan, report))


def report_document(plan: Plan, report: Report) -> dict[str, Any]:
    """The plan and its results as JSON values."""
    return {
        "format_version": FORMAT_VERSION,
        "plan": plan_document(plan),
        "results": [_result(result) for result in report.results],
        "summary": _summary(report),
    }


def report_markdown(report: Report, errors: Iterable[Mistake] = (), *, limit: int = markdown.LONGEST_COMMENT) -> str:
    """The results as a table of what was not kept, for a comment or a job summary; cut to `limit` characters.

    `errors` are the mistakes in manifests that do not load, as the plan has them.
    """
    results = [result for result in report.results if result.outcome is not Outcome.KEPT]
    silent = _silent(results)
    rows = [*map(_silence_row, silent), *map(_row, _apart(results, silent))]
    heads = ("job", "action", "outcome", "why", "savepoint")
    head = f"### headgate apply\n\n**{markdown.text(report_summary(report))}**"
    wrong = "\n".join(mistake_lines(errors))
    head = f"{head}\n\n{wrong}" if wrong and markdown.size(wrong) < limit // 2 else head
    room, shown = limit - markdown.size(head) - 400, list[str]()
    for row in rows:
        if (room := room - markdown.size(row) - 1) < 0:
            break
        shown.append(row)
    parts = [head, markdown.table(heads, shown)] if rows else [head]
    parts += [f"- {markdown.text(line)}" for line in degraded_lines(report.degraded)[:_DEGRADED_AT_MOST]]
    if len(shown) < len(rows):
        parts.append(f"{len(rows) - len(shown)} more are not shown.")
    return "\n\n".join(parts)


def _silence_row(one: SilentTarget) -> str:
    why = markdown.code(one.why.partition("\n")[0][:500])
    return markdown.row(markdown.code(one.title), str(Verb.BLOCKED), str(Outcome.BLOCKED), why, "")


def _row(result: Result) -> str:
    mask = mask_of(result.action)
    why = mask(result.detail or (str(result.action.reason) if result.outcome is Outcome.BLOCKED else ""))
    return markdown.row(
        markdown.code(result.action.job),
        str(result.action.verb),
        str(result.outcome),
        markdown.code(why.partition("\n")[0][:500]),
        markdown.code(mask(result.savepoint)),
    )


def _result(result: Result) -> dict[str, Any]:
    mask = mask_of(result.action)
    degraded = result.action.live if result.action.degraded else None
    return {
        "job": result.action.job,
        "target": result.action.target,
        "source": result.action.source or None,
        "verb": result.action.verb.value,
        "reason": str(result.action.reason),
        "outcome": result.outcome.value,
        "detail": mask(result.detail) or None,
        "hint": _hint(result) or None,
        "code": result.code or None,
        "job_id": result.job_id or None,
        "savepoint": mask(result.savepoint) or None,
        "left": list(result.left),
        "health": condition_document(degraded, mask) if degraded else None,
    }


def _hint(result: Result) -> str:
    """What to do next: as the end of it says, else as the plan did of a job that is blocked."""
    return mask_of(result.action)(result.hint) or hint_words(result.action)


def _summary(report: Report) -> Mapping[str, int]:
    return {outcome.value: report.count(outcome) for outcome in Outcome}


def _colour(outcome: Outcome, palette: Palette) -> str:
    if outcome.fine:
        return palette.added
    return palette.changed if outcome in (Outcome.SKIPPED, Outcome.INTERRUPTED) else palette.trouble
