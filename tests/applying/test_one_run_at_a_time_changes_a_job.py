"""Two runs meet at one job: the second is reported who was first, and changes nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headgate.applying import locking
from headgate.model.outcome import Event, Outcome, Phase
from headgate.store import Intent, Lock, LockLost, Store, StoreError, open_store
from tests.applying.place import FILTERED, ORDERS, Place, patience

URL = "sqlite:///.headgate/store.db"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with open_store(URL, root=place.root) as opened:
        yield opened


def test_a_job_that_somebody_else_is_changing_is_left_alone(place: Place, store: Store):
    """The holder is named, with the lock's id; the exit code says refused."""
    place.apply(ORDERS)
    lock = store.acquire("shop", "orders", "ci-runner (process 7)", ttl=60)
    assert isinstance(lock, Lock)
    before = list(place.platform.writes)

    with place.open(FILTERED) as headgate:
        report = headgate.apply(headgate.plan())

    [result] = report.results
    assert (result.outcome, result.code) == (Outcome.REFUSED, "lock-held")
    assert "ci-runner" in result.detail
    assert lock.id in result.hint
    assert report.exit_code == 4
    assert place.platform.writes == before


def test_what_another_run_has_in_hand_is_not_closed_under_it(place: Place, store: Store):
    """Its intents are its own as long as it is at work; only what a dead run left is put to rest."""
    place.apply(ORDERS)
    intent = store.intend(Intent("shop", "orders", "memory", "another run", "settle", effect_key="5a" * 16))
    lock = store.acquire("shop", "orders", "ci-runner (process 7)", ttl=60)
    assert isinstance(lock, Lock)

    place.apply(ORDERS)
    during = store.unfinished("shop")
    store.release(lock)
    place.apply(ORDERS)

    assert [one.id for one in during] == [intent]
    assert store.unfinished("shop") == ()


def test_a_lock_is_given_back_when_the_job_is_done(place: Place, store: Store):
    """Also when the job failed."""
    place.apply(ORDERS)
    assert store.locks("shop") == ()

    place.platform.no_savepoints = "the disk is full"
    assert place.apply(FILTERED).outcome is Outcome.FAILED
    assert store.locks("shop") == ()


def test_a_run_whose_lock_was_taken_stops_before_its_next_step(place: Place, store: Store):
    """Fencing: a caller that lost the lock writes nothing more, and the next run goes on from the savepoint."""
    place.apply(ORDERS)

    with place.open(FILTERED) as headgate:
        plan = headgate.plan()

        def take_the_lock(event: object) -> None:
            for lock in store.locks("shop"):
                store.break_lock(lock.id)

        [result] = headgate.apply(plan, listen=take_the_lock).results

    assert (result.outcome, result.code) == (Outcome.UNCLEAR, "lock-lost")
    assert result.left == ("submit", "settle")
    assert place.apply(FILTERED).outcome is Outcome.APPLIED


def test_a_store_that_dies_during_a_long_stop_leaves_no_job_stopped(place: Place, monkeypatch: pytest.MonkeyPatch):
    """The lock runs out meanwhile, and nobody says that another has it: what was stopped is started."""
    place.apply(ORDERS)
    monkeypatch.setattr(locking, "TTL", 0.03)
    asked = threading.Semaphore(0)

    def silent(*_: object) -> None:
        asked.release()
        raise StoreError("the server closed the connection")

    def dies(event: Event) -> None:
        if (event.step, event.phase) == ("stop-with-savepoint", Phase.DONE):
            for name in ("renew", "check", "release", "intend", "conclude", "record", "saw_job", "unfinished"):
                monkeypatch.setattr(headgate.store, name, silent)
            for _ in range(6):  # each after a third of the time that the lock holds
                assert asked.acquire(timeout=30)

    with place.open(FILTERED) as headgate:
        [result] = headgate.apply(headgate.plan(), patience=patience(), listen=dies).results

    assert (result.outcome, result.left) == (Outcome.APPLIED, ())
    assert place.platform.running("orders") == [result.job_id]
    assert "the server closed the connection" in str(place.reported[0])


def test_a_lock_that_ran_out_while_the_store_was_silent_is_ours_again(tmp_path: Path):
    """Nobody took it: a run that went on meanwhile need not stop now that the store is back. Taken, it is lost."""
    now = datetime(2026, 3, 1, tzinfo=UTC)

    with open_store(URL, root=tmp_path, clock=lambda: now) as store:
        locks = locking.JobLocks(store, project="shop", tell=lambda trouble: None)
        with locks.held("orders") as still_ours:
            now += timedelta(hours=1)
            still_ours()
            now += timedelta(hours=1)
            store.acquire("shop", "orders", "another", ttl=60)
            with pytest.raises(LockLost):
                still_ours()


def test_the_lock_of_a_process_that_was_killed_here_does_not_hold_up_the_next_run(place: Place, store: Store):
    """A plain re-run after a SIGKILL goes on at once."""
    script = (
        "import sys, pathlib\n"
        "from headgate.applying.locking import holder\n"
        "from headgate.store import open_store\n"
        f"store = open_store({URL!r}, root=pathlib.Path(sys.argv[1]))\n"
        "store.acquire('shop', 'orders', holder(), ttl=600)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(place.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "held\n"
        [held] = store.locks("shop")
        assert not locking.is_gone(held.holder)
        assert place.apply(ORDERS).outcome is Outcome.REFUSED
        killed.kill()
        killed.wait()

    assert locking.is_gone(held.holder)
    assert place.apply(ORDERS).outcome is Outcome.APPLIED


@pytest.mark.parametrize(
    "name",
    ["", "ci-runner", "x #", "x #-1-2", "x #abc-1", "x #000000000000-1-5", "x #abc-not-a-pid"],
)
def test_a_holder_of_another_machine_is_never_taken_for_dead(name: str):
    """Only the table of processes it ran in can tell."""
    assert not locking.is_gone(name)
