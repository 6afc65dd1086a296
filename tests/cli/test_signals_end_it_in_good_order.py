"""Ctrl-C, SIGTERM and a reader that goes away: what is in flight is finished, and the exit code stays true."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.given import Workspace

_REPO = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{_REPO}:{_REPO / 'src'}"}


class Running:
    """headgate as a process; `heard` reads its stderr up to a line."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.program", *arguments],
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def heard(self, words: str) -> str:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if words in line:
                return line
        raise AssertionError(f"{words!r} was never said")

    def reported(self) -> str:
        """The next line of stdout."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def let_go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def ended(self) -> tuple[int, str, str]:
        stdout, stderr = self.process.communicate(timeout=30)
        return self.process.returncode, stdout, stderr


Start = Callable[..., Running]


@pytest.fixture
def start(workspace: Workspace) -> Iterator[Start]:
    """Starts processes in the workspace; none outlives its test."""
    started: list[Running] = []

    def run(*arguments: str) -> Running:
        started.append(Running(workspace.root, *arguments))
        return started[-1]

    yield run
    for each in started:
        each.process.kill()
        each.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_step_in_flight_is_finished_and_no_other_begun(start: Start, number: signal.Signals) -> None:
    """A job that was just started is not left without a word: the report says what is done and what is left."""
    running = start("apply", "--yes")
    running.heard("held")

    running.process.send_signal(number)
    running.heard("Finishing the requests in progress; press Ctrl-C again to quit now.")
    running.let_go()
    code, stdout, _ = running.ended()

    assert code == 3
    assert "interrupted submit orders on local" in stdout
    assert "left: settle" in stdout


def test_twice_is_an_order(start: Start) -> None:
    """A platform that hangs must not hold the terminal; what may have happened is said."""
    running = start("apply", "--yes")
    running.heard("held")

    running.process.send_signal(signal.SIGINT)
    running.heard("Finishing the requests in progress; press Ctrl-C again to quit now.")
    running.process.send_signal(signal.SIGINT)
    code, _, stderr = running.ended()

    assert code == 3
    assert "Given up. What was in flight may have happened" in stderr


def test_a_loop_ends_between_passes_at_once(start: Start) -> None:
    """A daemon that is asked to stop while it waits is done: 0, and not after an hour."""
    running = start("reconcile", "--interval", "1h")
    running.heard("held")
    running.let_go()
    assert "Done: 1 applied." in running.reported()

    running.process.send_signal(signal.SIGTERM)
    code, _, stderr = running.ended()

    assert code == 0
    assert "Traceback" not in stderr


@pytest.mark.full
def test_a_loop_that_is_stopped_in_a_pass_says_what_is_left(start: Start) -> None:
    """The step in flight is finished, and the code is that of the pass."""
    running = start("reconcile", "--interval", "1h", "--format", "json")
    running.heard("held")

    running.process.send_signal(signal.SIGTERM)
    running.heard("Finishing the requests in progress; press Ctrl-C again to quit now.")
    running.let_go()
    code, stdout, _ = running.ended()

    assert code == 3
    assert '"outcome": "interrupted"' in stdout
    assert len(stdout.splitlines()) == 1


@pytest.mark.full
@pytest.mark.parametrize(("arguments", "code"), [(("plan", "--detailed-exitcode"), 2), (("status",), 0)])
def test_a_reader_that_has_gone_is_no_error(workspace: Workspace, arguments: tuple[str, ...], code: int) -> None:
    """`headgate plan | head` is quiet, and the exit code still says what the plan says."""
    read, write = os.pipe()
    os.close(read)

    with os.fdopen(write, "w") as nobody:
        process = subprocess.run(
            [sys.executable, "-m", "tests.cli.program", *arguments],
            cwd=workspace.root,
            env=ENVIRONMENT,
            stdout=nobody,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )

    assert (process.returncode, process.stderr) == (code, "")


def test_a_terminal_that_cannot_show_a_letter_is_no_error(workspace: Workspace) -> None:
    """A message in another script is shown as escapes rather than as a crash."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.cli.program", "plan"],
        cwd=workspace.root,
        env={**ENVIRONMENT, "PYTHONIOENCODING": "latin-1", "SILENT_BECAUSE": "a → b"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (process.returncode, process.stderr) == (3, "")
    assert r"a \u2192 b" in process.stdout
