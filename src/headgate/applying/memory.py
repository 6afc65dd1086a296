"""What a run tells the store, and what it asks of it: an aid to memory that never stands in the way.

Before each effect the intent is written, after it what came of it: the savepoint a stop left, the job a submit made,
the revision that settled. A store that cannot be reached costs that memory and is said once; the run goes on, because
what keeps a job single and its state safe is on the platform.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from headgate.applying.locking import JobLocks
from headgate.applying.steps import Carrier
from headgate.model.live import JobState, Live, Marker, Remembered, Snapshot
from headgate.model.plan import Action, CancelJob, Step, StopWithSavepoint, Submit
from headgate.model.spec import AppliedSpec
from headgate.store import Applied, Intent, KnownSnapshot, SnapshotKind, Store, StoreError

T = TypeVar("T")


class Memory:
    """One run's dealings with the store. `tell` is called with the first trouble, and never again."""

    def __init__(
        self, store: Store, *, project: str, commit: str, run_id: str, tell: Callable[[StoreError], None]
    ) -> None:
        self._store = store
        self._project = project
        self._commit = commit
        self._run_id = run_id
        self._tell = tell
        self._broken = threading.Event()
        self._locks = JobLocks(store, project=project, tell=self._trouble)

    @contextmanager
    def locked(self, job: str) -> Iterator[Callable[[], None]]:
        """Hold the lock of a job; what is yielded raises LockLost once it is no longer ours. Raises LockHeld."""
        if self._broken.is_set():
            yield lambda: None
        else:
            with self._locks.held(job) as check:
                yield check

    def remembered(self, job: str, targets: Iterable[str]) -> tuple[Remembered, ...]:
        """What is known of a job on each target, by target name."""
        found = (self._safely(functools.partial(self._recall, job, target)) for target in sorted(targets))
        return tuple(one for one in found if one is not None)

    def before(self, action: Action, step: Step) -> int | None:
        """Write down what is about to be asked. Returns the intent's id."""
        job_id = step.job_id if isinstance(step, StopWithSavepoint | CancelJob) else ""
        intent = Intent(self._project, action.job, action.target, self._run_id, step.name, job_id)
        return self._safely(lambda: self._store.intend(intent))

    def after(self, action: Action, step: Step, carrier: Carrier, intent: int | None) -> None:
        """Write down what came of it."""
        if intent is not None:
            self._safely(lambda: self._store.conclude(intent, "done"))
        match step:
            case StopWithSavepoint(job_id):
                self._safely(lambda: self._stopped(action, job_id, carrier.savepoint))
            case Submit():
                self._safely(lambda: self._saw(action, carrier.job_id, JobState.RUNNING))
            case CancelJob(job_id):
                self._safely(lambda: self._saw(action, job_id, JobState.STOPPED))

    def ended(self, action: Action, carrier: Carrier, outcome: str) -> None:
        """Add what was put to the platform to the history of the job."""
        want = action.want
        if want is None or not carrier.job_id:
            return
        applied = Applied(
            self._project,
            action.job,
            action.target,
            want.revision,
            outcome,
            commit=self._commit,
            # The operator ids its savepoints are keyed by go with it.
            manifest=want.carried() | {"compiled": carrier.compiled},
            job_id=carrier.job_id,
            succeeds=action.live.job_id if action.live else "",
            restored_from=(action.restore.path if action.restore else "") or carrier.savepoint,
            run_id=self._run_id,
        )
        self._safely(lambda: self._store.record(applied))

    def _recall(self, job: str, target: str) -> Remembered | None:
        known = self._store.last_known(self._project, job, target)
        if known is None:
            return None
        applied = next((one for one in self._store.history(self._project, job) if one.job_id == known.job_id), None)
        snapshot = known.snapshot
        state = JobState(known.state) if known.state in JobState.__members__ else JobState.UNKNOWN
        live = Live(
            job_id=known.job_id,
            name=job,
            state=state,
            word=f"forgotten, {state} when last seen",
            marker=Marker(self._project, job, applied.revision, applied.commit) if applied else None,
            applied=AppliedSpec.restored(applied.manifest) if applied else None,
            compiled=str(applied.manifest.get("compiled", "")) if applied else "",
            snapshot=_as_snapshot(snapshot) if snapshot and snapshot.job_id == known.job_id else None,
        )
        return Remembered(target, live)

    def _stopped(self, action: Action, job_id: str, path: str) -> None:
        revision = action.live.marker.revision if action.live and action.live.marker else ""
        now = datetime.now(UTC)
        self._store.saw_snapshot(
            KnownSnapshot(self._project, action.job, action.target, job_id, path, SnapshotKind.SAVEPOINT, now, revision)
        )
        self._saw(action, job_id, JobState.SUSPENDED)

    def _saw(self, action: Action, job_id: str, state: JobState) -> None:
        self._store.saw_job(self._project, action.job, action.target, job_id, state.value)

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
            self._tell(trouble)


def _as_snapshot(known: KnownSnapshot) -> Snapshot:
    return Snapshot(known.path, known.kind.value, int(known.completed_at.timestamp() * 1000))
