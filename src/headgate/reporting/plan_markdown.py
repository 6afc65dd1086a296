"""A plan as a comment on a pull request: a table first, details folded up, never longer than a comment may be.

What does not fit is left out job by job, and how much was left out is said: half a diff is worse than none.
"""

from __future__ import annotations

from headgate.model.formatting import short
from headgate.model.plan import Action, Plan, Verb
from headgate.model.reasons import Reason
from headgate.reporting import markdown
from headgate.reporting.actions import (
    change_words,
    hint_words,
    is_shown,
    mask_of,
    operator_lines,
    place_words,
    program_lines,
    restore_words,
    sides_of,
    steps_words,
    value_mask_of,
    verdict_word,
)
from headgate.reporting.failure import mistake_lines
from headgate.reporting.folding import message_lines
from headgate.reporting.health import degraded_words
from headgate.reporting.markdown import code, text
from headgate.reporting.plain_text import plain
from headgate.reporting.silent_targets import SilentTarget, apart, silent_targets, unreported
from headgate.reporting.sql_diff import is_text, unified
from headgate.reporting.verb_words import counted, left_git, package_lines, plan_summary, refusal_lines
from headgate.reporting.warnings import warning_lines

_MORE = "`headgate plan --verbose` shows them"
# Kept free for the sentences that say what was left out.
_RESERVE = 400
# A message of a platform may have hundreds of lines, and a comment is read by people.
_LINES_AT_MOST = 12


def plan_markdown(plan: Plan, *, limit: int = markdown.LONGEST_COMMENT) -> str:
    """The plan as GitHub-flavoured Markdown of at most `limit` characters, ending without a line break."""
    silent = silent_targets(plan.actions)
    shown = [action for action in apart(plan.actions, silent) if is_shown(action)]
    parts = [_heading(plan), f"**{text(plan_summary(plan))}**"]
    if refused := refusal_lines(plan):
        parts.append(f"**Refused** ({code('safety-limit')}): {text('; '.join(refused))}")
    room = limit - _RESERVE - sum(markdown.size(part) + 2 for part in parts)
    if shown or silent:
        every = [*map(_silence_row, silent), *map(_row, shown)]
        rows = _fitting(every, room // 2)
        table = markdown.table(("job", "action", "state", "why"), rows)
        if len(rows) < len(every):
            table += f"\n\n{counted(len(every) - len(rows), 'more job is', 'more jobs are')} not shown in this table."
        parts.append(table)
        room -= markdown.size(table) + 2
    notes = _fitting(_notes(plan), room // 4)
    if notes:
        parts.append("\n".join(notes))
        room -= markdown.size(parts[-1]) + 2
    bodies = [body for action in shown if (body := _details(action))]
    fitting = _fitting(bodies, room)
    parts += fitting
    if len(fitting) < len(bodies):
        left = counted(len(bodies) - len(fitting), "job")
        parts.append(f"The details of {left} do not fit into a comment: run `headgate plan` to read them.")
    return "\n\n".join(parts)


def _heading(plan: Plan) -> str:
    parts = [f"### headgate plan for {text(plan.project)}"]
    parts += [text(plan.environment)] if plan.environment else []
    parts += [f"commit {code(short(plan.commit))}"] if plan.commit else []
    return ", ".join(parts)


def _row(action: Action) -> str:
    why = f"{action.reason}: {action.note.partition(chr(10))[0]}" if action.note else str(action.reason)
    job = f"{code(action.job)} {text(place_words(action))}" if action.source else code(action.job)
    return markdown.row(job, action.verb, text(verdict_word(action)), code(mask_of(action)(why)[:300]))


def _silence_row(one: SilentTarget) -> str:
    why = f"{Reason.LIVE_UNKNOWN}: {one.why.partition(chr(10))[0]}"
    hint = f"; hint: {text(one.hint)}" if one.hint else ""
    return markdown.row(code(one.title), Verb.BLOCKED, "", code(why[:300]) + hint)


def _notes(plan: Plan) -> list[str]:
    return [
        *mistake_lines(plan.errors),
        *(
            f"- target {code(name)} could not be read: {code(seen.why[:500])}"
            + (f"; hint: {code(seen.hint[:500])}" if seen.hint else "")
            for name, seen in unreported(plan)
        ),
        *(
            f"- {code(action.job)} on {code(action.target)} is {text(degraded_words(action))}"
            for action in plan.degraded
        ),
        *(f"- {code(job)} drifted: {text(reason)}" for job, reason in plan.drift),
        *(f"- {code(job)} interrupted or in flight: {text(what)}" for job, what in plan.interrupted),
        *warning_lines(plan.warnings),
        *(f"- package {code(package)} changes; it is used by {text(jobs)}" for package, jobs in package_lines(plan)),
        *(f"- {code(action.job)} was removed from git and still runs (--prune stops it)" for action in left_git(plan)),
        *(f"- {code(live.name)} on {code(target)} is not managed here" for target, live in plan.unmanaged),
    ]


def _details(action: Action) -> str:
    """The folded part of one job; empty where the table row says it all."""
    mask, value_mask = mask_of(action), value_mask_of(action)
    parts: list[str] = []
    hint = [f"hint: {words}"] if (words := hint_words(action)) else []
    if action.verb is Verb.BLOCKED:
        at = [f"at: {mask(action.where)}"] if action.where else []
        note = message_lines(mask(action.note), whole=False, more=_MORE) if action.note else []
        parts.append(markdown.fenced(_short([*at, *note], hint, action.job)))
    what, program = program_lines(action)
    if program:
        parts.append(f"{code(what)}\n\n{markdown.fenced(program, 'sql' if what == 'statement' else '')}")
    facts = []
    for change in action.changes:
        if is_text(change.before, change.after):
            parts.append(f"{code(change.path)}\n\n{markdown.fenced(unified(*sides_of(change, value_mask)), 'diff')}")
        else:
            facts.append(f"- {code(plain(change_words(change, value_mask)))}")
    if action.state:
        facts += [f"- state {text(line)}" for line in operator_lines(action.state.operators, mask)]
    if action.restore:
        facts.append(f"- restore: {text(restore_words(action.restore, mask))}")
    facts += [f"- {text(line)}" for line in steps_words(action)]
    if action.verb is not Verb.BLOCKED:
        facts += [f"- {text(line)}" for line in hint]
    if facts:
        parts.append("\n".join(facts))
    return markdown.details(f"{code(action.job)}: {action.verb}", "\n\n".join(parts)) if parts else ""


def _short(lines: list[str], hint: list[str], job: str) -> list[str]:
    """A message of at most so many lines, its end replaced by where to read it; the hint stays."""
    room = _LINES_AT_MOST - len(hint)
    if len(lines) <= room:
        return [*lines, *hint]
    hidden = len(lines) - room + 1
    return [*lines[: room - 1], f"… {hidden} more lines: headgate plan --verbose {job}", *hint]


def _fitting(parts: list[str], room: int) -> list[str]:
    """The parts that fit, in order; one that is too long is passed over, a later and shorter one may still fit."""
    chosen = []
    for part in parts:
        if (used := markdown.size(part) + 2) <= room:
            chosen.append(part)
            room -= used
    return chosen
