"""A platform that was started anew knows no job; the store knows where the state is. Without it headgate works on."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.model.outcome import Outcome
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, RunState
from headgate.store import open_store
from tests.applying.place import COUNT, FILTERED, ORDERS, Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_platform_that_forgot_a_stopped_job_gets_it_back_with_its_state(place: Place):
    """Killed between stop and submit: the savepoint is known, and the operators find their state by their ids."""
    place.apply(ORDERS)
    assert place.apply(FILTERED, interrupted=True).outcome is Outcome.INTERRUPTED
    place.platform.forget()

    with place.open(FILTERED) as headgate:
        [action] = headgate.plan().actions
    outcome = place.apply(FILTERED).outcome

    assert (action.verb, action.reason) == (Verb.RESUME, Reason.FORGOTTEN)
    assert action.state is not None
    assert action.state.verdict.value == "kept"
    assert outcome is Outcome.APPLIED
    assert min(place.platform.ages("orders").values()) == 1


def test_a_platform_that_forgot_a_running_job_does_not_get_an_empty_one(place: Place):
    """Nothing is proven about its newest state, so nothing is started."""
    place.apply(ORDERS)
    place.platform.forget()

    assert place.apply(ORDERS).outcome is Outcome.BLOCKED
    assert place.platform.running("orders") == []


def test_a_suspended_job_is_resumed_after_the_platform_forgot_it(place: Place):
    """Weeks later, on a cluster that was upgraded in between."""
    place.apply(ORDERS)
    suspended = JobSpec("orders", "memory", COUNT, state=RunState.SUSPENDED)
    assert place.apply(suspended).outcome is Outcome.APPLIED
    place.platform.forget()
    assert place.apply(suspended).outcome is Outcome.KEPT

    assert place.apply(ORDERS).outcome is Outcome.APPLIED
    assert min(place.platform.ages("orders").values()) == 1


def test_a_lost_store_is_said_once_and_costs_memory_only(place: Place):
    """The run goes on: what keeps a job single is on the platform."""
    place.store = "sqlite:////proc/no/such/folder/store.db"

    assert place.apply(ORDERS).outcome is Outcome.APPLIED
    assert len(place.told) == 1
    assert place.told[0].code == "store-unavailable"


def test_what_was_applied_is_in_the_history_with_its_commit(place: Place):
    """Who asked for what, under which id, from which snapshot."""
    place.apply(ORDERS)
    place.apply(FILTERED)

    with open_store("sqlite:///.headgate/store.db", root=place.root) as store:
        newest, oldest = store.history("shop", "orders")
        unfinished = store.unfinished("shop")

    assert (newest.revision, newest.commit, newest.outcome) == (FILTERED.revision, "c0ffee", "applied")
    assert newest.succeeds == oldest.job_id
    assert newest.restored_from in place.platform.snapshots
    assert unfinished == ()
