"""Wait until a started Flink takes jobs, and say why when it never will."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from pathlib import Path

from headgate.errors import LocalFlinkError
from headgate.local.ports import LOOPBACK
from headgate.local.state import ROLES, Home, Started

DEADLINE = 60.0
PAUSE = 0.1
# Straight to the loopback address: a proxy of the environment would not find this machine.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_CAUSE = re.compile(r"^Caused by: (.+)")
_COMPLAINT = re.compile(
    r"\S+ \S+ (?:ERROR|FATAL) .*"  # a log line
    r"|(?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error)\b.*"  # an exception printed without a log
    r"|(?:Unrecognized|Invalid|Error).*"  # the JVM itself
)


def wait(home: Home, started: Started) -> None:
    """Return once every slot is registered; raise LocalFlinkError when a process died or the time is up."""
    deadline = time.monotonic() + DEADLINE
    while _slots(started.port) < started.slots:
        for role, process in zip(ROLES, started.processes, strict=True):
            if not process.alive:
                raise _failed(f"the {role} stopped while it was starting", home, (role,))
        if time.monotonic() > deadline:
            raise _failed(f"Flink was not ready within {DEADLINE:.0f} seconds", home, ROLES)
        time.sleep(PAUSE)


def _slots(port: int) -> int:
    """The slots registered with the JobManager at this port; 0 while it does not answer."""
    try:
        with _DIRECT.open(f"http://{LOOPBACK}:{port}/overview", timeout=2) as answer:
            return int(json.load(answer)["slots-total"])
    except (OSError, ValueError, KeyError):
        return 0


def _failed(problem: str, home: Home, roles: tuple[str, ...]) -> LocalFlinkError:
    for role in roles:
        for log in (home.log / f"{role}.log", home.log / f"{role}.out"):
            if cause := root_cause(log):
                return LocalFlinkError(f"{problem}: {cause}", where=str(log), hint="the log has the whole story")
    return LocalFlinkError(problem, where=str(home.log), hint="look into the logs in this folder")


def root_cause(log: Path) -> str:
    """The innermost cause of the last failure in a log, else the first complaint, in Flink's own words."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    causes = [match[1].strip() for line in lines if (match := _CAUSE.match(line))]
    if len(causes) > 1 and "for key '" in causes[-2]:
        return f"{causes[-2]} {causes[-1]}"  # the innermost tells what is allowed, the one around it for what
    complaints = [line.strip() for line in lines if _COMPLAINT.match(line)]
    return next(iter(causes[-1:] or complaints), "")
