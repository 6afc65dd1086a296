"""The renewer: as long as it runs the lock is ours, and when it is not, the holder is reported."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from headgate.store import Held, Lock, LockLost, NoStore, Renewer, Store, StoreError
from tests.store.given import NOON

SHORT = 0.06
LOCK = Lock("shop", "orders", "id-1", 1, "ci", NOON, NOON + timedelta(seconds=SHORT), SHORT)


@dataclass
class Scripted(NoStore):
    """Renews when asked; counts."""

    answers: Iterator[Exception | None]
    asked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def renew(self, lock: Lock) -> Lock:
        self.asked.release()
        if answer := next(self.answers, None):
            raise answer
        return Lock(**{name: getattr(lock, name) for name in lock.__slots__} | {"expires": lock.expires + timedelta(1)})


def test_it_renews_until_it_is_left():
    """However long the work takes; then it stops, and does not release what it did not take."""
    store = Scripted(iter(()))

    with Renewer(store, LOCK) as renewer:
        for _ in range(3):
            assert store.asked.acquire(timeout=30)

    assert not renewer.lost.is_set()
    assert renewer.lock.expires > LOCK.expires
    assert not [thread for thread in threading.enumerate() if thread.name == "renew-orders"]


def test_a_lock_that_was_taken_is_lost_at_once():
    """The work stops before its next step."""
    store = Scripted(iter([None, LockLost(LOCK)]))

    with Renewer(store, LOCK) as renewer:
        assert renewer.lost.wait(30)


def test_a_store_that_is_down_for_a_moment_loses_nothing():
    """The lock is still ours until it expires; the next try may work."""
    patient = Lock("shop", "orders", "id-1", 1, "ci", NOON, NOON, 60 * SHORT)
    store = Scripted(iter([StoreError("down")]))

    with Renewer(store, patient) as renewer:
        for _ in range(2):
            assert store.asked.acquire(timeout=30)
        assert not renewer.lost.is_set()


def test_a_store_that_stays_down_takes_no_lock_away():
    """Only the store knows whether another has it. Work that is half done goes on, and so does asking."""
    store = Scripted(iter([*(StoreError("down") for _ in range(6)), LockLost(LOCK)]))

    with Renewer(store, LOCK) as renewer:
        for _ in range(6):  # twice as long as the lock holds
            assert store.asked.acquire(timeout=30)
            assert not renewer.lost.is_set()
        assert renewer.lost.wait(30)


def test_a_broken_lock_reaches_its_holder(store: Store):
    """`headgate unlock` while the holder lives after all."""
    lock = store.acquire("shop", "orders", "ci", ttl=0.3)
    assert isinstance(lock, Lock)

    with Renewer(store, lock) as renewer:
        store.break_lock(lock.id)
        assert renewer.lost.wait(30)

    with pytest.raises(LockLost):
        store.check(lock)
    assert not isinstance(store.acquire("shop", "orders", "the next", ttl=30), Held)
