"""`--prune` stops what left git and keeps its definition; `--prune --delete`, or `prune: delete`, deletes that."""

from __future__ import annotations

import json

import pytest

from headgate.testing.memory_definitions import DefinitionsInMemory
from tests.cli.given import Workspace, document, headgate, manifest


@pytest.fixture
def kept(workspace: Workspace) -> Workspace:
    """Two jobs on a platform that keeps definitions; one has left git."""
    workspace.platforms["local"] = DefinitionsInMemory("local")
    gone = workspace.write("jobs/gone.yaml", manifest("gone", select="MAX(amount)"))
    assert headgate("apply", "--yes").exit_code == 0
    gone.unlink()
    return workspace


def of_gone(*arguments: str) -> dict[str, object]:
    """The action on the job that left git, of a plan as JSON."""
    plan = document(headgate("plan", "--format", "json", *arguments))
    return next(action for action in plan["actions"] if action["job"] == "gone")


def deleted(workspace: Workspace) -> bool:
    return not [live for live in workspace.local.jobs.values() if live.live.name == "gone"]


def test_prune_keeps_the_definition_and_status_all_lists_it(kept: Workspace) -> None:
    """What is kept can be found."""
    assert headgate("apply", "--prune", "--yes").exit_code == 0

    shown, every = headgate("status"), headgate("status", "--all")

    assert not deleted(kept)
    assert "gone" not in shown.stdout
    [line] = [line for line in every.stdout.splitlines() if line.startswith("gone")]
    assert "SUSPENDED" in line
    assert "left git" in line


def test_delete_is_a_step_of_its_own_in_every_form_of_the_plan(kept: Workspace) -> None:
    """Text, JSON and Markdown."""
    text = headgate("plan", "--prune", "--delete")
    comment = headgate("plan", "--prune", "--delete", "--format", "markdown")

    assert "steps: stop-with-savepoint, delete-definition" in text.stdout
    assert "state: kept (the savepoint of its stop is not deleted)" in text.stdout
    assert of_gone("--prune", "--delete")["steps"] == ["stop-with-savepoint", "delete-definition"]
    assert "delete-definition" in comment.stdout


def test_a_job_is_stopped_and_deleted_and_its_savepoint_stays(kept: Workspace) -> None:
    """The next plan is empty, and history tells both."""
    done = headgate("apply", "--prune", "--delete", "--yes")

    assert done.exit_code == 0, done.output
    assert deleted(kept)
    [savepoint] = [line.split()[-1] for line in done.stdout.splitlines() if "savepoint: " in line]
    assert savepoint in kept.local.snapshots
    assert not [write for write in kept.local.writes if write.startswith("dispose")]
    assert headgate("plan", "--prune", "--delete", "--detailed-exitcode").exit_code == 0
    entry = document(headgate("history", "gone", "--format", "json"))["history"][0]
    assert (entry["outcome"], entry["savepoint"]) == ("deleted", savepoint)


def test_a_definition_that_was_kept_is_deleted_later(kept: Workspace) -> None:
    """The job has stopped already; only the deletion is left."""
    headgate("apply", "--prune", "--yes")

    assert of_gone("--prune", "--delete")["steps"] == ["delete-definition"]
    assert headgate("apply", "--prune", "--delete", "--yes").exit_code == 0
    assert deleted(kept)


def test_headgate_yaml_may_say_it_for_every_run(kept: Workspace) -> None:
    """`safety.prune: delete`."""
    file = kept.root / "headgate.yaml"
    file.write_text(file.read_text("utf-8").replace("safety:\n", "safety:\n  prune: delete\n"), "utf-8")

    assert headgate("reconcile", "--once").exit_code == 0
    assert deleted(kept)


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes"), ("reconcile", "--once")], ids=lambda it: it[0])
def test_delete_alone_is_refused_with_the_next_move(kept: Workspace, command: tuple[str, ...]) -> None:
    """Only what is pruned is deleted."""
    result = headgate(*command, "--delete")

    assert result.exit_code == 1
    assert "--prune --delete" in result.output
    assert not deleted(kept)


def test_a_deletion_that_was_reviewed_is_what_is_applied(kept: Workspace) -> None:
    """The plan file says that it was asked for."""
    headgate("plan", "--prune", "--delete", "-o", "plan.json")

    assert json.loads((kept.root / "plan.json").read_text("utf-8"))["reviewed"]["delete"] is True
    assert headgate("apply", "plan.json").exit_code == 0
    assert deleted(kept)


def test_a_deletion_whose_answer_was_lost_is_found_done(kept: Workspace) -> None:
    """The next run has nothing to do."""
    headgate("apply", "--prune", "--yes")
    kept.local.lost_replies = 1

    first = headgate("apply", "--prune", "--delete", "--yes")
    second = headgate("apply", "--prune", "--delete", "--yes")

    assert (first.exit_code, second.exit_code) == (3, 0)
    assert deleted(kept)
    assert "interrupted" not in headgate("status", "gone").stdout


def test_a_deleted_job_that_comes_back_is_reported_its_savepoint(kept: Workspace) -> None:
    """It is not started empty, and the next move names where its state is."""
    headgate("apply", "--prune", "--delete", "--yes")
    kept.local.forgets_storage = True
    kept.write("jobs/gone.yaml", manifest("gone", select="MAX(amount)"))

    plan = headgate("plan")

    assert "past-unknown" in plan.stdout
    [path] = [word for word in plan.stdout.split("'") if word.startswith("memory:/")]
    kept.write(
        "jobs/gone.yaml", manifest("gone", select="MAX(amount)", more=f"savepoint: {{strategy: path, path: '{path}'}}")
    )
    assert headgate("apply", "--yes").exit_code == 0
    assert set(kept.local.ages("gone").values()) == {1}


def test_a_job_on_flink_has_no_definition_to_delete(workspace: Workspace) -> None:
    """It is stopped, and that is all."""
    gone = workspace.write("jobs/gone.yaml", manifest("gone", select="MAX(amount)"))
    headgate("apply", "--yes")
    gone.unlink()

    assert of_gone("--prune", "--delete")["steps"] == ["stop-with-savepoint"]
    assert headgate("apply", "--prune", "--delete", "--yes").exit_code == 0
    assert headgate("plan", "--prune", "--delete", "--detailed-exitcode").exit_code == 0
