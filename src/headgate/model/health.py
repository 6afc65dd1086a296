"""What settling looks at, and what `headgate graph` draws."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.model.failure_origin import Blame
from headgate.model.live import JobState


@dataclass(frozen=True, slots=True)
class Health:
    """How a job is doing now. `cause` is the platform's root cause of the last failure, one line, or empty.

    `restarts` counts the failures that were recovered from, since the start or, on a platform that does not begin again
    with one, since the job was made; `checkpointing` says whether checkpoints are on and `checkpoints` how many have
    completed since the start. None is none of these but "not reported": the platform does not say it, or was not asked.
    `failure_origin` says whether `cause` is the program's, or what any program would have met there.
    """

    state: JobState
    word: str = ""
    tasks_running: int = 0
    tasks: int = 0
    checkpointing: bool | None = None
    checkpoints: int | None = None
    restarts: int | None = None
    cause: str = ""
    blame: Blame = Blame.UNKNOWN

    @property
    def settled(self) -> bool:
        """Running, all tasks running, and the first checkpoint completed where checkpointing is on.

        Waiting for what is never reported would end in a rollback of a healthy job, so a checkpoint is waited for only
        where the platform says that they are on and counts them.
        """
        return self._runs and not (self.checkpointing and self.checkpoints == 0)

    @property
    def lacks_only_a_checkpoint(self) -> bool:
        """Does it run as it should, but for a first checkpoint whose time may not have come?"""
        return self._runs and not self.settled

    @property
    def _runs(self) -> bool:
        return self.state is JobState.RUNNING and 0 < self.tasks == self.tasks_running


@dataclass(frozen=True, slots=True)
class SavepointProgress:
    """How far a savepoint has come, be it of a job that goes on or of one that is stopped by it.

    `job` is the state of the job that the platform reported with it, UNKNOWN where it reported none. With it, the ends
    of a stop are distinguished:

    - `failed` says why there is no savepoint; the job runs on only where `job` says so
    - `done`: the savepoint is at `path` and the job has ended; a `warning`, the platform's own words, says that it
      failed as it was stopped, so that effects of its last moments may be missing outside
    - neither: it is under way; a `path` says that the savepoint exists and the job is still stopping

    Once it is `done` there is a `path`: a platform that names none is given a name that it can read back. Only where
    the platform does not report which savepoint of a folder it is, `path` is empty and `folder` holds it.
    `asked` is False where the platform knows of no such request. `hint` is the next move where the cause is known.
    """

    asked: bool = False
    done: bool = False
    path: str = ""
    failed: str = ""
    warning: str = ""
    job: JobState = JobState.UNKNOWN
    hint: str = ""
    folder: str = ""

    @property
    def place(self) -> str:
        """Its path; where that is unknown this, with the folder that holds it."""
        return self.path or (
            f"path unknown: the platform does not report it. The savepoint is the folder savepoint-... in {self.folder}"
        )

    @property
    def lost(self) -> bool:
        """Does the platform know of no request, while the job runs? Then the request was lost and is made again."""
        return not (self.asked or self.done or self.failed) and self.job is JobState.RUNNING


@dataclass(frozen=True, slots=True)
class Vertex:
    """One node of an execution graph; `inputs` are (vertex id, ship strategy) pairs.

    `max_parallelism` is the bound its state was made for, 0 where the platform does not say.
    """

    id: str
    name: str
    parallelism: int
    status: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    max_parallelism: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """The execution graph of a job, vertices in the platform's order."""

    job_id: str
    name: str
    vertices: tuple[Vertex, ...] = ()
