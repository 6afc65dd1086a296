"""Renames and moves: whatever a manifest is called and wherever it points, what runs of it is found, and once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.live import JobState, Live, Observation, Several, Snapshot, Unknown
from headgate.model.plan import Settle, StopWithSavepoint, Submit, Verb
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Savepoint, Strategy
from headgate.planning import derive_start_key, look_up, successor_id
from tests.planning.given import EDITED, ORDERS, decided, plan_of, planned, running

SAVED = Snapshot("s3://savepoints/1", "savepoint", 1)
RENAMED = replace(ORDERS, name="totals", previous_name="orders")


def ended(spec: JobSpec, *, started_at: int = 1) -> Live:
    return running(spec, job_id="0ld", state=JobState.SUSPENDED, snapshot=SAVED, started_at=started_at)


def test_renamed_back_it_goes_on_from_what_runs():
    """What it was called at first has ended long ago, and is still listed: started from that, there would be two."""
    back = replace(ORDERS, previous_name="totals")
    seen = {"orders": ended(ORDERS), "totals": running(RENAMED, started_at=2)}

    [action] = planned(back, seen).actions

    assert (action.verb, action.reason) == (Verb.RESTART, Reason.RENAMED)
    assert action.steps == (StopWithSavepoint("f00"), Submit(back, predecessor="f00"), Settle())


def test_a_rename_that_is_reverted_is_a_rename():
    """`git revert` brings back a manifest that says nothing of the other name, whose job runs."""
    seen = {"orders": ended(ORDERS), "totals": running(RENAMED, started_at=2)}

    actions = planned(ORDERS, seen).actions

    assert [(action.job, action.verb, action.reason) for action in actions] == [
        ("orders", Verb.BLOCKED, Reason.LIKELY_RENAME),
        ("totals", Verb.KEEP, Reason.LEFT_GIT),
    ]


@pytest.mark.parametrize("state", [JobState.SUSPENDED, JobState.FAILED, JobState.STOPPED], ids=str.lower)
@pytest.mark.parametrize("left", [SAVED, None], ids=["its snapshot is known", "no snapshot is known"])
def test_a_job_that_has_ended_is_not_started_empty_under_another_name(state, left):
    """Its state waits under the old name: nobody consented to begin without it."""
    old = replace(ended(ORDERS), state=state, snapshot=left)

    action = decided(replace(ORDERS, name="totals"), old)

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.LIKELY_RENAME, ())
    assert "'orders'" in action.note


def test_a_rename_that_is_reverted_while_the_job_is_suspended_does_not_go_back_in_time():
    """What has ended under the first name is older than what the second one left."""
    seen = {"orders": ended(ORDERS), "totals": ended(RENAMED, started_at=2)}

    [action] = planned(ORDERS, seen).actions

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.LIKELY_RENAME)


@pytest.mark.parametrize(
    ("want", "old"),
    [
        pytest.param(replace(RENAMED, savepoint=Savepoint(Strategy.NONE)), ended(ORDERS), id="consented"),
        pytest.param(RENAMED, ended(ORDERS), id="reported by previous_name"),
        pytest.param(EDITED, ended(RENAMED), id="another program"),
        pytest.param(
            replace(RENAMED, previous_name=""),
            replace(ended(ORDERS), state=JobState.FINISHED, snapshot=None),
            id="done",
        ),
        pytest.param(
            replace(RENAMED, previous_name=""),
            replace(ended(ORDERS), state=JobState.FAILED, snapshot=None, provably_empty=True),
            id="nothing to lose",
        ),
    ],
)
def test_what_has_ended_and_leaves_nothing_behind_is_in_nobodys_way(want, old):
    """Only state that would be left behind without a word is worth a question."""
    [action] = planned(want, {old.name: old}).actions

    assert any(isinstance(step, Submit) for step in action.steps)


def test_a_job_that_has_run_under_its_new_name_is_no_rename_of_what_ended_before():
    """`previous_name` may be taken out of the manifest once the rename is done, also of a suspended job."""
    seen = {"orders": ended(ORDERS), "totals": ended(RENAMED, started_at=2)}

    [action] = planned(replace(RENAMED, previous_name=""), seen).actions

    assert (action.verb, action.reason) == (Verb.RESUME, Reason.RUNNING_IN_GIT)


def test_two_that_run_under_both_names_are_both_named():
    """Neither is touched: a person decides which one is right."""
    seen = {"orders": running(ORDERS), "totals": running(RENAMED, job_id="f01")}

    [action] = planned(RENAMED, seen).actions

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.SEVERAL_LIVE, ())
    assert action.note == "f01 and f00"


@pytest.mark.parametrize(("newer", "expected"), [("orders", "f0o"), ("totals", "f0t")])
def test_of_two_that_have_ended_the_one_that_was_started_last_is_gone_on_from(newer, expected):
    """An old name stays in the manifest long after the rename."""
    seen = Observation(
        {
            "orders": replace(ended(ORDERS, started_at=3 if newer == "orders" else 1), job_id="f0o"),
            "totals": replace(ended(RENAMED, started_at=2), job_id="f0t"),
        }
    )

    found, stranger = look_up(seen, "totals", "orders")

    assert isinstance(found, Live)
    assert (found.job_id, stranger) == (expected, False)


def test_moved_and_renamed_at_once_it_is_still_one_job():
    """It is stopped there under its old name, and started here under the new one."""
    moved = replace(RENAMED, target="local")
    seen = {"local": Observation(), "old": Observation({"orders": running(ORDERS)})}

    [action] = plan_of("shop", {"totals": moved}, seen).actions

    assert (action.reason, action.source) == (Reason.MOVED, "old")
    assert action.steps[0] == StopWithSavepoint("f00")


@pytest.mark.parametrize(
    "there",
    [
        pytest.param({"orders": running(ORDERS, job_id="f01")}, id="of-its-name"),
        pytest.param({"before": running(replace(ORDERS, name="before"), job_id="f01")}, id="of-the-name-before"),
    ],
)
def test_a_copy_on_another_target_is_a_copy(there):
    """It may have been left there while that target was silent: both write to one sink."""
    want = replace(ORDERS, previous_name="before")
    seen = {"local": Observation({"orders": running(ORDERS)}), "old": Observation(there)}

    found = plan_of("shop", {"orders": want}, seen)

    [action] = found.actions
    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.SEVERAL_LIVE)
    assert action.note == "job f00 on target 'local' and job f01 on target 'old'"


def test_two_copies_on_other_targets_are_both_named():
    """There is no telling which one to move."""
    seen = {name: Observation({"orders": running(ORDERS, job_id=name)}) for name in ("east", "west")}

    [action] = plan_of("shop", {"orders": ORDERS}, seen | {"local": Observation()}).actions

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.SEVERAL_LIVE)
    assert action.note == "job east on target 'east' and job west on target 'west'"


def test_a_silent_target_may_have_the_job_that_looks_new():
    """Nobody remembers it, so it is started; the person who reads the plan may know better."""
    seen: dict[str, Observation | Unknown] = {"local": Observation(), "old": Unknown("down")}

    [action] = plan_of("shop", {"orders": ORDERS}, seen).actions

    assert (action.verb, action.reason) == (Verb.SUBMIT, Reason.NOT_RUNNING_YET)
    assert "target 'old' does not answer" in action.note
    assert decided(ORDERS).note == ""


def test_the_successor_of_a_job_has_one_id_whatever_it_will_be():
    """Two runs that start two versions, or one that renames, ask the platform for the same job: it starts one."""
    first, edited = successor_id("shop", ORDERS, "f00"), successor_id("shop", EDITED, "f00")

    assert first == edited == successor_id("shop", RENAMED, "f00")
    assert first != successor_id("shop", ORDERS, "f01")
    assert successor_id("shop", ORDERS, "") == successor_id("shop", EDITED, "")
    assert successor_id("shop", ORDERS, "") != successor_id("shop", RENAMED, "")
    assert successor_id("shop", ORDERS, "f00") != successor_id("store", ORDERS, "f00")


def test_an_attempt_is_reported_by_what_is_started():
    """The one who was second must see that what runs is not what it asked for."""
    assert derive_start_key("shop", ORDERS, "f00") != derive_start_key("shop", EDITED, "f00")
    assert derive_start_key("shop", ORDERS, "f00") != derive_start_key("shop", ORDERS, "f01")


def test_several_under_one_of_the_names_stay_several():
    """Two under the old name do not become one by a rename."""
    two = Several((running(ORDERS), running(ORDERS, job_id="f01")))

    [action] = planned(RENAMED, {"orders": two}).actions

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.SEVERAL_LIVE)
