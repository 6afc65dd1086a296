"""Stopping a job, and savepoints of one that goes on. What became of it is told by the job's status alone.

A stop is asked for once and then read off the status: job_savepointing, job_canceling, job_cancel_success. It has
worked if the job is stopped and has a savepoint; stopped without one is told as what it is, never passed over.
"""

from __future__ import annotations

from headgate.errors import Rejected
from headgate.model.health import SavepointProgress
from headgate.model.live import JobState
from headgate.providers.dli import states
from headgate.providers.dli.definition import UNSAVABLE, Definition
from headgate.providers.dli.jobs import Jobs
from headgate.providers.dli.looking import Looks, shown, state_of

_FOLDER = "headgate-savepoints"
_UNTIL_SEEN = 8


class Stopping:
    """Stops and savepoints of jobs, whoever started them."""

    def __init__(self, jobs: Jobs, *, looks: Looks) -> None:
        self._jobs = jobs
        self._looks = looks

    def with_savepoint(self, job_id: str) -> None:
        """Ask for it, unless it is under way or over. Raises `Rejected` where DLI could not keep the state."""
        found = self._settled(job_id)
        state = state_of(self._jobs, found)
        if not state.active or state is JobState.STOPPING:
            return
        if state is JobState.STARTING:
            raise Rejected(f"job {job_id} is {found.word}: it cannot take a savepoint yet", where=found.name)
        _require_bucket(found)
        self._asked(found, savepoint=True)

    def cancel(self, job_id: str) -> None:
        """End it without a savepoint, unless it is ending or over."""
        found = self._settled(job_id)
        state = state_of(self._jobs, found)
        if state.active and state is not JobState.STOPPING:
            self._asked(found, savepoint=False)

    def progress(self, job_id: str) -> SavepointProgress:
        """How far the stop of a job has come."""
        found = shown(self._jobs, job_id)
        match found.word:
            case states.STOPPED if found.has_savepoint:
                return SavepointProgress(asked=True, done=True, path=found.savepoint)
            case states.STOPPED:
                failed = f"it was stopped and left no savepoint{_why(found)}"
                return SavepointProgress(asked=True, failed=failed, job=found.state)
            case states.STOP_FAILED:
                job = state_of(self._jobs, found)
                return SavepointProgress(asked=True, failed=f"the stop failed{_why(found)}", job=job)
        if found.state in (JobState.FAILED, JobState.FINISHED):
            return SavepointProgress(asked=True, failed=f"it ended before: {found.word}{_why(found)}", job=found.state)
        return SavepointProgress(asked=found.state is JobState.STOPPING)

    def take(self, job_id: str, key: str) -> None:
        """Ask for a savepoint in a folder of its own, named by `key`, unless that has been done."""
        found = shown(self._jobs, job_id)
        if key in str(found.row.get("savepoint_path") or "") or found.word == states.SAVEPOINTING:
            return
        if found.state is not JobState.RUNNING:
            raise Rejected(f"job {job_id} is {found.word}: only a job that runs takes savepoints", where=found.name)
        self._jobs.savepoint(job_id, f"{_require_bucket(found)}/{_FOLDER}/{job_id}/{key}/")
        for look in self._looks:  # or the status from before would be taken for that of a savepoint that is done
            if look == _UNTIL_SEEN or shown(self._jobs, job_id).word == states.SAVEPOINTING:
                return

    def taken(self, job_id: str, key: str) -> SavepointProgress:
        """How far that savepoint has come.

        DLI names the folder of the last savepoint and not the savepoint: Flink makes a folder `savepoint-...` in it,
        which is what a restore is to name.
        """
        found = shown(self._jobs, job_id)
        path = str(found.row.get("savepoint_path") or "")
        if key in path and found.word != states.SAVEPOINTING:
            return SavepointProgress(asked=True, done=True, path=path if "://" in path else f"obs://{path}")
        return SavepointProgress(asked=found.word == states.SAVEPOINTING)

    def _asked(self, found: Definition, *, savepoint: bool) -> None:
        try:
            self._jobs.stop(found.id, savepoint=savepoint)
        except Rejected:
            # It may have ended, or been stopped by somebody else, since we looked.
            now = shown(self._jobs, found.id)
            if now.word == found.word:
                raise
        if found.word == states.STOP_FAILED:
            for _ in self._looks:  # or the old failure would be taken for the new stop's
                if shown(self._jobs, found.id).word != found.word:
                    return

    def _settled(self, job_id: str) -> Definition:
        """The job, once a savepoint that it is taking is done."""
        found = shown(self._jobs, job_id)
        for _ in self._looks:
            if found.word != states.SAVEPOINTING:
                break
            found = shown(self._jobs, job_id)
        return found


def _require_bucket(found: Definition) -> str:
    """The bucket that savepoints of a job go to."""
    if not found.bucket:
        hint = "from Flink 1.15 on it needs options.execution_agency_urn too"
        raise Rejected(UNSAVABLE, where=found.name, hint=hint)
    return found.bucket


def _why(found: Definition) -> str:
    told = str(found.row.get("status_desc") or "").strip()
    return f": {told}" if told else ""
