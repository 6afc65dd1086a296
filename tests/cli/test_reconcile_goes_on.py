"""The loop that keeps git and the platforms equal: it reads again, reports every pass, and outlives trouble."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence

import pytest

from headgate import planning
from headgate.cli import reconcile
from tests.cli.given import Workspace, headgate, manifest


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Takes what happens between passes, one callable each; after the last, the loop is asked to stop."""

    def arranged(*happenings: Callable[[], object]) -> None:
        left = list(happenings)

        def wait(stop: threading.Event, interval: float) -> None:
            if left:
                left.pop(0)()
            else:
                stop.set()

        monkeypatch.setattr(reconcile, "wait", wait)

    return arranged


def sums(stdout: str) -> Sequence[str]:
    """What each pass came to, without when."""
    return [line.partition(" ")[2] for line in stdout.splitlines() if line[:4].isdigit()]


def test_once_is_one_pass_for_cron(workspace: Workspace) -> None:
    """Nobody is asked, and the code is that of the pass."""
    result = headgate("reconcile", "--once")

    assert result.exit_code == 0
    assert sums(result.stdout) == ["Done: 1 applied."]
    assert len(workspace.local.running("orders")) == 1


def test_every_pass_reads_the_manifests_again(workspace: Workspace, between: Callable[..., None]) -> None:
    """A pull into the folder is all it takes to deploy."""
    between(lambda: workspace.write("jobs/two.yaml", manifest("two")), lambda: None)

    result = headgate("reconcile")

    assert sums(result.stdout) == [
        "Done: 1 applied.",
        "Done: 1 applied, 1 in sync.",
        "Nothing to do. 2 jobs are what git asks for.",
    ]
    assert result.exit_code == 0


def test_a_job_that_fails_is_started_again(workspace: Workspace, between: Callable[..., None]) -> None:
    """This is what a loop is for: from its last checkpoint, at the next pass."""
    between(lambda: workspace.local.fail("orders"))

    headgate("reconcile")

    assert set(workspace.local.ages("orders").values()) == {1}


def test_a_broken_manifest_is_reported_and_the_loop_goes_on(workspace: Workspace, between: Callable[..., None]) -> None:
    """Somebody will mend it; until then nothing is stopped because a file does not parse."""
    broken = workspace.root / "jobs/two.yaml"
    between(lambda: workspace.write("jobs/two.yaml", "name: two\nstatment: x\n"), broken.unlink)

    result = headgate("reconcile", "--prune")

    assert "blocked two on local (manifest-invalid)" in result.stdout
    assert "unknown key `statment`" in result.stdout
    assert len(sums(result.stdout)) == 3
    assert workspace.local.writes == ["submit orders"]


@pytest.mark.usefixtures("workspace")
def test_a_bug_in_a_pass_does_not_end_the_loop(between: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that dies of one odd answer leaves a fleet alone at night."""
    working = planning.plan

    def break_it() -> None:
        monkeypatch.setattr("headgate.project.headgate.plan", lambda situation: 1 / 0)

    between(break_it, lambda: monkeypatch.setattr("headgate.project.headgate.plan", working))

    result = headgate("reconcile")

    assert "error[internal]: ZeroDivisionError" in result.stderr
    assert len(sums(result.stdout)) == 2


def test_a_blocked_job_is_left_and_reported(workspace: Workspace) -> None:
    """The loop has no say over state: what needs consent waits for it in git."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", select="SUM(amount)"))

    result = headgate("reconcile", "--once")

    assert result.exit_code == 3
    assert "blocked orders on local (state-partial)" in result.stdout
    assert len(workspace.local.running("orders")) == 1


def test_a_pass_beyond_the_limits_is_refused(workspace: Workspace) -> None:
    """The loop is where a mistake in git would travel fastest."""
    workspace.write("jobs/two.yaml", manifest("two"))
    headgate("apply", "--yes")
    workspace.write("headgate.yaml", (workspace.root / "headgate.yaml").read_text() + "  max_restarts: 1\n")
    for name in ("orders", "two"):
        workspace.write(f"jobs/{name}.yaml", manifest(name, more="parallelism: 2"))
    before = list(workspace.local.writes)

    result = headgate("reconcile", "--once")

    assert result.exit_code == 4
    assert "error[safety-limit]" in result.stderr
    assert workspace.local.writes == before


def test_passes_as_json_are_a_document_a_line(workspace: Workspace, between: Callable[..., None]) -> None:
    """For a log collector; a pass that came to nothing is a line too."""
    between(lambda: workspace.write("headgate.yaml", "{"))

    result = headgate("reconcile", "--format", "json")

    good, bad = (json.loads(line) for line in result.stdout.splitlines())
    assert good["results"][0]["outcome"] == "applied"
    assert bad["error"]["code"] == "manifest-invalid"
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("written", "seconds"), [("30s", 30.0), ("5m", 300.0), ("1h", 3600.0), ("1.5m", 90.0)], ids=str
)
@pytest.mark.usefixtures("workspace")
def test_an_interval_has_a_unit(monkeypatch: pytest.MonkeyPatch, written: str, seconds: float) -> None:
    """`60` could be anything."""
    waited: list[float] = []

    def wait(stop: threading.Event, interval: float) -> None:
        waited.append(interval)
        stop.set()

    monkeypatch.setattr(reconcile, "wait", wait)
    headgate("reconcile", "--interval", written)

    assert waited == [seconds]


def test_loops_that_start_together_drift_apart() -> None:
    """A fleet of runners must not ask its platforms in the same second for ever."""
    waited: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout or 0.0)
            return False

    for _ in range(100):
        reconcile.wait(Stop(), 100.0)

    assert all(90.0 <= time <= 110.0 for time in waited)
    assert len(set(waited)) > 1


@pytest.mark.parametrize("written", ["60", "0s", "0.5s", "-1m", "soon", ""])
@pytest.mark.usefixtures("workspace")
def test_an_interval_that_makes_no_sense_is_refused(written: str) -> None:
    """Before the first pass, not after it."""
    result = headgate("reconcile", "--interval", written)

    assert result.exit_code == 1
    assert "such as 30s, 5m or 1h" in result.stderr
