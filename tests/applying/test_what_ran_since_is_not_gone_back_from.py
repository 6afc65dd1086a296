"""Going back is for a start that came to nothing: never past state of its own, and never to what failed before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headgate.model.health import Health
from headgate.model.live import JobState
from headgate.model.outcome import Outcome
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from tests.applying.place import FILTERED, ORDERS, Killed, Place

RENAMED = replace(FILTERED, name="orders-v2", previous_name="orders")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def killed(place: Place, spec: JobSpec, *, at: str = "settle") -> None:
    with pytest.raises(Killed):
        place.report(spec, killed_at=at)


def test_a_job_that_ran_well_for_days_goes_on_from_its_own_checkpoint(place: Place):
    """Nobody saw it settle, because CI was cancelled just then; that it failed since is another story."""
    place.apply(ORDERS)
    killed(place, FILTERED)
    place.platform.fail("orders")

    result = place.apply(FILTERED)

    assert result.outcome is Outcome.APPLIED
    assert result.action.restore is not None
    assert result.action.restore.kind.value == "checkpoint"
    [job_id] = place.platform.running("orders")
    assert place.platform.jobs[job_id].restored == result.action.restore.path


def test_a_job_that_restarts_for_a_moment_after_days_is_not_ended(place: Place, monkeypatch: pytest.MonkeyPatch):
    """A lost TaskManager, just as the next run looks: the checkpoints it completed would be given up."""
    place.apply(ORDERS)
    killed(place, FILTERED)
    [job_id] = place.platform.running("orders")
    loops = Health(JobState.STARTING, "RESTARTING", 0, 1, True, 4711, 0, "a TaskManager was lost")
    monkeypatch.setattr(place.platform, "health", lambda job_id: loops)

    result = place.apply(FILTERED)

    assert (result.outcome, result.code) == (Outcome.FAILED, "not-settled")
    assert place.platform.running("orders") == [job_id]


def test_what_cannot_be_put_back_is_not_replaced_by_what_failed_before_it(place: Place):
    """The sink is down for all of them: the next run tries the one that worked once more."""
    place.apply(ORDERS)
    place.platform.starts_broken = "id > 3"
    killed(place, FILTERED, at="submit#2")
    place.platform.starts_broken = "INSERT"

    result = place.apply(FILTERED)

    assert result.outcome is Outcome.FAILED
    newest = list(place.platform.jobs.values())[-1]
    assert newest.live.marker is not None
    assert newest.live.marker.revision == ORDERS.revision
    place.platform.starts_broken = ""
    assert place.apply(FILTERED).action.reason is Reason.ROLLED_BACK
    assert len(place.platform.running("orders")) == 1


def test_a_field_of_another_owner_is_no_other_version(place: Place):
    """An autoscaler set the parallelism; what failed is the version in git all the same."""
    place.apply(replace(ORDERS, parallelism=4))
    theirs = replace(FILTERED, parallelism=2, ignore=("parallelism",))
    place.platform.starts_broken = "id > 3"
    killed(place, theirs)

    result = place.apply(theirs)

    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    assert place.action(theirs).reason is Reason.REVISION_FAILING


def test_a_restart_without_an_edit_is_no_edit_where_somebody_owns_a_field(place: Place):
    """It failed by itself and fails again: nothing older would run any better."""
    place.apply(replace(ORDERS, parallelism=4))
    theirs = replace(ORDERS, parallelism=2, ignore=("parallelism",))
    place.apply(theirs)
    place.platform.fail("orders")
    place.platform.starts_broken = "COUNT"

    assert place.apply(theirs).code == "not-settled"
    assert place.action(theirs).reason is Reason.FAILED


def test_a_rename_is_undone_by_any_later_run(place: Place):
    """The previous revision has another name in the history."""
    place.apply(ORDERS)
    place.platform.starts_broken = "id > 3"
    killed(place, RENAMED)

    result = place.apply(RENAMED)

    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    assert place.platform.running("orders")
    assert place.platform.running("orders-v2") == []
    assert place.action(RENAMED).reason is Reason.REVISION_FAILING


def test_a_person_goes_back_to_before_a_rename(place: Place):
    """`rollback` under the new name, which alone is in git."""
    place.apply(ORDERS)
    place.apply(RENAMED)

    with place.open(RENAMED) as headgate:
        [action] = headgate.rollback("orders-v2").actions

    assert action.reason is Reason.ROLLED_BACK
    assert [step.revision for step in action.steps if hasattr(step, "revision")] == [ORDERS.revision]
