"""Processes are known by their pid and the time they started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.local import processes
from headgate.local.processes import Process


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Process]:
    started = processes.start(["sleep", "600"], output=tmp_path / "out", folder=tmp_path, environ={})
    yield started
    processes.end([started])


def test_a_process_we_started_is_ended(sleeper: Process) -> None:
    """The plain case, without which the others prove nothing."""
    assert sleeper.alive

    processes.end([sleeper])

    assert not sleeper.alive


def test_a_reused_pid_is_left_alone(sleeper: Process) -> None:
    """After a reboot the pid in our note may be somebody's editor."""
    of_an_earlier_start = replace(sleeper, started="long ago")

    processes.end([of_an_earlier_start])

    assert not of_an_earlier_start.alive
    assert sleeper.alive


def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A JVM out of memory may never react to TERM, and `down` must mean down."""
    monkeypatch.setattr(processes, "PATIENCE", 0.1)
    deaf = ["sh", "-c", "trap '' TERM; touch deaf; while :; do sleep 1; done"]
    started = processes.start(deaf, output=tmp_path / "out", folder=tmp_path, environ={})
    while not (tmp_path / "deaf").exists():
        assert started.alive

    processes.end([started])

    assert not started.alive


def test_a_process_is_not_of_our_session(sleeper: Process) -> None:
    """Ctrl-C in the terminal reaches the whole session; the cluster must not be in it."""
    ours = os.getsid(0)

    its = os.getsid(sleeper.pid)

    assert its != ours


def test_both_ways_to_know_a_process_agree_that_one_is_gone(sleeper: Process) -> None:
    """`ps` is what macOS has instead of /proc; it is checked wherever the tests run."""
    while_it_ran = processes._start_by_ps(sleeper.pid)

    processes.end([sleeper])

    assert while_it_ran
    assert not processes._start_by_ps(sleeper.pid)
