"""An instance's two states in one common word: what it is (ActualState) and what it is asked to be (ExpectState)."""

from __future__ import annotations

from headgate.model.live import JobState
from headgate.providers.foas.wire import Instance

NEVER_STARTED = "not started"

_BOTH = {
    ("WAITING", "RUNNING"): JobState.STARTING,
    ("RUNNING", "RUNNING"): JobState.RUNNING,
    ("RUNNING", "PAUSED"): JobState.STOPPING,
    ("RUNNING", "TERMINATED"): JobState.STOPPING,
    ("WAITING", "PAUSED"): JobState.STOPPING,
    ("WAITING", "TERMINATED"): JobState.STOPPING,
    ("PAUSED", "PAUSED"): JobState.SUSPENDED,
    ("PAUSED", "RUNNING"): JobState.STARTING,
    ("PAUSED", "TERMINATED"): JobState.STOPPING,
    # A start was asked for, and its new instance is not shown yet.
    ("TERMINATED", "RUNNING"): JobState.STARTING,
    ("UNKNOWN", "RUNNING"): JobState.STARTING,
}
_ACTUAL = {
    "UNKNOWN": JobState.STOPPED,
    "TERMINATED": JobState.STOPPED,
    "SUCCESS": JobState.FINISHED,
    "FAILED": JobState.FAILED,
}


def state_of(instance: Instance | None) -> JobState:
    """The common state; a job without an instance was never started. Words nobody documents are UNKNOWN."""
    if instance is None:
        return JobState.STOPPED
    both = _BOTH.get((instance.actual, instance.expected))
    return both or _ACTUAL.get(instance.actual, JobState.UNKNOWN)


def word_of(instance: Instance | None) -> str:
    """The platform's own words: both, where they differ."""
    if instance is None or (instance.actual == "UNKNOWN" and state_of(instance) is JobState.STOPPED):
        return NEVER_STARTED
    if instance.expected in ("", instance.actual):
        return instance.actual
    return f"{instance.actual}, to be {instance.expected}"
