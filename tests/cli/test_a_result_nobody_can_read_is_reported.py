"""A full disk and a closed stream are reported, and the exit code still says what was done."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from headgate.cli import streams
from tests.cli.given import Workspace, headgate
from tests.cli.test_signals_end_it_in_good_order import ENVIRONMENT

Ended = subprocess.CompletedProcess[str]
JSON = ("--format", "json")
PROGRAM = (sys.executable, "-m", "tests.cli.program")


def ran(folder: Path, *arguments: str, number: int = 1, closed: bool = False) -> Ended:
    """headgate, its stdout (or stderr: 2) one that takes nothing, or one that was closed before it began."""
    redirection = ">&-" if closed else f"<{os.devnull}"  # open, and for reading only
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {number}{redirection}', "sh", *PROGRAM, *arguments],
        cwd=folder,
        env=ENVIRONMENT | {"PYTHONUNBUFFERED": ""},  # as everywhere: Python writes once more when it ends
        input="\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_what_was_applied_is_3_though_the_report_is_lost(workspace: Workspace) -> None:
    """1 would say that nothing was changed, and the job was started: a caller that believes it asks twice."""
    ended = ran(workspace.root, "apply", "--yes", *JSON)

    assert ended.returncode == 3, ended.stderr
    assert "orders: submit done" in ended.stderr
    assert "error[result-untold]: the result cannot be written to stdout: " in ended.stderr
    assert "it is done all the same" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("plan",), id="plan"),
        pytest.param(("status", *JSON), id="status"),
        pytest.param(("apply", "--yes"), id="a-plan-that-could-not-be-shown"),
    ],
)
def test_nothing_was_changed_is_1(workspace: Workspace, arguments: tuple[str, ...]) -> None:
    """A plan that could not be shown is not applied either: this is an error like any other."""
    ended = ran(workspace.root, *arguments)

    assert ended.returncode == 1, ended.stderr
    assert "error[result-untold]" in ended.stderr
    assert "nothing was changed" in ended.stderr
    assert "submit done" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_error_that_cannot_be_reported_as_json_is_reported_in_words(workspace: Workspace) -> None:
    """The error of the error would hide what is wrong."""
    ended = ran(workspace.root, "status", "nobody", *JSON)

    assert ended.returncode == 1
    assert "error[usage]: there is no job 'nobody'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_that_cannot_be_written_ends_in_good_order(workspace: Workspace) -> None:
    """Python complains of what is left in its buffers when it ends, in words of its own and with a code of its own."""
    ended = ran(workspace.root, "--help")

    assert ended.returncode == 1
    assert "Exception ignored" not in ended.stderr


@pytest.mark.full
def test_a_loop_goes_on_though_its_log_is_full(workspace: Workspace) -> None:
    """The next pass may find room; until then stderr has it."""
    ended = ran(workspace.root, "reconcile", "--once", *JSON)

    assert ended.returncode == 3, ended.stderr
    assert "Z error[result-untold]" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.full
@pytest.mark.parametrize("closed", [True, False], ids=["closed", "takes-nothing"])
def test_nobody_needs_to_hear_how_it_goes(workspace: Workspace, closed: bool) -> None:
    """Some init systems start their services without a stderr; their jobs are applied like any other's."""
    ended = ran(workspace.root, "apply", "--yes", number=2, closed=closed)

    assert ended.returncode == 0, ended.stdout
    assert "Done: 1 applied." in ended.stdout


@pytest.mark.full
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("plan",), 1, id="plan"),
        pytest.param(("validate",), 1, id="validate"),
        pytest.param(("apply", "--yes"), 1, id="a-plan-that-could-not-be-shown"),
        pytest.param(("apply", "--yes", *JSON), 3, id="what-was-applied"),
        pytest.param(("reconcile", "--once"), 3, id="a-pass-of-the-loop"),
    ],
)
def test_a_closed_stdout_is_a_stdout_that_takes_nothing(
    workspace: Workspace, arguments: tuple[str, ...], code: int
) -> None:
    """A caller that wants no result says so with `> /dev/null`; 0 without a word would read as "nothing to do"."""
    ended = ran(workspace.root, *arguments, closed=True)

    assert ended.returncode == code, ended.stderr
    assert "error[result-untold]: the result cannot be written to stdout: it is closed" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_stream_that_is_not_there_is_watched_by_nobody() -> None:
    """Python has None in its place."""
    assert not streams.watched(None)


@pytest.mark.parametrize(
    "command", [("savepoint", "orders"), ("savepoint", "orders", *JSON)], ids=["as-text", "as-json"]
)
def test_a_savepoint_that_was_taken_is_3(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """Its path is in the history; asking again would take another one."""
    headgate("apply", "--yes")
    before = len(workspace.local.snapshots)

    def echo(text: str, err: bool = False) -> None:
        if not err:
            raise OSError(errno.ENOSPC, "No space left on device")
        sys.stderr.write(text)

    monkeypatch.setattr("headgate.cli.output.click.echo", echo)

    result = headgate(*command)

    assert result.exit_code == 3
    assert len(workspace.local.snapshots) == before + 1
    assert "No space left on device" in result.stderr
    assert "headgate history JOB" in result.stderr


@pytest.mark.usefixtures("workspace")
def test_a_bug_in_the_report_of_what_was_done_is_3(monkeypatch: pytest.MonkeyPatch) -> None:
    """By then the jobs were changed."""

    def broken(*arguments: object) -> str:
        raise ZeroDivisionError("oh no")

    monkeypatch.setattr("headgate.cli.apply_plan.report_json", broken)

    result = headgate("apply", "--yes", *JSON)

    assert result.exit_code == 3
    assert "internal-while-applying" in result.stdout
