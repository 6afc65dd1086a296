"""A job that does not settle in its new place runs on in the old one, from the same savepoint; never in both."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.model.live import JobState
from headgate.model.outcome import Outcome
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.testing.memory import MemoryPlatform
from tests.applying.place import FILTERED, ORDERS, Killed, Place

MOVED = replace(ORDERS, target="new")
MOVED_AND_EDITED = replace(FILTERED, target="new")
MOVED_AND_RENAMED = replace(MOVED, name="totals", previous_name="orders")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Two clusters that read the same storage, and a job on the old one. Their clocks are that of the store."""
    monkeypatch.setattr("headgate.testing.memory._EPOCH", int(time.time() * 1000))
    made = Place(tmp_path)
    new = MemoryPlatform("new", project="shop")
    new.share_storage(made.platform)
    made.platforms["new"] = new
    made.apply(ORDERS)
    return made


def running(place: Place) -> list[str]:
    """Where the job runs, whatever it is called: the name of a target for each copy."""
    return [
        name for name, platform in place.platforms.items() for each in platform.jobs.values() if each.live.state.active
    ]


def assert_back(place: Place, want: JobSpec) -> None:
    """It runs where it ran, with the state that it was stopped with, and stays there until the manifest changes."""
    assert running(place) == ["memory"]
    [job_id] = place.platform.running("orders")
    assert set(place.platform.ages("orders").values()) == {1}
    live = place.platform.jobs[job_id].live
    assert live.state is JobState.RUNNING
    assert live.marker is not None
    assert live.marker.quarantined == want.manifest_hash
    again = place.action(want)
    assert (again.verb, again.reason, again.steps) == (Verb.BLOCKED, Reason.REVISION_FAILING, ())


@pytest.mark.parametrize("want", [MOVED, MOVED_AND_EDITED, MOVED_AND_RENAMED], ids=["moved", "edited", "renamed"])
@pytest.mark.parametrize("trouble", ["starts_broken", "starts_looping"])
def test_what_ran_before_runs_again_where_it_ran(place: Place, want: JobSpec, trouble: str):
    """The new cluster lacks a connector, say."""
    setattr(place.platforms["new"], trouble, "COUNT")

    result = place.apply(want)

    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    assert result.detail.endswith("runs again on target 'memory'")
    assert_back(place, want)


def test_a_target_that_refuses_the_job_gets_nothing_and_the_old_one_goes_on(place: Place):
    """It was stopped by then: left so, nothing would run."""
    place.platforms["new"].refused_starts = 1

    result = place.apply(MOVED)

    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    assert running(place) == ["memory"]
    assert set(place.platform.ages("orders").values()) == {1}


@pytest.mark.parametrize("want", [MOVED, MOVED_AND_EDITED], ids=["moved", "edited"])
@pytest.mark.parametrize("step", ["settle", "cancel", "submit#2", "settle#2"])
def test_the_next_run_continues_it(place: Place, want: JobSpec, step: str):
    """Killed at any step of the way there or back."""
    place.platforms["new"].starts_looping = "COUNT"
    with pytest.raises(Killed):
        place.report(want, killed_at=step)

    place.apply(want)

    assert_back(place, want)


def test_a_job_that_is_back_and_fails_by_itself_is_started_where_it_is(place: Place):
    """From its own last checkpoint, not from the savepoint that the move left; and not in the new place."""
    place.platforms["new"].starts_looping = "COUNT"
    place.apply(MOVED)
    place.platform.fail("orders")

    result = place.apply(MOVED)

    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    assert running(place) == ["memory"]
    assert set(place.platform.ages("orders").values()) == {2}


def test_an_old_place_that_is_silent_is_waited_for(place: Place):
    """Nobody knows what runs there: the looping job stays, and the reason is reported."""
    place.platforms["new"].starts_looping = "COUNT"
    with pytest.raises(Killed):
        place.report(MOVED, killed_at="cancel")
    place.platform.silent = "no route to host"

    action = place.action(MOVED)

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.REVISION_FAILING, ())
    assert "target 'memory', which cannot be looked at: no route to host" in action.note
    place.platform.silent = ""
    place.apply(MOVED)
    assert_back(place, MOVED)


def test_once_the_new_place_is_mended_the_move_is_made(place: Place):
    """`--retry` says so."""
    place.platforms["new"].starts_looping = "COUNT"
    place.apply(MOVED)
    place.platforms["new"].starts_looping = ""

    result = place.apply(MOVED, retry=True)

    assert result.outcome is Outcome.APPLIED
    assert running(place) == ["new"]
    assert set(place.platforms["new"].ages("orders").values()) == {2}


def test_putting_the_old_target_back_in_git_leaves_the_job_alone(place: Place):
    """A `git revert` of the move."""
    place.platforms["new"].starts_looping = "COUNT"
    place.apply(MOVED)

    assert place.action(ORDERS).verb is Verb.KEEP
