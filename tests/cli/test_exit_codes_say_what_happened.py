"""Scripts and CI act on the exit code: 0 done, 1 nothing was changed, 2 changes pending, 3 partial, 4 refused."""

from __future__ import annotations

import pytest

from headgate.project import Headgate
from tests.cli.given import PROJECT_FILE, Workspace, document, headgate, manifest

PLAN = ("plan", "--detailed-exitcode")


@pytest.mark.usefixtures("workspace")
def test_a_plan_that_could_be_made_is_0() -> None:
    """Without --detailed-exitcode a pull request check is green whether or not there are changes."""
    result = headgate("plan")

    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.usefixtures("workspace")
def test_pending_changes_are_2_only_when_asked_for() -> None:
    """So that a script can tell "nothing to do" from "something to do" without reading."""
    before = headgate(*PLAN)
    headgate("apply", "--yes")
    after = headgate(*PLAN)

    assert (before.exit_code, after.exit_code) == (2, 0)


def test_a_blocked_job_is_3_whatever_else_is_pending(workspace: Workspace) -> None:
    """A job nobody can see goes first: 2 would read as "these are all the changes"."""
    workspace.write("jobs/far.yaml", manifest("far", target="remote"))
    workspace.platforms["remote"].silent = "no connection"

    result = headgate(*PLAN)

    assert result.exit_code == 3
    assert "+ submit orders" in result.stdout
    assert "! blocked far on remote (live-unknown)" in result.stdout


def test_a_silent_target_is_3_even_without_jobs_of_ours(workspace: Workspace) -> None:
    """It may hold jobs that left git; "fine" would be a guess."""
    headgate("apply", "--yes")
    workspace.platforms["remote"].silent = "no connection"

    everything, one = headgate("plan"), headgate("plan", "orders")

    assert everything.exit_code == 3
    assert one.exit_code == 0


def test_one_targets_trouble_leaves_the_others_applied(workspace: Workspace) -> None:
    """3 says: the rest is done."""
    workspace.write("jobs/far.yaml", manifest("far", target="remote"))
    workspace.platforms["remote"].silent = "no connection"

    result = headgate("apply", "--yes")

    assert result.exit_code == 3
    assert len(workspace.local.running("orders")) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("plam",), id="unknown-command"),
        pytest.param(("plan", "--formt"), id="unknown-option"),
        pytest.param(("plan", "--format", "xml"), id="unknown-format"),
        pytest.param(("plan", "--env", "nowhere"), id="unknown-environment"),
        pytest.param(("status", "order"), id="unknown-job"),
        pytest.param(("graph",), id="missing-argument"),
        pytest.param(("explain", "no-such-code"), id="unknown-code"),
        pytest.param(("reconcile", "--interval", "60"), id="interval-without-a-unit"),
        pytest.param(("local", "upp"), id="unknown-subcommand"),
        pytest.param(("--project", "nowhere/headgate.yaml", "plan"), id="no-such-project"),
    ],
)
@pytest.mark.usefixtures("workspace")
def test_asking_for_what_is_not_there_is_1(arguments: tuple[str, ...]) -> None:
    """click's own code for it is 2, which here would say "changes are pending"."""
    result = headgate(*arguments)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error[")
    assert "hint: " in result.stderr or "  at: " in result.stderr


def test_a_mistake_in_headgate_yaml_is_1_and_nothing_is_contacted(workspace: Workspace) -> None:
    """A file that does not parse is never read as a deletion, and no platform hears of it."""
    workspace.write("headgate.yaml", PROJECT_FILE + "job: [jobs/]\n")
    workspace.write("jobs/broken.yaml", "name: broken\nstatment: SELECT 1\n")
    workspace.local.silent = "contacted"

    result = headgate("apply", "--yes", "--prune")

    assert result.exit_code == 1
    assert "headgate.yaml:8:1" in result.stderr
    assert "jobs/broken.yaml:2:1" in result.stderr
    assert "contacted" not in result.stderr


def test_a_folder_of_jobs_that_has_become_empty_prunes_nothing(workspace: Workspace) -> None:
    """Its jobs go on, and the exit code says that somebody has to look: 3."""
    workspace.write("headgate.yaml", PROJECT_FILE + "jobs: [jobs, more]\n")
    workspace.write("more/second.yaml", manifest("second", select="SUM(amount)"))
    headgate("apply", "--yes")
    (workspace.root / "more" / "second.yaml").unlink()

    result = headgate("apply", "--yes", "--prune")

    assert result.exit_code == 3
    assert "nothing-in-git" in result.stdout
    assert workspace.local.running("second")


def test_more_than_safety_allows_is_4_and_changes_nothing(workspace: Workspace) -> None:
    """The blast radius is a limit, not a warning."""
    for name in ("a", "b", "c"):
        workspace.write(f"jobs/{name}.yaml", manifest(name))
    headgate("apply", "--yes")
    before = list(workspace.local.writes)
    workspace.write("headgate.yaml", (workspace.root / "headgate.yaml").read_text() + "  max_restarts: 1\n")
    for name in ("a", "b", "c"):
        workspace.write(f"jobs/{name}.yaml", manifest(name, more="parallelism: 2"))

    result = headgate("apply", "--yes")

    assert result.exit_code == 4
    assert "error[safety-limit]" in result.stderr
    assert workspace.local.writes == before


def test_a_job_that_failed_is_3(workspace: Workspace) -> None:
    """The report says which one; the code says that not everything is done."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    workspace.local.no_savepoints = "the bucket is read-only"

    result = headgate("apply", "--yes")

    assert result.exit_code == 3
    assert "error[savepoint-failed]" in result.stdout
    assert len(workspace.local.running("orders")) == 1


def test_a_job_nobody_can_see_makes_status_3(workspace: Workspace) -> None:
    """Absent is an answer and 0; silence is not."""
    absent = headgate("status")
    workspace.local.silent = "no connection"
    unknown = headgate("status")

    assert (absent.exit_code, unknown.exit_code) == (0, 3)


@pytest.mark.usefixtures("workspace")
def test_a_bug_of_ours_is_1_with_a_way_to_see_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody should have to read a traceback to learn that nothing was changed - nor be kept from reading it."""

    def broken(*arguments: object, **more: object) -> None:
        raise ZeroDivisionError("oh no")

    monkeypatch.setattr(Headgate, "plan", broken)

    short = headgate("plan")
    long = headgate("plan", env={"HEADGATE_DEBUG": "1"})

    assert (short.exit_code, long.exit_code) == (1, 1)
    assert "error[internal]: ZeroDivisionError: oh no" in short.stderr
    assert "HEADGATE_DEBUG=1" in short.stderr
    assert "Traceback" not in short.stderr
    assert "Traceback" in long.stderr


@pytest.mark.usefixtures("workspace")
def test_a_bug_of_ours_tells_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its traceback is asked for to be pasted into a report."""

    def broken(*arguments: object, **more: object) -> None:
        raise ValueError("no number: 'hunter2-and-more', WITH ('password' = 'of-old')")

    monkeypatch.setattr(Headgate, "plan", broken)
    secrets = {"DB_PASSWORD": "hunter2-and-more"}

    shown = [headgate("plan", env=secrets | more).output for more in ({}, {"HEADGATE_DEBUG": "1"})]

    assert all("no number: '${env:DB_PASSWORD}', WITH ('password' = '***')" in one for one in shown)
    assert "hunter2" not in "".join(shown)


@pytest.mark.usefixtures("workspace")
def test_the_folder_somebody_stands_in_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """`${env:PWD}/jobs` in a message hides what it is about; it is called PWD, and is not a password."""

    def broken(*arguments: object, **more: object) -> None:
        raise ValueError("/srv/payments is odd, and so is /srv/before")

    monkeypatch.setattr(Headgate, "plan", broken)

    result = headgate("plan", env={"PWD": "/srv/payments", "OLDPWD": "/srv/before"})

    assert "/srv/payments is odd, and so is /srv/before" in result.stderr


@pytest.mark.parametrize("command", [("apply", "--yes"), ("reconcile", "--once")], ids=["apply", "reconcile"])
@pytest.mark.usefixtures("workspace")
def test_a_bug_while_applying_is_3(monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    """1 would say that nothing was changed, and by then that may not be true."""

    def broken(*arguments: object, **more: object) -> None:
        raise ZeroDivisionError("oh no")

    monkeypatch.setattr(Headgate, "apply", broken)

    result = headgate(*command, env={"HEADGATE_DEBUG": "1"})

    assert result.exit_code == 3
    assert "error[internal-while-applying]" in result.stderr
    assert "ZeroDivisionError" in result.stderr


@pytest.mark.usefixtures("workspace")
def test_asking_for_help_is_0() -> None:
    """With no command, too."""
    bare, asked = headgate(), headgate("plan", "--help")

    assert (bare.exit_code, asked.exit_code) == (0, 0)
    assert "reconcile" in bare.stdout
    assert "--detailed-exitcode" in asked.stdout


def test_apply_reports_the_job_that_is_blocked_as_json(workspace: Workspace) -> None:
    """Code and document say the same."""
    workspace.local.silent = "no connection"

    result = headgate("apply", "--yes", "--format", "json")

    assert result.exit_code == 3
    assert document(result)["results"][0]["outcome"] == "blocked"
