"""A target that is down says one thing about all of its jobs: a screen that repeats it 500 times hides the rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.given import Workspace, document, headgate, manifest
from tests.cli.test_reconcile_goes_on import between

__all__ = ["between"]

MANY = 500


@pytest.fixture
def dead(workspace: Workspace) -> Workspace:
    """One job that runs on a target that answers, and 500 on one that does not."""
    assert headgate("apply", "--yes").exit_code == 0
    workspace.write("jobs/many.yaml", "---\n".join(manifest(f"far-{n:03}", target="remote") for n in range(MANY)))
    workspace.platforms["remote"].silent = "no connection: connection refused"
    return workspace


@pytest.mark.usefixtures("dead")
@pytest.mark.parametrize("command", ["plan", "status", "plan --format markdown", "apply --yes", "reconcile --once"])
def test_it_is_reported_once_with_the_number_of_its_jobs(command: str) -> None:
    """And what there is to say of the other target is seen without scrolling."""
    result = headgate(*command.split())

    assert result.stdout.count("no connection: connection refused") == 1, result.stdout
    assert f"{MANY} jobs" in result.stdout
    assert "1 in sync" in result.stdout or "orders" in result.stdout
    assert len(result.stdout.splitlines()) < 20, result.stdout


@pytest.mark.usefixtures("dead")
def test_programs_still_read_every_job() -> None:
    """JSON is for filtering."""
    plan, status = document(headgate("plan", "--format", "json")), document(headgate("status", "--format", "json"))

    assert len([one for one in plan["actions"] if one["reason"] == "live-unknown"]) == MANY
    assert len([one for one in status["jobs"] if one["status"] == "UNKNOWN"]) == MANY


def test_one_job_on_it_keeps_its_name(workspace: Workspace) -> None:
    """And its target is not reported a second time."""
    workspace.write("jobs/far.yaml", manifest("far", target="remote"))
    workspace.platforms["remote"].silent = "no connection"

    result = headgate("plan")

    assert "! blocked far on remote (live-unknown)" in result.stdout
    assert result.stdout.count("no connection") == 1


def test_a_target_without_jobs_of_ours_is_reported_as_well(workspace: Workspace) -> None:
    """It may hold jobs that left git."""
    workspace.platforms["remote"].silent = "no connection"

    assert "Targets that could not be read:\n    remote: no connection" in headgate("plan").stdout


@pytest.mark.full
def test_a_pass_that_found_nothing_new_is_one_line(dead: Workspace, between: Callable[..., None]) -> None:
    """The loop runs every minute; what is in the log already is not reported again, and what changes is."""

    def another_cause() -> None:
        dead.platforms["remote"].silent = "HTTP 503"

    between(lambda: None, lambda: None, another_cause, lambda: None)

    result = headgate("reconcile")

    passes = [f"2{one}".splitlines() for one in ("\n" + result.stdout).split("\n2")[1:]]
    assert [len(lines) > 1 for lines in passes] == [True, False, False, True, False], result.stdout
    assert passes[2][0].endswith("As before.")
    assert all(len(lines) < 20 for lines in passes)


def test_a_job_that_fails_once_more_is_no_news(workspace: Workspace, between: Callable[..., None]) -> None:
    """The count of a crash loop changes with every pass."""
    headgate("apply", "--yes")
    workspace.local.crash_loop("orders")

    def once_more() -> None:
        workspace.local.crash_loop("orders")

    between(once_more, once_more)

    result = headgate("reconcile")

    lines = result.stdout.splitlines()
    assert len(lines) == 4, result.stdout
    assert "degraded since" in lines[1]
    assert all("1 is degraded. As before." in line for line in lines[2:])


def test_an_error_that_stays_is_one_line_a_pass(workspace: Workspace, between: Callable[..., None]) -> None:
    """A file that is broken for an hour is reported once, with its place."""
    workspace.write("headgate.yaml", "project: [")
    between(lambda: None, lambda: None)

    result = headgate("reconcile")

    first, *rest = [line for line in result.stderr.splitlines() if line[:2] == "20"]
    assert "error[manifest-invalid]" in first
    assert [line.partition(" ")[2] for line in rest] == ["error[manifest-invalid]: as before"] * 2
    assert result.stderr.count("headgate.yaml:") == 1
