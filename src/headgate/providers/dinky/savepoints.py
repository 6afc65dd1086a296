"""Savepoints of jobs that run: of one that goes on, and of one that is stopped by it.

Dinky answers when a savepoint is done, and tells no cause when it failed. Nothing of what it keeps says who asked for
one, so the key of a savepoint is written into the task's note before it is asked for.
"""

from __future__ import annotations

from dataclasses import replace

from headgate.errors import OutcomeUnknown, Rejected
from headgate.model.health import SavepointProgress
from headgate.model.live import JobState
from headgate.providers.dinky.forms import ON_THEIR_OWN
from headgate.providers.dinky.instances import Instances
from headgate.providers.dinky.session import Session
from headgate.providers.dinky.task_note import Note, Took
from headgate.providers.dinky.tasks import Tasks
from headgate.providers.dinky.wire import Instance, Task, savepoint_of

_KEY = 12
_NO_REST_SAVEPOINTS = (1, 2, 0)
_BROKEN = "Dinky 1.2.0 cannot take savepoints through Flink's REST API"
_UPGRADE, _EMPTY = "use another version", "start empty with savepoint.strategy: none"
_DIRECTORY = "Dinky tells no cause; is state.savepoints.dir, or rest.target-directory in config, set and writable?"


class Savepoints:
    """Takes them; a task is as it was read just now, an instance as Flink reported it just now."""

    def __init__(self, session: Session, instances: Instances, tasks: Tasks) -> None:
        self._session = session
        self._instances = instances
        self._tasks = tasks

    def impossible(self, mode: str) -> str:
        """Why none can be taken of a job in a run mode, and the way out; empty where that is not sure."""
        if mode in ON_THEIR_OWN or self._session.login().version != _NO_REST_SAVEPOINTS:
            # Modes with a cluster of their own may be set up to take them in another way, which nobody sees outside.
            return ""
        return f"{_BROKEN}, so the job cannot be stopped with one: {_UPGRADE}, or {_EMPTY}"

    def take(self, task: Task, newest: Instance, key: str) -> None:
        """Take a savepoint of a job that goes on, unless there is one of this key."""
        taken = self._instances.savepoints(task.id)
        note = Note.read(task.note)
        if note.marker is None:
            raise Rejected(f"task {task.name!r} is not ours: its note has no place for the key of a savepoint")
        if self.progress(task, key).done:
            return
        took = Took(key[:_KEY], max((one.id for one in taken), default=0))
        self.ask(task, newest, "trigger", replace(note, took=took))

    def progress(self, task: Task, key: str) -> SavepointProgress:
        """How far the savepoint of a key is: the first that was triggered since it was asked for."""
        took = Note.read(task.note).took
        if took is None or took.key != key[:_KEY]:
            return SavepointProgress()
        since = (one for one in self._instances.savepoints(task.id) if one.id > took.after and one.kind == "trigger")
        path = next((one.path for one in since if one.path), "")
        return SavepointProgress(asked=True, done=bool(path), path=path)

    def ask(self, task: Task, newest: Instance, kind: str, note: Note | None = None) -> None:
        """Take a savepoint (trigger), or stop with one (stop); `note` is written before. Answers when it is done.

        Raises Rejected if it failed and the job runs on; what became of it is asked before that is said. Cancelling
        "with savepoint" is never asked for: Dinky cancels without one when the savepoint fails, and says it worked.
        """
        if newest.state is not JobState.RUNNING:
            raise Rejected(f"no savepoint can be taken of task {task.name!r} while it is {newest.word}")
        self._instances.require_pointed_at(task, newest)
        if note is not None:
            self._tasks.annotate(task, note)
        path = "/api/task/savepoint"
        try:
            if savepoint_of(self._session.write("GET", path, slow=True, taskId=str(task.id), savePointType=kind)):
                return
            trouble = Rejected("Dinky answered without a path")
        except Rejected as refused:
            trouble = refused
        if kind == "stop" and not self._instances.fresh(newest).state.active:
            raise OutcomeUnknown(f"the job ended, and Dinky says of its savepoint: {trouble.problem}") from trouble
        hint = f"{_BROKEN}: {_UPGRADE}" if self._session.login().version == _NO_REST_SAVEPOINTS else _DIRECTORY
        problem = f"no savepoint could be taken of task {task.name!r}, which runs on: {trouble.problem}"
        raise Rejected(problem, where=trouble.where, hint=hint, code="savepoint-failed") from trouble
