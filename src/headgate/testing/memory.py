"""A platform in memory: a model of what a provider promises, for tests of everything above the port.

    platform = MemoryPlatform()
    platform.submit(...)                  # or let headgate do it
    platform.fail("orders")               # what the world does to it
    assert platform.running("orders") == ["..."]

It keeps jobs, snapshots and the state of every operator, answers at once, is the same every time, and may be asked from
several threads. State is modelled as Flink keeps it: by operator id, so a job that is started under the wrong ids, or
from a snapshot it cannot read, fails here too.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.health import Graph, Health, SavepointProgress, Vertex
from headgate.model.live import JobState, Kept, Live, Marker, Observation, Several, Snapshot
from headgate.model.live_health import Condition, HealthWord
from headgate.model.packages import mentions
from headgate.model.plan import Change, PlatformVerdict, Restore, RestoreKind
from headgate.model.reasons import Reason
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Sql
from headgate.model.topology import Compiled, Topology
from headgate.providers.port import Capabilities, NoDefinitions, Submission, Support, require_own_start
from headgate.testing import operators
from headgate.testing.memory_plans import MemoryPlans
from headgate.testing.operators import MemoryJob, State, StateRefused, restored_state

_EPOCH = 1_767_225_600_000


class MemoryPlatform(NoDefinitions):
    """A `Provider` without a platform. Attributes that a test may set make it misbehave:

    `silent`            why it does not answer at all; empty: it answers
    `rejects`           a word no statement may contain
    `no_savepoints`     why savepoints fail
    `bad_ends`          what it says of stops that make their savepoint and then fail the job
    `slow_ends`         how many looks a job goes on stopping for, once its savepoint is made
    `lost_stops`        how many stops it accepts and forgets
    `lost_replies`      how many of the next writes are done without their reply arriving
    `rescales`          whether parallelism changes without a restart
    `forgets_storage`   whether storage, too, says nothing of jobs that are gone
    `starts_broken`     a word: jobs whose program holds it fail as soon as they are started
    `no_slots`          why no job gets going that is started now; `give_slots` gets them going
    `starts_looping`    a word: jobs whose program holds it restart for ever
    `undisposable`      why no savepoint can be deleted
    `refused_starts`    how many of the next starts are refused

    Two platforms that `share_storage` read each other's snapshots.
    """

    capabilities = Capabilities(
        dispose=Support.YES,
    )
    compiled_form = MemoryPlans()
    max_parallelism = 128

    def __init__(self, name: str = "memory", *, project: str = "payments") -> None:
        self.name = name
        self.project = project
        self.silent = self.rejects = self.no_savepoints = self.bad_ends = ""
        self.slow_ends = self.lost_stops = 0
        self._ended_badly: set[str] = set()
        self.lost_replies = self.refused_starts = 0
        self.rescales = self.forgets_storage = False
        self.starts_broken = self.starts_looping = self.no_slots = self.undisposable = ""
        self.jobs: dict[str, MemoryJob] = {}
        self.snapshots: dict[str, State] = {}
        self.lacks_place = ""
        self.outlived: dict[str, list[Snapshot]] = {}
        self.writes: list[str] = []
        self._stop_failures: dict[str, str] = {}
        self._count = 0
        self._taken: dict[str, str] = {}
        self._started: dict[str, tuple[int, str]] = {}
        self._savepoints: dict[str, list[Snapshot]] = {}
        self._lock = threading.RLock()

    # -- what the world does, and what a test looks at ---------------------------------------------------------------

    def running(self, job: str) -> list[str]:
        """The ids of all active jobs of a name: never more than one, if headgate keeps its first promise."""
        return [job_id for job_id, each in self.jobs.items() if each.live.name == job and each.live.state.active]

    def ages(self, job: str) -> dict[str, int]:
        """Operator name to the number of starts its state has survived, for the one job that runs."""
        [job_id] = self.running(job)
        names = {operator.id: operator.name for operator in self.jobs[job_id].topology.operators}
        return {names[number]: age for number, (_, age) in self.jobs[job_id].state.items()}

    def fail(self, job: str, cause: str = "the disk is full") -> None:
        """The job of this name fails for good; its last checkpoint stays."""
        for job_id in self.running(job):
            self.jobs[job_id].cause = cause
            self._end(job_id, JobState.FAILED, "checkpoint")

    def crash_loop(self, job: str, cause: str = "ArithmeticException: / by zero") -> None:
        """The job of this name fails and is recovered, again and again: each call is one more failure."""
        for each in map(self.jobs.__getitem__, self.running(job)):
            each.fails_again(cause, self._now())

    def give_slots(self) -> None:
        """Whatever waits for slots gets them, and runs."""
        self.no_slots = ""
        for each in self.jobs.values():
            each.gets_slots()

    def finish(self, job: str) -> None:
        """The job of this name has read all of its input."""
        for job_id in self.running(job):
            self._end(job_id, JobState.FINISHED, "checkpoint")

    def forget(self) -> None:
        """The platform is restarted: jobs and their history are gone, snapshots stay."""
        self.jobs.clear()

    def start_stranger(self, job: str, *, project: str = "") -> str:
        """Somebody else starts a job; with a marker of `project`, or with none."""
        marker = Marker(project, job, "0" * 16) if project else None
        spec = JobSpec(job, self.name, Sql("INSERT INTO t SELECT a FROM s"))
        job_id = operators.digest([job, project, len(self.jobs)])
        self._start(
            job_id, spec, operators.topology_of("INSERT INTO t SELECT a FROM s"), marker, Restore(RestoreKind.FRESH)
        )
        return job_id

    def opened_by(self, project: str) -> MemoryPlatform:
        """The same platform as another project, or another process, sees it."""
        other = copy.copy(self)
        other.project = project
        return other

    def share_storage(self, other: MemoryPlatform) -> None:
        """From now on both keep their snapshots, and the traces of their jobs, in one place."""
        self.snapshots, self._savepoints, self._started = other.snapshots, other._savepoints, other._started

    # -- the port ------------------------------------------------------------------------------------------------------

    def observe(self) -> Observation:
        with self._asked():
            ours: dict[str, list[Live]] = {}
            others: list[Live] = []
            for each in self.jobs.values():
                marker = each.live.marker
                if marker and marker.project == self.project:
                    ours.setdefault(marker.job, []).append(each.live)
                elif each.live.state.active:
                    others.append(each.live)
            found = {name: _current(lives) for name, lives in sorted(ours.items())}
            return Observation(found, tuple(sorted(others, key=lambda live: (live.name, live.job_id))))

    def health(self, job_id: str) -> Health:
        with self._asked():
            each = self._known(job_id)
            runs = int(each.live.state is JobState.RUNNING)
            return Health(each.live.state, each.live.word, runs, 1, True, runs, 0, each.cause, each.blame)

    def graph(self, job_id: str) -> Graph:
        with self._asked():
            each = self._known(job_id)
            names = [operator.name for operator in each.topology.operators] or ["program"]
            vertices: list[Vertex] = []
            for vertex_id, name in zip(operators.vertices_of(each.spec.program), names, strict=True):
                inputs = ((vertices[-1].id, "FORWARD"),) if vertices else ()
                vertices.append(Vertex(vertex_id, name, each.spec.parallelism, each.live.word, inputs))
            return Graph(job_id, each.live.name, tuple(vertices))

    def detail(self, job_id: str) -> dict[str, Any]:
        with self._asked():
            each = self._known(job_id)
            return {"id": job_id, "name": each.live.name, "state": each.live.word}

    def compile(self, spec: JobSpec) -> Compiled:
        with self._asked():
            if not isinstance(spec.program, Sql):
                return Compiled(why="a jar's operators do not say what they store")
            if self.rejects and self.rejects in spec.program.text:
                raise Rejected(
                    f"nobody knows what {self.rejects!r} is", where=str(spec.source), code="statement-rejected"
                )
            topology = operators.topology_of(spec.program.text)
            return Compiled(operators.written(topology), topology)

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        if live is None or spec.parallelism == live_parallelism(live):
            return PlatformVerdict()
        if spec.parallelism > (most := self.max_parallelism):
            note = f"parallelism {spec.parallelism} is above the job's max parallelism {most}"
            return PlatformVerdict(blocked=Reason.ABOVE_MAX_PARALLELISM, note=note)
        only_parallelism = {change.path for change in changes} == {"parallelism"}
        return PlatformVerdict(frozenset({"parallelism"} if self.rescales and only_parallelism else ()))

    def kept(self, job: str) -> Kept | None:
        with self._asked():
            if self.forgets_storage:
                return None
            found = [one for one in self._savepoints.get(job, ()) if one.path in self.snapshots]
            started_at, job_id = self._started.get(job, (0, ""))
            started_as = (job_id,) if job_id else ()
            return Kept(job in self._started, tuple(reversed(found)), started_at, started_as=started_as)

    def retained(self, job: str, job_ids: tuple[str, ...], config: Mapping[str, str]) -> tuple[Snapshot, ...]:
        with self._asked():
            found = [one for job_id in job_ids for one in self.outlived.get(job_id, ())]
            return tuple(sorted(found, key=lambda one: -one.at))

    def no_place(self, spec: JobSpec) -> str:
        return self.lacks_place

    def exists(self, path: str) -> bool | None:
        with self._asked():
            return path in self.snapshots

    def references(self, package: str) -> tuple[str, ...]:
        with self._asked():
            programs = {each.live.name: each.spec.program for each in self.jobs.values()}
            return tuple(
                sorted(name for name, each in programs.items() if isinstance(each, Jar) and mentions(each.uri, package))
            )

    def update(self, live: Live, spec: JobSpec, marker: Marker) -> None:
        with self._asked(f"update {live.name}"):
            each = self._known(live.job_id)
            each.spec = spec
            each.live = replace(each.live, applied=AppliedSpec.restored(spec.carried()), marker=marker)

    def take_savepoint(self, job_id: str, key: str) -> None:
        with self._asked(f"savepoint {self._name(job_id)}"):
            if key not in self._taken:
                self._taken[key] = self._snapshot(job_id, "savepoint").path if not self.no_savepoints else ""

    def savepoint_progress(self, job_id: str, key: str) -> SavepointProgress:
        with self._asked():
            path = self._taken.get(key)
            if path is None:
                return SavepointProgress()
            return SavepointProgress(True, bool(path), path, "" if path else self.no_savepoints)

    def dispose(self, path: str) -> None:
        with self._asked(f"dispose {path}"):
            if self.undisposable:
                raise Rejected(self.undisposable, where=self.name)
            self.snapshots.pop(path, None)

    def submit(self, submission: Submission) -> str:
        with self._asked(f"submit {submission.spec.name}"):
            spec, path = submission.spec, submission.restore.path
            if self.refused_starts:
                self.refused_starts -= 1
                raise Rejected("no slot is free", where=self.name)
            if path and path not in self.snapshots:
                raise Rejected(f"there is no snapshot at {path}", where=self.name)
            if there := self.jobs.get(submission.job_id):
                require_own_start(submission, there.live.marker, self.name)
            else:
                compiled = operators.read(submission.compiled.plan) if submission.compiled else None
                as_written = operators.topology_of(spec.program.text) if isinstance(spec.program, Sql) else Topology(())
                self._start(submission.job_id, spec, compiled or as_written, submission.marker, submission.restore)
            return submission.job_id

    def stop_with_savepoint(self, job_id: str) -> None:
        with self._asked(f"stop {self._name(job_id)}"):
            if self._known(job_id).live.state is JobState.RUNNING:
                self._stop_failures[job_id] = self.no_savepoints
                if self.lost_stops:
                    self.lost_stops -= 1
                elif self.bad_ends:
                    self._ended_badly.add(job_id)
                    self._end(job_id, JobState.FAILED, "savepoint")
                elif not self.no_savepoints:
                    self._end(job_id, JobState.SUSPENDED, "savepoint")

    def stop_progress(self, job_id: str) -> SavepointProgress:
        with self._asked():
            if why := self._stop_failures.get(job_id, ""):
                return SavepointProgress(asked=True, failed=why, job=self._known(job_id).live.state)
            live = self._known(job_id).live
            badly = job_id in self._ended_badly
            if not live.snapshot or not (badly or live.state is JobState.SUSPENDED):
                return SavepointProgress(job=live.state)
            if self.slow_ends:
                self.slow_ends -= 1
                return SavepointProgress(asked=True, path=live.snapshot.path, job=JobState.STOPPING)
            warning = self.bad_ends if badly else ""
            return SavepointProgress(asked=True, done=True, path=live.snapshot.path, warning=warning, job=live.state)

    def cancel(self, job_id: str) -> None:
        with self._asked(f"cancel {self._name(job_id)}"):
            if self._known(job_id).live.state.active:
                self._end(job_id, JobState.STOPPED, "checkpoint")

    def close(self) -> None:
        """Nothing to let go of."""

    @contextmanager
    def _asked(self, write: str = "") -> Iterator[None]:
        """One request: refused while silent; a write is noted, and its reply may be lost after it was done."""
        with self._lock:
            if self.silent:
                raise Unavailable(self.silent, where=self.name)
            yield
            if write:
                self.writes.append(write)
                if self.lost_replies:
                    self.lost_replies -= 1
                    raise OutcomeUnknown("the reply was lost", where=self.name)

    def _name(self, job_id: str) -> str:
        return self.jobs[job_id].live.name if job_id in self.jobs else job_id

    def _known(self, job_id: str) -> MemoryJob:
        if job_id not in self.jobs:
            raise Rejected(f"there is no job {job_id}", where=self.name)
        return self.jobs[job_id]

    def _start(self, job_id: str, spec: JobSpec, topology: Topology, marker: Marker | None, restore: Restore) -> None:
        carries = marker is not None and marker.project == self.project
        live = Live(
            job_id,
            spec.name,
            JobState.RUNNING,
            word=JobState.RUNNING.value,
            marker=marker,
            applied=AppliedSpec.restored(spec.carried()) if carries else None,
            compiled=operators.written(topology) if carries and topology.operators else "",
            started_at=self._now() + 1000,
            condition=Condition(HealthWord.HEALTHY, restarts=0),
        )
        each = MemoryJob(live, spec, topology, restored=restore.path)
        self.jobs[job_id] = each
        self._started[spec.name] = live.started_at, job_id
        try:
            old = self.snapshots.get(restore.path, {})
            each.state = restored_state(topology, old, dropping=restore.allow_non_restored)
        except StateRefused as refused:
            each.cause = str(refused)
            self._end(job_id, JobState.FAILED, "")
        text = spec.program.text if isinstance(spec.program, Sql) else ""
        if self.starts_broken and self.starts_broken in text and each.live.state.active:
            each.cause = f"it cannot run with {self.starts_broken}"
            self._end(job_id, JobState.FAILED, "")
        if self.no_slots and each.live.state.active:
            each.waits_for_slots(self.no_slots)
        if self.starts_looping and self.starts_looping in text and each.live.state.active:
            each.fails_again(f"it cannot run with {self.starts_looping}", self._now())
            each.live = replace(each.live, state=JobState.STARTING, word="RESTARTING", provably_empty=not each.restored)

    def _end(self, job_id: str, state: JobState, leaves: str) -> None:
        each = self.jobs[job_id]
        snapshot = None
        if leaves:
            snapshot = self._snapshot(job_id, leaves)
        elif each.restored:
            snapshot = Snapshot(each.restored, "savepoint", self._now())
        ended = replace(each.live, state=state, word=state.value, snapshot=snapshot)
        each.live = replace(ended, provably_empty=snapshot is None)

    def _snapshot(self, job_id: str, kind: str) -> Snapshot:
        each = self.jobs[job_id]
        self._count += 1
        snapshot = Snapshot(f"memory:/{self.name}/{kind}-{self._count}", kind, self._now())
        self.snapshots[snapshot.path] = dict(each.state)
        if kind == "savepoint":
            self._savepoints.setdefault(each.live.name, []).append(snapshot)
        return snapshot

    def _now(self) -> int:
        return _EPOCH + 1000 * (len(self.jobs) + self._count)


def live_parallelism(live: Live) -> int:
    """The parallelism a job runs with, 0 if it does not say."""
    return live.applied.parallelism if live.applied else 0


def _current(lives: list[Live]) -> Live | Several:
    """The job that a name stands for: the active one, else the newest that has ended."""
    active = [live for live in lives if live.state.active]
    if len(active) > 1:
        return Several(tuple(sorted(active, key=lambda live: live.job_id)))
    return active[0] if active else lives[-1]
