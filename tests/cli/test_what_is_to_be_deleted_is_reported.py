"""status tells of savepoints that could not be deleted: they fill a bucket, and nobody else says so."""

from __future__ import annotations

from tests.cli.given import Workspace, document, headgate, manifest


def keeping_one(more: str = "") -> str:
    return manifest("orders", more=f"savepoint: {{keep: 1}}\n{more}")


def test_status_shows_what_is_still_to_be_deleted_and_why(workspace: Workspace) -> None:
    """Path, attempts and the platform's last word; and nothing once it is done."""
    workspace.local.undisposable = "the disk is read-only"
    for width in (1, 2, 3):
        workspace.write("jobs/orders.yaml", keeping_one(f"parallelism: {width}"))
        assert headgate("apply", "--yes").exit_code == 0
    oldest = min(workspace.local.snapshots)

    text = headgate("status").stdout
    [pending] = document(headgate("status", "orders", "--format", "json"))["disposals"]
    comment = headgate("status", "--format", "markdown").stdout

    line = f"  {oldest} of orders on local: 1 attempt, the last: the disk is read-only"
    assert f"\n\nsavepoints to be deleted by the next apply:\n{line}\n" in text
    assert line in comment
    assert (pending["path"], pending["attempts"], pending["error"]) == (oldest, 1, "the disk is read-only")

    workspace.local.undisposable = ""
    assert headgate("apply", "--yes").exit_code == 0
    assert document(headgate("status", "--format", "json"))["disposals"] == []
    assert "deleted" not in headgate("status").stdout
