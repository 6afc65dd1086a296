"""Pausing a job so that its state is kept: the only stop of this platform that keeps it."""

from __future__ import annotations

import json
import re

from headgate.errors import Rejected
from headgate.model.live import JobState
from headgate.providers.foas.project_calls import ProjectCalls
from headgate.providers.foas.states import state_of, word_of
from headgate.providers.foas.wire import BATCH, Instance, Job, member, number

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
# The first engine that takes a checkpoint when it is paused; an older one goes back to its last checkpoint.
_CHECKPOINTS_ON_PAUSE = (3, 5, 0)


def pause(calls: ProjectCalls, job: Job, current: Instance | None) -> None:
    """Pause, with a checkpoint where the engine takes one then; else not before it has completed one."""
    name, where = job.name, calls.where
    if job.job_type == BATCH:
        hint = "let it finish, or cancel it"
        raise Rejected(f"batch job {name!r} cannot be paused", where=where, hint=hint)
    if current is None or state_of(current) is not JobState.RUNNING:
        raise Rejected(f"job {name!r} is {word_of(current)}: only a job that runs is paused", where=where)
    version = _VERSION.search(current.content.engine_version)
    if version is None or tuple(map(int, version.groups())) >= _CHECKPOINTS_ON_PAUSE:
        calls.modify_instance_state(current, "PAUSED", triggerCheckpoint=True)
        return
    if not completed_checkpoints(calls.checkpoints(current)):
        raise Rejected(
            f"job {name!r} has not completed a checkpoint yet, and {current.content.engine_version} takes none "
            "when it is paused: its state would be lost",
            where=where,
            hint="wait for its first checkpoint (`blink.checkpoint.interval.ms`), and run again",
        )
    calls.modify_instance_state(current, "PAUSED")


def completed_checkpoints(statistics: str) -> int | None:
    """How many checkpoints the engine's statistics count, None if they do not say."""
    try:
        counts = member(json.loads(statistics), "counts")
    except (ValueError, RecursionError):
        return None
    return None if member(counts, "completed") is None else number(counts, "completed")
