"""A job may be what git asks for and fail every second: nothing is done to it, and no report says that all is well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.live_health import Condition, HealthWord
from tests.cli.given import Workspace, document, headgate, manifest

ZERO = "ArithmeticException: / by zero"


@pytest.fixture
def looping(workspace: Workspace) -> Workspace:
    """`orders` settled and now fails again and again; `returns` does well."""
    workspace.write("jobs/returns.yaml", manifest("returns"))
    assert headgate("apply", "--yes").exit_code == 0
    for _ in range(3):
        workspace.local.crash_loop("orders", ZERO)
    return workspace


@pytest.mark.usefixtures("looping")
def test_a_plan_says_since_when_how_often_and_why() -> None:
    """The next question of a person on call is answered where the job is named."""
    result = headgate("plan")

    assert "orders on local: degraded since 2026-01-01 00:00:0" in result.stdout
    assert f"3 restarts: {ZERO}" in result.stdout
    assert "No changes. 2 jobs are what git asks for. 1 is degraded." in result.stdout
    assert result.exit_code == 0


@pytest.mark.usefixtures("looping")
@pytest.mark.parametrize("command", ["plan --detailed-exitcode", "apply --yes", "reconcile --once"])
def test_its_exit_code_is_3(command: str) -> None:
    """0 would read as "all is well" to a pipeline that waits for it."""
    result = headgate(*command.split())

    assert result.exit_code == 3
    assert f"3 restarts: {ZERO}" in result.stdout


def test_nothing_is_done_to_it(looping: Workspace) -> None:
    """A restart of the same program would not mend it, and could cost its state."""
    writes = list(looping.local.writes)

    headgate("apply", "--yes")
    headgate("reconcile", "--once")

    assert looping.local.writes == writes


@pytest.mark.usefixtures("looping")
def test_programs_read_the_health_of_every_job() -> None:
    """In the plan, in what became of it, and in the status."""
    plan = document(headgate("plan", "--format", "json"))
    report = document(headgate("apply", "--yes", "--format", "json"))
    status = document(headgate("status", "--format", "json"))

    orders, returns = (action["health"] for action in plan["actions"])
    assert (orders["status"], orders["restarts"], orders["cause"]) == ("degraded", 3, ZERO)
    assert orders["since"].startswith("2026-01-01T00:00:0")
    assert returns == {"status": "healthy", "since": None, "or_before": False, "restarts": 0, "cause": None}
    assert [one["health"] and one["health"]["status"] for one in report["results"]] == ["degraded", None]
    assert [one["health"]["status"] for one in status["jobs"]] == ["degraded", "healthy"]
    assert status["jobs"][0]["health"]["cause"] == ZERO


@pytest.mark.usefixtures("looping")
def test_status_and_markdown_say_it_too() -> None:
    """Between two failures the state is RUNNING with all tasks."""
    all_jobs, one = headgate("status"), headgate("status", "orders")
    plan = headgate("plan", "--format", "markdown")
    report = headgate("apply", "--yes", "--format", "markdown")

    assert "degraded since" in all_jobs.stdout
    assert "degraded: 1/1 tasks running" in one.stdout
    assert "settled" not in one.stdout
    assert "is degraded since" in plan.stdout
    assert "degraded since" in report.stdout


def test_an_edit_of_it_is_an_ordinary_change(looping: Workspace) -> None:
    """What mends it must not be held up: 2, and after it 0."""
    looping.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))

    before = headgate("plan", "--detailed-exitcode")
    applied = headgate("apply", "--yes")
    after = headgate("plan", "--detailed-exitcode")

    assert (before.exit_code, applied.exit_code, after.exit_code) == (2, 0, 0)


def test_a_job_that_recovered_is_well_again(looping: Workspace) -> None:
    """Nothing that was seen before outvotes what the platform says now."""
    [job_id] = looping.local.running("orders")
    each = looping.local.jobs[job_id]
    each.live = replace(each.live, condition=Condition(HealthWord.HEALTHY))

    assert headgate("plan", "--detailed-exitcode").exit_code == 0


@pytest.mark.usefixtures("workspace")
def test_degraded_can_be_explained() -> None:
    """The word stands in plans like a code."""
    assert "look at the cause" in " ".join(headgate("explain", "degraded").stdout.split())
