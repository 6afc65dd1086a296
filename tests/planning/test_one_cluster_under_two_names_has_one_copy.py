"""Two targets with addresses of the same cluster: both list every run, and there is one copy of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.live import JobState, Live, Observation, Remembered, Several, Snapshot
from headgate.model.plan import Plan, StopWithSavepoint, Verb
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.model.warnings import WarningCode
from tests.planning.given import EDITED, ORDERS, plan_of, running

RUNS = running(ORDERS, started_at=1000)
SAVED = Snapshot("s3://savepoints/1", "savepoint", 2000)


def seen_twice(
    want: JobSpec | None, *lives: Live | Several, remembered: Remembered | None = None, prune: bool = False
) -> Plan:
    """The plan where `local` and `alias` both list these jobs."""
    look = Observation({(live.jobs[0] if isinstance(live, Several) else live).name: live for live in lives})
    jobs = {want.name: want} if want else {"others": replace(EDITED, name="others")}
    known = {want.name: (remembered,)} if want and remembered else {}
    return plan_of("shop", jobs, {"alias": look, "local": look}, prune=prune, remembered=known)


@pytest.mark.parametrize("target", ["local", "alias"])
def test_a_job_that_both_list_is_planned_once_on_the_target_of_its_manifest(target: str):
    """ "Cancel all but the right one" would end the only copy."""
    made = seen_twice(replace(ORDERS, target=target), RUNS)

    [action] = made.actions
    [warning] = made.warnings
    assert (action.verb, action.reason, action.target) == (Verb.KEEP, Reason.IN_SYNC, target)
    assert (warning.code, warning.jobs) == (WarningCode.ONE_CLUSTER, ("orders",))
    assert "'alias' and 'local' are one cluster" in warning.problem
    assert "cancel nothing" in warning.hint


def test_an_edit_stops_it_once():
    """It is no move from the other name of the cluster."""
    [action] = seen_twice(EDITED, RUNS).actions

    assert (action.verb, action.reason, action.source) == (Verb.RESTART, Reason.SPEC_CHANGED, "")
    assert action.steps[0] == StopWithSavepoint("f00")


def test_a_job_that_left_git_is_pruned_once():
    """Two actions on one job would stop it twice."""
    made = seen_twice(None, RUNS, prune=True)

    assert [action.job for action in made.actions].count("orders") == 1


def test_a_job_that_ended_is_not_moved_from_the_cluster_to_itself():
    """Seen last under the other name of the cluster, by a run of before the manifest named this one."""
    suspended = replace(RUNS, state=JobState.SUSPENDED, snapshot=SAVED)
    remembered = Remembered("alias", replace(suspended, remembered=True), 5000)

    [action] = seen_twice(ORDERS, suspended, remembered=remembered).actions

    assert (action.verb, action.reason, action.source) == (Verb.RESUME, Reason.RUNNING_IN_GIT, "")


def test_several_copies_on_one_cluster_are_named_once():
    """Each of them is listed by both targets."""
    several = Several((RUNS, replace(RUNS, job_id="f01", started_at=3000)))

    [action] = seen_twice(ORDERS, several).actions

    assert (action.verb, action.reason, action.note) == (Verb.BLOCKED, Reason.SEVERAL_LIVE, "f00 and f01")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(RUNS, started_at=3000), id="another-start"),
        pytest.param(replace(RUNS, job_id="f01"), id="another-id"),
        pytest.param(replace(RUNS, run="f00/2"), id="another-run"),
    ],
)
def test_runs_that_differ_are_two_copies(other: Live):
    """The ids of two platforms may be equal, for they count from 1, or are derived from equal names."""
    looks = {"alias": Observation({"orders": other}), "local": Observation({"orders": RUNS})}

    made = plan_of("shop", {"orders": ORDERS}, looks)

    [action] = made.actions
    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.SEVERAL_LIVE)
    assert made.warnings == ()


def test_runs_whose_start_is_not_reported_are_not_taken_for_one():
    """An id alone proves nothing."""
    unreported = replace(RUNS, started_at=0)
    looks = {"alias": Observation({"orders": unreported}), "local": Observation({"orders": unreported})}

    [action] = plan_of("shop", {"orders": ORDERS}, looks).actions

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.SEVERAL_LIVE)
