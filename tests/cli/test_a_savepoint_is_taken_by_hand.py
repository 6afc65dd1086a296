"""savepoint takes one of a job that goes on, and prints where it is."""

from __future__ import annotations

import pytest

from headgate.model.health import SavepointProgress
from headgate.store import Lock, open_store
from tests.cli.given import Workspace, document, headgate, manifest


def test_the_path_is_all_that_is_printed(workspace: Workspace) -> None:
    """`path=$(headgate savepoint orders)` is how it is used; and the job runs on."""
    headgate("apply", "--yes")
    [job_id] = workspace.local.running("orders")

    result = headgate("savepoint", "orders")

    assert result.exit_code == 0, result.output
    assert result.stdout.strip() in workspace.local.snapshots
    assert len(result.stdout.splitlines()) == 1
    assert workspace.local.running("orders") == [job_id]


@pytest.mark.usefixtures("workspace")
def test_every_time_it_is_another_one() -> None:
    """A caller that asks again wants the state of now."""
    headgate("apply", "--yes")

    first, second = (document(headgate("savepoint", "orders", "--format", "json")) for _ in range(2))

    assert first["savepoint"] != second["savepoint"]
    assert (first["job"], first["target"], first["format_version"]) == ("orders", "local", "1")


def test_a_path_that_the_platform_does_not_report_is_called_unknown(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder is no path to restore from: it is named as what it is, and remembered as no snapshot."""
    headgate("apply", "--yes")
    only_the_folder = SavepointProgress(asked=True, done=True, folder="obs://bucket/headgate-savepoints/7/ab/")
    monkeypatch.setattr(workspace.local, "savepoint_progress", lambda job_id, key: only_the_folder)

    text, as_json = headgate("savepoint", "orders"), document(headgate("savepoint", "orders", "--format", "json"))

    assert text.exit_code == 0, text.output
    assert text.stdout.startswith("path unknown: the platform does not report it. ")
    assert text.stdout.endswith("in obs://bucket/headgate-savepoints/7/ab/\n")
    assert (as_json["savepoint"], as_json["folder"]) == (None, "obs://bucket/headgate-savepoints/7/ab/")
    assert text.stdout.strip() in headgate("history", "orders").stdout
    with open_store("sqlite:///.headgate/store.db", root=workspace.root) as store:
        assert store.snapshots("payments", "orders") == ()


def test_it_can_be_started_from(workspace: Workspace) -> None:
    """What was taken is what `savepoint.path` takes."""
    headgate("apply", "--yes")
    path = headgate("savepoint", "orders").stdout.strip()
    workspace.write(
        "jobs/orders.yaml", manifest("orders", more=f"parallelism: 2\nsavepoint: {{strategy: path, path: '{path}'}}")
    )

    result = headgate("apply", "--yes")

    assert result.exit_code == 0, result.output
    assert f"restore: savepoint {path} (savepoint.path in the manifest)" in result.stdout
    assert len(workspace.local.running("orders")) == 1


def test_a_job_that_does_not_run_has_nothing_to_save(workspace: Workspace) -> None:
    """Absent, unknown or failed: each is reported as what it is, and nothing is asked of the platform."""
    absent, unknown = headgate("savepoint", "orders"), headgate("savepoint", "order")
    headgate("apply", "--yes")
    workspace.local.fail("orders")
    before = list(workspace.local.writes)
    failed = headgate("savepoint", "orders")

    assert {absent.exit_code, unknown.exit_code, failed.exit_code} == {1}
    assert "is not on target 'local'" in absent.stderr
    assert "did you mean 'orders'?" in unknown.stderr
    assert "is FAILED" in failed.stderr
    assert workspace.local.writes == before


def test_the_platforms_reason_is_shown(workspace: Workspace) -> None:
    """It is most often the savepoint directory."""
    headgate("apply", "--yes")
    workspace.local.no_savepoints = "the bucket is read-only"

    result = headgate("savepoint", "orders", "--format", "json")

    assert result.exit_code == 1
    assert document(result)["error"]["code"] == "savepoint-failed"
    assert "the bucket is read-only" in document(result)["error"]["problem"]
    assert len(workspace.local.running("orders")) == 1


def test_a_job_that_another_run_changes_is_left_to_it(workspace: Workspace) -> None:
    """A savepoint in the middle of a restart would be of nobody knows which copy."""
    headgate("apply", "--yes")
    before = list(workspace.local.writes)
    with open_store("sqlite:///.headgate/store.db", root=workspace.root) as store:
        lock = store.acquire("payments", "orders", "ci-runner (process 7)", ttl=600)
    assert isinstance(lock, Lock)

    result = headgate("savepoint", "orders")

    assert result.exit_code == 4
    assert "ci-runner (process 7)" in result.stderr
    assert workspace.local.writes == before
