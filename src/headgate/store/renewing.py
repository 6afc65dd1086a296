"""Keeps a lock while its holder lives.

A holder that is killed stops renewing, and the lock expires by itself. A holder that cannot reach the store goes on
trying until its lock has expired by its own clock, and then counts it as lost, whatever the store may say later.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from headgate.store.errors import LockLost, StoreError
from headgate.store.records import Lock
from headgate.store.store import Locks


class Renewer:
    """Renews `lock` every third of its ttl, in a thread, from entering to leaving; it does not release it.

    `lost` is set once the lock is no longer ours.
    """

    def __init__(self, locks: Locks, lock: Lock) -> None:
        self.lost = threading.Event()
        self._locks = locks
        self._lock = lock
        self._left = threading.Event()
        self._good_until = time.monotonic() + lock.ttl
        self._thread = threading.Thread(target=self._run, name=f"renew-{lock.job}", daemon=True)

    @property
    def lock(self) -> Lock:
        """The lock as it was last renewed."""
        return self._lock

    def _run(self) -> None:
        while not self._left.wait(self._lock.ttl / 3):
            # Counted from before the request, so that we never believe in it longer than the store does.
            asked = time.monotonic()
            try:
                self._lock = self._locks.renew(self._lock)
                self._good_until = asked + self._lock.ttl
            except LockLost:
                self.lost.set()
            except StoreError:
                if time.monotonic() >= self._good_until:
                    self.lost.set()
            if self.lost.is_set():
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._left.set()
        self._thread.join()
