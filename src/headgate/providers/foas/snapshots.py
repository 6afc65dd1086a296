"""The state of a paused job as a path: `foas:PROJECT/JOB/INSTANCE`.

The platform names no savepoints. A job that is paused is resumed from its last checkpoint, and that is all the state
there is, so the path says whose it is and is good for that job alone, for as long as it is paused.
"""

from __future__ import annotations

from headgate.model.live import JobState, Marker
from headgate.providers.foas.states import state_of
from headgate.providers.foas.wire import Instance

SCHEME = "foas:"


def path_of(project: str, instance: Instance) -> str:
    return f"{SCHEME}{project}/{instance.job}/{instance.id}"


def job_of(path: str, project: str) -> str:
    """The job whose state a path is; empty if it is no path of this project."""
    parts = path.removeprefix(SCHEME).split("/")
    return parts[1] if path.startswith(SCHEME) and len(parts) == 3 and parts[0] == project else ""


def goes_on(path: str, project: str, current: Instance, marker: Marker | None) -> bool:
    """Is this state still there, in a job that is paused or that goes on with it?"""
    ours = path == path_of(project, current) or (marker is not None and marker.restored == path)
    kept = state_of(current).active or state_of(current) is JobState.SUSPENDED
    return kept and ours and job_of(path, project) == current.job


def is_here(path: str, project: str, current: Instance, marker: Marker | None) -> bool:
    """Can this state be resumed now?

    It goes on in the instance that was resumed from it: that one, paused, has it and all that came after.
    """
    return state_of(current) is JobState.SUSPENDED and goes_on(path, project, current, marker)
