"""The previous revision is started again from the same snapshot, and the version that failed is not tried again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headgate.model.health import Health
from headgate.model.live import JobState
from headgate.model.outcome import Outcome
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from headgate.model.secret import Secrets
from headgate.model.spec import DesiredState, JobSpec, Savepoint, Sql
from headgate.store import open_store
from tests.applying.place import COUNT, FILTERED, ORDERS, Killed, Place, patience

BROKEN = replace(ORDERS, program=Sql(COUNT.text.replace("GROUP", "WHERE broken > 3 GROUP")))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.platform.starts_broken = "broken"
    return made


def test_the_previous_revision_runs_again_with_its_state(place: Place):
    """Nothing was lost by trying: the operators go on from the savepoint the stop left."""
    place.apply(ORDERS)

    result = place.apply(BROKEN)

    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    [job_id] = place.platform.running("orders")
    live = place.platform.jobs[job_id].live
    assert live.marker is not None
    assert (live.marker.revision, live.marker.quarantined) == (ORDERS.revision, BROKEN.manifest_hash)
    assert min(place.platform.ages("orders").values()) == 1
    assert result.job_id == job_id


@pytest.mark.parametrize("remembers", [True, False], ids=["with-a-store", "on-a-fresh-runner"])
def test_the_failing_version_is_not_tried_again_until_the_manifest_changes(place: Place, remembers: bool):
    """A loop that restarts the job every minute would be worse than the old revision."""
    place.apply(ORDERS)
    place.apply(BROKEN)
    if not remembers:
        place.without_memory()

    again = place.action(BROKEN)

    assert (again.verb, again.reason, again.steps) == (Verb.BLOCKED, Reason.REVISION_FAILING, ())
    assert place.action(BROKEN, retry=True).verb is Verb.RESTART
    assert place.action(replace(BROKEN, parallelism=2)).verb is Verb.RESTART
    assert place.action(replace(BROKEN, savepoint=Savepoint(keep=3))).reason is Reason.REVISION_FAILING
    assert place.action(ORDERS).verb is Verb.KEEP


def test_what_is_mended_outside_is_tried_again_on_request_and_then_forgotten(place: Place):
    """`--retry`: the table it needed is there now."""
    place.apply(ORDERS)
    place.apply(BROKEN)
    place.platform.starts_broken = ""

    retried = place.apply(BROKEN, retry=True)

    assert retried.outcome is Outcome.APPLIED
    assert place.action(BROKEN).verb is Verb.KEEP
    with open_store("sqlite:///.headgate/store.db", root=place.root) as store:
        assert store.failing("shop", "orders") is None


def test_a_first_start_that_does_not_settle_is_ended(place: Place):
    """There is nothing to go back to, and nothing is left that restarts for ever."""
    result = place.apply(BROKEN)

    assert result.outcome is Outcome.FAILED
    assert place.platform.running("orders") == []
    assert place.action(BROKEN).reason is Reason.REVISION_FAILING
    assert place.apply(ORDERS).outcome is Outcome.APPLIED


def test_a_job_that_failed_by_itself_is_no_reason_to_go_back(place: Place):
    """The same revision again, and it fails again: its sink is down. Nothing was changed, so nothing is undone."""
    place.platform.starts_broken = ""
    place.apply(BROKEN)
    place.platform.fail("orders")
    place.platform.starts_broken = "broken"

    result = place.apply(BROKEN)

    assert (result.outcome, result.code) == (Outcome.FAILED, "not-settled")
    assert place.action(BROKEN).reason is Reason.FAILED


def test_a_start_that_was_refused_after_the_stop_is_rolled_back_too(place: Place):
    """The old job is stopped and the platform says no to the new one: nothing would run."""
    place.apply(ORDERS)
    place.platform.refused_starts = 1

    result = place.apply(FILTERED)

    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    [job_id] = place.platform.running("orders")
    marker = place.platform.jobs[job_id].live.marker
    assert marker is not None
    assert marker.revision == ORDERS.revision
    assert min(place.platform.ages("orders").values()) == 1


def test_a_suspended_job_that_does_not_come_back_goes_back_to_what_it_was(place: Place):
    """Edited while it was suspended: the edit fails, the old revision goes on from the same savepoint."""
    place.apply(ORDERS)
    place.apply(replace(ORDERS, desired_state=DesiredState.SUSPENDED))

    result = place.apply(BROKEN)

    assert result.code == "rolled-back"
    assert min(place.platform.ages("orders").values()) == 1


@pytest.mark.parametrize("killed_at", ["settle", "submit", "stop-with-savepoint"])
def test_a_run_that_is_killed_is_gone_on_with(place: Place, killed_at: str):
    """Whatever it had begun, the next run gets to the same end: the old revision runs, its state kept."""
    place.apply(ORDERS)
    with pytest.raises(Killed):
        place.report(BROKEN, killed_at=killed_at)

    for _ in range(3):
        place.report(BROKEN)

    [job_id] = place.platform.running("orders")
    marker = place.platform.jobs[job_id].live.marker
    assert marker is not None
    assert marker.revision == ORDERS.revision
    assert min(place.platform.ages("orders").values()) == 1
    assert not place.plan(BROKEN).has_changes


@pytest.mark.parametrize("killed_at", ["cancel", "submit"])
def test_a_rollback_that_is_killed_is_gone_on_with(place: Place, killed_at: str):
    """The version is known to fail before anything is undone, so the next run knows what to do."""
    place.apply(ORDERS)
    place.platform.starts_looping = "broken"
    place.platform.starts_broken = ""
    with pytest.raises(Killed):
        place.report(BROKEN, killed_at=f"{killed_at}#2" if killed_at == "submit" else killed_at)

    planned = place.action(BROKEN)
    report = place.report(BROKEN)

    assert planned.reason is Reason.ROLLED_BACK
    assert (report.exit_code, report.results[0].code) == (3, "rolled-back")
    [job_id] = place.platform.running("orders")
    live = place.platform.jobs[job_id].live
    assert live.marker is not None
    assert (live.state, live.marker.revision) == (JobState.RUNNING, ORDERS.revision)
    assert min(place.platform.ages("orders").values()) == 1
    assert place.action(BROKEN).reason is Reason.REVISION_FAILING


def test_what_runs_instead_is_kept_running(place: Place):
    """The old revision falls over later, by itself: it is started again from its checkpoint, the failing one is not."""
    place.apply(ORDERS)
    place.apply(BROKEN)
    place.platform.fail("orders")

    planned = place.action(BROKEN)
    result = place.apply(BROKEN)

    assert (planned.verb, planned.reason) == (Verb.RESTART, Reason.ROLLED_BACK)
    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    [job_id] = place.platform.running("orders")
    marker = place.platform.jobs[job_id].live.marker
    assert marker is not None
    assert (marker.revision, marker.quarantined) == (ORDERS.revision, BROKEN.manifest_hash)
    assert min(place.platform.ages("orders").values()) == 2
    assert place.action(BROKEN).reason is Reason.REVISION_FAILING


def test_a_start_that_nobody_saw_settle_is_waited_for(place: Place):
    """Killed while it waited: the next run finds the intent open and looks."""
    with pytest.raises(Killed):
        place.report(ORDERS, killed_at="settle")

    planned = place.plan(ORDERS)
    result = place.apply(ORDERS)

    assert [(action.verb, action.reason) for action in planned.actions] == [(Verb.KEEP, Reason.NOT_SETTLED_YET)]
    assert [job for job, _ in planned.interrupted] == ["orders"]
    assert result.outcome is Outcome.APPLIED
    after = place.plan(ORDERS)
    assert not after.has_changes
    assert after.interrupted == ()


def test_all_of_the_old_revision_comes_back(place: Place):
    """Not its program alone."""
    tuned = replace(ORDERS, config={"table.exec.x": "1"}, parallelism=3)
    place.apply(tuned)

    assert place.apply(BROKEN).code == "rolled-back"
    [job_id] = place.platform.running("orders")
    assert (place.platform.jobs[job_id].spec.config, place.platform.jobs[job_id].spec.parallelism) == (tuned.config, 3)


def test_a_revision_whose_secrets_are_gone_is_not_started_without_them(place: Place):
    """What did not settle is left as it is, and said."""
    filled = replace(ORDERS, config={"x": "${env:OLD_KEY}"}, secrets=Secrets({"OLD_KEY": "hush-hush"}))
    place.apply(filled)

    assert place.apply(BROKEN).code == "not-settled"
    assert place.platform.running("orders") == []


def test_a_start_that_got_further_while_its_plan_was_read_is_not_stale(place: Place):
    """It was starting when it was planned and runs now: that is what it was waited for to do."""
    place.platform.starts_looping = "COUNT"
    with pytest.raises(Killed):
        place.report(ORDERS, killed_at="settle")
    with place.open(ORDERS) as headgate:
        plan = headgate.plan()
        [job_id] = place.platform.running("orders")
        each = place.platform.jobs[job_id]
        each.live = replace(each.live, state=JobState.RUNNING, word="RUNNING", provably_empty=False)
        [result] = headgate.apply(plan, patience=patience()).results

    assert result.action.reason is Reason.NOT_SETTLED_YET
    assert result.outcome is Outcome.APPLIED


@pytest.mark.parametrize(
    ("counted", "outcome"),
    [
        pytest.param([7], Outcome.APPLIED, id="of-earlier-starts"),
        pytest.param([7, 8, 9, 9], Outcome.FAILED, id="since-it-is-looked-at"),
        pytest.param([7, 0, 1], Outcome.APPLIED, id="begun-again-by-the-start"),
        pytest.param([None], Outcome.APPLIED, id="not-reported"),
    ],
)
def test_only_failures_of_this_start_make_a_restart_loop(
    place: Place, monkeypatch: pytest.MonkeyPatch, counted: list[int | None], outcome: Outcome
):
    """A platform may count on from one start to the next: an old failure rolls nothing back."""
    reported = place.platform.health

    def health(job_id: str) -> Health:
        restarts = counted.pop(0) if len(counted) > 1 else counted[0]
        tasks_running = int(len(counted) == 1)
        return replace(reported(job_id), restarts=restarts, tasks_running=tasks_running)

    monkeypatch.setattr(place.platform, "health", health)

    assert place.apply(ORDERS).outcome is outcome


def checkpoints_late(place: Place, monkeypatch: pytest.MonkeyPatch, *, restarts: int = 0) -> None:
    """From now on no job completes a checkpoint; each has failed so often since it is looked at."""
    reported = place.platform.health
    counted = [0]

    def health(job_id: str) -> Health:
        now, counted[0] = counted[0], restarts
        return replace(reported(job_id), checkpoints=0, restarts=now)

    monkeypatch.setattr(place.platform, "health", health)


@pytest.mark.parametrize("want", [ORDERS, FILTERED], ids=["first start", "edit"])
def test_a_healthy_job_whose_first_checkpoint_comes_late_is_waited_for_by_the_next_run(
    place: Place, monkeypatch: pytest.MonkeyPatch, want: JobSpec
):
    """An interval of an hour is no fault: nothing is ended, nothing is marked as failing, and it is said what to do."""
    if want is not ORDERS:
        place.apply(ORDERS)
    with monkeypatch.context() as slow:
        checkpoints_late(place, slow)

        first = place.apply(want)
        planned = place.action(want)
        second = place.apply(want)

    for result in (first, second):
        assert (result.outcome, result.code) == (Outcome.UNCLEAR, "not-settled-yet")
        assert "settle_timeout" in result.hint
    assert (planned.verb, planned.reason) == (Verb.KEEP, Reason.NOT_SETTLED_YET)
    assert place.apply(want).outcome is Outcome.APPLIED
    assert place.platform.running("orders") == [first.job_id]
    assert not place.plan(want).has_changes
    with place.open(want) as headgate:
        assert headgate.memory.failing("orders") is None
        assert [one.outcome for one in headgate.history("orders")].count("unclear") == 1


def test_a_job_that_has_failed_meanwhile_is_not_taken_for_one_that_is_only_slow(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    """It runs just now, and has never got as far as a checkpoint before it failed again."""
    place.apply(ORDERS)
    checkpoints_late(place, monkeypatch, restarts=1)

    assert place.apply(FILTERED).code == "rolled-back"


def test_what_is_gone_back_to_may_be_late_with_its_checkpoint_too(place: Place, monkeypatch: pytest.MonkeyPatch):
    """It runs again, and that is all a rollback is for."""
    place.apply(ORDERS)
    checkpoints_late(place, monkeypatch)

    result = place.apply(BROKEN)

    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    assert place.platform.running("orders") == [result.job_id]
    assert place.action(BROKEN).reason is Reason.REVISION_FAILING
