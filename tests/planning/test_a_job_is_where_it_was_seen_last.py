"""What the store knows of all the targets a job was ever on: it may be on the last of them, and on no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.live import JobState, Live, Observation, Remembered, Snapshot, Unknown
from headgate.model.plan import Action, Verb
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState, Savepoint, Strategy
from tests.planning.given import ORDERS, plan_of, running

FIRST = Snapshot("s3://savepoints/1", "savepoint", 1)
SECOND = Snapshot("s3://savepoints/2", "savepoint", 2)
SUSPENDED = running(ORDERS, state=JobState.SUSPENDED, snapshot=SECOND, started_at=15)


def action(*remembered: Remembered, want=ORDERS, here: Live | None = None, **others: Observation | Unknown) -> Action:
    """What is done about `orders`, which git wants on `local`."""
    seen = {"local": Observation({"orders": here} if here else {}), **others}
    [made] = plan_of("shop", {"orders": want}, seen, remembered={"orders": remembered}).actions
    return made


def test_a_job_that_ran_on_a_target_that_is_gone_is_not_started_beside_itself():
    """The target left headgate.yaml in the commit that moves the job: nobody can stop it there."""
    made = action(Remembered("old", running(ORDERS), 10))

    assert (made.verb, made.reason, made.steps) == (Verb.BLOCKED, Reason.LIVES_ELSEWHERE, ())
    assert made.note == "it ran on target 'old' when last seen, which headgate.yaml no longer has"
    assert "put that target back" in made.hint


def test_a_job_that_was_suspended_on_a_target_that_is_gone_is_not_started_empty():
    """Its savepoint is known, and named; whether this target reads it is for a person to say."""
    made = action(Remembered("old", SUSPENDED, 10))
    named = replace(ORDERS, savepoint=Savepoint(Strategy.PATH, SECOND.path))

    assert (made.verb, made.reason) == (Verb.BLOCKED, Reason.MOVED)
    assert SECOND.path in made.note
    assert SECOND.path in made.hint
    chosen = action(Remembered("old", SUSPENDED, 10), want=named)
    assert chosen.restore is not None
    assert (chosen.verb, chosen.restore.path, chosen.note) == (Verb.SUBMIT, SECOND.path, "")


@pytest.mark.parametrize("here", [(), (Remembered("local", SUSPENDED, 5),)], ids=["never-here", "here-before"])
@pytest.mark.parametrize(
    "savepoint", [Savepoint(Strategy.NONE), Savepoint(Strategy.PATH, FIRST.path)], ids=["none", "path"]
)
def test_who_names_what_to_start_from_is_reported_that_there_may_be_two(here, savepoint):
    """The way out once the old one is ended by hand, of which headgate never hears."""
    made = action(
        *here, Remembered("old", running(ORDERS, job_id="f07"), 10), want=replace(ORDERS, savepoint=savepoint)
    )

    assert made.steps
    assert "job f07 ran on target 'old'" in made.note
    assert "there will be two" in made.note


def test_a_job_that_git_suspends_needs_no_target_that_is_gone():
    """Where nothing is started, nothing is in doubt; one that may still run is."""
    suspended = replace(ORDERS, desired_state=DesiredState.SUSPENDED)

    assert action(Remembered("old", SUSPENDED, 10), want=suspended).verb is Verb.KEEP
    assert action(Remembered("old", running(ORDERS), 10), want=suspended).verb is Verb.BLOCKED


@pytest.mark.parametrize("old", [None, Unknown("down")], ids=["gone", "silent"])
def test_what_was_left_here_long_ago_is_not_started_while_the_job_may_run_elsewhere(old):
    """It was here, moved on, and is to come back: what it left here is still reported, and is not its last state."""
    left = running(ORDERS, job_id="f01", state=JobState.SUSPENDED, snapshot=FIRST, started_at=5)
    others = {} if old is None else {"old": old}

    made = action(Remembered("local", left, 7), Remembered("old", running(ORDERS), 10), here=left, **others)

    assert (made.verb, made.reason) == (Verb.BLOCKED, Reason.LIVES_ELSEWHERE)


def test_the_last_savepoint_is_that_of_the_target_it_was_seen_on_last():
    """Both targets have forgotten it: the savepoint of the first is old."""
    here = running(ORDERS, state=JobState.SUSPENDED, snapshot=FIRST)

    back = action(Remembered("local", here, 5), Remembered("old", SUSPENDED, 10), old=Observation())
    lost = action(Remembered("local", here, 5), Remembered("old", running(ORDERS), 10), old=Observation())

    assert back.restore is not None
    assert (back.reason, back.source, back.restore.path) == (Reason.MOVED, "old", SECOND.path)
    assert (lost.verb, lost.reason) == (Verb.BLOCKED, Reason.MOVED)


def test_what_another_target_still_tells_of_an_earlier_stay_is_not_its_last_state():
    """It moved here from there, was suspended here, and is forgotten here."""
    earlier = running(ORDERS, job_id="f01", state=JobState.SUSPENDED, snapshot=FIRST, started_at=5)
    known = Remembered("old", earlier, 7), Remembered("local", SUSPENDED, 20)

    made = action(*known, old=Observation({"orders": earlier}))

    assert made.restore is not None
    assert (made.reason, made.source, made.restore.path) == (Reason.FORGOTTEN, "", SECOND.path)


def test_a_target_that_left_long_ago_is_no_hindrance():
    """The job moved here from there in good order, whatever became of that target since."""
    stopped = running(ORDERS, state=JobState.STOPPED)

    made = action(Remembered("old", stopped, 5), Remembered("local", SUSPENDED, 20))

    assert (made.verb, made.reason, made.note) == (Verb.RESUME, Reason.FORGOTTEN, "")


def test_a_target_that_has_another_name_now_has_the_same_jobs():
    """`old` was renamed `local`: the job that is there is the one that is remembered."""
    failed = running(ORDERS, job_id="f01", state=JobState.FAILED, snapshot=SECOND, started_at=5)

    made = action(Remembered("old", running(ORDERS, job_id="f01"), 10), here=failed)

    assert (made.verb, made.reason, made.note) == (Verb.SUBMIT, Reason.FAILED, "")
