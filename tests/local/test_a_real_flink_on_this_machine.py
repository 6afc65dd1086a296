"""Up, down and status, on real processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest
from tests.conftest import chosen_flink, free_port

from headgate.errors import LocalFlinkError
from headgate.local import LocalFlink, down, processes, readiness, state, status, up
from headgate.local.state import Home

pytestmark = pytest.mark.flink


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    project = tmp_path / "a project" / ".headgate"
    yield project
    down(project)


def start(directory: Path, **config: str) -> LocalFlink:
    return up(directory, port=free_port(), slots=2, flink=chosen_flink(), config=config)


def overview(flink: LocalFlink) -> dict[str, object]:
    with build_opener(ProxyHandler({})).open(f"{flink.url}/overview", timeout=10) as answer:
        return dict(json.load(answer))


def test_up_returns_when_jobs_can_be_submitted(directory: Path) -> None:
    """The next command in a script submits a job at once."""
    running = start(directory)

    seen = overview(running)

    assert seen["slots-available"] == running.slots == 2
    assert seen["flink-version"] == running.version
    assert status(directory) == running
    assert running.alive


def test_up_twice_is_harmless_also_at_the_same_time(directory: Path) -> None:
    """Two terminals, or a script run again, share one cluster."""
    said: list[str] = []
    found: list[LocalFlink] = []
    port = free_port()

    def start_too() -> None:
        found.append(up(directory, port=port, slots=2, flink=chosen_flink(), say=said.append))

    both = [threading.Thread(target=start_too) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert found[0] == found[1]
    assert [line for line in said if "already running" in line] == [
        f"Flink {found[0].version} is already running at {found[0].url}"
    ]


def test_down_ends_what_up_started_and_keeps_its_savepoints(directory: Path, flink: LocalFlink) -> None:
    """Another project's cluster on the same machine goes on, and so may the jobs, from their savepoints."""
    running = start(directory)
    started = state.read(Home(running.directory))
    savepoint = running.directory / "savepoints" / "savepoint-1"
    savepoint.mkdir()

    ended = down(directory)

    assert ended
    assert started and not any(process.alive for process in started.processes)
    assert status(directory) is None
    assert savepoint.is_dir()
    assert overview(flink)["taskmanagers"] == 1
    assert not down(directory)


@pytest.mark.full
def test_a_killed_taskmanager_is_healed_by_up(directory: Path) -> None:
    """Half a cluster accepts jobs and never runs them."""
    broken = start(directory)
    os.kill(broken.pids[1], signal.SIGKILL)
    while (seen := status(directory)) and seen.alive:
        pass

    healed = start(directory)

    assert healed.alive
    assert not set(healed.pids) & set(broken.pids)
    assert overview(healed)["slots-available"] == 2


@pytest.mark.full
def test_a_start_that_was_killed_halfway_is_found_again(directory: Path, tmp_path: Path) -> None:
    """The note is written before the next process starts, so nothing runs that no command knows of."""
    home = Home(directory / "flink")
    home.make()
    alone = processes.start(["sleep", "600"], output=tmp_path / "out", folder=tmp_path, environ={})
    state.write(home, state.Started("2.2.1", free_port(), 2, (alone,)))

    ended = down(directory)

    assert ended
    assert not alone.alive


def test_a_taken_port_is_named(directory: Path) -> None:
    """Flink's own words for it are a bind exception deep in a log."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]

        with pytest.raises(LocalFlinkError) as refused:
            up(directory, port=port, flink=chosen_flink())

    assert f"port {port} is taken" in refused.value.problem
    assert status(directory) is None


@pytest.mark.full
@pytest.mark.parametrize(
    ("config", "words"),
    [
        pytest.param({"jobmanager.scheduler": "Nonsense"}, "Nonsense", id="jobmanager-refuses"),
        pytest.param({"taskmanager.memory.network.min": "64m"}, "64 mb", id="taskmanager-refuses"),
        pytest.param({"env.java.opts.all": "-XX:+NoSuchThing"}, "NoSuchThing", id="java-refuses"),
    ],
)
def test_a_failing_start_tells_the_cause_and_leaves_nothing_behind(
    directory: Path, config: dict[str, str], words: str
) -> None:
    """What went wrong is in one of four log files; the message is the line that matters."""
    with pytest.raises(LocalFlinkError) as refused:
        start(directory, **config)

    assert words in refused.value.problem
    assert Path(refused.value.where).is_file()
    assert status(directory) is None


def test_a_start_that_takes_too_long_is_given_up(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for ever in CI is worse than an error."""
    monkeypatch.setattr(readiness, "DEADLINE", 0.0)

    with pytest.raises(LocalFlinkError) as refused:
        start(directory)

    assert "was not ready" in refused.value.problem
    assert status(directory) is None


def test_a_note_that_cannot_be_read_ends_nothing(directory: Path) -> None:
    """Guessing which java to kill, or starting a second cluster beside the first: both are worse."""
    home = Home(directory / "flink")
    home.make()
    home.state_file.write_text("{", encoding="utf-8")

    for command in (up, down, status):
        with pytest.raises(LocalFlinkError) as refused:
            command(directory)
        assert refused.value.where == str(home.state_file)

    home.state_file.unlink()
