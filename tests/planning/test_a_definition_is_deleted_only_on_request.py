"""A job that left git keeps its definition until a deletion is asked for; the state that goes with it is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.model.live import JobState, Live, Snapshot
from headgate.model.plan import Action, DeleteDefinition, StopWithSavepoint, Verb, Verdict
from headgate.model.project import Limit, Safety
from headgate.model.reasons import Reason
from headgate.planning import refusals
from tests.planning.given import EDITED, ORDERS, planned, running

OTHER = replace(EDITED, name="other")
SAVEPOINT = Snapshot("s3://savepoints/1", "savepoint", 1_000)
STOPPED = replace(running(ORDERS, state=JobState.SUSPENDED, snapshot=SAVEPOINT), run="f00/1", started_at=500)
KEPT, GOES_ALONG = {"local": True}, {"local": False}


def of_orders(live: Live, **more: Any) -> Action | None:
    """What is done about `orders`, which is not in git, beside a job that is."""
    asked = {"prune": True, "delete": True, "definitions": KEPT, **more}
    plan = planned(OTHER, {"orders": live, "other": running(OTHER, job_id="f01")}, **asked)
    return next((action for action in plan.actions if action.job == "orders"), None)


def test_a_job_that_runs_is_stopped_with_a_savepoint_before_its_definition_is_deleted():
    """Both are shown as steps, and both are one action."""
    action = of_orders(running(ORDERS))

    assert action is not None
    assert (action.verb, action.reason) == (Verb.CANCEL, Reason.PRUNED)
    assert action.steps == (StopWithSavepoint("f00"), DeleteDefinition("f00"))


def test_the_definition_of_a_stopped_job_is_deleted():
    """Without a stop there is one step."""
    action = of_orders(STOPPED)

    assert action is not None
    assert (action.verb, action.reason) == (Verb.CANCEL, Reason.PRUNED)
    assert action.steps == (DeleteDefinition("f00"),)


@pytest.mark.parametrize(
    ("definitions", "verdict", "words"),
    [
        pytest.param(KEPT, Verdict.KEPT, "savepoint s3://savepoints/1 is not deleted", id="in-storage"),
        pytest.param(GOES_ALONG, Verdict.LOST, "no start can read it afterwards", id="in-the-definition"),
    ],
)
def test_the_plan_says_what_becomes_of_the_state(definitions, verdict, words):
    """headgate deletes no savepoint; a platform that keeps the state with the definition deletes both."""
    action = of_orders(STOPPED, definitions=definitions)

    assert action is not None
    assert action.state is not None
    assert action.state.verdict is verdict
    assert words in action.state.operators[0].why


@pytest.mark.parametrize(
    ("live", "more"),
    [
        pytest.param(STOPPED, {"delete": False}, id="nobody-asked"),
        pytest.param(STOPPED, {"prune": False}, id="pruning-is-off"),
        pytest.param(STOPPED, {"definitions": {}}, id="the-target-keeps-none"),
        pytest.param(replace(STOPPED, held="in arrears"), {}, id="the-platform-may-start-it-again"),
        pytest.param(replace(STOPPED, name="orders_copy"), {}, id="a-copy-by-another-name"),
        pytest.param(STOPPED, {"environment": "prod"}, id="of-another-environment"),
    ],
)
def test_a_definition_is_kept(live, more):
    """It is not in the plan at all."""
    assert of_orders(live, **more) is None


def test_a_job_whose_state_is_not_known_keeps_its_definition():
    """Unknown is never read as stopped."""
    action = of_orders(running(ORDERS, state=JobState.UNKNOWN))

    assert action is not None
    assert (action.verb, action.steps) == (Verb.BLOCKED, ())


def test_a_definition_whose_state_a_manifest_starts_from_is_kept():
    """Deleting it would delete what the other job needs."""
    needs = replace(OTHER, savepoint=replace(OTHER.savepoint, path=SAVEPOINT.path))
    there = {"orders": STOPPED, "other": running(OTHER, job_id="f01")}

    kept = planned(needs, there, prune=True, delete=True, definitions=GOES_ALONG)
    deleted = planned(needs, there, prune=True, delete=True, definitions=KEPT)

    assert [action.job for action in kept.actions] == ["other"]
    assert [action.job for action in deleted.actions] == ["orders", "other"]


def test_nothing_is_deleted_where_git_has_no_manifest_at_all():
    """A wrong folder is more likely than a wish."""
    plan = planned(None, STOPPED, prune=True, delete=True, definitions=KEPT)

    [action] = plan.actions
    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.NOTHING_IN_GIT, ())


def test_the_definition_of_a_likely_rename_is_kept():
    """The new job may be the old one, and need its state."""
    renamed = replace(ORDERS, name="orders-v2")

    plan = planned(renamed, STOPPED, prune=True, delete=True, definitions=KEPT)

    assert {action.job: (action.verb, action.reason, action.steps) for action in plan.actions} == {
        "orders": (Verb.BLOCKED, Reason.LIKELY_RENAME, ()),
        "orders-v2": (Verb.BLOCKED, Reason.LIKELY_RENAME, ()),
    }


def test_a_deletion_counts_as_a_cancel():
    """A folder that is missing deletes no more than it may cancel."""
    third = replace(running(ORDERS, job_id="f02"), name="third", state=JobState.FINISHED)
    marker = third.marker
    assert marker is not None
    third = replace(third, marker=replace(marker, job="third"))
    there = {"orders": STOPPED, "third": third, "other": running(OTHER, job_id="f01")}
    plan = planned(OTHER, there, prune=True, delete=True, definitions=KEPT)

    [refusal] = refusals(plan, Safety(max_cancels=Limit(count=1)))

    assert (refusal.limit, refusal.number, refusal.jobs) == ("max_cancels", 2, ("orders", "third"))
    assert refusal.option == "--prune --delete --allow-cancels 2"
    assert refusal.words == (
        "2 jobs would be cancelled or their definitions deleted, 1 are live; safety.max_cancels is 1: 1"
    )
    assert refusals(plan, Safety(max_cancels=Limit(count=2))) == ()
