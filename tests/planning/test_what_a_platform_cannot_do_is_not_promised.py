"""A job says what its platform cannot do with it, and the plan promises nothing that the apply would refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.live import JobState, Observation
from headgate.model.plan import CancelJob, PlatformVerdict, StopWithSavepoint, Verb, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState, Savepoint, Strategy
from headgate.planning import CompatibilityReport
from tests.planning.given import EDITED, ORDERS, decided, plan_of, planned, running

SUSPENDED = replace(ORDERS, desired_state=DesiredState.SUSPENDED)
UNSAVABLE = running(ORDERS, unsavable="it has no bucket")
NOT_ASKED = CompatibilityReport()


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(decided(SUSPENDED, UNSAVABLE), id="to-be-suspended"),
        pytest.param(decided(EDITED, UNSAVABLE, compatibility=NOT_ASKED), id="edited"),
        pytest.param(
            planned(replace(ORDERS, name="refunds", program=EDITED.program), UNSAVABLE, prune=True).actions[0],
            id="pruned",
        ),
    ],
)
def test_a_savepoint_that_cannot_be_made_is_not_promised(action):
    """What only the stop would find out is said in the plan, with what would give the state up."""
    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.NOT_SUPPORTED, ())
    assert action.note == "it has no bucket"
    assert "strategy: none" in action.hint


def test_what_changes_as_the_job_runs_needs_no_savepoint():
    """A bucket, for one, that is given to a job that has none."""
    wider = replace(ORDERS, parallelism=2)
    in_place = CompatibilityReport(platform=PlatformVerdict(frozenset({"parallelism"})))

    assert decided(wider, UNSAVABLE, compatibility=in_place).verb is Verb.RESCALE


def test_a_job_whose_state_is_given_up_is_cancelled_where_it_cannot_be_saved():
    """And where it can be, a suspended job keeps its state whatever the manifest says."""
    given_up = replace(SUSPENDED, savepoint=Savepoint(Strategy.NONE))

    action = decided(given_up, UNSAVABLE)

    assert (action.verb, action.steps) == (Verb.SUSPEND, (CancelJob("f00"),))
    assert action.state is not None
    assert action.state.verdict is Verdict.LOST
    assert decided(given_up, running(ORDERS)).steps == (StopWithSavepoint("f00"),)
    edited = replace(EDITED, savepoint=Savepoint(Strategy.NONE))
    assert decided(edited, UNSAVABLE, compatibility=NOT_ASKED).steps[0] == CancelJob("f00")


@pytest.mark.parametrize("strategy", list(Strategy))
def test_a_job_that_its_platform_holds_back_is_left_to_it(strategy):
    """No consent is asked for that would give its state up: the platform brings it back, or nobody does."""
    held = running(ORDERS, state=JobState.SUSPENDED, held="the bill is not paid")
    want = replace(ORDERS, savepoint=Savepoint(strategy, path="s3://savepoints/1"))

    action = decided(want, held)

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.NOT_SUPPORTED)
    assert (action.note, action.steps) == ("the bill is not paid", ())
    assert decided(replace(want, desired_state=DesiredState.SUSPENDED), held).verb is Verb.KEEP


def test_a_job_that_is_held_back_elsewhere_is_not_started_here():
    """Its own platform will continue it, and then there would be two."""
    held = running(ORDERS, state=JobState.SUSPENDED, held="the bill is not paid")
    seen = {"local": Observation(), "cloud": Observation({"orders": held})}

    [action] = plan_of("shop", {"orders": ORDERS}, seen).actions

    assert (action.verb, action.steps) == (Verb.BLOCKED, ())
    assert action.note == "the bill is not paid, on target 'cloud'"
