"""headgate is killed, cut off, throttled or left waiting at every remote step, on a real Flink; then it is run again.

Watched from outside, on the cluster: never two running jobs of one name at any poll, the running count never starts
again, and the final plan is empty.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from headgate.local import LocalFlink
from tests.clusters import Cluster, Repo, counting, eventually
from tests.faults.proxy import FaultProxy, Harm, faulty

pytestmark = [pytest.mark.flink, pytest.mark.faults]

# Every remote request of an operation that has an effect, or that an effect hangs on.
STEPS = {
    "submit": {
        "compile": r"POST /jars/[^/]+/plan",
        "submit": r"POST /jars/[^/]+/run",
        "settle": r"GET /jobs/\w{32}/status",
    },
    "restart": {
        "compile": r"POST /jars/[^/]+/plan",
        "look-again": r"GET /jobs/overview",
        "ask-to-stop": r"POST /jobs/\w{32}/stop",
        "wait-for-the-savepoint": r"GET /jobs/\w{32}/savepoints/",
        "submit": r"POST /jars/[^/]+/run",
        "settle": r"GET /jobs/\w{32}/checkpoints",
    },
    "suspend": {
        "ask-to-stop": r"POST /jobs/\w{32}/stop",
        "wait-for-the-savepoint": r"GET /jobs/\w{32}/savepoints/",
    },
    "prune": {
        "ask-to-stop": r"POST /jobs/\w{32}/stop",
        "wait-for-the-savepoint": r"GET /jobs/\w{32}/savepoints/",
    },
}
CASES = [
    pytest.param(operation, at, harm, id=f"{operation}-{step}-{harm}")
    for operation, steps in STEPS.items()
    for step, at in steps.items()
    for harm in Harm
]
# Longer than headgate's own patience with a request: the fault outlasts its repeats.
LASTING = 20


@pytest.fixture(scope="module")
def proxy(flink: LocalFlink) -> Iterator[FaultProxy]:
    with faulty(flink.url) as made:
        yield made


@contextmanager
def watched(cluster: Cluster, name: str) -> Iterator[list[int]]:
    """How many jobs of a name ran, at every poll while the block runs."""
    seen: list[int] = []
    over = threading.Event()

    def poll() -> None:
        while not over.wait(0.1):
            seen.append(len(cluster.running(name)))

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


class Program:
    """The command line, as a process that can be killed."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._process: subprocess.Popen[str] | None = None

    def apply(self, *options: str) -> int:
        command = [sys.executable, "-m", "headgate", "apply", "--yes", *options]
        self._process = subprocess.Popen(
            command, cwd=self._repo.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ
        )
        self.output, _ = self._process.communicate(timeout=120)
        return self._process.returncode

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


@pytest.mark.parametrize(("operation", "at", "harm"), CASES)
def test_a_rerun_converges(repo: Repo, cluster: Cluster, proxy: FaultProxy, operation: str, at: str, harm: Harm):
    """Whatever the first run met, the second gets there, and nobody saw two copies or a lost count on the way."""
    name = f"{repo.project}-totals"
    target = f"{{provider: flink, url: '{proxy.url}', timeout: 2}}"
    repo.write("headgate.yaml", f"project: {repo.project}\ntargets: {{local: {target}}}\n")
    program = Program(repo)
    options = ["--prune"] if operation == "prune" else []
    repo.write("jobs/totals.yaml", counting(name, repo.project))
    if operation != "submit":
        assert program.apply() == 0, program.output
        eventually(lambda: max(cluster.printed(repo.project), default=0) > 5)
    match operation:
        case "restart":
            repo.write("jobs/totals.yaml", counting(name, repo.project, where="WHERE v <> 3"))
        case "suspend":
            repo.write("jobs/totals.yaml", counting(name, repo.project, more="state: suspended"))
        case "prune":
            (repo.root / "jobs" / "totals.yaml").unlink()

    with watched(cluster, name) as seen:
        fault = proxy.arm(at, harm, times=1 if "killed" in harm else LASTING, kill=program.kill)
        program.apply(*options)
        assert fault.struck.is_set()
        proxy.disarm()
        eventually(lambda: program.apply(*options) == 0, within=90)

    assert max(seen) <= 1
    settled = repo.plan(prune=operation == "prune")
    assert not settled.has_changes
    assert not settled.blocked
    assert len(cluster.running(name)) == (1 if operation in ("submit", "restart") else 0)
    assert cluster.printed(repo.project).count(1) <= 1
