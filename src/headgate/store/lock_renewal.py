"""Keeps a lock while its holder lives.

A holder that is killed stops renewing, and the lock expires by itself. That a lock is lost only the store can say: a
holder that cannot reach it goes on trying, however long that takes, for work that is left in the middle of a restart
leaves a job stopped. Once the store answers again, a lock that expired and that nobody took is ours as before.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from headgate.model.store_records import Lock
from headgate.store.errors import LockLost, StoreError
from headgate.store.store import Locks


class Renewer:
    """Renews `lock` every third of its ttl, in a thread, from entering to leaving; it does not release it.

    `lost` is set once the store says that the lock is no longer ours.
    """

    def __init__(self, locks: Locks, lock: Lock) -> None:
        self.lost = threading.Event()
        self._locks = locks
        self._lock = lock
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"renew-{lock.job}", daemon=True)

    @property
    def lock(self) -> Lock:
        """The lock as it was last renewed."""
        return self._lock

    def _run(self) -> None:
        while not self._left.wait(self._lock.ttl / 3):
            try:
                with suppress(StoreError):
                    self._lock = self._locks.renew(self._lock)
            except LockLost:
                self.lost.set()
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._left.set()
        self._thread.join()
