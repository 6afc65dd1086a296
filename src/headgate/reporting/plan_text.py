"""A plan for the person who decides: a block for every job that changes or is blocked, and a line that sums up."""

from __future__ import annotations

from headgate.errors import ManifestError
from headgate.model.formatting import short
from headgate.model.plan import Action, Plan, Verb, Verdict
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
    state_words,
    steps_words,
    value_mask_of,
    verdict_word,
)
from headgate.reporting.failure import error_text
from headgate.reporting.folding import message_lines
from headgate.reporting.health import TITLE as DEGRADED
from headgate.reporting.health import degraded_lines
from headgate.reporting.palette import PLAIN, Palette
from headgate.reporting.plain_text import one_line, plain
from headgate.reporting.silent_targets import apart, silence_block, silent_targets, unreported
from headgate.reporting.sql_diff import is_text, unified
from headgate.reporting.verb_words import (
    LEGEND,
    SYMBOLS,
    colour,
    is_first,
    left_git,
    package_lines,
    plan_summary,
    refusal_lines,
    silence_lines,
)
from headgate.reporting.warnings import warnings_text

_INDENT = "    "


def plan_text(plan: Plan, palette: Palette = PLAIN) -> str:
    """The plan as text, ending without a line break."""
    blocks = [_heading(plan, palette)]
    silent = silent_targets(plan.actions)
    blocks += [_block(action, palette) for action in apart(plan.actions, silent) if is_shown(action)]
    blocks += [silence_block(one, palette, outcome="! blocked", indent=_INDENT) for one in silent]
    blocks += [_section(title, lines, palette) for title, lines in _sections(plan) if lines]
    if plan.errors:
        blocks.append(error_text(ManifestError(plan.errors), palette))
    if is_first(plan):
        blocks.append(palette.paint(palette.quiet, LEGEND))
    if plan.warnings:
        blocks.append(warnings_text(plan.warnings, palette))
    if refused := refusal_lines(plan):
        first = f"{palette.paint(palette.trouble, 'refused[safety-limit]')}: {refused[0]}"
        blocks.append("\n  ".join((first, *refused[1:])))
    blocks.append(palette.paint(palette.strong, plan_summary(plan)))
    return "\n\n".join(blocks)


def _heading(plan: Plan, palette: Palette) -> str:
    parts = [f"project {plan.project}"]
    if plan.environment:
        parts.append(f"environment {plan.environment}")
    if plan.commit:
        parts.append(f"commit {short(plan.commit)}")
    return palette.paint(palette.quiet, one_line(", ".join(parts)))


def _block(action: Action, palette: Palette) -> str:
    mask, value_mask = mask_of(action), value_mask_of(action)
    title = f"{SYMBOLS[action.verb]} {action.verb} {action.job} {place_words(action)}"
    lines = [f"{palette.paint(colour(action.verb, palette), one_line(title))} ({one_line(action.reason)})"]
    if action.where:
        lines.append(f"at: {one_line(mask(action.where))}")
    if action.note:
        lines += [f"| {line}" for line in message_lines(mask(action.note), whole=palette.whole)]
    what, program = program_lines(action)
    lines += [f"{what}:", *(palette.paint(palette.added, f"  +{line}") for line in program)] * bool(program)
    for change in action.changes:
        if is_text(change.before, change.after):
            lines.append(f"{change.path}:")
            lines += [f"  {_painted(line, palette)}" for line in unified(*sides_of(change, value_mask))]
        else:
            lines.append(one_line(change_words(change, value_mask)))
    if action.state and (word := verdict_word(action)):
        lines.append(f"state: {state_words(action, mask)}")
        if word != Verdict.KEPT:
            lines += [f"  {line}" for line in operator_lines(action.state.operators, mask, whole=palette.whole)]
    if action.restore:
        lines.append(f"restore: {restore_words(action.restore, mask)}")
    lines += steps_words(action)
    if hint := hint_words(action):
        lines += [palette.paint(palette.quiet, line) for line in f"hint: {plain(hint)}".split("\n")]
    if action.verb is Verb.BLOCKED:
        lines.append(palette.paint(palette.quiet, f"hint: headgate explain {one_line(action.reason)}"))
    return f"\n{_INDENT}".join(lines)


def _painted(line: str, palette: Palette) -> str:
    codes = {"+": palette.added, "-": palette.removed, "@": palette.quiet}
    return palette.paint(codes.get(line[:1], ""), line)


def _sections(plan: Plan) -> list[tuple[str, list[str]]]:
    return [
        (DEGRADED, degraded_lines(plan.degraded)),
        (
            "Drift, live left what git asked for:",
            [f"{job}: {reason}" for job, reason in plan.drift],
        ),
        (
            "Interrupted or in flight:",
            [f"{job}: {what}" for job, what in plan.interrupted],
        ),
        (
            "Packages that change, and all jobs that use them:",
            [f"{package}: {jobs}" for package, jobs in package_lines(plan)],
        ),
        (
            "Removed from git, still running (`--prune` stops them):",
            [f"{a.job} on {a.target}" for a in left_git(plan)],
        ),
        (
            "Not managed by this project, left alone:",
            [f"{live.name} on {target}: {live.word or live.state} {live.job_id}" for target, live in plan.unmanaged],
        ),
        (
            "Targets that could not be read:",
            [line for target, seen in unreported(plan) for line in silence_lines(target, seen)],
        ),
    ]


def _section(title: str, lines: list[str], palette: Palette) -> str:
    return "\n".join((palette.paint(palette.strong, title), *(_INDENT + one_line(line) for line in lines)))
