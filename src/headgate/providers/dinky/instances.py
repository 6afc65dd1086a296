"""The starts of a task: which of them is, or may be, running, and how one is begun and ended.

Dinky itself checks nothing: a task that runs is started once more if asked, and keeps a pointer to the second only.
Its own list of instances lags some seconds behind Flink, so before anything is done Flink is asked through it
(`refreshJobInfoDetail`); an instance that has ended is not asked about again, because a cluster that has forgotten the
job would turn it into UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.model.live import Unknown
from headgate.model.plan import Restore
from headgate.providers.answer_fields import Unauthorised
from headgate.providers.dinky import unclear_starts
from headgate.providers.dinky.session import Session
from headgate.providers.dinky.wire import Begun, Instance, Started, Taken, Task, document, rows


class Instances:
    """Instances and savepoints of the tasks of one Dinky."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def every(self, task_id: int) -> tuple[Instance, ...]:
        """All starts of a task, newest first, those that were not over asked about just now."""
        listed = self._session.listed("/api/jobInstance", {"taskId": task_id, "isHistory": True})
        found = sorted((Instance.read(row) for row in listed), key=lambda one: -one.id)
        return tuple(self.fresh(one) if one.state.active else one for one in found if one.task_id == task_id)

    def newest(self, task_id: int) -> Instance | None:
        """The newest start of a task, fresh; None if it was never started."""
        answer = self._session.read("GET", "/api/jobInstance/getJobInstanceByTaskId", taskId=str(task_id))
        found = Instance.read(answer) if isinstance(answer, Mapping) else None
        return self.fresh(found) if found and found.state.active else found

    def fresh(self, instance: Instance) -> Instance:
        """The instance as Flink tells it now. An end must be read twice: the first may be a moment's."""
        asked = Instance.read(document(self.detail(instance.id, now=True).get("instance")))
        if asked.state.active:
            return asked
        reported = self._reported(instance.id)
        return asked if reported.word == asked.word else reported

    def detail(self, instance_id: int, *, now: bool = False) -> Mapping[str, Any]:
        """JobInfoDetail as Dinky keeps it, or as Flink says `now`."""
        call, more = ("refreshJobInfoDetail", {"isForce": "true"}) if now else ("getJobInfoDetail", {})
        return document(self._session.read("GET", f"/api/jobInstance/{call}", id=str(instance_id), **more))

    def savepoints(self, task_id: int) -> tuple[Taken, ...]:
        """What Dinky took of a task, oldest first."""
        found = self._session.read("GET", "/api/savepoints/listSavepointsByTaskId", taskId=str(task_id))
        return tuple(sorted((Taken.read(row) for row in rows(found)), key=lambda one: one.id))

    def begun(self, task_id: int) -> Begun | None:
        """The start of a task that Dinky began last, whatever came of it; None if it never began one."""
        row = document(self._session.read("GET", "/api/history/getLatestHistoryById", id=str(task_id)))
        return Begun.read(row) if row else None

    def doubt(self, task: Task, newest: Instance | None) -> Unknown | None:
        """Why nobody can say whether a start of ours that has no instance left a job; None where that can be said."""
        last = self.begun(task.id)
        if last is None or last.id <= self._history_of(newest) or self._is_under_way(last):
            return None
        return unclear_starts.unclear(task, last) if unclear_starts.may_run(last, again=True) else None

    def require_no_unclear_start(
        self, task: Task, newest: Instance | None, *, again: bool, known: int | None = None
    ) -> int:
        """A start that was begun and has no instance yet is reported by its history row alone.

        `again` says that this very start was asked for before, `known` up to which row all is known. Returns the id of
        the newest row, 0 for none. Raises Unavailable while a start is under way, OutcomeUnknown where one ended that
        may have left a job, which no person has denied yet.
        """
        last = self.begun(task.id)
        if last is None:
            return 0
        if last.id <= (self._history_of(newest) if known is None else known):
            return last.id
        if self._is_under_way(last):
            problem = f"task {task.name!r} is being started (history {last.id}), by an earlier run or by a person"
            raise Unavailable(problem, hint="run again when Dinky shows what came of it")
        if unclear_starts.may_run(last, again=again) and (known is not None or not unclear_starts.is_struck(task)):
            unclear = unclear_starts.unclear(task, last)
            raise OutcomeUnknown(unclear.why, hint=unclear.hint)
        return last.id

    def _is_under_way(self, begun: Begun) -> bool:
        return unclear_starts.is_under_way(begun, self._session.wall_clock())

    def _history_of(self, instance: Instance | None) -> int:
        """The history row of a start; lists of instances do not tell it."""
        return (instance.history_id or self._reported(instance.id).history_id) if instance else 0

    def _reported(self, instance_id: int) -> Instance:
        """An instance as Dinky has it written down."""
        reported = self._session.read("POST", "/api/jobInstance/getOneById", body={"id": instance_id})
        return Instance.read(document(reported))

    def start(self, task: Task, restore: Restore, variables: Mapping[str, str], *, known: int) -> None:
        """Start what is saved. `known` is the newest history row from before.

        Raises Rejected only where nothing runs for sure: a job that Dinky fails to write down has the same answer.
        """
        try:
            started = self._asked_to_start(task, restore, variables)
        except Unauthorised:
            raise
        except Rejected as refused:
            if self._may_have_begun(task, known):
                failed = f"the start of task {task.name!r} failed, which may have been after Flink had it"
                hint = unclear_starts.way_out(task)
                raise OutcomeUnknown(f"{failed}: {refused.problem}", where=refused.where, hint=hint) from refused
            raise
        if not started.success or started.instance_id is None:
            # Seen where a new cluster gives no id in time: it may be there all the same.
            problem = f"Dinky answered to the start of task {task.name!r} without naming a job"
            raise OutcomeUnknown(problem, hint="look for it on the cluster before you run again")
        if started.restored is not None and started.restored != restore.path:
            self.cancel(task)
            wanted, got = restore.path or "nothing", started.restored or "nothing"
            problem = f"Dinky started task {task.name!r} from {got} and not from {wanted}; it was cancelled at once"
            raise Rejected(problem, hint="name the snapshot to go on from with savepoint.strategy: path")

    def _asked_to_start(self, task: Task, restore: Restore, variables: Mapping[str, str]) -> Started:
        """Only the open API takes a path and variables."""
        if restore.path or variables:
            path = {"savePointPath": restore.path} if restore.path else {}
            body = {"id": task.id, "variables": dict(variables), **path}
            answer = self._session.write("POST", "/openapi/submitTask", body=body, slow=True)
        else:
            answer = self._session.write("GET", "/api/task/submitTask", slow=True, id=str(task.id))
        started = Started.read(document(answer))
        if not started.success and started.error:
            raise Rejected(f"task {task.name!r} was not started: {started.error}")
        return started

    def _may_have_begun(self, task: Task, known: int) -> bool:
        """Was a start begun since the history row that is known, other than one that surely came to nothing?"""
        try:
            last = self.begun(task.id)
        except ProviderError:
            return True
        return last is not None and last.id > known and not unclear_starts.came_to_nothing(last)

    def cancel(self, task: Task) -> None:
        """Fire Flink's cancel. Never forced: that would set the status to UNKNOWN and tell Flink nothing."""
        self._session.write("GET", "/api/task/cancel", id=str(task.id), withSavePoint="false", forceCancel="false")

    @staticmethod
    def require_pointed_at(task: Task, instance: Instance) -> None:
        """Dinky cancels and stops what the task points at. Raises Rejected if that is another start."""
        if task.pointer != instance.id:
            problem = f"task {task.name!r} points at job instance {task.pointer}, and its newest one is {instance.id}"
            raise Rejected(problem, hint="end the one that is wrong in Dinky, and run again")
