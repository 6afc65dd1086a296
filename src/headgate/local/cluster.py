"""Up, down and status of the Flink on this machine.

`up` may be killed at any moment: each process is written down as soon as it runs, so the next `up` or `down`
finds it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from headgate.errors import LocalFlinkError
from headgate.local import configuration, processes, readiness, state
from headgate.local.flink_home import FlinkHome, find_flink, find_java, silent
from headgate.local.ports import LOOPBACK, choose
from headgate.local.requested_cluster import SLOTS, Asked, require_like
from headgate.local.state import Home, Started
from headgate.private_files import write_private

NOTHING_SET: Mapping[str, str] = {}
MAIN_CLASSES = {
    "jobmanager": "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
    "taskmanager": "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
}


@dataclass(frozen=True, slots=True)
class LocalFlink:
    """A Flink on this machine; `alive` when both of its processes are. `directory` holds all it writes."""

    url: str
    version: str
    pids: tuple[int, ...]
    directory: Path
    log_files: tuple[Path, ...]
    slots: int
    alive: bool


def up(
    directory: Path,
    *,
    port: int | None = None,
    slots: int | None = None,
    flink: Path | str | None = None,
    config: Mapping[str, str] = NOTHING_SET,
    say: Callable[[str], None] = silent,
) -> LocalFlink:
    """Start a JobManager and a TaskManager and wait until they take jobs; harmless when such ones already run.

    `flink` is the folder of a distribution (a path) or a version (a text, installed from PyPI on first use).
    Raises LocalFlinkError when they cannot be started, or run otherwise than with this port, slots, Flink or config.
    """
    if os.name != "posix":
        raise LocalFlinkError("a local Flink needs Linux or macOS", hint="on Windows run headgate inside WSL")
    home, asked = _home(directory), Asked(port, slots, flink, config)
    with state.locked(home):
        known = state.read(home)
        if known and known.alive:
            require_like(asked, known, configuration.read_yaml(home.config_file.read_text(encoding="utf-8")))
            running = _seen(home, known)
            say(f"Flink {running.version} is already running at {running.url}")
            return running
        if known:
            say("Half of the Flink started earlier is gone; starting it again")
            _clear(home, known)
        return _start(home, asked, say)


def down(directory: Path, *, say: Callable[[str], None] = silent) -> bool:
    """End what `up` started, and nothing else; False when nothing ran. Savepoints and checkpoints stay."""
    home = _home(directory)
    if state.read(home) is None and not home.root.exists():
        say("No Flink was started here")
        return False
    with state.locked(home):
        known = state.read(home)
        if known is None:
            say("No Flink is running here")
            return False
        was_running = any(process.alive for process in known.processes)
        _clear(home, known)
        say("Flink is stopped; its savepoints and checkpoints are kept" if was_running else "Flink was not running")
        return was_running


def status(directory: Path) -> LocalFlink | None:
    """What `up` left here, `alive` or not; None when nothing was started."""
    home = _home(directory)
    known = state.read(home)
    return _seen(home, known) if known else None


def _home(directory: Path) -> Home:
    return Home(Path(os.path.realpath(directory)) / "flink")  # a link in a circle is reported by the one who opens it


def _seen(home: Home, known: Started) -> LocalFlink:
    pids = tuple(process.pid for process in known.processes)
    url = f"http://{LOOPBACK}:{known.port}"
    return LocalFlink(url, known.version, pids, home.root, home.log_files, known.slots, known.alive)


def _clear(home: Home, known: Started) -> None:
    processes.end(known.processes)
    home.state_file.unlink(missing_ok=True)
    shutil.rmtree(home.tmp, ignore_errors=True)


def _start(home: Home, asked: Asked, say: Callable[[str], None]) -> LocalFlink:
    java, flink = find_java(), find_flink(asked.flink, say)
    slots = SLOTS if asked.slots is None else asked.slots
    ports = choose(asked.port)
    options = configuration.configuration(home.root, ports, slots, asked.config)
    jvm = {
        "jobmanager": configuration.jobmanager_jvm(options),
        "taskmanager": configuration.taskmanager_jvm(options),
    }
    home.make()
    for log in home.log_files:
        if log.exists():
            log.replace(log.with_name(f"{log.name}.previous"))
    write_private(home.config_file, configuration.as_yaml(options))
    write_private(home.conf / "log4j.properties", configuration.LOGGING)

    started = Started(flink.version, ports.rest, slots, (), str(flink.root.resolve()))
    try:
        for role in state.ROLES:
            command = _command(java, flink, home, role, jvm[role])
            process = processes.start(
                command,
                output=home.log / f"{role}.out",
                folder=home.root.parent.parent,  # relative paths in SQL start at the project's root
                environ={"FLINK_PLUGINS_DIR": str(flink.root / "plugins")},
            )
            started = replace(started, processes=(*started.processes, process))
            state.write(home, started)
        say(f"Starting Flink {flink.version} with {slots} slots on port {ports.rest}")
        readiness.wait(home, started)
    except BaseException:
        _clear(home, started)
        raise
    running = _seen(home, started)
    say(f"Flink {running.version} is ready at {running.url}")
    return running


def _command(java: Path, flink: FlinkHome, home: Home, role: str, jvm: list[str]) -> list[str]:
    return [
        str(java),
        *jvm,
        f"-Dlog.file={home.log / role}.log",
        f"-Dlog4j.configurationFile={(home.conf / 'log4j.properties').as_uri()}",
        "-cp",
        f"{flink.lib}/*",
        MAIN_CLASSES[role],
        "--configDir",
        str(home.conf),
    ]
