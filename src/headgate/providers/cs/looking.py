"""What a job is doing, where its status word alone does not say."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from headgate.errors import Rejected
from headgate.model.health import Health
from headgate.model.live import JobState
from headgate.providers.cs.api import CsApi
from headgate.providers.cs.states import STOP_FAILED, engine_state
from headgate.providers.cs.wire import Definition

# How many looks a status may take to follow a start that was accepted.
_PATIENCE = 100


@dataclass(slots=True)
class _Begun:
    word: str
    start_time: int
    looks: int = 0


class Looks:
    """The states of the jobs of one project. Remembers the starts of this process until their status follows."""

    def __init__(self, api: CsApi) -> None:
        self._api = api
        self._begun: dict[int, _Begun] = {}
        self._lock = threading.Lock()

    def begun(self, before: Definition) -> None:
        """A start of this job was accepted; `before` is how it looked before that."""
        with self._lock:
            self._begun[before.job_id] = _Begun(before.word, before.start_time)

    def state(self, job: Definition) -> JobState:
        """The common state: STARTING while a start is not shown yet, and Flink's word after a stop that failed."""
        with self._lock:
            begun = self._begun.get(job.job_id)
            if begun is not None:
                begun.looks += 1
                if (begun.word, begun.start_time) == (job.word, job.start_time) and begun.looks <= _PATIENCE:
                    return JobState.STARTING
                del self._begun[job.job_id]
        return self._after_failed_stop(job) if job.word == STOP_FAILED else job.state

    def _after_failed_stop(self, job: Definition) -> JobState:
        """Only the execution graph can tell whether the Flink job runs on, and no graph proves nothing."""
        try:
            graph = self._api.execute_graph(job.job_id)
        except Rejected:
            return JobState.UNKNOWN
        return engine_state(str(graph.get("state") or ""))

    def health(self, job_id: int) -> Health:
        """How a job is doing; the platform counts neither tasks nor checkpoints, so a job that runs is one task.

        Whether checkpoints are on is told of SQL jobs: a jar sets them up in its program.
        """
        job = self._api.job(job_id)
        state = self.state(job)
        runs = int(state is JobState.RUNNING)
        cause = " ".join(job.status_desc.split()) if state in (JobState.FAILED, JobState.UNKNOWN) else ""
        return Health(state, job.word, runs, 1, checkpointing=job.checkpointing, cause=cause)
