"""Stops: asked for, watched until they are over, and found to have left a savepoint or not.

    job_running -> (job_savepointing) -> job_canceling -> job_cancel_success, or job_cancel_fail

A stop is not answered with an id, so it is found again by the job's status. What this process asked for it remembers,
to tell a status that is not yet the new one from an answer, and to be able to say what no field says.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from headgate.errors import Rejected
from headgate.model.health import SavepointProgress
from headgate.model.live import JobState
from headgate.providers.cs.api import CsApi
from headgate.providers.cs.looking import Looks
from headgate.providers.cs.savepoints import Savepoints
from headgate.providers.cs.states import CANCELLING, STOP_FAILED, STOPPED
from headgate.providers.cs.wire import Definition

# How often an old status, or a list without the new savepoint, is taken for one that lags.
_PATIENCE = 20


@dataclass(slots=True)
class _Asked:
    """A stop that this process asked for: the word the status had, whether it has moved, and looks without news."""

    before: str
    moved: bool = False
    looks: int = 0

    def lags(self) -> bool:
        self.looks += 1
        return self.looks <= _PATIENCE


class Stops:
    """The stops of the jobs of one project."""

    def __init__(self, api: CsApi, looks: Looks, savepoints: Savepoints) -> None:
        self._api = api
        self._looks = looks
        self._savepoints = savepoints
        self._asked: dict[str, _Asked] = {}
        self._lock = threading.Lock()

    def with_savepoint(self, job_id: int) -> None:
        """Ask, unless the job is stopping or over. Raises Rejected where the platform has no place for a savepoint."""
        job = self._api.job(job_id)
        state = self._looks.state(job)
        if not state.active or state is JobState.STOPPING:
            return
        if job.unsavable:
            hint = "if its state may be lost, say so with savepoint.strategy: none, or cancel it in the console"
            raise Rejected(f"{job.unsavable}: it runs on", where=f"job {job_id}", hint=hint)
        with self._lock:
            self._asked[job.run] = _Asked(job.word)
        self._stop(job, savepoint=True)

    def cancel(self, job_id: int) -> None:
        """End the job without a savepoint; of one that is over, nothing."""
        job = self._api.job(job_id)
        if self._looks.state(job).active and job.word != CANCELLING:
            self._stop(job, savepoint=False)

    def _stop(self, job: Definition, *, savepoint: bool) -> None:
        try:
            self._api.stop(job, savepoint=savepoint)
        except Rejected:
            # A job that stops, or has stopped, answers with an error: somebody was quicker, or our reply was lost.
            now = self._api.job(job.job_id)
            state = self._looks.state(now)
            if state.active and state is not JobState.STOPPING:
                with self._lock:
                    self._asked.pop(job.run, None)
                raise

    def progress(self, job_id: int) -> SavepointProgress:
        """How far the last stop of a job has come."""
        job = self._api.job(job_id)
        asked = self._asked.get(job.run)
        if job.state is JobState.STOPPING:
            if asked:
                asked.moved = True
            return SavepointProgress(asked=True)
        if asked and job.word == asked.before and not asked.moved and asked.lags():
            return SavepointProgress(asked=True)
        if job.word == STOPPED:
            return self._ended(job, asked)
        if job.word == STOP_FAILED:
            state = self._looks.state(job)
            return SavepointProgress(True, failed=job.status_desc or "the platform could not stop the job", job=state)
        if self._looks.state(job).active:
            failed = "the job runs again, and the platform does not say why it was not stopped" if asked else ""
            return SavepointProgress(asked is not None, failed=failed, job=self._looks.state(job))
        if asked is None and not job.start_time:
            return SavepointProgress()
        failed = job.status_desc or f"the job is {job.word}, not stopped"
        return SavepointProgress(asked=True, failed=failed, job=self._looks.state(job))

    def _ended(self, job: Definition, asked: _Asked | None) -> SavepointProgress:
        told = self._savepoints.told_of([job])
        if run := self._savepoints.left(job, told):
            return SavepointProgress(asked=True, done=True, path=run)
        known = (told or {}).get((job.job_id, job.name))
        if asked is None:
            failed = "the job is stopped, and nothing shows that a savepoint was made"
            return SavepointProgress(failed=failed, job=JobState.STOPPED)
        if known is None:
            # Nobody can say more than this: a savepoint was asked for, and the stop succeeded.
            self._savepoints.remember(job)
            return SavepointProgress(asked=True, done=True, path=job.run)
        if asked.lags():
            return SavepointProgress(asked=True)
        failed = "the job was stopped, and the platform shows no savepoint of it"
        return SavepointProgress(asked=True, failed=failed, job=JobState.STOPPED)
