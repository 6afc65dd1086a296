"""Ending a job: a pause that keeps its state, or a stop that gives it up.

A pause takes a checkpoint first where the engine can (Blink 3.5.0 and newer). An older one goes back to its last
checkpoint, so it is not paused before there is one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from headgate.errors import Rejected
from headgate.model.health import SavepointProgress
from headgate.model.live import JobState
from headgate.providers import marking
from headgate.providers.foas import snapshots
from headgate.providers.foas.service import Service
from headgate.providers.foas.states import state_of, word_of
from headgate.providers.foas.wire import BATCH, Instance, Job, member, number

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_TAKES_A_CHECKPOINT = (3, 5, 0)


@dataclass(frozen=True, slots=True)
class Stops:
    """The stops of one project's jobs."""

    service: Service

    def pause(self, job: Job, current: Instance | None) -> None:
        """Ask for a pause, unless one is under way or done."""
        if job.job_type == BATCH:
            raise Rejected(
                f"batch job {job.name!r} cannot be paused", where=self._where, hint="let it finish, or cancel it"
            )
        if current is not None and current.expected == "PAUSED":
            return
        if current is None or state_of(current) is not JobState.RUNNING:
            raise Rejected(f"job {job.name!r} is {word_of(current)}: only a job that runs is paused", where=self._where)
        self._pause(current)

    def progress(self, current: Instance | None) -> SavepointProgress:
        """How far the pause is: derived from what the instance is, and is asked to be."""
        if current is None:
            return SavepointProgress()
        state = state_of(current)
        if state is JobState.SUSPENDED:
            return SavepointProgress(True, True, snapshots.path_of(self.service.project, current))
        if not state.active:
            failed = f"the job is {word_of(current)}, and has no state any more"
            return SavepointProgress(asked=True, failed=failed, job=state)
        return SavepointProgress(asked=current.expected == "PAUSED")

    def end(self, job: Job, instance: Instance) -> None:
        """End an instance at once.

        One that was resumed is paused instead: it is the only place where the state it was resumed from still is, and a
        start of what ran before it needs that.
        """
        marker = marking.read(job.description)
        if marker is not None and marker.restored and job.job_type != BATCH:
            self.service.modify_instance_state(instance, "PAUSED")
        else:
            self.service.modify_instance_state(instance, "TERMINATED")

    def _pause(self, current: Instance) -> None:
        version = _VERSION.search(current.content.engine_version)
        if version is None or tuple(map(int, version.groups())) >= _TAKES_A_CHECKPOINT:
            self.service.modify_instance_state(current, "PAUSED", triggerCheckpoint=True)
            return
        if not completed_checkpoints(self.service.checkpoints(current)):
            raise Rejected(
                f"job {current.job!r} has not completed a checkpoint yet, and {current.content.engine_version} takes "
                "none when it is paused: its state would be lost",
                where=self._where,
                hint="wait for its first checkpoint (`blink.checkpoint.interval.ms`), and run again",
            )
        self.service.modify_instance_state(current, "PAUSED")

    @property
    def _where(self) -> str:
        return f"project {self.service.project}"


def completed_checkpoints(statistics: str) -> int | None:
    """How many checkpoints the engine's statistics count, None if they do not say."""
    try:
        counts = member(json.loads(statistics), "counts")
    except ValueError:
        return None
    return None if member(counts, "completed") is None else number(counts, "completed")
