"""The store of a run without a store: remembers nothing, locks nothing.

Deterministic job ids keep one copy of each job even then. What the store would have added is missing: who else is at
work, savepoints of jobs that their platform has forgotten, history.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import timedelta
from types import TracebackType
from typing import Self

from headgate.model.store_records import (
    Applied,
    Clock,
    Disposal,
    Failing,
    Held,
    Intent,
    KnownJob,
    KnownSnapshot,
    Lock,
    utc_now,
)
from headgate.store.errors import UnknownLock


class NoStore:
    """Answers every question with nothing, and grants every lock."""

    remembers = False

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock

    def intend(self, intent: Intent) -> int:
        return 0

    def conclude(self, intent_id: int, outcome: str, detail: Mapping[str, str] | None = None) -> None: ...

    def unfinished(self, project: str, job: str | None = None) -> tuple[Intent, ...]:
        return ()

    def record(self, applied: Applied) -> int:
        return 0

    def history(self, project: str, job: str) -> tuple[Applied, ...]:
        return ()

    def mark_failing(self, project: str, job: str, revision: str, why: str) -> None: ...

    def failing(self, project: str, job: str) -> Failing | None:
        return None

    def clear_failing(self, project: str, job: str) -> None: ...

    def saw_job(self, project: str, job: str, target: str, job_id: str, state: str) -> None: ...

    def last_known(self, project: str, job: str, target: str) -> KnownJob | None:
        return None

    def known_jobs(self, project: str) -> Mapping[tuple[str, str], tuple[str, str]]:
        return {}

    def saw_snapshot(self, snapshot: KnownSnapshot) -> None: ...

    def snapshots(self, project: str, job: str) -> tuple[KnownSnapshot, ...]:
        return ()

    def to_dispose(self, project: str, job: str, keep: int, needed: Set[str]) -> tuple[KnownSnapshot, ...]:
        return ()

    def ask_disposal(self, snapshot: KnownSnapshot) -> None: ...

    def disposal_failed(self, project: str, path: str, error: str) -> None: ...

    def disposed(self, project: str, path: str) -> None: ...

    def disposals(self, project: str) -> tuple[Disposal, ...]:
        return ()

    def acquire(self, project: str, job: str, holder: str, *, ttl: float) -> Lock | Held:
        now = self._clock()
        return Lock(project, job, "", 0, holder, now, now + timedelta(seconds=ttl), ttl)

    def renew(self, lock: Lock) -> Lock:
        return lock

    def check(self, lock: Lock) -> None: ...

    def release(self, lock: Lock) -> None: ...

    def break_lock(self, lock_id: str) -> Lock:
        raise UnknownLock(lock_id, ())

    def locks(self, project: str) -> tuple[Lock, ...]:
        return ()

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...
