"""Tasks with their starts, as definitions: all of them in one look, or one as it is now.

What a start left behind does not change once it is over, so it is asked for once, ever: see `providers.run_facts`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import partial

from headgate.errors import Rejected
from headgate.model.live import JobState, Live, Snapshot
from headgate.model.live_health import Condition, HealthWord
from headgate.providers.definitions.definition import Definition
from headgate.providers.definitions.ownership import is_ours
from headgate.providers.dinky import instance_details
from headgate.providers.dinky.catalogue import Entry, Trees
from headgate.providers.dinky.instance_details import Remains
from headgate.providers.dinky.instances import Instances
from headgate.providers.dinky.names import Names
from headgate.providers.dinky.session import Session
from headgate.providers.dinky.spec import applied
from headgate.providers.dinky.task_note import Note
from headgate.providers.dinky.tasks import Tasks
from headgate.providers.dinky.wire import Instance, Task
from headgate.providers.run_facts import Facts

_AT_ONCE = 8
# Dinky looks after a job that failed for a minute more, and may note a savepoint late.
_OVER = timedelta(minutes=10)
_LEFT = "left"


@dataclass(frozen=True, slots=True)
class TaskRun:
    """A task and one start of it; None: it was never started. `begun` is the newest history row that is known of."""

    task: Task
    instance: Instance | None
    begun: int = 0

    @property
    def newest(self) -> int:
        return self.instance.id if self.instance else 0

    @property
    def started(self) -> Instance:
        """Its start. Raises Rejected where it has none."""
        if self.instance is None:
            raise Rejected(f"task {self.task.id} was never started")
        return self.instance


@dataclass(frozen=True, slots=True)
class TaskRuns:
    """Reads them. What cannot change about a start is asked for once."""

    _session: Session
    _instances: Instances
    _tasks: Tasks
    _trees: Trees
    _facts: Facts
    _project: str
    _folder: str
    _variables: dict[tuple[int, str], dict[str, str]] = field(default_factory=dict)

    def list(self) -> tuple[Definition, ...]:
        """Four lists; then two requests for each job of ours that has ended and was not looked at before."""
        tasks = self._tasks.listed()
        running = {"isHistory": True, "status": JobState.RUNNING.value}
        starts = (row for wanted in ({}, running) for row in self._session.listed("/api/jobInstance", wanted))
        runs: dict[int, tuple[Instance, ...]] = {}
        for _, run in sorted({run.id: run for run in map(Instance.read, starts)}.items(), reverse=True):
            if run.task_id not in runs or run.state.active:
                runs[run.task_id] = (*runs.get(run.task_id, ()), run)
        catalogue, names = self._trees.now(), Names(self._session)
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            each_run = (runs.get(task.id) or (None,) for task in tasks)
            entries = (catalogue.task(task.id) for task in tasks)
            found = list(pool.map(partial(self._described, names), tasks, each_run, entries))
        self._facts.keep_only({_known_as(run) for each in runs.values() for run in each})
        return tuple(one for each in found for one in each)

    def now(self, task: Task) -> Definition:
        """A task and its newest start, as Flink reports it now."""
        return self._of(task, self._instances.newest(task.id))

    def every(self, task: Task) -> tuple[Definition, ...]:
        """A task once for each start that runs, as Flink reports it now; once with its newest where none does."""
        starts = self._instances.every(task.id)
        runs = tuple(one for one in starts if one.state.active) or starts[:1] or (None,)
        return tuple(self._of(task, run) for run in runs)

    def left_by(self, run: Instance) -> Remains:
        """What a start left behind; asked once if that is final: it was stopped with a savepoint, or is long over."""
        key = _known_as(run)
        if known := self._facts.get(key, _LEFT):
            snapshot = Snapshot(**known["snapshot"]) if known["snapshot"] else None
            return Remains(snapshot, known["stopped"], known["empty"])
        detail, taken = self._instances.detail(run.id), self._instances.savepoints(run.task_id)
        left = instance_details.remains(run, detail, taken, self._session.milliseconds)
        over = run.finished is not None and run.finished < self._session.wall_clock() - _OVER
        if not run.state.active and (left.stopped or over) and run.jid:
            self._facts.put(key, _LEFT, asdict(left))
        return left

    def _described(
        self, names: Names, task: Task, runs: tuple[Instance | None, ...], entry: Entry | None
    ) -> tuple[Definition, ...]:
        """The task as its newest start, and as each other start of it that runs as well."""
        note = Note.read(task.note)
        manifest = applied(
            task,
            names,
            note,
            folder=entry.folder if entry else None,
            usual_folder=self._folder,
            variables=self._variables_of(runs[0]) if runs[0] and "variables" in note.said else None,
        )
        found = (self._of(task, run) for run in runs)
        return tuple(replace(one, live=self._as_it_is(replace(one.live, applied=manifest), one.row)) for one in found)

    def _as_it_is(self, live: Live, row: TaskRun) -> Live:
        """With what our start left, and whether one of ours is unclear."""
        note, run = Note.read(row.task.note), row.instance
        ours, at_rest = is_ours(note.marker, self._project), not (run and run.state.active)
        announced = ours and at_rest and note.announces(run.id if run else None)
        if announced and (doubt := self._instances.doubt(row.task, run)):
            return replace(live, state=JobState.UNKNOWN, word="start unclear", provably_empty=False, doubt=doubt)
        if run is None:
            return live
        # Flink's own word; of a job that runs the listing does not say how it does.
        degraded = HealthWord.DEGRADED if run.word == "RESTARTING" else HealthWord.UNKNOWN
        live = replace(live, condition=Condition(degraded))
        if not ours or (run.state.active and run.word != "RESTARTING"):
            return live
        left = self.left_by(run)
        if run.state.active:
            return replace(live, provably_empty=left.empty)
        state = JobState.SUSPENDED if left.stopped else run.state
        return replace(live, state=state, snapshot=left.snapshot, provably_empty=left.empty)

    def _of(self, task: Task, run: Instance | None) -> Definition:
        """A task and one start of it, without its manifest and what the start left."""
        live = Live(
            job_id=str(task.id),
            name=task.name,
            state=run.state if run else JobState.STOPPED,
            word=run.word if run else "no job instance" if task.pointer else "never started",
            marker=Note.read(task.note).marker,
            started_at=self._session.milliseconds(run.created) if run else 0,
            provably_empty=run is None and task.pointer is None,
            run=run.run if run else "",
            markable=True,
        )
        return Definition(live, never_ran=run is None, row=TaskRun(task, run))

    def _variables_of(self, run: Instance) -> dict[str, str]:
        known = (run.id, run.jid)
        if known not in self._variables:
            self._variables[known] = instance_details.variables(self._instances.detail(run.id))
        return self._variables[known]


def _known_as(run: Instance) -> str:
    """Under what a start that has ended is remembered: all that distinguishes it from a later one with the same ids."""
    return " ".join(map(str, (run.task_id, run.id, run.jid, run.word, run.created, run.finished)))
