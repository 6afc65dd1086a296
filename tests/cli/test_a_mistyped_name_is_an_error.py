"""A name that no job has is never "nothing to do": a caller that mistyped it would take that for done."""

from __future__ import annotations

import pytest

from tests.cli.given import Workspace, document, headgate, manifest

COMMANDS = [
    ("plan",),
    ("plan", "--detailed-exitcode"),
    ("apply", "--yes"),
    ("apply", "--yes", "--prune"),
    ("status",),
    ("status", "--raw"),
    ("graph",),
    ("history",),
    ("savepoint",),
    ("rollback", "--yes"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_name_that_no_job_has_is_an_error_with_the_nearest(workspace: Workspace, command: tuple[str, ...]) -> None:
    """On every command alike, and nothing was done."""
    result = headgate(*command, "ordrs", *(("--format", "json") if "--raw" not in command else ()))

    assert result.exit_code == 1
    assert "there is no job 'ordrs'" in result.output
    assert "did you mean 'orders'?" in result.output
    assert workspace.local.writes == []


def test_one_wrong_name_among_right_ones_is_an_error(workspace: Workspace) -> None:
    """Half of what was asked for is not what was asked for."""
    result = headgate("apply", "orders", "refund", "--yes")

    assert result.exit_code == 1
    assert workspace.local.writes == []


def test_a_job_that_left_git_is_pruned_by_its_name_and_pruned_again(workspace: Workspace) -> None:
    """It is live; and once it is not, it is remembered: a second run of the same command has nothing left to do."""
    workspace.write("jobs/second.yaml", manifest("second", select="SUM(amount)"))
    headgate("apply", "--yes")
    (workspace.root / "jobs/second.yaml").unlink()

    assert headgate("plan", "seconds").exit_code == 1
    assert "did you mean 'second'?" in headgate("plan", "seconds").stderr
    assert headgate("apply", "second", "--prune", "--yes").exit_code == 0
    workspace.local.forget()
    assert headgate("apply", "second", "--prune", "--yes").exit_code == 0
    assert workspace.local.running("second") == []


def test_while_a_target_is_silent_it_is_not_said_that_no_job_is_live(workspace: Workspace) -> None:
    """Unknown is not absent; and it is not success either."""
    workspace.platforms["remote"].silent = "HTTP 503"

    error = document(headgate("apply", "gone", "--yes", "--prune", "--format", "json"))["error"]

    assert "none of that name is live on a target that answers" in error["problem"]


@pytest.mark.parametrize("command", [("plan",), ("validate",), ("status",), ("local", "status")], ids=" ".join)
def test_a_project_that_is_not_where_it_was_named_is_reported_with_its_path(
    workspace: Workspace, command: tuple[str, ...]
) -> None:
    """A person who mistyped a folder looks for the mistake in the file otherwise."""
    missing = headgate("--project", "prod/headgate.yml", *command)
    folder = headgate("--project", str(workspace.root), *command)

    assert (missing.exit_code, folder.exit_code) == (1, 1)
    assert "error[project-not-found]: prod/headgate.yml, which `--project` names, is not there" in missing.stderr
    assert f"at: {workspace.root / 'prod/headgate.yml'}" in missing.stderr
    assert f"did you mean `--project {workspace.root / 'headgate.yaml'}`?" in folder.stderr
