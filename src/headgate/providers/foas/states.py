"""An instance's two states in one common word, and the state of a paused job as a path.

What an instance is (ActualState) and what it is asked to be (ExpectState) together say how it stands.

The platform names no savepoints. A job that is paused is resumed from its last checkpoint, and that is all the state
there is, so its path, `foas:PROJECT/JOB/INSTANCE`, says whose it is and is good for that job alone, while it is paused.
"""

from __future__ import annotations

from headgate.model.live import JobState, Marker
from headgate.providers.foas.wire import Instance

NEVER_STARTED = "not started"
_SCHEME = "foas:"

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
    return _BOTH.get((instance.actual, instance.expected)) or _ACTUAL.get(instance.actual, JobState.UNKNOWN)


def word_of(instance: Instance | None) -> str:
    """The platform's own words: both, where they differ."""
    if instance is None or (instance.actual == "UNKNOWN" and state_of(instance) is JobState.STOPPED):
        return NEVER_STARTED
    if instance.expected in ("", instance.actual):
        return instance.actual
    return f"{instance.actual}, to be {instance.expected}"


def path_of(project: str, instance: Instance) -> str:
    """The state of an instance that is paused."""
    return f"{_SCHEME}{project}/{instance.job}/{instance.id}"


def job_of(path: str, project: str) -> str:
    """The job whose state a path is; empty if it is no path of this project."""
    parts = path.removeprefix(_SCHEME).split("/")
    return parts[1] if path.startswith(_SCHEME) and len(parts) == 3 and parts[0] == project else ""


def has_state(path: str, project: str, current: Instance, marker: Marker | None) -> bool:
    """Is this state still there, in a job that is paused, or that was resumed from it and has all that came after?"""
    own = path == path_of(project, current) or (marker is not None and marker.restored == path)
    state = state_of(current)
    return own and (state.active or state is JobState.SUSPENDED) and job_of(path, project) == current.job
