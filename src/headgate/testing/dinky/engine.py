"""The Flink behind a simulated Dinky: jobs that really run, their state, and the savepoints they left."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

_ACTIVE = frozenset({"INITIALIZING", "CREATED", "RUNNING", "CANCELLING", "FAILING", "RESTARTING"})
_NEXT = {"INITIALIZING": "CREATED", "CREATED": "RUNNING", "CANCELLING": "CANCELED", "FAILING": "FAILED"}


class FlinkError(Exception):
    """What Flink says when it refuses."""


@dataclass(slots=True)
class Job:
    """A job as Flink has it. `age` is how many starts its state has survived."""

    jid: str
    name: str
    age: int
    restored: str = ""
    checkpointing: bool = False
    word: str = "INITIALIZING"
    checkpoints: int = 0
    savepoint: str = ""
    cause: str = ""
    statement: str = ""

    @property
    def active(self) -> bool:
        return self.word in _ACTIVE


@dataclass(slots=True)
class Engine:
    """`snapshots` maps a path to the age of the state in it. `directory` is the cluster's own savepoint directory."""

    directory: str = "s3://flink/savepoints"
    jobs: dict[str, Job] = field(default_factory=dict)
    snapshots: dict[str, int] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)

    def start(self, name: str, path: str, *, checkpointing: bool, statement: str) -> Job:
        """Start a job from a snapshot, or without state. Raises FlinkError for a path where there is none."""
        if path and path not in self.snapshots:
            raise FlinkError(
                "org.apache.flink.runtime.client.JobInitializationException: Could not start the JobMaster.\n"
                "Caused by: java.io.FileNotFoundException: "
                f"Cannot find checkpoint or savepoint file/directory '{path}' on file system 's3'."
            )
        jid = hashlib.md5(f"{name} {len(self.jobs)}".encode(), usedforsecurity=False).hexdigest()
        age = self.snapshots[path] + 1 if path else 0
        self.jobs[jid] = Job(jid, name, age, path, checkpointing, statement=statement)
        return self.jobs[jid]

    def asked(self, jid: str) -> Job | None:
        """The job as Flink tells it; everything moves on by one step. None: the cluster has forgotten it."""
        job = self.jobs.get(jid)
        if job is None or jid in self.forgotten:
            return None
        if job.word == "RUNNING" and job.checkpointing:
            job.checkpoints += 1
        job.word = _NEXT.get(job.word, job.word)
        return job

    def savepoint(self, jid: str, ends_as: str, directory: str) -> str:
        """Take one; `ends_as` is the word the job ends with, empty if it goes on. Raises FlinkError."""
        job = self.jobs[jid]
        if job.word != "RUNNING":
            raise FlinkError(f"Job {jid} is not running but {job.word}")
        if not (directory or self.directory):
            raise FlinkError(
                "Config key [state.savepoints.dir] is not set. Property [target-directory] must be provided."
            )
        path = f"{directory or self.directory}/savepoint-{jid[:6]}-{len(self.snapshots):012x}"
        self.snapshots[path] = job.age
        job.savepoint = path
        job.word = ends_as or job.word
        return path

    def active(self, name: str) -> list[Job]:
        return [job for job in self.jobs.values() if job.name == name and job.active]
