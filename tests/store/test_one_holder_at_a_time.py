"""CI and the loop may meet: one of them works, the other is reported who does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.store import Held, Lock, LockHeld, LockLost, Store, UnknownLock
from tests.store.given import Place


def taken(answer: Lock | Held) -> Lock:
    assert isinstance(answer, Lock)
    return answer


def test_a_second_holder_is_reported_who_has_it_and_until_when(store: Store):
    """The loser must be able to say it: who, since when, until when, and what to do."""
    lock = taken(store.acquire("shop", "orders", "ci run 7", ttl=30))

    answer = store.acquire("shop", "orders", "the loop", ttl=30)

    assert answer == Held(lock)
    reported = str(LockHeld(lock))
    assert all(
        word in reported for word in ("lock-held", "ci run 7", f"headgate unlock {lock.id}", f"{lock.since:%H:%M:%S}")
    )
    assert LockHeld(lock).exit_code == 4


def test_each_job_of_each_project_has_its_own_lock(store: Store):
    """Two teams share a database; jobs are changed side by side."""
    for project, job in (("shop", "orders"), ("shop", "refunds"), ("bank", "orders")):
        taken(store.acquire(project, job, "ci", ttl=30))

    assert [lock.job for lock in store.locks("shop")] == ["orders", "refunds"]


def test_the_same_holder_waits_too(store: Store):
    """Two runs of one pipeline may have one name."""
    taken(store.acquire("shop", "orders", "ci", ttl=30))

    assert isinstance(store.acquire("shop", "orders", "ci", ttl=30), Held)


@pytest.mark.parametrize("end", ["release", "expire", "break"])
def test_the_token_grows_however_the_last_holder_ended(place: Place, store: Store, end: str):
    """Fencing: a caller that comes later is reported from any caller that came before."""
    before = taken(store.acquire("shop", "orders", "one", ttl=30))
    match end:
        case "release":
            store.release(before)
        case "expire":
            place.let_pass(31)
        case _:
            store.break_lock(before.id)

    after = taken(store.acquire("shop", "orders", "two", ttl=30))

    assert after.token > before.token
    assert after.id != before.id
    with pytest.raises(LockLost, match="two holds it"):
        store.check(before)
    with pytest.raises(LockLost):
        store.renew(before)
    store.check(after)


def test_a_renewed_lock_does_not_expire(place: Place, store: Store):
    """A savepoint may take longer than a ttl."""
    lock = taken(store.acquire("shop", "orders", "ci", ttl=30))
    place.let_pass(20)
    lock = store.renew(lock)
    place.let_pass(20)

    store.check(lock)
    assert isinstance(store.acquire("shop", "orders", "the loop", ttl=30), Held)


def test_an_expired_lock_does_not_pass_even_if_nobody_took_it(place: Place, store: Store):
    """Somebody may take it between the check and the effect. Renewed in time to be still free, it is ours again."""
    lock = taken(store.acquire("shop", "orders", "ci", ttl=30))
    place.let_pass(31)

    with pytest.raises(LockLost):
        store.check(lock)
    assert store.locks("shop") == ()

    store.check(store.renew(lock))


def test_a_late_release_does_not_end_the_lock_of_another(place: Place, store: Store):
    """A run that was suspended wakes up and cleans after itself."""
    late = taken(store.acquire("shop", "orders", "one", ttl=30))
    place.let_pass(31)
    lock = taken(store.acquire("shop", "orders", "two", ttl=30))

    store.release(late)

    store.check(lock)


def test_breaking_a_lock_needs_its_id(store: Store):
    """Nobody should end the wrong run by a slip; the nearest id is offered."""
    lock = taken(store.acquire("shop", "orders", "ci", ttl=30))

    with pytest.raises(UnknownLock, match="there is no lock") as reported:
        store.break_lock(lock.id[:-1])
    assert lock.id in reported.value.hint

    assert replace(store.break_lock(lock.id), expires=lock.expires) == lock
    with pytest.raises(UnknownLock, match="there is no lock") as reported:
        store.break_lock(lock.id)
    assert reported.value.hint == "no lock is held at all"


def test_no_id_breaks_no_lock(store: Store):
    """A lock that was released has no id; asking for none must not find it."""
    store.release(taken(store.acquire("shop", "orders", "ci", ttl=30)))

    with pytest.raises(UnknownLock):
        store.break_lock("")


def test_a_holder_from_before_the_store_was_lost_is_not_taken_for_the_new_one(in_sqlite: Place):
    """Tokens start again in a new store; ids never do."""
    with in_sqlite.open() as store:
        old = taken(store.acquire("shop", "orders", "one", ttl=30))
    for part in in_sqlite.file().parent.iterdir():
        part.unlink()

    with in_sqlite.open() as store:
        new = taken(store.acquire("shop", "orders", "two", ttl=30))

        assert new.token == old.token
        with pytest.raises(LockLost):
            store.check(old)


def test_the_clock_of_a_machine_does_not_end_a_lock_on_a_server(in_postgres: Place):
    """Machines disagree about the time; the server's clock is the one they share."""
    with in_postgres.open() as store:
        lock = taken(store.acquire("shop", "orders", "one", ttl=30))
        in_postgres.clock.now = in_postgres.clock.now.replace(year=2100)

        assert isinstance(store.acquire("shop", "orders", "two", ttl=30), Held)
        store.check(lock)
