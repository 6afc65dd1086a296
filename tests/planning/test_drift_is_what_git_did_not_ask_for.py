"""Drift is reported from edits in git: by the revision a job was started from, and whether or not it can be mended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.model.live import JobState, Live, Marker, Observation, Snapshot
from headgate.model.plan import Plan
from headgate.model.reasons import Reason
from headgate.model.spec import AppliedSpec, DesiredState, JobSpec, Sql
from tests.planning.given import plan_of

WANT = JobSpec("orders", "river", Sql("INSERT INTO t SELECT a FROM s"), parallelism=2)


def running(spec: JobSpec = WANT, *, revision: str = "", **more: Any) -> Live:
    """The job as this spec says, started from `revision`."""
    marker = Marker("payments", "orders", revision or WANT.revision)
    applied = AppliedSpec(spec.program, spec.parallelism, spec.config, spec.options)
    return replace(Live("1", "orders", JobState.RUNNING, "RUNNING", marker, applied, markable=True), **more)


def planned(live: Live, want: JobSpec = WANT) -> Plan:
    seen = Observation({live.marker.job: live} if live.marker else {}, () if live.marker else (live,))
    return plan_of(project="payments", jobs={want.name: want}, observed={"river": seen})


@pytest.mark.parametrize(
    ("live", "drift"),
    [
        pytest.param(running(), None, id="as it was applied"),
        pytest.param(running(replace(WANT, parallelism=9)), Reason.EDITED_OUTSIDE, id="edited on the platform"),
        pytest.param(running(replace(WANT, parallelism=9), revision="older"), None, id="git moved on"),
        pytest.param(running(state=JobState.FAILED), Reason.FAILED, id="failed with nothing to restore"),
        pytest.param(
            running(state=JobState.STOPPED, snapshot=Snapshot("s3://s", "savepoint")),
            Reason.STOPPED_OUTSIDE,
            id="stopped by somebody",
        ),
        pytest.param(running(state=JobState.FINISHED), None, id="finished"),
        pytest.param(running(name="orders-2"), Reason.EDITED_OUTSIDE, id="renamed on the platform"),
        pytest.param(running(replace(WANT, parallelism=9), marker=None), None, id="a stranger"),
    ],
)
def test_drift_is_reported_by_the_revision_that_was_applied(live: Live, drift: Reason | None) -> None:
    """What git asks for now and what it asked for then are both known: the third party is the platform."""
    assert planned(live).drift == ((("orders", drift),) if drift else ())


def test_a_rename_in_git_is_no_drift() -> None:
    """The revision is the same under both names."""
    want = replace(WANT, name="totals", previous_name="orders")

    assert planned(running(), want).drift == ()


def test_a_job_that_is_to_be_suspended_may_end() -> None:
    """git asks for it not to run."""
    want = replace(WANT, desired_state=DesiredState.SUSPENDED)

    assert planned(running(state=JobState.FAILED), want).drift == ()
