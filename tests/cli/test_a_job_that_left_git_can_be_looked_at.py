"""A job whose manifest is gone runs on until it is pruned, and until then somebody may have to look after it."""

from __future__ import annotations

import pytest

from tests.cli.given import Workspace, document, headgate, manifest


@pytest.fixture
def left(workspace: Workspace) -> Workspace:
    """`second` runs on target `remote`, and its manifest is gone."""
    workspace.write("jobs/second.yaml", manifest("second", select="SUM(amount)", target="remote"))
    assert headgate("apply", "--yes").exit_code == 0
    (workspace.root / "jobs/second.yaml").unlink()
    return workspace


@pytest.mark.usefixtures("left")
def test_status_lists_it_as_what_it_is() -> None:
    """It holds slots and writes to its sinks; a list without it is not what is live."""
    every, jobs = headgate("status"), document(headgate("status", "--format", "json"))["jobs"]

    [row] = [line for line in every.stdout.splitlines() if line.startswith("second")]
    assert row.split()[:3] == ["second", "remote", "RUNNING"]
    assert row.endswith("left git")
    assert [(job["job"], job["in_git"]) for job in jobs] == [("orders", True), ("second", False)]
    assert every.exit_code == 0


@pytest.mark.usefixtures("left")
def test_by_its_name_it_tells_how_it_is_doing() -> None:
    """As every other job."""
    one, raw = headgate("status", "second"), headgate("status", "--raw", "second")

    assert "settled: 1/1 tasks running" in one.stdout
    assert document(raw)["second"]["state"] == "RUNNING"
    assert "└─ " in headgate("graph", "second").stdout


def test_a_savepoint_can_be_taken_of_it(left: Workspace) -> None:
    """Before somebody cancels it by hand, that is the first thing to do."""
    result = headgate("savepoint", "second", "--format", "json")

    assert result.exit_code == 0, result.output
    taken = document(result)
    assert (taken["job"], taken["target"]) == ("second", "remote")
    assert taken["savepoint"] in left.platforms["remote"].snapshots
    assert document(headgate("history", "second", "--format", "json"))["history"][0]["savepoint"] == taken["savepoint"]


def test_going_back_needs_its_manifest(left: Workspace) -> None:
    """What is put in the place of a job holds until its manifest changes: without one there is nothing to hold."""
    before = list(left.platforms["remote"].writes)

    result = headgate("rollback", "second", "--yes")

    assert result.exit_code == 1
    assert "job 'second' has left git: there is no manifest to go back from" in result.stderr
    assert "bring its manifest back (`git revert`" in result.stderr
    assert left.platforms["remote"].writes == before


def test_once_it_is_gone_too_it_is_still_known(left: Workspace) -> None:
    """Absent where it was last is an answer; what it was reported about in the history goes on from there."""
    left.platforms["remote"].forget()

    one, graph = headgate("status", "second"), headgate("graph", "second")

    assert one.exit_code == 0, one.output
    assert one.stdout.splitlines()[1].split()[:5] == ["second", "remote", "ABSENT", "left", "git;"]
    assert "forgotten by its target" in one.stdout
    assert "was RUNNING when last seen" in one.stdout
    assert graph.exit_code == 1
    assert "job 'second' has left git, and no target has it" in graph.stderr
    assert "`headgate history second`" in graph.stderr


def test_while_its_target_is_silent_nobody_says_that_it_is_gone(left: Workspace) -> None:
    """Unknown is its own answer."""
    left.platforms["remote"].silent = "HTTP 503"

    one, graph = headgate("status", "second"), headgate("graph", "second")

    assert (one.exit_code, graph.exit_code) == (3, 1)
    assert one.stdout.splitlines()[1].split()[:3] == ["second", "remote", "UNKNOWN"]
    assert "no target that answers has it; silent: remote (HTTP 503)" in graph.stderr


def test_on_two_targets_it_is_reported_twice_and_operated_on_neither(left: Workspace) -> None:
    """Nothing is chosen for a person who did not say which."""
    left.write("jobs/second.yaml", manifest("second", select="SUM(amount)"))
    left.platforms["remote"].silent = "HTTP 503"
    (left.root / ".headgate/store.db").unlink()
    headgate("apply", "second", "--yes")
    left.platforms["remote"].silent = ""
    (left.root / "jobs/second.yaml").unlink()

    assert [job["target"] for job in document(headgate("status", "second", "--format", "json"))["jobs"]] == [
        "local",
        "remote",
    ]
    result = headgate("savepoint", "second")
    assert result.exit_code == 1
    assert "is on more than one target: local, remote" in result.stderr


def test_a_rename_that_is_not_applied_yet_is_one_job(workspace: Workspace) -> None:
    """The manifest with `previous_name` speaks for the job that runs under the old name."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("totals", more="previous_name: orders"))

    jobs = document(headgate("status", "--format", "json"))["jobs"]

    assert [(job["job"], job["status"]) for job in jobs] == [("totals", "RUNNING")]
    assert "settled: 1/1 tasks running" in headgate("status", "totals").stdout
    assert document(headgate("status", "orders", "--format", "json"))["jobs"][0]["status"] == "RUNNING"


@pytest.mark.usefixtures("left")
def test_planned_alone_it_does_not_say_that_git_is_empty() -> None:
    """Another manifest is there: "no jobs in git" would send people looking for a broken checkout."""
    assert headgate("plan", "second").stdout.endswith("\n\nNo changes. 1 left git and runs on.\n")
