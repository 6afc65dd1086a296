"""What a run writes to the store, and what it asks of it: an aid to memory that never stands in the way.

Before each effect the intent is written, after it what came of it: the savepoint a stop left, the job a submit made,
the revision that settled. A store that cannot be reached costs that memory and is reported once; the run continues,
because what keeps a job single and its state safe is on the platform.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Self, TypeVar

from headgate.applying.history_records import entry_of, noted
from headgate.applying.locking import JobLocks, for_people, is_gone
from headgate.applying.step_results import StepResults, restore_path
from headgate.errors import HeadgateError, ProviderError
from headgate.model.health import SavepointProgress
from headgate.model.live import JobState, Live, Marker, Remembered, Snapshot
from headgate.model.plan import Action, CancelJob, DeleteDefinition, Settle, Step, StopWithSavepoint, Submit, Verdict
from headgate.model.project import scope_of
from headgate.model.reasons import Reason
from headgate.model.spec import AppliedSpec, JobSpec
from headgate.model.store_records import UNDOES
from headgate.providers.port import Provider, Support
from headgate.store import (
    Applied,
    Disposal,
    Failing,
    Intent,
    KnownSnapshot,
    Lock,
    NoStore,
    Noted,
    SnapshotKind,
    Store,
    StoreError,
    is_needed,
)

T = TypeVar("T")
# The step of an intent that belongs to no plan: a savepoint of a job that continues to run.
SAVEPOINT = "savepoint"


class Memory:
    """One run's dealings with the store. `tell` is called with the first trouble, and never again.

    `silent` is why the store does not answer: it has nothing on the past then, and that proves nothing.
    """

    def __init__(
        self,
        store: Store,
        *,
        project: str,
        commit: str,
        run_id: str,
        tell: Callable[[StoreError], None],
        environment: str = "",
        author: str = "",
        silent: str = "",
    ) -> None:
        self._store = store
        self._project = project
        self._scope = scope_of(project, environment)
        self._commit = commit
        self._author = author
        self._run_id = run_id
        self._tell = tell
        self.silent = silent
        self._broken = threading.Event()
        self._locks = JobLocks(store, project=self._scope, tell=self._trouble)

    @classmethod
    def of_nothing(cls) -> Self:
        """That of a run without a store."""
        return cls(NoStore(), project="", commit="", run_id="", tell=lambda trouble: None)

    @contextmanager
    def locked(self, job: str) -> Iterator[Callable[[], None]]:
        """Hold the lock of a job; what is yielded raises LockLost once it is no longer ours. Raises LockHeld."""
        if self._broken.is_set():
            yield lambda: None
        else:
            with self._locks.held(job) as check:
                yield check

    def places(self) -> Mapping[str, tuple[str, ...]]:
        """The targets where each job was ever seen, by job; also targets that headgate.yaml no longer has."""
        found: dict[str, list[str]] = {}
        for job, target in self._safely(lambda: self._store.known_jobs(self._scope)) or ():
            found.setdefault(job, []).append(target)
        return {job: tuple(targets) for job, targets in found.items()}

    def remembered(self, job: str, targets: Iterable[str]) -> tuple[Remembered, ...]:
        """What is known of a job on each target, by target name."""
        found = (self._safely(functools.partial(self._recall, job, target)) for target in sorted(targets))
        return tuple(one for one in found if one is not None)

    def before(self, action: Action, step: Step, so_far: StepResults) -> int | None:
        """Write down what is about to be asked, and the snapshot it needs. Returns the intent's id."""
        job_id = step.job_id if isinstance(step, StopWithSavepoint | CancelJob | DeleteDefinition) else ""
        target = action.source if action.source and job_id else action.target
        path = restore_path(action, so_far)
        detail = {"restore": path} if path else {}
        if undone := _undone_by(action):
            detail[UNDOES] = undone
        key = so_far.start_key if isinstance(step, Submit | Settle) else ""
        intent = Intent(self._scope, action.job, target, self._run_id, step.name, job_id, key, detail)
        return self._safely(lambda: self._store.intend(intent))

    def failed(self, intent: int | None, trouble: HeadgateError) -> None:
        """The platform said no, or the job did not get there: there is nothing left to find out."""
        if intent is not None:
            self._safely(lambda: self._store.conclude(intent, "failed", {"why": trouble.problem}))

    def after(self, action: Action, step: Step, so_far: StepResults, intent: int | None) -> None:
        """Write down what came of it, and then that it is done.

        The intent of a submit is done once its start has settled, that of the cancel of a rollback once the previous
        revision runs again: until then only the store may know what is left to do.
        """
        match step:
            case StopWithSavepoint(job_id):
                self._safely(lambda: self._stopped(action, job_id, so_far.savepoint))
            case Submit():
                self._safely(lambda: self._saw(action, so_far.job_id, JobState.RUNNING))
                return
            case CancelJob(job_id):
                self._safely(lambda: self._saw(action, job_id, JobState.STOPPED))
                if _undone_by(action):
                    return
            case DeleteDefinition(job_id) if action.state and action.state.verdict is Verdict.LOST:
                self._safely(lambda: self._saw(action, job_id, JobState.STOPPED))
        self.conclude(intent)

    def ended(self, action: Action, so_far: StepResults, outcome: str) -> None:
        """Add what was put to the platform, or done to the job that ran, to the history of the job."""
        if entry := entry_of(action, so_far, outcome, lambda: self.history(action.job)):
            self._record(entry)

    def settled(self, action: Action, *, finished: str = "") -> None:
        """The job is as git asks: what was open about it is closed.

        `finished` is the id of a job that had read all of its input by then.
        """
        if finished:
            self._safely(lambda: self._saw(action, finished, JobState.FINISHED))
        if action.reason is Reason.ROLLED_BACK:
            if self.failing(action.job) is None:
                undone = any(isinstance(step, Submit) and step.as_it_was for step in action.steps)
                self.mark_failing(action, "it did not settle" if undone else "it was rolled back by hand")
        else:
            self._safely(lambda: self._store.clear_failing(self._scope, action.job))
        self.put_to_rest(action.job, ours=True)

    def put_to_rest(self, job: str, *, ours: bool = False) -> None:
        """Conclude the open intents of a job that is now as git asks; not savepoints, which have an end of their own.

        Unless the lock of the job is `ours`, those of a run that is still at work on it stay open, too.
        """
        if ours:
            left = self._safely(lambda: self._store.unfinished(self._scope, job)) or ()
        else:
            left = self.unfinished.get(job, ())
        left = tuple(intent for intent in left if intent.step != SAVEPOINT)
        if not left or (not ours and job in self.at_work()):
            return
        for intent in left:
            outcome = "done" if intent.run_id == self._run_id else "superseded"
            self._safely(functools.partial(self._store.conclude, intent.id, outcome))

    def mark_failing(self, action: Action, why: str) -> None:
        """Remember the version of the manifest that did not settle."""
        if action.want is not None:
            manifest_hash = action.want.manifest_hash
            self._safely(lambda: self._store.mark_failing(self._scope, action.job, manifest_hash, why))

    def unsettled(self, action: Action) -> bool:
        """Did an earlier run start the job that is live, and nobody saw it settle?"""
        begun = {intent.effect_key for intent in self.unfinished.get(action.job, ()) if intent.step == Submit.name}
        return action.live is not None and action.live.start_key in begun

    @functools.cached_property
    def unfinished(self) -> Mapping[str, tuple[Intent, ...]]:
        """What earlier runs intended and never saw the end of, by job, oldest first."""
        found: dict[str, list[Intent]] = {}
        for intent in self._safely(lambda: self._store.unfinished(self._scope)) or ():
            if intent.run_id != self._run_id:
                found.setdefault(intent.job, []).append(intent)
        return {job: tuple(intents) for job, intents in found.items()}

    def at_work(self) -> dict[str, Lock]:
        """The jobs that another run, which is alive as far as is known, is at work on."""
        held = self._safely(lambda: self._store.locks(self._scope)) or ()
        return {lock.job: for_people(lock) for lock in held if not is_gone(lock.holder)}

    def history(self, job: str, previous_name: str = "") -> tuple[Applied, ...]:
        """The revisions that were applied to a job, newest first; nothing where the store does not answer.

        Those from before it was renamed come last.
        """
        names = [name for name in (job, previous_name) if name]
        return self._safely(lambda: tuple(one for name in names for one in self._revisions(name))) or ()

    def knows(self, job: str) -> bool:
        """Was anything ever done to a job of this name?"""
        return bool(self._safely(lambda: self._store.history(self._scope, job)))

    def failing(self, job: str) -> Failing | None:
        """The version of a job's manifest that is not to be tried again."""
        return self._safely(lambda: self._store.failing(self._scope, job))

    def snapshots(self, job: str, target: str) -> tuple[Snapshot, ...]:
        """The savepoints of a job on a target that are known, newest first."""
        known = self._safely(lambda: self._store.snapshots(self._scope, job)) or ()
        return tuple(as_snapshot(one) for one in known if one.target == target and one.kind is SnapshotKind.SAVEPOINT)

    def took(self, job: str, target: str, live: Live, taken: SavepointProgress) -> None:
        """A savepoint was taken of a job that continues to run."""
        self._saw_savepoint(job, target, live.job_id, taken.path)
        self._record(noted(Noted.SAVEPOINT, job, target, live, job_id=live.job_id, **_reported(taken)))

    def _saw_savepoint(self, job: str, target: str, job_id: str, path: str) -> None:
        """One whose path is unknown is not known as a snapshot: nothing can be restored from it by that."""
        one = KnownSnapshot(self._scope, job, target, job_id, path, SnapshotKind.SAVEPOINT, datetime.now(UTC))
        if path:
            self._safely(lambda: self._store.saw_snapshot(one))

    def saw_end(self, intent: Intent, taken: SavepointProgress) -> None:
        """A savepoint that an earlier run began is complete; the job continues to run, or was stopped with it."""
        what = Noted.STOPPED if intent.step == StopWithSavepoint.name else Noted.SAVEPOINT
        self._saw_savepoint(intent.job, intent.target, intent.job_id, taken.path)
        self._record(noted(what, intent.job, intent.target, None, job_id=intent.job_id, **_reported(taken)))
        if intent.step == StopWithSavepoint.name:
            stopped = (self._scope, intent.job, intent.target, intent.job_id, JobState.SUSPENDED.value)
            self._safely(lambda: self._store.saw_job(*stopped))

    def noticed(self, seen: Iterable[tuple[str, str, Live]]) -> None:
        """Write down (job, target, what was seen there) where it is not what is known.

        That a job is suspended is only news about one that nobody knew: another run may have resumed it since.
        """
        known = self._safely(lambda: self._store.known_jobs(self._scope))
        if known is None:
            return
        for job, target, live in seen:
            state = JobState.RUNNING if live.state.active else live.state
            there = known.get((job, target))
            ours = live.marker is not None and (live.marker.project, live.marker.job) == (self._project, job)
            if not ours or there == (live.job_id, state.value) or (state is JobState.SUSPENDED and there):
                continue
            if state is JobState.SUSPENDED and live.snapshot:
                self._safely(functools.partial(self._store.saw_snapshot, self._final(job, target, live, live.snapshot)))
            self._safely(functools.partial(self._store.saw_job, self._scope, job, target, live.job_id, state.value))

    def _final(self, job: str, target: str, live: Live, snapshot: Snapshot) -> KnownSnapshot:
        kind, when = SnapshotKind(snapshot.kind), datetime.fromtimestamp(snapshot.at / 1000, UTC)
        return KnownSnapshot(self._scope, job, target, live.job_id, snapshot.path, kind, when)

    def intend(self, intent: Intent) -> int | None:
        """Write down an effect that belongs to no plan."""
        return self._safely(lambda: self._store.intend(replace(intent, project=self._scope, run_id=self._run_id)))

    def conclude(self, intent: int | None) -> None:
        if intent is not None:
            self._safely(lambda: self._store.conclude(intent, "done"))

    def retire(self, want: JobSpec, needed: Set[str]) -> None:
        """Ask for the deletion of a job's savepoints beyond `savepoint.keep`, but for those that are `needed`."""
        self._safely(functools.partial(self._retire, want, needed))

    def disposals(self) -> tuple[Disposal, ...]:
        """The savepoints that are to be deleted and are not yet, oldest first."""
        return self._safely(lambda: self._store.disposals(self._scope)) or ()

    def dispose(self, target: str, provider: Provider, needed: Set[str]) -> None:
        """Delete what was asked to be deleted, now or in an earlier run; what fails is tried again by the next.

        Left as they are: those that are `needed` by now or named by an unfinished operation, and the last one there is.
        """
        if provider.capabilities.dispose is not Support.YES:
            return
        for one in self.disposals():
            begun = self._safely(lambda: self._store.unfinished(self._scope))
            if one.target != target or begun is None:
                continue
            if is_needed(one.path, needed | {path for intent in begun for path in intent.detail.values()}):
                continue
            try:
                if not any(provider.exists(other.path) is not False for other in self.snapshots(one.job, target)):
                    continue
                provider.dispose(one.path)
            except ProviderError as trouble:
                self._safely(functools.partial(self._store.disposal_failed, self._scope, one.path, trouble.problem))
            else:
                self._safely(functools.partial(self._store.disposed, self._scope, one.path))

    def _retire(self, want: JobSpec, needed: Set[str]) -> None:
        for one in self._store.to_dispose(self._scope, want.name, want.savepoint.keep, needed):
            if one.target == want.target:
                self._store.ask_disposal(one)

    def _record(self, entry: Applied) -> None:
        """A revision is of its own commit, which may be an earlier run's; what was done to a job is of this run's."""
        commit = entry.commit if entry.is_revision else self._commit
        author = self._safely(lambda: self._author_of(entry.job, commit)) or ""
        whole = replace(entry, project=self._scope, run_id=self._run_id, commit=commit, author=author)
        self._safely(lambda: self._store.record(whole))

    def _author_of(self, job: str, commit: str) -> str:
        """Who wrote a commit: of an earlier one, as far as the history of the job has it."""
        if commit == self._commit:
            return self._author
        return next((one.author for one in self._revisions(job) if one.commit == commit), "")

    def _revisions(self, job: str) -> tuple[Applied, ...]:
        return tuple(one for one in self._store.history(self._scope, job) if one.is_revision)

    def _recall(self, job: str, target: str) -> Remembered | None:
        known = self._store.last_known(self._scope, job, target)
        if known is None:
            return None
        applied = next(
            (one for one in self._revisions(job) if one.job_id == known.job_id and one.target == target), None
        )
        snapshot = known.snapshot
        state = JobState(known.state) if known.state in JobState.__members__ else JobState.UNKNOWN
        live = Live(
            job_id=known.job_id,
            name=job,
            state=state,
            word=f"forgotten, {state} when last seen",
            marker=self._marker_of(job, applied) if applied else None,
            applied=AppliedSpec.remembered(applied.manifest) if applied else None,
            compiled=str(applied.manifest.get("compiled", "")) if applied else "",
            snapshot=as_snapshot(snapshot) if snapshot and snapshot.job_id == known.job_id else None,
            remembered=True,
        )
        return Remembered(target, live, in_milliseconds(known.at))

    def _marker_of(self, job: str, applied: Applied) -> Marker:
        return Marker(self._project, job, applied.revision, applied.commit, restored=applied.restored_from)

    def _stopped(self, action: Action, job_id: str, path: str) -> None:
        revision = action.live.marker.revision if action.live and action.live.marker else ""
        now, target = datetime.now(UTC), action.source or action.target
        self._store.saw_snapshot(
            KnownSnapshot(self._scope, action.job, target, job_id, path, SnapshotKind.SAVEPOINT, now, revision)
        )
        self._saw(action, job_id, JobState.SUSPENDED)

    def _saw(self, action: Action, job_id: str, state: JobState) -> None:
        stopped = state in (JobState.SUSPENDED, JobState.STOPPED)
        target = action.source if action.source and stopped else action.target
        self._store.saw_job(self._scope, action.job, target, job_id, state.value)

    def _safely(self, ask: Callable[[], T]) -> T | None:
        if self._broken.is_set():
            return None
        try:
            return ask()
        except StoreError as trouble:
            self._trouble(trouble)
            return None

    def _trouble(self, trouble: StoreError) -> None:
        if not self._broken.is_set():
            self._broken.set()
            self.silent = trouble.problem
            self._tell(trouble)


def _undone_by(action: Action) -> str:
    """The id of the job that did not settle and that this action puts the previous revision in the place of."""
    is_rollback = action.reason is Reason.ROLLED_BACK and not action.requested
    return action.live.job_id if is_rollback and action.live else ""


def as_snapshot(known: KnownSnapshot) -> Snapshot:
    """A snapshot as planning speaks of it."""
    return Snapshot(known.path, known.kind.value, in_milliseconds(known.completed_at))


def in_milliseconds(when: datetime) -> int:
    """Since the epoch, as planning speaks of time."""
    return int(when.timestamp() * 1000)


def _reported(taken: SavepointProgress) -> dict[str, str]:
    """What history says of a savepoint: its path, or in a note that it is unknown and which folder holds it."""
    return {"savepoint": taken.path, "note": "" if taken.path else taken.place}
