"""What happens to a job from its first start on, as a person at the command line sees it: one story a test."""

from __future__ import annotations

import pytest

from headgate.testing.memory import MemoryPlatform
from tests.cli.given import PROJECT_FILE, Workspace, document, headgate, manifest


@pytest.fixture
def started(workspace: Workspace) -> Workspace:
    """`orders` runs as git asks."""
    assert headgate("apply", "--yes").exit_code == 0
    return workspace


def runs_as(platform: MemoryPlatform, job: str = "orders") -> int:
    """The parallelism of the one copy that runs."""
    [job_id] = platform.running(job)
    return platform.jobs[job_id].spec.parallelism


def share_storage(workspace: Workspace) -> None:
    """Both targets have the same savepoint directory."""
    local, remote = workspace.local, workspace.platforms["remote"]
    remote.share_storage(local)


def test_an_edit_that_does_not_settle_is_undone_and_left_alone(started: Workspace) -> None:
    """The pager says what failed, that the old one runs, and what to do; the loop does not try again and again."""
    started.local.starts_broken = "amount > 1"
    before = started.local.ages("orders")
    started.write("jobs/orders.yaml", manifest("orders").replace("GROUP", "WHERE amount > 1 GROUP"))

    failed = headgate("apply", "--yes")
    again = headgate("reconcile", "--once")
    status = headgate("status", "orders")

    assert failed.exit_code == 3, failed.output
    assert "error[rolled-back]: " in failed.stdout
    assert "runs again" in failed.stdout
    assert started.local.ages("orders") == {operator: age + 1 for operator, age in before.items()}
    assert again.exit_code == 3
    assert "blocked orders on local (revision-failing)" in again.stdout
    assert "rolled back: version" in status.stdout
    assert [entry["outcome"] for entry in document(headgate("history", "orders", "--format", "json"))["history"]] == [
        "rolled-back",
        "failed",
        "applied",
    ]


def test_what_was_mended_outside_is_tried_again_when_asked(started: Workspace) -> None:
    """The manifest was right all along: the table it reads was missing."""
    started.local.starts_broken = "amount > 1"
    started.write("jobs/orders.yaml", manifest("orders").replace("GROUP", "WHERE amount > 1 GROUP"))
    headgate("apply", "--yes")
    started.local.starts_broken = ""

    assert headgate("plan", "--detailed-exitcode").exit_code == 3
    assert headgate("plan", "--detailed-exitcode", "--retry").exit_code == 2
    assert headgate("apply", "--yes", "--retry").exit_code == 0
    assert headgate("plan", "--detailed-exitcode").exit_code == 0


def test_a_job_moves_with_its_state(started: Workspace) -> None:
    """`target:` was edited: stopped there, started here, from the same savepoint, and never both at once."""
    share_storage(started)
    before = started.local.ages("orders")
    started.write("jobs/orders.yaml", manifest("orders", target="remote"))

    planned = headgate("plan", "-o", "plan.json")
    result = headgate("apply", "plan.json")

    assert "~ restart orders on remote (from local) (moved)" in planned.stdout
    assert "target: local -> remote" in planned.stdout
    assert result.exit_code == 0, result.output
    assert "applied restart orders on remote (from local)" in result.stdout
    assert started.local.running("orders") == []
    assert started.platforms["remote"].ages("orders") == {operator: age + 1 for operator, age in before.items()}
    assert headgate("plan", "--detailed-exitcode").exit_code == 0


def test_a_move_to_where_the_state_cannot_be_read_is_blocked(started: Workspace) -> None:
    """It would be an empty start under another name."""
    started.write("jobs/orders.yaml", manifest("orders", target="remote"))

    result = headgate("apply", "--yes")

    assert result.exit_code == 3
    assert "! blocked orders on remote (from local) (moved)" in result.stdout
    assert len(started.local.running("orders")) == 1
    assert started.platforms["remote"].writes == []


def test_another_parallelism_restarts_nothing_where_the_platform_can(started: Workspace) -> None:
    """The job keeps its id; the plan says so before."""
    started.local.rescales = True
    [job_id] = started.local.running("orders")
    started.write("jobs/orders.yaml", manifest("orders", more="parallelism: 4"))

    result = headgate("apply", "--yes")

    assert result.exit_code == 0, result.output
    assert "~ rescale orders on local (spec-changed)\n    parallelism: 1 -> 4\n    state: kept" in result.stdout
    assert "steps: update, settle" in result.stdout
    assert started.local.running("orders") == [job_id]
    assert runs_as(started.local) == 4


def test_a_rename_is_asked_about_and_then_keeps_its_state(started: Workspace) -> None:
    """Two copies of one program would write everything twice."""
    before = started.local.ages("orders")
    (started.root / "jobs" / "orders.yaml").unlink()
    started.write("jobs/totals.yaml", manifest("totals"))
    guessed = headgate("apply", "--yes", "--prune")
    started.write("jobs/totals.yaml", manifest("totals", more="previous_name: orders"))
    reported = headgate("apply", "--yes", "--prune")

    assert guessed.exit_code == 3
    assert guessed.stdout.count("(likely-rename)") >= 2
    assert reported.exit_code == 0, reported.output
    assert started.local.running("orders") == []
    assert started.local.ages("totals") == {operator: age + 1 for operator, age in before.items()}


@pytest.mark.parametrize("remembers", [True, False], ids=["with-its-store", "on-a-fresh-runner"])
def test_a_job_that_its_platform_has_forgotten_is_not_started_empty(started: Workspace, remembers: bool) -> None:
    """With the store it goes on from the savepoint of its stop; without one, a person is reported which there is."""
    started.write("jobs/orders.yaml", manifest("orders", more="state: suspended"))
    headgate("apply", "--yes")
    [savepoint] = started.local.snapshots
    started.local.forget()
    if not remembers:
        (started.root / ".headgate" / "store.db").unlink()
    started.write("jobs/orders.yaml", manifest("orders"))

    result = headgate("apply", "--yes")

    assert savepoint in result.stdout
    assert result.exit_code == (0 if remembers else 3), result.output
    assert len(started.local.running("orders")) == int(remembers)


def test_the_earliest_savepoint_is_one_that_was_taken_by_hand(started: Workspace) -> None:
    """For a job that has to read everything again from a known point."""
    first = headgate("savepoint", "orders").stdout.strip()
    headgate("savepoint", "orders")
    started.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2\nsavepoint: {strategy: earliest}"))

    result = headgate("apply", "--yes")

    assert result.exit_code == 0, result.output
    assert f"restore: savepoint {first} (the earliest savepoint that is known, of " in result.stdout
    newest, *_ = document(headgate("history", "orders", "--format", "json"))["history"]
    assert newest["restored_from"] == first


def test_only_as_many_savepoints_are_kept_as_are_asked_for(started: Workspace) -> None:
    """Storage is paid for by the month; the one that runs on may need its own."""
    started.write("jobs/orders.yaml", manifest("orders", more="savepoint: {keep: 2}"))
    headgate("apply", "--yes")

    taken = [headgate("savepoint", "orders").stdout.strip() for _ in range(4)]

    assert [path in started.local.snapshots for path in taken] == [False, False, True, True]


def test_a_failed_job_is_not_started_from_something_too_old(started: Workspace) -> None:
    """Days of input would be read again, and written again."""
    started.local.fail("orders")
    started.write("jobs/orders.yaml", manifest("orders", more="savepoint: {max_age: 1h}"))
    strict = headgate("apply", "--yes")
    started.write("jobs/orders.yaml", manifest("orders"))
    lenient = headgate("apply", "--yes")

    assert strict.exit_code == 3
    assert "(snapshot-too-old)" in strict.stdout
    assert "max_age is 1 h" in strict.stdout
    assert lenient.exit_code == 0, lenient.output
    assert " d old)" in lenient.stdout


def test_a_start_that_takes_too_long_is_given_up(started: Workspace) -> None:
    """`safety.settle_timeout` is how long a deployment may be neither here nor there."""
    started.write("headgate.yaml", PROJECT_FILE.replace("settle_time: 0s", "settle_time: 0s\n  settle_timeout: 300ms"))
    started.local.starts_looping = "COUNT"
    started.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))

    result = headgate("apply", "--yes")

    assert result.exit_code == 3
    assert "error[not-settled]" in result.stdout
    assert "has not settled after 0 s" in result.stdout
