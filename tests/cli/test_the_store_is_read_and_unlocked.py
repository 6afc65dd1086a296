"""history tells what was applied; unlock ends the lock of a run that is gone."""

from __future__ import annotations

import subprocess

import pytest

from headgate.store import Lock, open_store
from tests.cli.given import Workspace, document, headgate, manifest

URL = "sqlite:///.headgate/store.db"


def test_history_is_reported_newest_first(workspace: Workspace) -> None:
    """Each revision with the snapshot it went on from."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    headgate("apply", "--yes")

    text = headgate("history", "orders")
    newest, oldest = document(headgate("history", "orders", "--format", "json"))["history"]

    assert text.exit_code == 0
    assert text.stdout.splitlines()[1].startswith("2")
    assert (newest["number"], oldest["number"]) == (2, 1)
    assert newest["succeeds"] == oldest["job_id"]
    assert newest["restored_from"] in workspace.local.snapshots
    assert oldest["restored_from"] is None
    assert newest["manifest"]["parallelism"] == 2


def test_history_names_commit_and_author(workspace: Workspace) -> None:
    """Whom to ask about it: the table says who wrote the commit that was applied, a dash where git knows nobody."""
    headgate("apply", "--yes")
    git = ("git", "-C", str(workspace.root), "-c", "user.name=Ada Example", "-c", "user.email=ada@example.invalid")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    for arguments in (("init", "-q"), ("add", "jobs", "headgate.yaml"), ("commit", "-q", "-m", "Twice as wide")):
        subprocess.run([*git, *arguments], check=True)
    headgate("apply", "--yes")

    heads, newest, _, oldest, _ = headgate("history", "orders").stdout.splitlines()
    documents = document(headgate("history", "orders", "--format", "json"))["history"]

    column = heads.index("AUTHOR")
    assert newest[column:].startswith("Ada Example ")
    assert oldest[column:].startswith("- ")
    assert [one["author"] for one in documents] == ["Ada Example", None]
    assert len(documents[0]["commit"]) == 40


@pytest.mark.usefixtures("workspace")
def test_a_job_nobody_knows_has_no_history() -> None:
    """One that is in git and was never applied has an empty one."""
    assert headgate("history", "orders").exit_code == 0

    result = headgate("history", "order")

    assert result.exit_code == 1
    assert "did you mean 'orders'?" in result.stderr


def test_a_lock_that_is_held_refuses_and_is_ended_by_its_id(workspace: Workspace) -> None:
    """The refusal names the id that unlock wants."""
    with open_store(URL, root=workspace.root) as store:
        lock = store.acquire("payments", "orders", "ci-runner (process 7)", ttl=600)
    assert isinstance(lock, Lock)

    refused = headgate("apply", "--yes")
    assert refused.exit_code == 4, refused.output
    assert lock.id in refused.output
    assert workspace.local.writes == []

    unlocked = headgate("unlock", lock.id)
    assert unlocked.exit_code == 0
    assert "ci-runner (process 7)" in unlocked.stdout
    assert headgate("apply", "--yes").exit_code == 0


def test_programs_are_reported_what_was_unlocked(workspace: Workspace) -> None:
    """One JSON document, as from every command; the mark by which a process is reported dead is for no reader."""
    with open_store(URL, root=workspace.root) as store:
        lock = store.acquire("payments", "orders", "ci-runner (process 7) #boot-7-1", ttl=600)
    assert isinstance(lock, Lock)

    reported = document(headgate("unlock", lock.id, "--format", "json"))
    again = headgate("unlock", lock.id, "--format", "json")

    assert (reported["format_version"], reported["job"], reported["lock"]) == ("1", "orders", lock.id)
    assert reported["holder"] == "ci-runner (process 7)"
    assert (again.exit_code, document(again)["error"]["code"]) == (1, "lock-unknown")


@pytest.mark.usefixtures("workspace")
def test_an_id_that_no_lock_has_is_an_error() -> None:
    """Nothing is unlocked by guessing."""
    result = headgate("unlock", "no-such-lock")

    assert result.exit_code == 1
    assert "lock-unknown" in result.stderr
