"""A target that gives no answer to trust: one message, with the number of its jobs, and not one for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headgate.model.live import Unknown
from headgate.model.plan import Action, Plan
from headgate.model.reasons import Reason
from headgate.reporting.actions import hint_words, mask_of
from headgate.reporting.palette import Palette
from headgate.reporting.plain_text import one_line, plain

_NAMED_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class SilentTarget:
    """Jobs of one target that are blocked for one and the same silence; two at least."""

    target: str
    actions: tuple[Action, ...]

    @property
    def why(self) -> str:
        return mask_of(self.actions[0])(self.actions[0].note)

    @property
    def hint(self) -> str:
        return hint_words(self.actions[0])

    @property
    def title(self) -> str:
        """`500 jobs on remote`."""
        return f"{len(self.actions)} jobs on {self.target}"

    @property
    def names(self) -> str:
        """`a, b, c and 497 others`."""
        return named(tuple(action.job for action in self.actions))


def named(jobs: Sequence[str]) -> str:
    """The first few names, and how many there are beside them."""
    rest = len(jobs) - _NAMED_AT_MOST
    if rest <= 0:
        return ", ".join(jobs)
    return f"{', '.join(jobs[:_NAMED_AT_MOST])} and {rest} other{'s' * (rest > 1)}"


def silent_targets(actions: Iterable[Action]) -> tuple[SilentTarget, ...]:
    """The targets that block more than one of these jobs by their silence."""
    found: dict[tuple[str, str, str], list[Action]] = {}
    for action in actions:
        if action.reason == Reason.LIVE_UNKNOWN and action.live is None:
            found.setdefault((action.target, action.note, action.hint), []).append(action)
    return tuple(SilentTarget(key[0], tuple(group)) for key, group in found.items() if len(group) > 1)


def apart(actions: Iterable[Action], silent: Iterable[SilentTarget]) -> list[Action]:
    """The actions that no silent target stands for."""
    covered = {id(action) for one in silent for action in one.actions}
    return [action for action in actions if id(action) not in covered]


def unreported(plan: Plan) -> list[tuple[str, Unknown]]:
    """The silent targets that no blocked job of the plan speaks of: they may hold jobs that left git."""
    covered = {(action.target, action.note) for action in plan.blocked if action.reason == Reason.LIVE_UNKNOWN}
    return [(target, seen) for target, seen in plan.unknown_targets if (target, seen.why) not in covered]


def silence_block(one: SilentTarget, palette: Palette, *, outcome: str, indent: str) -> str:
    """The message for a plan or a report; `outcome` is what its first line begins with."""
    first = f"{palette.paint(palette.trouble, one_line(f'{outcome} {one.title}'))} ({Reason.LIVE_UNKNOWN})"
    why = [f"| {line}" for line in plain(one.why).rstrip().split("\n")]
    hints = [f"hint: {one_line(one.hint)}"] * bool(one.hint) + [f"hint: headgate explain {Reason.LIVE_UNKNOWN}"]
    lines = [first, one_line(one.names), *why, *(palette.paint(palette.quiet, hint) for hint in hints)]
    return f"\n{indent}".join(lines)
