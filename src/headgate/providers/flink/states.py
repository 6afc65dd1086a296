"""Flink's status words in common words; an unknown word is UNKNOWN, with the word shown."""

from __future__ import annotations

from headgate.model.live import JobState

_STATES = {
    "INITIALIZING": JobState.STARTING,
    "CREATED": JobState.STARTING,
    "RUNNING": JobState.RUNNING,
    "RESTARTING": JobState.STARTING,
    "RECONCILING": JobState.STARTING,
    "FAILING": JobState.STOPPING,
    "CANCELLING": JobState.STOPPING,
    "FAILED": JobState.FAILED,
    "CANCELED": JobState.STOPPED,
    "FINISHED": JobState.FINISHED,
    # Flink's SUSPENDED is a JobManager that lost leadership: another one continues the job.
    "SUSPENDED": JobState.STARTING,
}


def common_state(word: str) -> JobState:
    """The common state for Flink's word."""
    return _STATES.get(word, JobState.UNKNOWN)
