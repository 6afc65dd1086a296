"""Commit and author of a project in git never vanish in silence: where git does not say, a warning says why.

Git itself decides whose repositories it reads; `GIT_TEST_ASSUME_DIFFERENT_OWNER` is its own switch for tests of that.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.given import Workspace, document, headgate
from tests.cli.test_a_commit_is_reported_as_it_is import committed, git, repo

__all__ = ["repo"]


def warnings() -> list[dict[str, object]]:
    """What the plan warns about."""
    found: list[dict[str, object]] = document(headgate("plan", "--format", "json"))["warnings"]
    return found


def test_a_repository_of_another_user_is_reported_with_the_command_that_mends_it(
    repo: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As in a CI container that checks out as one user and runs as another. The command is run, and mends it."""
    commit = committed(repo)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")

    plan = headgate("plan")

    (warning,) = warnings()
    assert warning["code"] == "commit-unknown"
    assert "belongs to another user" in str(warning["problem"])
    assert "dubious ownership" in plan.stdout
    command = str(warning["hint"]).partition("`")[2].rstrip("`")
    assert command == f"git config --global --add safe.directory {repo.root}"
    git(repo, *command.split()[1:])
    assert warnings() == []
    assert f"commit {commit[:12]}" in headgate("plan").stdout


def test_a_git_that_cannot_be_run_is_reported(repo: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A slim image has none."""
    committed(repo)
    monkeypatch.setenv("PATH", str(tmp_path))

    (warning,) = warnings()

    assert "git cannot be run: No such file or directory" in str(warning["problem"])
    assert warning["hint"] == "install git, or put it on the PATH of headgate"


def test_a_repository_that_git_cannot_read_is_reported_in_its_own_words(repo: Workspace) -> None:
    """Whatever it is."""
    committed(repo)
    repo.write(".git/config", "[core\n")

    (warning,) = warnings()

    assert "git says `fatal: bad config line 1" in str(warning["problem"])


@pytest.mark.parametrize("in_git", [True, False], ids=["nothing-committed-yet", "not-in-git"])
def test_where_there_is_no_commit_nothing_is_missed(workspace: Workspace, in_git: bool) -> None:
    """A new repository, or a folder outside git."""
    if in_git:
        git(workspace, "init", "-q")

    assert warnings() == []


def test_what_headgate_writes_is_no_edit_of_a_manifest(repo: Workspace) -> None:
    """Also where `.headgate/` is in git: every run would make the next one's commit a dirty one."""
    repo.write(".headgate/store.db", "")
    git(repo, "add", "-f", ".headgate/store.db")
    commit = committed(repo)

    assert headgate("apply", "--yes").exit_code == 0

    assert (repo.root / ".headgate/store.db").stat().st_size > 0
    assert f"commit {commit[:12]}\n" in headgate("plan").stdout
