"""Which commit a job is of: the one its revision was in, and whether the files were those of the commit at all."""

from __future__ import annotations

import subprocess

import pytest

from tests.cli.given import Workspace, headgate, manifest


def git(workspace: Workspace, *arguments: str) -> str:
    """Run git in the project; what it printed."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=workspace.root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def committed(workspace: Workspace) -> str:
    """Everything as it is now, as a commit; its hash."""
    git(workspace, "add", "-A")
    git(workspace, "commit", "-q", "-m", "jobs")
    return git(workspace, "rev-parse", "HEAD")


@pytest.fixture
def repo(workspace: Workspace) -> Workspace:
    workspace.write(".gitignore", ".headgate/\n")
    git(workspace, "init", "-q", "-b", "main")
    return workspace


def test_files_that_were_edited_do_not_pass_as_the_commit(repo: Workspace) -> None:
    """A plan, a log and a history that name the commit alone would send whoever looks it up to another manifest."""
    commit = committed(repo)
    repo.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    dirty = f"{commit[:12]}-dirty"

    assert f"commit {dirty}" in headgate("plan").stdout
    assert dirty in headgate("reconcile", "--once").stdout
    assert dirty in headgate("history", "orders").stdout


def test_going_back_to_edited_files_says_that_no_commit_has_them(repo: Workspace) -> None:
    """The note is what the person says yes to."""
    commit = committed(repo)
    repo.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    headgate("apply", "--yes")
    git(repo, "checkout", "-q", ".")
    assert headgate("apply", "--yes").exit_code == 0

    result = headgate("rollback", "orders", "--yes")

    assert f"to number 1 of the history, commit {commit[:12]}-dirty" in result.stdout
