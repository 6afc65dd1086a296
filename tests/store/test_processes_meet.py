"""Several processes at one store: CI, the loop, a person at a terminal, some of them killed."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from headgate.model.store_records import utc_now
from headgate.store import Held, Lock, LockLost, Store
from tests.store.given import APPLIED, INTENT, Place, snapshot
from tests.store.processes import in_another, together

PROCESSES, ROUNDS = 8, 25


@pytest.mark.full
def test_eight_processes_are_never_inside_together(place: Place):
    """The lock is what keeps two runs from changing one job; each gets it as often as it asks, under a new token."""
    place.open().close()
    inside = place.root / "inside"
    inside.mkdir()

    said = together([in_another("take_turns", place, str(inside), str(ROUNDS)) for _ in range(PROCESSES)])

    tokens = [[int(token) for token in each.split()] for each in said]
    assert all(each == sorted(each) for each in tokens)
    assert sorted(token for each in tokens for token in each) == list(range(1, PROCESSES * ROUNDS + 1))


@pytest.mark.full
def test_two_processes_may_open_a_new_store_at_once(place: Place):
    """The first `apply` of CI and of the loop: one makes the tables, the other finds them."""
    together([in_another("open", place) for _ in range(4)])

    with place.open() as store:
        assert store.intend(INTENT) == 1


def test_the_lock_of_a_killed_holder_expires(place: Place):
    """Nobody has to clean up after a kill -9; the next token is higher, and the dead one's is worth nothing."""
    place.clock.now = utc_now()
    with place.open() as store:
        process = in_another("hold_until_killed", place, "30")
        said, _ = process.communicate("go\n", timeout=60)
        assert process.returncode == -signal.SIGKILL
        token, lock_id = said.split()[1:]
        assert isinstance(store.acquire("shop", "orders", "the next", ttl=30), Held)
        place.let_pass(600)

        lock = store.acquire("shop", "orders", "the next", ttl=30)

        assert isinstance(lock, Lock)
        assert lock.token > int(token)
        with pytest.raises(LockLost):
            store.check(replace(lock, token=int(token), id=lock_id))


def test_an_intent_survives_the_kill_right_after_it(place: Place):
    """The whole use of the journal: what was about to happen is known to the next run."""
    process = in_another("intend_and_be_killed", place)
    process.communicate("go\n", timeout=60)
    assert process.returncode == -signal.SIGKILL

    with place.open() as store:
        (intent,) = store.unfinished("shop")

    assert replace(intent, id=0, at=INTENT.at) == INTENT


@pytest.mark.full
def test_eight_threads_share_a_store(store: Store):
    """The executor works on eight jobs side by side."""

    def work(number: int) -> None:
        job = f"job-{number}"
        for _ in range(10):
            intent = store.intend(replace(INTENT, job=job))
            store.saw_job("shop", job, "local", "f00", "RUNNING")
            store.saw_snapshot(snapshot("s3://sp/1", job=job))
            store.record(replace(APPLIED, job="the same"))
            store.conclude(intent, "done")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    assert store.unfinished("shop") == ()
    assert [each.number for each in store.history("shop", "the same")] == list(range(80, 0, -1))


def test_of_many_threads_one_gets_the_lock(store: Store):
    """All ask at once; exactly one works."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: store.acquire("shop", "orders", f"thread {number}", ttl=30), range(24)))

    assert sum(isinstance(answer, Held) for answer in answers) == 23
