"""A run without a store works; it remembers nothing and says so."""

from __future__ import annotations

import subprocess
import sys

import pytest

from headgate.store import Lock, NoStore, Store, UnknownLock
from tests.store.given import APPLIED, INTENT, snapshot


def test_nothing_is_remembered():
    """ "Never seen" of such a store says nothing about the past, and `remembers` tells so."""
    store: Store = NoStore()
    store.conclude(store.intend(INTENT), "done")
    store.record(APPLIED)
    store.saw_job("shop", "orders", "local", "f00", "RUNNING")
    store.saw_snapshot(snapshot("s3://sp/1"))
    store.mark_failing("shop", "orders", "rev-1", "why")

    assert not store.remembers
    assert store.unfinished("shop") == ()
    assert store.history("shop", "orders") == ()
    assert store.snapshots("shop", "orders") == ()
    assert store.last_known("shop", "orders", "local") is None
    assert store.failing("shop", "orders") is None
    assert store.to_dispose("shop", "orders", 0, set()) == ()
    assert store.disposals("shop") == ()


def test_every_lock_is_granted():
    """There is nobody to meet."""
    with NoStore() as store:
        for _ in range(2):
            lock = store.acquire("shop", "orders", "ci", ttl=30)
            assert isinstance(lock, Lock)
            store.check(store.renew(lock))

        assert store.locks("shop") == ()
        with pytest.raises(UnknownLock):
            store.break_lock("any")


def test_the_library_is_loaded_only_when_a_store_is_opened():
    """`headgate validate` and a run without a store do not wait for it."""
    script = "import sys, headgate.store; print('sqlalchemy' in sys.modules, 'psycopg' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "False"]
