"""Start a process that outlives us, and end one that is surely ours.

A pid alone names whatever runs under it now. So each is kept with the time it started, as the kernel tells
it, and a process that does not show the same time is somebody else's.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from headgate.private_files import UMASK

# The shell leaves the command to init and tells its pid: no child of ours, and no terminal to be killed with.
DETACH = 'out=$1; shift; "$@" >"$out" 2>&1 </dev/null & echo $!'
PATIENCE = 15.0
PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    started: str

    @property
    def alive(self) -> bool:
        return bool(self.started) and _start_of(self.pid) == self.started


def start(command: Sequence[str], *, output: Path, folder: Path, environ: Mapping[str, str]) -> Process:
    """Run `command` in a session of its own, its output in a file; what it writes is its owner's alone."""
    answer = subprocess.run(
        ["/bin/sh", "-c", DETACH, "headgate", str(output), *command],
        cwd=folder,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
        umask=UMASK,
    )
    pid = int(answer.stdout)
    return Process(pid, _start_of(pid))


def end(processes: Sequence[Process]) -> None:
    """Ask them to stop, wait, and insist; returns when none of them is left."""
    for insisting in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            _signal(process, insisting)
        deadline = time.monotonic() + PATIENCE
        while any(process.alive for process in processes):
            if time.monotonic() > deadline:
                break
            time.sleep(PAUSE)
        else:
            return


def _signal(process: Process, which: signal.Signals) -> None:
    if process.alive:
        try:
            os.kill(process.pid, which)
        except ProcessLookupError:
            return


def _start_of(pid: int) -> str:
    """When the process with this pid started; empty when there is none, or only its corpse."""
    return _start_by_proc(pid) if Path("/proc/self/stat").exists() else _start_by_ps(pid)


def _start_by_proc(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # The name in parentheses may hold anything, so count behind it: state comes 1st, start time 20th.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else f"{_boot()} {fields[19]}"


def _start_by_ps(pid: int) -> str:
    seen = subprocess.run(
        ["ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)],
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
    )
    condition, _, begun = seen.stdout.strip().partition(" ")
    return "" if condition.startswith("Z") else begun.strip()


def _boot() -> str:
    """Which start of the machine: the clock behind the start times begins again with each."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
