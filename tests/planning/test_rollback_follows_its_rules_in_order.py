"""The rules of `planning.rollback`, one by one: in a plan, after a start that failed, and on request."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from headgate.errors import Overtaken, UsageError
from headgate.model.live import Absent, JobState, Live, Observation, Several, Snapshot, Unknown
from headgate.model.plan import Action, CancelJob, Settle, StopWithSavepoint, Submit, Verb
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState
from headgate.model.store_records import Noted
from headgate.planning import answered, one_by_one
from headgate.planning.rollback import FailedStart, may_be_undone, to_an_earlier_revision, undoing, without_quarantine
from headgate.project.answers import platforms_alone
from tests.planning.given import EDITED, ORDERS, agrees, begun, decided, in_history, plan_of, quarantined, running

SAVED = Snapshot("s3://savepoints/1", "savepoint", 1)


def in_its_place(live: Live, bad: Any = EDITED) -> Live:
    """The job, started by a rollback in the place of a manifest that did not settle."""
    assert live.marker is not None
    return replace(live, marker=replace(live.marker, quarantined=bad.manifest_hash))


# -- in a plan ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.STOPPED])
def test_the_job_of_a_rollback_that_ended_is_started_again_as_it_was(state: JobState):
    """It stands in for the manifest in git, which stays quarantined."""
    ended = in_its_place(running(ORDERS, state=state, snapshot=SAVED))

    action = decided(EDITED, ended)

    assert (action.verb, action.reason) == (Verb.RESTART, Reason.ROLLED_BACK)
    submit, settle = action.steps
    assert settle == Settle()
    assert isinstance(submit, Submit)
    assert (submit.spec, submit.as_it_was, submit.quarantined) == (ORDERS, True, EDITED.manifest_hash)
    assert action.restore is not None
    assert action.restore.path == SAVED.path


def test_a_first_start_in_a_restart_loop_is_ended_and_nothing_is_started():
    """There is nothing to go back to."""
    looping = running(EDITED, state=JobState.STARTING)

    action = decided(EDITED, looping, failing=quarantined(EDITED))

    assert (action.verb, action.reason, action.steps) == (Verb.CANCEL, Reason.ROLLED_BACK, (CancelJob("f00"),))


def test_a_revision_that_ran_on_a_target_which_is_silent_is_not_started_there_unseen():
    """It may run there already."""
    failed = running(EDITED, job_id="f01", state=JobState.STARTING, restored=SAVED.path)
    before = replace(in_history(ORDERS), target="old")

    [action] = plan_of(
        "shop",
        {"orders": EDITED},
        {"local": Observation({"orders": failed}), "old": Unknown("no connection")},
        failing=quarantined(EDITED),
        revisions=(before,),
    ).actions

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.REVISION_FAILING, ())
    assert "'old', which cannot be looked at: no connection" in action.note


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.FAILED])
def test_a_rollback_to_a_target_that_is_silent_is_not_promised(state: JobState):
    """It would end the job that is waited for, and start nothing in its place."""
    left = None if state.active else SAVED
    cut_off = running(EDITED, job_id="f01", state=state, snapshot=left, restored=SAVED.path)

    [action] = plan_of(
        "shop",
        {"orders": EDITED},
        {"local": Observation({"orders": cut_off}), "old": Unknown("no connection")},
        unfinished=begun("f01"),
        revisions=(replace(in_history(ORDERS), target="old"),),
    ).actions

    assert action.verb is (Verb.KEEP if state.active else Verb.SUBMIT)
    assert action.steps[-1] == Settle()
    assert action.fallback is None


def test_a_quarantined_manifest_that_is_to_be_moved_is_left_where_it_is():
    """The plan says where that is."""
    there = in_its_place(running(ORDERS))

    found = plan_of("shop", {"orders": EDITED}, {"local": Observation(), "old": Observation({"orders": there})})

    [action] = found.actions
    assert (action.verb, action.reason, action.source) == (Verb.BLOCKED, Reason.REVISION_FAILING, "old")
    assert found.drift == ()


def test_a_damaged_record_is_no_revision_to_go_back_to():
    """The manifest is left alone rather than half of something started."""
    failed = running(EDITED, job_id="f01", state=JobState.FAILED, snapshot=SAVED, restored=SAVED.path)
    damaged = replace(in_history(ORDERS), manifest={})

    action = decided(EDITED, failed, failing=quarantined(EDITED), revisions=(damaged,))

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.REVISION_FAILING, ())


def test_a_manifest_that_worked_last_is_not_rolled_back_when_it_fails_again():
    """It was started again, not changed: going back mends nothing."""
    failed = running(EDITED, job_id="f01", state=JobState.FAILED, snapshot=SAVED, restored=SAVED.path)

    action = decided(EDITED, failed, unfinished=begun("f01"), revisions=(in_history(EDITED), in_history(ORDERS)))

    assert (action.verb, action.fallback) == (Verb.SUBMIT, None)


@pytest.mark.parametrize(
    ("now", "verb"),
    [pytest.param(60_000, Verb.BLOCKED, id="a-minute-later"), pytest.param(180_000, Verb.RESTART, id="later-still")],
)
def test_a_loop_tries_what_the_infrastructure_failed_less_and_less_often(now: int, verb: Verb):
    """Each try stops a job that runs."""
    failed_at = datetime.fromtimestamp(0, UTC)
    stood_in = replace(in_history(ORDERS), outcome="rolled-back", at=failed_at)
    tried = replace(in_history(EDITED), outcome="unclear")

    looped = decided(EDITED, running(ORDERS), revisions=(stood_in, tried), loops=True, now=now)
    asked_for = decided(EDITED, running(ORDERS), revisions=(stood_in, tried), now=now)

    assert looped.verb is verb
    assert (looped.reason is Reason.RETRY_LATER) is (verb is Verb.BLOCKED)
    assert asked_for.verb is Verb.RESTART


# -- after a start that failed -----------------------------------------------------------------------------------------

RESTART = decided(EDITED, running(ORDERS))
GIVEN = FailedStart("f01", SAVED.path)


def undone(action: Action, have: Any, failed: FailedStart = GIVEN, *, stranger: bool = False) -> Action | None:
    return undoing(action, failed, have, stranger=stranger, where=action.target, environ={})


def test_what_ran_before_is_started_again_from_what_the_failed_start_was_given():
    """The newest state there is that the failed start cannot have changed."""
    failed = running(EDITED, job_id="f01", state=JobState.STARTING)

    back = undone(RESTART, failed)

    assert back is not None
    assert back.steps[0] == CancelJob("f01")
    assert isinstance(back.steps[1], Submit)
    assert (back.steps[1].spec, back.steps[1].predecessor) == (ORDERS, "f01")
    assert back.restore is not None
    assert back.restore.path == SAVED.path


def test_a_manifest_that_is_not_to_blame_is_tried_again():
    """The job that stands in for it does not quarantine it."""
    back = undone(RESTART, running(EDITED, job_id="f01", state=JobState.FAILED))
    first = undone(decided(EDITED), running(EDITED, job_id="f01", state=JobState.STARTING))
    assert back is not None
    assert first is not None

    innocent = without_quarantine(back)

    assert innocent is not None
    assert [step.quarantined for step in innocent.steps if isinstance(step, Submit)] == [""]
    assert without_quarantine(first) is None


@pytest.mark.parametrize(
    ("have", "stranger"),
    [
        pytest.param(running(EDITED, job_id="other"), False, id="another-run"),
        pytest.param(running(EDITED, job_id="other"), True, id="somebody-else"),
        pytest.param(Several((running(EDITED, job_id="f01"), running(EDITED, job_id="f02"))), False, id="two-run"),
    ],
)
def test_what_this_run_did_not_start_is_not_ended(have: Any, stranger: bool):
    """Another run got there first: it knows what it does."""
    with pytest.raises(Overtaken):
        undone(RESTART, have, stranger=stranger)


def test_nothing_is_undone_where_nothing_is_left_of_the_start():
    """The next plan says what is to be done."""
    assert undone(RESTART, Absent()) is None
    assert undone(RESTART, running(ORDERS, job_id="gone", state=JobState.FAILED)) is None


def test_a_rollback_is_not_rolled_back_and_a_job_that_went_on_is_left():
    """The one would go in circles, the other would lose what the job did since."""
    rollback = undone(RESTART, running(EDITED, job_id="f01", state=JobState.FAILED))
    waits = decided(EDITED, running(EDITED), unfinished=begun("f00"))
    waits = replace(waits, fallback=rollback)
    assert rollback is not None

    assert may_be_undone(RESTART, GIVEN)
    assert not may_be_undone(rollback, GIVEN)
    assert may_be_undone(waits, FailedStart("f00"))
    assert not may_be_undone(waits, FailedStart("f00", checkpointed=True))
    assert not may_be_undone(decided(ORDERS, running(ORDERS)), GIVEN)


# -- on request --------------------------------------------------------------------------------------------------------


def requested(live: Live, *history: Any, to: int | None = None, want: Any = EDITED, failing: Any = None) -> Action:
    numbered = tuple(replace(one, number=len(history) - at) for at, one in enumerate(history))
    rollback = to_an_earlier_revision(want, live, numbered, to, failing, environ={})
    return answered(one_by_one(rollback), platforms_alone(agrees))


def test_a_person_goes_back_to_the_newest_revision_that_worked_and_does_not_run():
    """With its state, and until the manifest changes."""
    action = requested(running(EDITED), in_history(EDITED), in_history(ORDERS))

    assert (action.verb, action.reason, action.requested) == (Verb.RESTART, Reason.ROLLED_BACK, True)
    assert action.steps[0] == StopWithSavepoint("f00")
    [submit] = [step for step in action.steps if isinstance(step, Submit)]
    assert (submit.spec.program, submit.revision) == (ORDERS.program, ORDERS.revision)
    assert submit.quarantined == EDITED.manifest_hash


def test_asking_twice_is_asking_once():
    """CI that tries again puts nothing older back."""
    action = requested(in_its_place(running(ORDERS)), in_history(ORDERS), in_history(replace(ORDERS, parallelism=7)))

    assert (action.verb, action.steps) == (Verb.KEEP, ())


def test_a_revision_that_did_not_settle_is_not_gone_back_to():
    """It is known to be bad."""
    bad = replace(ORDERS, parallelism=7)
    failing = replace(quarantined(EDITED), revision=EDITED.manifest_hash_of(bad.revision))

    action = requested(running(EDITED), in_history(EDITED), in_history(bad), in_history(ORDERS), failing=failing)

    assert [step.revision for step in action.steps if isinstance(step, Submit)] == [ORDERS.revision]


@pytest.mark.parametrize(
    ("to", "words"),
    [
        pytest.param(9, "there is no number 9", id="no-such-number"),
        pytest.param(3, "is the revision that runs", id="what-runs"),
        pytest.param(2, "is no revision to go back to", id="a-savepoint"),
    ],
)
def test_a_number_that_cannot_be_gone_back_to_is_an_error(to: int, words: str):
    """Nothing is done, and the history is named."""
    savepoint = replace(in_history(ORDERS), outcome=Noted.SAVEPOINT.value)

    with pytest.raises(UsageError, match=words) as error:
        requested(running(EDITED), in_history(EDITED), savepoint, in_history(ORDERS), to=to)

    assert "headgate history orders" in error.value.hint


def test_a_job_that_git_wants_suspended_is_not_rolled_back():
    """Nothing runs that could be gone back from."""
    suspended = replace(EDITED, desired_state=DesiredState.SUSPENDED)

    with pytest.raises(UsageError, match="is suspended in git"):
        requested(running(EDITED), in_history(EDITED), in_history(ORDERS), want=suspended)
