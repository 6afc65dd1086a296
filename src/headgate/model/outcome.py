"""What became of a plan: an outcome per action, events while it happens, and the exit code it means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from headgate.model.plan import Action


class Outcome(StrEnum):
    """What became of an action.

    APPLIED: done and settled. UNCLEAR: something may have happened; the next run observes, then decides. REFUSED: left
    alone because it moved after the plan was made, or because another run holds its lock.
    """

    KEPT = "kept"
    APPLIED = "applied"
    FAILED = "failed"
    UNCLEAR = "unclear"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"

    @property
    def fine(self) -> bool:
        return self in (Outcome.KEPT, Outcome.APPLIED)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one action.

    `job_id` is the id the job runs under now, `savepoint` the path a stop left behind, `left` the names of the steps
    that were not done, `code` that of the error (empty where there was none).
    """

    action: Action
    outcome: Outcome
    detail: str = ""
    hint: str = ""
    code: str = ""
    job_id: str = ""
    savepoint: str = ""
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All results, in the plan's order."""

    results: tuple[Result, ...]

    @property
    def exit_code(self) -> int:
        """0 all done; 4 nothing was done because all there was to do was refused; 3 anything between.

        3 too where all is done and a job that was left as it is does badly.
        """
        found = {result.outcome for result in self.results if result.outcome is not Outcome.KEPT}
        if found == {Outcome.REFUSED}:
            return 4
        return 0 if all(outcome.fine for outcome in found) and not self.degraded else 3

    @property
    def degraded(self) -> tuple[Action, ...]:
        """The jobs that were left as they are, and do badly."""
        return tuple(result.action for result in self.results if result.action.degraded)

    def count(self, outcome: Outcome) -> int:
        return sum(1 for result in self.results if result.outcome is outcome)


class Phase(StrEnum):
    STARTED = "started"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that just happened while applying; `step` is empty where it is about the whole action."""

    action: Action
    phase: Phase
    step: str = ""
    detail: str = ""
