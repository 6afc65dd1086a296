"""Which commit a job is of: the one its revision was in, and whether the files were those of the commit at all."""

from __future__ import annotations

import subprocess

import pytest

from tests.cli.given import Workspace, document, headgate, manifest


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
    """A plan, a log and a history that name the commit alone would send any caller that looks it up to another
    manifest.
    """
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


def of(commit: str) -> str:
    """What status says of the commit that runs."""
    return f"of commit {commit}\n"


@pytest.mark.parametrize("rescales", [False, True], ids=["restarted", "in-place"])
def test_a_job_that_was_rolled_back_is_of_the_commit_of_its_revision(repo: Workspace, rescales: bool) -> None:
    """The commit that was gone back from is the last one to look into for what runs."""
    repo.local.rescales = rescales
    first = committed(repo)
    headgate("apply", "--yes")
    repo.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    second = committed(repo)
    headgate("apply", "--yes")
    assert of(second) in headgate("status", "orders").stdout

    assert headgate("rollback", "orders", "--yes").exit_code == 0

    assert of(first) in headgate("status", "orders").stdout
    newest, _, oldest = document(headgate("history", "orders", "--format", "json"))["history"]
    assert newest["outcome"] == "rolled-back"
    assert (newest["revision"], newest["commit"], newest["author"]) == (oldest["revision"], first, "Ada")


def test_so_is_one_that_was_rolled_back_because_the_edit_did_not_settle(repo: Workspace) -> None:
    """Nobody was there: what is reported afterwards is all there is."""
    repo.local.starts_broken = "SUM"
    first = committed(repo)
    headgate("apply", "--yes")
    repo.write("jobs/orders.yaml", manifest("orders", select="SUM(amount)", more="savepoint: {accept: [partial]}"))
    committed(repo)

    assert headgate("apply", "--yes").exit_code == 3

    assert of(first) in headgate("status", "orders").stdout
    entries = document(headgate("history", "orders", "--format", "json"))["history"]
    assert [(one["outcome"], one["commit"]) for one in entries if one["outcome"] == "rolled-back"] == [
        ("rolled-back", first)
    ]


def test_what_was_started_outside_git_is_of_no_commit(workspace: Workspace) -> None:
    """Not of the one that happens to be checked out when somebody goes back to it."""
    headgate("apply", "--yes")
    workspace.write(".gitignore", ".headgate/\n")
    git(workspace, "init", "-q", "-b", "main")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    committed(workspace)
    headgate("apply", "--yes")

    assert headgate("rollback", "orders", "--yes").exit_code == 0

    assert "of commit" not in headgate("status", "orders").stdout
    newest = document(headgate("history", "orders", "--format", "json"))["history"][0]
    assert (newest["commit"], newest["author"]) == (None, None)
