"""history tells of stops, cancels and savepoints too: what was printed once on a terminal can be looked up later."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.given import PROJECT_FILE, Workspace, document, headgate, manifest

SUSPENDED = manifest("orders", more="state: suspended")


def history(job: str = "orders") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document(headgate("history", job, "--format", "json"))["history"]
    return found


def rows(job: str = "orders") -> list[list[str]]:
    """The lines of each entry, newest first: its outcome, then what stands below the row."""
    _, *lines = headgate("history", job).stdout.splitlines()
    found: list[list[str]] = []
    for line in lines:
        if line.startswith(" "):
            found[-1].append(line.strip())
        else:
            found.append([line.split()[3]])
    return found


@pytest.fixture
def started(workspace: Workspace) -> Workspace:
    headgate("apply", "--yes")
    return workspace


def test_a_suspended_job_leaves_its_savepoint(started: Workspace) -> None:
    """The path is needed weeks later, by somebody else."""
    started.write("jobs/orders.yaml", SUSPENDED)
    headgate("apply", "--yes")
    [path] = started.local.snapshots

    newest, first = history()

    assert (newest["number"], newest["outcome"], newest["savepoint"]) == (2, "stopped", path)
    assert (newest["job_id"], newest["revision"]) == (first["job_id"], first["revision"])
    assert (newest["restored_from"], newest["note"]) == (None, None)
    assert rows() == [["stopped", f"savepoint: {path}"], ["applied", "first start"]]


def test_a_pruned_job_too(started: Workspace) -> None:
    """It has left git, and its history has not."""
    started.write("jobs/second.yaml", manifest("second", select="SUM(amount)"))
    (started.root / "jobs/orders.yaml").unlink()
    headgate("apply", "--yes", "--prune")
    [path] = started.local.snapshots

    assert [(one["outcome"], one["savepoint"]) for one in history()] == [("stopped", path), ("applied", None)]


def test_a_savepoint_by_hand_is_an_entry(started: Workspace) -> None:
    """Who took which, and when."""
    path = headgate("savepoint", "orders").stdout.strip()

    assert [(one["outcome"], one["savepoint"]) for one in history()] == [("savepoint", path), ("applied", None)]
    assert rows()[0] == ["savepoint", f"savepoint: {path}"]
    assert started.local.snapshots


def test_a_job_that_was_cancelled_is_an_entry(workspace: Workspace) -> None:
    """A first start that restarts for ever is ended: there is no savepoint, and it is reported all the same."""
    workspace.local.starts_looping = "COUNT"
    workspace.write("headgate.yaml", PROJECT_FILE + "  settle_timeout: 1s\n")
    headgate("apply", "--yes")

    assert workspace.local.running("orders") == []
    assert [one["outcome"] for one in history()] == ["cancelled", "failed"]
    assert rows()[0] == ["cancelled"]


def test_a_stop_that_no_start_followed_is_an_entry(started: Workspace) -> None:
    """The restart came to nothing: the savepoint is all that is left of the job."""
    started.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    started.local.refused_starts = 9
    assert headgate("apply", "--yes").exit_code == 3
    [path] = started.local.snapshots

    assert [(one["outcome"], one["savepoint"]) for one in history()] == [("stopped", path), ("applied", None)]


def test_a_restart_tells_its_savepoint_once(started: Workspace) -> None:
    """What the old job left is what the new one was given; programs find it in both places."""
    started.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    headgate("apply", "--yes")
    [path] = started.local.snapshots

    assert (history()[0]["restored_from"], history()[0]["savepoint"]) == (path, path)
    assert rows()[0] == ["applied", f"restored from: {path}"]


def test_no_row_grows_with_the_paths(started: Workspace) -> None:
    """Two full paths side by side are wider than any terminal; each has a line of its own."""
    started.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    started.local.name = "a-bucket/" + "of-a-long-name/" * 9
    headgate("apply", "--yes")

    text = headgate("history", "orders").stdout

    assert max(len(line) for line in text.splitlines() if "restored from: " not in line) < 120
    assert all(line.startswith("   restored from: ") for line in text.splitlines() if "memory:/" in line)


def test_why_a_job_started_empty_is_reported(started: Workspace) -> None:
    """A first start is harmless, any other one was somebody's decision."""
    started.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2\nsavepoint: {strategy: none}"))
    headgate("apply", "--yes")
    started.local.rescales = True
    started.write("jobs/orders.yaml", manifest("orders", more="parallelism: 3"))
    headgate("apply", "--yes")

    reported = ["changed in place", "started empty by consent", "first start"]
    assert [one["note"] for one in history()] == reported
    assert [below for _, below in rows()] == reported


def test_an_entry_without_a_revision_cannot_be_gone_back_to(started: Workspace) -> None:
    """By number it is an error that says what it is; by default it is passed over."""
    started.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    headgate("apply", "--yes")
    headgate("savepoint", "orders")
    before = list(started.local.writes)

    result = headgate("rollback", "orders", "--to", "3", "--yes")

    assert result.exit_code == 1
    assert "number 3 of the history is no revision to go back to: it is 'savepoint'" in result.stderr
    assert "`headgate history orders`" in result.stderr
    assert started.local.writes == before
    assert headgate("rollback", "orders", "--yes").exit_code == 0
    assert history()[0]["revision"] == history()[-1]["revision"]


def test_what_was_stopped_is_still_remembered_as_it_was_started(started: Workspace) -> None:
    """The entry of its stop has no manifest: a job that its platform forgot goes on from the entry of its start."""
    started.write("jobs/orders.yaml", SUSPENDED)
    headgate("apply", "--yes")
    started.local.forget()
    started.write("jobs/orders.yaml", manifest("orders"))

    result = headgate("apply", "--yes")

    assert result.exit_code == 0, result.output
    assert history()[0]["restored_from"] == history()[1]["savepoint"]
