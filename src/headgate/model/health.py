"""What settling looks at, and what `headgate graph` draws."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.model.live import JobState


@dataclass(frozen=True, slots=True)
class Health:
    """How a job is doing now. `cause` is the platform's root cause of the last failure, one line, or empty.

    `restarts` counts the failures that were recovered from, since the start or, on a platform that does not begin anew
    with one, since the job was made; `checkpointing` says whether checkpoints are on and `checkpoints` how many have
    completed since the start. None is none of these but "not told": the platform does not say it, or was not asked.
    """

    state: JobState
    word: str = ""
    tasks_running: int = 0
    tasks: int = 0
    checkpointing: bool | None = None
    checkpoints: int | None = None
    restarts: int | None = None
    cause: str = ""

    @property
    def settled(self) -> bool:
        """Running, all tasks running, and the first checkpoint completed where checkpointing is on.

        Waiting for what is never told would end in a rollback of a healthy job, so a checkpoint is waited for only
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

    `path` is set once it is `done`, and never empty then: a platform that names none is given a name that it can read
    back. `failed` says why it did not work.
    """

    asked: bool = False
    done: bool = False
    path: str = ""
    failed: str = ""


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
