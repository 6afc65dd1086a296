"""Two commits in a row, two runs of CI: each has looked before the other wrote. One copy, and the second is
reported.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headgate.model.live import JobState
from headgate.model.outcome import Event, Outcome, Phase, Result
from headgate.model.spec import DesiredState, JobSpec, Sql
from tests.applying.place import COUNT, FILTERED, ORDERS, Place, patience

OTHERWISE = replace(ORDERS, program=Sql(COUNT.text.replace("GROUP", "WHERE id > 4 GROUP")))
RENAMED = replace(ORDERS, name="totals", previous_name="orders")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "here")


def beside(place: Place, tmp_path: Path) -> Place:
    """Another folder with a store of its own, for the same platforms."""
    other = Place(tmp_path / "there")
    other.platform, other.platforms = place.platform, place.platforms
    return other


def met(place: Place, want: JobSpec, other: Place, otherwise: JobSpec, *, at: str) -> tuple[Result, Result]:
    """What becomes of a run, and of another one that does all it wants to as the first begins the step `at`."""
    seconds: list[Result] = []

    def listen(event: Event) -> None:
        if event.phase is Phase.STARTED and event.step == at and not seconds:
            seconds.extend(other.report(otherwise).results)

    with place.open(want) as headgate:
        [first] = headgate.apply(headgate.plan(), patience=patience(), listen=listen).results
    return first, seconds[0]


@pytest.mark.parametrize(
    ("want", "otherwise"),
    [
        pytest.param(FILTERED, OTHERWISE, id="another-version"),
        pytest.param(FILTERED, RENAMED, id="a-rename"),
        pytest.param(RENAMED, FILTERED, id="renamed-here"),
    ],
)
def test_without_a_common_store_one_of_them_starts_the_successor(place: Place, tmp_path: Path, want, otherwise):
    """Both stop the same job and take its one savepoint; the platform takes one start."""
    place.apply(ORDERS)

    late, early = met(place, want, beside(place, tmp_path), otherwise, at="stop-with-savepoint")

    assert early.outcome is Outcome.APPLIED
    assert (late.outcome, late.code) == (Outcome.FAILED, "overtaken")
    assert "by another run" in late.detail
    assert place.platform.running(otherwise.name) == [early.job_id]
    assert [job for job, one in place.platform.jobs.items() if one.live.state.active] == [early.job_id]
    assert set(place.platform.ages(otherwise.name).values()) == {1}


def test_first_starts_of_two_versions_are_one_start(place: Place, tmp_path: Path):
    """There is no predecessor to tell them apart by."""
    late, early = met(place, FILTERED, beside(place, tmp_path), OTHERWISE, at="submit")

    assert (early.outcome, late.code) == (Outcome.APPLIED, "overtaken")
    assert place.platform.running("orders") == [early.job_id]


def test_the_next_run_of_the_late_one_says_what_it_would_do(place: Place, tmp_path: Path):
    """Nothing is stuck: what runs is another version, and git here asks for this one."""
    place.apply(ORDERS)
    met(place, FILTERED, beside(place, tmp_path), OTHERWISE, at="stop-with-savepoint")

    assert place.apply(FILTERED).outcome is Outcome.APPLIED
    assert set(place.platform.ages("orders").values()) == {2}


def test_with_a_common_store_a_rename_waits_for_an_edit_under_the_old_name(place: Place):
    """One job has two names for a moment, and both are locked."""
    place.apply(ORDERS)

    first, second = met(place, FILTERED, place, RENAMED, at="stop-with-savepoint")

    assert first.outcome is Outcome.APPLIED
    assert second.outcome is Outcome.REFUSED
    assert "'orders' is being changed by" in second.detail
    assert place.platform.running("totals") == []


def test_a_job_that_somebody_stops_while_it_settles_is_no_failing_version(place: Place, tmp_path: Path):
    """The run that stopped it goes on; going back to the previous revision would cross it."""
    place.apply(ORDERS)
    suspended = replace(FILTERED, desired_state=DesiredState.SUSPENDED)

    first, second = met(place, FILTERED, beside(place, tmp_path), suspended, at="settle")

    assert second.outcome is Outcome.APPLIED
    assert (first.outcome, first.code) == (Outcome.FAILED, "overtaken")
    assert place.platform.running("orders") == []
    with place.open(FILTERED) as headgate:
        assert headgate.memory.failing("orders") is None


def test_a_rename_keeps_what_the_store_knows_of_the_old_name(place: Place):
    """The platform has forgotten the job; it is not new because it is called otherwise."""
    place.apply(ORDERS)
    place.apply(replace(ORDERS, desired_state=DesiredState.SUSPENDED))
    place.platform.forget()

    result = place.apply(RENAMED)

    assert result.outcome is Outcome.APPLIED
    assert set(place.platform.ages("totals").values()) == {1}


def test_a_rename_keeps_what_storage_knows_of_the_old_name(place: Place):
    """A fresh runner and a JobManager that was restarted: the savepoint folder still has the old name."""
    place.apply(ORDERS)
    place.platform.forget()
    place.without_memory()

    action = place.action(RENAMED)

    assert action.steps == ()
    assert action.reason == "nothing-to-restore"


@pytest.mark.parametrize(
    ("edited", "reported"),
    [
        pytest.param({"parallelism": 8}, "parallelism was 2, is 8", id="rescaled"),
        pytest.param({"config": {"table.exec.state.ttl": "1 d"}}, "config", id="configured"),
    ],
)
def test_what_the_owner_of_a_field_does_after_the_plan_was_made_is_not_undone(
    place: Place, edited: dict[str, Any], reported: str
):
    """An autoscaler goes on while people review: the job is refused, and the next run starts it as it is by then."""
    started = replace(ORDERS, ignore=("parallelism", "config"), parallelism=2)
    want = replace(started, program=FILTERED.program)
    place.apply(started)
    [job_id] = place.platform.running("orders")
    job = place.platform.jobs[job_id]
    assert job.live.applied is not None

    with place.open(want) as headgate:
        plan = headgate.plan()
        job.live = replace(job.live, applied=replace(job.live.applied, **edited))
        [result] = headgate.apply(plan, patience=patience()).results

    assert (result.outcome, result.code) == (Outcome.REFUSED, "plan-stale")
    assert reported in result.detail
    assert place.apply(want).outcome is Outcome.APPLIED
    [job_id] = place.platform.running("orders")
    now = place.platform.jobs[job_id].live.applied
    assert now is not None
    assert (now.parallelism, now.config) == (edited.get("parallelism", 2), edited.get("config", {}))


def test_a_secret_that_was_edited_after_the_plan_was_made_is_not_reported(place: Place):
    """Platforms tell values as they are: that the field is another is enough."""
    place.apply(ORDERS)
    [job_id] = place.platform.running("orders")
    job = place.platform.jobs[job_id]
    assert job.live.applied is not None

    with place.open(FILTERED) as headgate:
        plan = headgate.plan()
        job.live = replace(job.live, applied=replace(job.live.applied, options={"password": "hunter2"}))
        [result] = headgate.apply(plan, patience=patience()).results

    assert (result.code, "hunter2" in result.detail) == ("plan-stale", False)
    assert "options" in result.detail


def test_a_job_that_recovered_before_it_was_cancelled_is_not_started_empty(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    """It had nothing to lose when people looked, and then it had: the next run goes on from what it left."""
    place.apply(ORDERS)
    [job_id] = place.platform.running("orders")
    job, cancel = place.platform.jobs[job_id], place.platform.cancel
    job.live = replace(job.live, state=JobState.STARTING, word="RESTARTING", provably_empty=True)

    def recovered(which: str) -> None:
        job.live = replace(job.live, state=JobState.RUNNING, word="RUNNING", provably_empty=False)
        cancel(which)

    monkeypatch.setattr(place.platform, "cancel", recovered)
    result = place.apply(FILTERED)

    assert (result.outcome, result.left) == (Outcome.FAILED, ("submit", "settle"))
    assert "completed a checkpoint before it was cancelled" in result.detail
    assert place.apply(FILTERED).outcome is Outcome.APPLIED
    assert set(place.platform.ages("orders").values()) == {1}
