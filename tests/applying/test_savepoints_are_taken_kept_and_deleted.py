"""A savepoint is taken once, found by the one who comes next, and deleted when enough newer ones are there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headgate.errors import OutcomeUnknown, Rejected
from headgate.model.health import SavepointProgress
from headgate.model.outcome import Outcome
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState, Savepoint, Strategy
from headgate.store import open_store
from tests.applying.place import FILTERED, ORDERS, Place, patience

KEEPS_TWO = Savepoint(keep=2)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_savepoint_is_taken_of_a_job_that_goes_on(place: Place):
    """And the job never notices."""
    place.apply(ORDERS)
    before = place.platform.running("orders")

    with place.open(ORDERS) as headgate:
        path = headgate.savepoint("orders", patience=patience())

    assert path in place.platform.snapshots
    assert place.platform.running("orders") == before
    assert not place.plan(ORDERS).has_changes


def test_a_savepoint_whose_reply_was_lost_is_waited_for_and_not_taken_again(place: Place):
    """Its key was written down before it was asked for."""
    place.apply(ORDERS)
    place.platform.lost_replies = 1
    with pytest.raises(OutcomeUnknown), place.open(ORDERS) as headgate:
        headgate.savepoint("orders", patience=patience())

    with place.open(ORDERS) as headgate:
        first = headgate.savepoint("orders", patience=patience())
    with place.open(ORDERS) as headgate:
        second = headgate.savepoint("orders", patience=patience())

    assert first != second
    assert len(place.platform.snapshots) == 2


def begun(place: Place) -> None:
    """A savepoint is asked for, and its run gives up waiting."""
    with pytest.raises(OutcomeUnknown), place.open(ORDERS) as headgate:
        headgate.savepoint("orders", patience=replace(patience(), stop=0))


def open_intents(place: Place) -> list[str]:
    with place.open(ORDERS) as headgate:
        return [intent.step for intent in headgate.store.unfinished("shop")]


def test_a_savepoint_under_way_outlives_a_run_that_has_nothing_to_do(place: Place, monkeypatch: pytest.MonkeyPatch):
    """The loop passes by while it is written: it is not forgotten, and so not asked for a second time."""
    place.apply(ORDERS)
    with monkeypatch.context() as slow:
        slow.setattr(place.platform, "savepoint_progress", lambda job_id, key: SavepointProgress(asked=True))
        begun(place)
        place.apply(ORDERS)

    assert open_intents(place) == ["savepoint"]
    with place.open(ORDERS) as headgate:
        headgate.savepoint("orders", patience=patience())
    assert len(place.platform.snapshots) == 1


def test_a_savepoint_that_nobody_waited_for_is_recorded_by_the_next_run(place: Place):
    """So that `savepoint.keep` counts it, and `strategy: earliest` finds it."""
    place.apply(ORDERS)
    begun(place)
    place.apply(ORDERS)

    with place.open(ORDERS) as headgate:
        known = [one.path for one in headgate.store.snapshots("shop", "orders")]
    assert known == list(place.platform.snapshots)
    assert open_intents(place) == []


@pytest.mark.parametrize("how", ["failed", "its-job-is-gone", "silent"])
def test_a_savepoint_of_which_nothing_comes_is_given_up(place: Place, how: str, monkeypatch: pytest.MonkeyPatch):
    """Once that is certain: a platform that does not answer is asked again."""
    place.apply(ORDERS)
    begun(place)
    if how == "failed":
        failed = SavepointProgress(asked=True, failed="the disk is full")
        monkeypatch.setattr(place.platform, "savepoint_progress", lambda job_id, key: failed)
        place.apply(ORDERS)
    elif how == "silent":
        place.platform.silent = "down"
        place.apply(ORDERS)
    else:
        place.platform._taken.clear()
        place.apply(FILTERED)

    assert open_intents(place) == (["savepoint"] if how == "silent" else [])


def test_a_job_that_does_not_run_gives_no_savepoint(place: Place):
    """What it left is what there is."""
    suspended = replace(ORDERS, desired_state=DesiredState.SUSPENDED)
    place.apply(ORDERS)
    place.apply(suspended)

    with place.open(suspended) as headgate, pytest.raises(Rejected, match="SUSPENDED"):
        headgate.savepoint("orders", patience=patience())


def test_savepoints_beyond_what_is_kept_are_deleted_and_the_last_good_one_never(place: Place):
    """`savepoint.keep: 2`: the oldest go, once their job runs on without them."""
    one, other = (replace(spec, savepoint=KEEPS_TWO) for spec in (ORDERS, FILTERED))
    for spec in (one, other, one, other, one):
        assert place.apply(spec).outcome is Outcome.APPLIED

    assert len(place.platform.snapshots) == 2
    [job_id] = place.platform.running("orders")
    marker = place.platform.jobs[job_id].live.marker
    assert marker is not None
    assert marker.restored in place.platform.snapshots


def test_a_deletion_that_failed_is_tried_again(place: Place):
    """Not forgotten: the next run that touches the target does it."""
    one, other = (replace(spec, savepoint=KEEPS_TWO) for spec in (ORDERS, FILTERED))
    place.platform.undisposable = "the disk is read-only"
    for spec in (one, other, one, other):
        place.apply(spec)
    with open_store("sqlite:///.headgate/store.db", root=place.root) as store:
        [pending] = store.disposals("shop")
    assert (pending.error, pending.attempts > 0) == ("the disk is read-only", True)

    place.platform.undisposable = ""
    place.apply(one)

    assert pending.path not in place.platform.snapshots
    with open_store("sqlite:///.headgate/store.db", root=place.root) as store:
        assert store.disposals("shop") == ()


def test_the_earliest_savepoint_is_found_in_storage_or_store(place: Place):
    """`strategy: earliest`: back to where the job began, as far as anybody knows."""
    for spec in (ORDERS, FILTERED, ORDERS):
        place.apply(spec)
    first = min(place.platform.snapshots)
    place.platform.forgets_storage = True

    action = place.action(replace(FILTERED, savepoint=Savepoint(Strategy.EARLIEST)))

    assert (action.verb, action.reason) == (Verb.RESTART, Reason.SPEC_CHANGED)
    assert action.restore is not None
    assert action.restore.path == first


def test_a_path_with_a_slip_of_the_pen_stops_nothing(place: Place):
    """It is found out while the old job runs."""
    place.apply(ORDERS)

    action = place.action(replace(FILTERED, savepoint=Savepoint(Strategy.PATH, "memory:/memory/savepoint-99")))

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.SNAPSHOT_MISSING)
    assert len(place.platform.running("orders")) == 1
