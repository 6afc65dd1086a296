"""`headgate rollback JOB [--to N]`: an earlier revision runs again with today's state, until the manifest changes."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.errors import UsageError
from headgate.model.outcome import Outcome, Result
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Sql
from tests.applying.place import COUNT, FILTERED, ORDERS, Place, patience


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.apply(ORDERS)
    made.apply(FILTERED)
    return made


def rolled_back(place: Place, spec: JobSpec, to: int | None = None) -> Result:
    with place.open(spec) as headgate:
        [result] = headgate.apply(headgate.rollback("orders", to=to), patience=patience()).results
    return result


def test_the_revision_before_runs_again_with_the_state_of_today(place: Place):
    """Nothing is computed twice: it goes on from a savepoint of the job that ran."""
    result = rolled_back(place, FILTERED)

    assert result.outcome is Outcome.APPLIED
    [job_id] = place.platform.running("orders")
    marker = place.platform.jobs[job_id].live.marker
    assert marker is not None
    assert (marker.revision, marker.quarantined) == (ORDERS.revision, FILTERED.manifest_hash)
    assert min(place.platform.ages("orders").values()) == 2


@pytest.mark.parametrize("remembers", [True, False], ids=["with-a-store", "on-a-fresh-runner"])
def test_it_holds_until_the_manifest_changes(place: Place, remembers: bool):
    """The next pass of the loop must not undo it."""
    rolled_back(place, FILTERED)
    if not remembers:
        place.without_memory()

    held = place.action(FILTERED)
    assert held.reason is Reason.REVISION_FAILING
    assert ("by hand" in held.note) is remembers
    assert place.action(replace(FILTERED, parallelism=2)).verb is Verb.RESTART
    assert place.action(ORDERS).verb is Verb.KEEP


def test_any_number_of_the_history_can_be_gone_back_to(place: Place):
    """With its program and all the rest of it."""
    third = replace(FILTERED, parallelism=4)
    place.apply(third)

    assert rolled_back(place, third, to=1).outcome is Outcome.APPLIED
    [job_id] = place.platform.running("orders")
    assert place.platform.jobs[job_id].spec.parallelism == 1
    with place.open(third) as headgate:
        newest = headgate.history("orders")[0]
    assert (newest.outcome, newest.revision, newest.author) == ("rolled-back", ORDERS.revision, "Ada")


def test_asking_twice_is_asking_once_and_only_a_number_goes_further(place: Place):
    """A job of CI that is tried again must neither put back what was bad nor go back to last month."""
    third = replace(FILTERED, parallelism=4)
    place.apply(third)

    outcomes = [rolled_back(place, third, to=number).outcome for number in (None, None, 1, None)]

    assert outcomes == [Outcome.APPLIED, Outcome.KEPT, Outcome.APPLIED, Outcome.KEPT]
    [job_id] = place.platform.running("orders")
    assert place.platform.jobs[job_id].spec.revision == ORDERS.revision


@pytest.mark.parametrize("project", ["other-team", ""], ids=["another-projects", "nobodys"])
def test_a_job_of_somebody_else_is_neither_rolled_back_nor_saved(place: Place, project: str):
    """It has the name of ours, and that is all."""
    place.platform.fail("orders")
    stranger = place.platform.start_stranger("orders", project=project)

    with place.open(FILTERED) as headgate:
        with pytest.raises(UsageError, match=stranger) as refused:
            headgate.rollback("orders", to=1)
        with pytest.raises(UsageError, match=stranger):
            headgate.savepoint("orders", patience=patience())
        assert headgate.health("orders").state.active

    assert "headgate explain" in refused.value.hint
    assert not any(write.startswith(("stop", "savepoint")) for write in place.platform.writes[4:])


def test_of_two_that_run_neither_is_rolled_back(place: Place):
    """Both are named, and what to do about it."""
    [job_id] = place.platform.running("orders")
    place.platform.jobs["twin"] = copy.copy(place.platform.jobs[job_id])
    place.platform.jobs["twin"].live = replace(place.platform.jobs[job_id].live, job_id="twin")

    with place.open(FILTERED) as headgate, pytest.raises(UsageError, match=f"{job_id}, twin|twin, {job_id}") as refused:
        headgate.rollback("orders")
    assert refused.value.hint == "`headgate explain several-live`"


@pytest.mark.parametrize("to", [2, 9], ids=["what-runs", "not-there"])
def test_a_number_that_cannot_be_gone_back_to_is_an_error(place: Place, to: int):
    """With the next move."""
    with place.open(FILTERED) as headgate, pytest.raises(UsageError, match=str(to)) as trouble:
        headgate.rollback("orders", to=to)
    assert "history" in trouble.value.hint


def test_a_revision_that_cannot_read_the_state_needs_consent(place: Place):
    """A rollback is an edit like any other: what it does to state is judged."""
    summed = replace(
        ORDERS,
        program=Sql(COUNT.text.replace("COUNT(*)", "SUM(price)")),
        savepoint=replace(ORDERS.savepoint, accept=frozenset({"partial", "unknown", "lost"})),
    )
    place.apply(summed)
    strict = replace(summed, savepoint=ORDERS.savepoint)

    with place.open(strict) as headgate:
        [action] = headgate.rollback("orders").actions

    assert action.verb is Verb.BLOCKED
    assert action.reason in (Reason.STATE_PARTIAL, Reason.STATE_LOST, Reason.STATE_UNKNOWN)
