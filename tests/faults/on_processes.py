"""A Flink whose processes are lost under the fault suite, and the eyes on it that see what becomes of the count."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.clusters import Cluster, eventually
from tests.faults.counts import Counts
from tests.faults.flink_processes import FlinkProcesses
from tests.faults.on_flink import OnFlink
from tests.faults.proxy import Harm

_ENDED = ("FINISHED", "CANCELED", "FAILED")
_SILENT = (OSError, http.client.HTTPException, ValueError, KeyError)


class _Cluster(Cluster):
    """As anybody with its address sees it, while there is one."""

    def __init__(self, flink: FlinkProcesses) -> None:
        self.url = flink.url
        self.version = flink.version
        self._flink = flink

    def outputs(self) -> list[Path]:
        return self._flink.outputs


class OnProcesses(OnFlink):
    """One job of one case."""

    def __init__(self, flink: FlinkProcesses) -> None:
        super().__init__(_Cluster(flink))
        self.flink = flink
        self.counts = Counts(self.project, lambda: flink.outputs, *flink.snapshots)
        self._runs: set[tuple[str, int]] = set()

    def lose(self, harm: Harm) -> None:
        """Kill the process and start it again; returns when requests are answered again, if not yet as before."""
        role = "taskmanager" if harm is Harm.TM_LOST else "jobmanager"
        self.flink.kill(role)
        self.flink.start(role)
        self.flink.wait_for_answers()

    def rest(self) -> None:
        """The cluster is whole, and the job has the tasks it needs; one that fails again and again never has."""
        self.flink.mend()
        with suppress(AssertionError):
            eventually(self._has_its_tasks, within=20)

    def _has_its_tasks(self) -> bool:
        jobs = [job for job in self.cluster.call("GET", "/jobs/overview")["jobs"] if job["name"] == self.job]
        alive = [job["tasks"] for job in jobs if job["state"] not in _ENDED]
        slots = self.cluster.call("GET", "/overview")
        # A TaskManager lets go of the tasks of a job that was forgotten some seconds after its JobManager is gone.
        at_rest = bool(alive) or slots["slots-available"] == slots["slots-total"]
        return at_rest and all(tasks["running"] == tasks["total"] for tasks in alive)

    def copies(self) -> int:
        """None that could be seen, while nothing answers."""
        try:
            alive = [job for job in self.cluster.jobs(self.job) if job["state"] not in _ENDED]
        except _SILENT:
            self.counts.look(steady=False)
            return 0
        runs = {(str(job["jid"]), int(job["start-time"])) for job in alive}
        steady = all(job["state"] == "RUNNING" for job in alive) and runs <= self._runs
        self._runs = runs
        self.counts.look(steady=steady)
        return len(alive)

    def has_state(self) -> None:
        """It counts, and has a checkpoint that could be restored."""
        before = len(self._counted())
        eventually(lambda: len(self._counted()) > before + 5)
        [job] = self.running()
        eventually(lambda: self.cluster.checkpoints(job) > 0)


@contextmanager
def on_processes(flink: FlinkProcesses, *, scheduler: str) -> Iterator[OnProcesses]:
    """The job is ended with its case, and the cluster is whole before and after."""
    flink.schedule(scheduler)
    made = OnProcesses(flink)
    try:
        yield made
    finally:
        flink.mend()
        for job in made.cluster.jobs(made.job):
            if job["state"] not in _ENDED:
                made.cluster.cancel(str(job["jid"]))
