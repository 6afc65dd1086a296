"""One look at a Dinky: tasks, newest instances and the catalogue in bulk, more only of jobs of ours that have ended.

What a start left behind does not change once it is over, so it is asked for once, ever: see `providers.run_facts`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from headgate.model.live import JobState, Live, Observation, Several, Snapshot, Unknown
from headgate.model.live_health import Condition, HealthWord
from headgate.providers.dinky import definition, remains
from headgate.providers.dinky.catalogue import Catalogue, Trees
from headgate.providers.dinky.names import Names
from headgate.providers.dinky.notes import Note
from headgate.providers.dinky.runs import Runs
from headgate.providers.dinky.session import Session
from headgate.providers.dinky.wire import Instance, Task
from headgate.providers.run_facts import Facts

_AT_ONCE = 8
_NEVER = "never started"
_LOST = "no job instance"
_UNCLEAR = "start unclear"
# Dinky looks after a job that failed for a minute more, and may note a savepoint late.
_OVER = timedelta(minutes=10)
_LEFT = "left"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read in bulk. `runs` are the starts of a task that matter: the newest, and all that run."""

    tasks: tuple[Task, ...]
    runs: Mapping[int, tuple[Instance, ...]]
    catalogue: Catalogue
    names: Names


class Observer:
    """Tells what is there. What cannot change about a start is asked for once."""

    def __init__(self, session: Session, runs: Runs, trees: Trees, facts: Facts, *, project: str, folder: str) -> None:
        self._session = session
        self._runs = runs
        self._trees = trees
        self._facts = facts
        self._project = project
        self._folder = folder
        self._variables: dict[tuple[int, str], dict[str, str]] = {}
        self._lock = threading.Lock()

    def observe(self) -> Observation:
        """Four lists; then two requests for each job of ours that has ended and was not looked at before."""
        seen = self._seen()
        ours: dict[str, list[tuple[Live, Instance | None]]] = {}
        others: list[Live] = []
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            described = list(pool.map(lambda task: self._described(task, seen), seen.tasks))
        for found in described:
            for live, instance in found:
                if live.marker and live.marker.project == self._project:
                    ours.setdefault(live.marker.job, []).append((live, instance))
                else:
                    others.append(live)
        jobs: dict[str, Live | Several] = {}
        for name, lives in sorted(ours.items()):
            jobs[name], rest = _current(name, lives)
            others += rest
        self._facts.keep_only({_known_as(run) for runs in seen.runs.values() for run in runs})
        return Observation(jobs, tuple(sorted(others, key=lambda live: (live.name, live.job_id, live.run))))

    def _seen(self) -> _Seen:
        wanted = {"filter": {"dialect": list(definition.DIALECTS)}, "sorter": {"id": "ascend"}}
        found = tuple(Task.read(row) for row in self._session.listed("/api/task", wanted))
        newest = [Instance.read(row) for row in self._session.listed("/api/jobInstance", {})]
        running = {"isHistory": True, "status": JobState.RUNNING.value}
        every = newest + [Instance.read(row) for row in self._session.listed("/api/jobInstance", running)]
        runs: dict[int, dict[int, Instance]] = {}
        for instance in every:
            runs.setdefault(instance.task_id, {})[instance.id] = instance
        return _Seen(
            tasks=tuple(task for task in found if definition.is_a_job(task)),
            runs={task_id: _that_matter(each.values()) for task_id, each in runs.items()},
            catalogue=self._trees.now(),
            names=Names(self._session),
        )

    def _described(self, task: Task, seen: _Seen) -> list[tuple[Live, Instance | None]]:
        """The task as its newest start, and as each other start of it that runs as well."""
        note = Note.read(task.note)
        ours = note.marker is not None and note.marker.project == self._project
        runs: tuple[Instance | None, ...] = seen.runs.get(task.id, ()) or (None,)
        entry = seen.catalogue.task(task.id)
        live = Live(
            job_id=str(task.id),
            name=task.name,
            state=JobState.STOPPED,
            marker=note.marker,
            applied=definition.applied(
                task,
                names=seen.names,
                said=note.said,
                note=note.text,
                folder=entry.folder if entry else None,
                usual_folder=self._folder,
                variables=self._variables_of(runs[0]) if runs[0] and "variables" in note.said else None,
            ),
            markable=True,
        )
        return [(self._as_it_is(live, task, run, ours=ours), run) for run in runs]

    def _as_it_is(self, live: Live, task: Task, run: Instance | None, *, ours: bool) -> Live:
        if doubt := self._doubt(task, run) if ours else None:
            run_id = run.run if run else ""
            return replace(live, state=JobState.UNKNOWN, word=_UNCLEAR, run=run_id, doubt=doubt)
        if run is None:
            word = _LOST if task.pointer else _NEVER
            return replace(live, word=word, provably_empty=task.pointer is None)
        live = replace(
            live,
            state=run.state,
            word=run.word,
            run=run.run,
            started_at=self._session.milliseconds(run.created),
            # Flink's own word; of a job that runs the listing does not say how it does.
            condition=Condition(HealthWord.DEGRADED if run.word == "RESTARTING" else HealthWord.UNKNOWN),
        )
        if not ours or (run.state.active and run.word != "RESTARTING"):
            return live
        left = self.left_by(run)
        if run.state.active:
            return replace(live, provably_empty=left.empty)
        state = JobState.SUSPENDED if left.stopped else run.state
        return replace(live, state=state, snapshot=left.snapshot, provably_empty=left.empty)

    def _doubt(self, task: Task, run: Instance | None) -> Unknown | None:
        """Why nobody can say whether the start that our marker tells of left a job; asked where it has no instance."""
        at_rest = run is None or not run.state.active
        announced = Note.read(task.note).announces(run.id if run else None)
        return self._runs.doubt(task, run) if at_rest and announced else None

    def left_by(self, run: Instance) -> remains.Remains:
        """What a start left behind; asked once if that is final: it was stopped with a savepoint, or is long over."""
        key = _known_as(run)
        if known := self._facts.get(key, _LEFT):
            snapshot = Snapshot(**known["snapshot"]) if known["snapshot"] else None
            return remains.Remains(snapshot, known["stopped"], known["empty"])
        detail, taken = self._runs.detail(run.id), self._runs.savepoints(run.task_id)
        left = remains.remains(run, detail, taken, self._session.milliseconds)
        over = run.finished is not None and run.finished < self._session.wall_clock() - _OVER
        if not run.state.active and (left.stopped or over) and run.jid:
            self._facts.put(key, _LEFT, asdict(left))
        return left

    def _variables_of(self, run: Instance) -> dict[str, str]:
        with self._lock:
            known = self._variables.get((run.id, run.jid))
        if known is None:
            known = remains.variables(self._runs.detail(run.id))
            with self._lock:
                self._variables[run.id, run.jid] = known
        return known


def _known_as(run: Instance) -> str:
    """Under what a start that has ended is remembered: all that distinguishes it from a later one with the same ids."""
    return " ".join(map(str, (run.task_id, run.id, run.jid, run.word, run.created, run.finished)))


def _that_matter(runs: Iterable[Instance]) -> tuple[Instance, ...]:
    newest, *older = sorted(runs, key=lambda run: -run.id)
    return newest, *(run for run in older if run.state.active)


def _current(name: str, lives: list[tuple[Live, Instance | None]]) -> tuple[Live | Several, list[Live]]:
    """The job that a name stands for, and the definitions that only bear its marker: somebody made a copy.

    Of several that run, none; of those that ended, the one with the right name, then the one started last.
    """
    active = [live for live, _ in lives if live.state.active]
    if len(active) > 1:
        return Several(tuple(sorted(active, key=lambda live: (live.job_id, live.run)))), []

    def rank(pair: tuple[Live, Any]) -> tuple[bool, bool, int]:
        live, run = pair
        return live.state.active, live.name == name, run.id if run else 0

    chosen, _ = max(lives, key=rank)
    return chosen, [live for live, _ in lives if live.job_id != chosen.job_id]
