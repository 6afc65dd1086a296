"""The port: what applying and the commands ask of a store. `NoStore` and `sql.SqlStore` answer.

Every method may raise StoreError, is safe to call from several threads, and is committed when it returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from types import TracebackType
from typing import Protocol, Self

from headgate.model.store_records import Applied, Disposal, Failing, Held, Intent, KnownJob, KnownSnapshot, Lock


class Journal(Protocol):
    """Intents before effects, outcomes after: what a run that was killed leaves to the next."""

    def intend(self, intent: Intent) -> int:
        """Write it down and give it an id, higher than those before. Call this before the effect."""

    def conclude(self, intent_id: int, outcome: str, detail: Mapping[str, str] | None = None) -> None:
        """Say what became of it. The first word counts."""

    def unfinished(self, project: str, job: str | None = None) -> tuple[Intent, ...]:
        """Intents without an outcome, oldest first."""


class Revisions(Protocol):
    """What was applied to each job, and which revision is known to fail."""

    def record(self, applied: Applied) -> int:
        """Add to the history; the number it got there."""

    def history(self, project: str, job: str) -> tuple[Applied, ...]:
        """Newest first, also what was done to a job without a new revision. Numbers start at 1 and never change."""

    def mark_failing(self, project: str, job: str, revision: str, why: str) -> None:
        """Remember the one revision of a job that is not to be tried again."""

    def failing(self, project: str, job: str) -> Failing | None:
        """The revision that is not to be tried again, if there is one."""

    def clear_failing(self, project: str, job: str) -> None:
        """Let it be tried again."""


class Snapshots(Protocol):
    """Savepoints and checkpoints, also those whose platform has forgotten the job."""

    def saw_job(self, project: str, job: str, target: str, job_id: str, state: str) -> None:
        """Remember a job as it is now."""

    def last_known(self, project: str, job: str, target: str) -> KnownJob | None:
        """A job as it was last seen, with its newest snapshot on that target. None: it was never seen."""

    def known_jobs(self, project: str) -> Mapping[tuple[str, str], tuple[str, str]]:
        """(job, target) -> (job id, state) of all jobs as they were last seen."""

    def saw_snapshot(self, snapshot: KnownSnapshot) -> None:
        """Remember a snapshot; a second time says nothing new."""

    def snapshots(self, project: str, job: str) -> tuple[KnownSnapshot, ...]:
        """What may be restored from, newest first; without those that are, or are about to be, disposed of."""

    def to_dispose(self, project: str, job: str, keep: int, needed: Set[str]) -> tuple[KnownSnapshot, ...]:
        """Savepoints beyond the newest `keep`, oldest first; see `retention`."""

    def ask_disposal(self, snapshot: KnownSnapshot) -> None:
        """Say that it is about to be deleted. Call this before the effect: from now on nobody restores from it."""

    def disposal_failed(self, project: str, path: str, error: str) -> None:
        """Count an attempt that failed; it stays pending."""

    def disposed(self, project: str, path: str) -> None:
        """It is gone."""

    def disposals(self, project: str) -> tuple[Disposal, ...]:
        """Asked for and not done, oldest first: to be tried again."""


class Locks(Protocol):
    """One holder a job. Expiry is judged by the clock that all holders share: the database's, or this machine's."""

    def acquire(self, project: str, job: str, holder: str, *, ttl: float) -> Lock | Held:
        """Take the lock for `ttl` seconds if it is free or has expired. The same holder is no exception."""

    def renew(self, lock: Lock) -> Lock:
        """Hold it for another `ttl` from now. Raises LockLost once somebody else has, or had, it."""

    def check(self, lock: Lock) -> None:
        """Call this before each effect. Raises LockLost unless the lock is ours and has not expired."""

    def release(self, lock: Lock) -> None:
        """Give it back; nothing happens if it is no longer ours."""

    def break_lock(self, lock_id: str) -> Lock:
        """End somebody's lock. Raises UnknownLock, which names the nearest id."""

    def locks(self, project: str) -> tuple[Lock, ...]:
        """The locks that are held now, by job."""


class Store(Journal, Revisions, Snapshots, Locks, Protocol):
    """All four, to be closed when done."""

    @property
    def remembers(self) -> bool:
        """False for `NoStore`, whose "never seen" says nothing about the past."""

    def close(self) -> None:
        """Let go of all connections."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
