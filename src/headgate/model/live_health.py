"""The condition of a job that runs: the word for its health that one look at its target allows.

A platform may call a job RUNNING that fails every second and is recovered every time, or that has no machine to run
on. Nothing is done about such a job - its manifest is what runs - but no report may show it as all well.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# `headgate explain degraded`: it stands in plans and in `status` like the reason of an action.
CODE = "degraded"
EXPLAINED = (
    "The job runs as git asks, and does not do well: it fails and is recovered again and again, or some of its tasks "
    "do not run. headgate does nothing about it, because a restart of the same program would not mend it: look at the "
    "cause that is named, then edit the manifest, or put the previous revision back with `headgate rollback JOB`; if "
    "the cluster lacks machines or slots, add them. `plan --detailed-exitcode`, `apply` and `reconcile --once` exit "
    "with 3 while a job that they leave as it is is degraded."
)


class HealthWord(StrEnum):
    """HEALTHY is never assumed: it was looked at. UNKNOWN: the platform does not say, or was not asked.

    STARTING: not all of its tasks run yet, and nothing has failed.
    """

    HEALTHY = "healthy"
    STARTING = "starting"
    DEGRADED = CODE
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """How a job does. `cause` is the platform's root cause of the last failure, empty where it names none.

    `since` is when it became degraded, milliseconds since the epoch, 0 where that is not known; with `or_before` that
    is only the earliest failure that the platform still reports. `restarts` counts at least the failures that were
    recovered from since the start; None: they were not counted.
    """

    word: HealthWord = HealthWord.UNKNOWN
    since: int = 0
    or_before: bool = False
    restarts: int | None = None
    cause: str = ""

    @property
    def degraded(self) -> bool:
        return self.word is HealthWord.DEGRADED


NOT_KNOWN = Condition()
