"""A Flink of the suite's own, whose JobManager and TaskManager are killed and started again while the other runs on.

`headgate local up` starts both again, on other ports, so the processes are driven here: a JobManager that is started
again listens where it did before, and the TaskManager finds it. With high availability a ZooKeeper, which is inside
flink-dist, remembers the jobs; without it a new JobManager knows nothing.
"""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from headgate.local import configuration, find_flink, find_java, ports, processes
from headgate.local.cluster import MAIN_CLASSES
from headgate.local.processes import Process
from headgate.local.state import Home

_SLOTS = 6
_ZOOKEEPER = "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer"
# What is lost is missed within seconds, and looked for again at once; a busy machine alone is no loss.
_CONFIG = {
    "web.refresh-interval": "100",
    "heartbeat.interval": "500",
    "heartbeat.timeout": "5000",
    "heartbeat.rpc-failure-threshold": "2",
    "cluster.registration.error-delay": "200",
    "cluster.registration.refused-registration-delay": "200",
    "cluster.registration.max-timeout": "1000",
    "taskmanager.slot.timeout": "2 s",
    "taskmanager.memory.task.heap.size": "512m",
    # A process that lives for a minute starts sooner if little is compiled.
    "env.java.opts.all": "-XX:TieredStopAtLevel=1",
    "jobmanager.adaptive-scheduler.scaling-interval.min": "0 s",
    "jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling": "0 s",
    "jobmanager.adaptive-scheduler.resource-stabilization-timeout": "10 ms",
    "jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout": "10 ms",
}
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class FlinkProcesses:
    """One cluster. `available` ones have a ZooKeeper and recover their jobs; the others forget them."""

    def __init__(self, folder: Path, *, available: bool, flink: Path | None) -> None:
        self.available = available
        self._flink, self._java = find_flink(flink), find_java()
        self.version = self._flink.version
        self._home = Home(folder / "flink")
        self._home.make()
        self._ports = ports.choose(ports.free(1)[0])
        self.url = f"http://{ports.LOOPBACK}:{self._ports.rest}"
        self._running: dict[str, Process] = {}
        self._outputs: list[Path] = []
        self._logs = 0
        self._taskmanager = ""
        self._scheduler = "Default"
        (self._home.conf / "log4j.properties").write_text(configuration.LOGGING, encoding="utf-8")
        self._options: dict[str, str] = {}
        if available:
            self._keep_quorum()
        self._configure()
        self.mend()

    # -- what a test asks for --------------------------------------------------------------------------------------

    @property
    def outputs(self) -> list[Path]:
        """What the TaskManagers printed, one file for each that there was, in order."""
        return list(self._outputs)

    @property
    def snapshots(self) -> tuple[Path, Path]:
        """The folders of savepoints and of checkpoints."""
        return self._home.root / "savepoints", self._home.root / "checkpoints"

    def schedule(self, scheduler: str) -> None:
        """From now on with this scheduler: a JobManager that has another one is started again."""
        if scheduler != self._scheduler:
            self._scheduler = scheduler
            self._configure()
            self.kill("jobmanager")
        self.mend()

    def kill(self, role: str) -> None:
        """As a power cut would: nothing is written down, nothing is said to anybody."""
        process = self._running.pop(role, None)
        if process and process.alive:
            os.kill(process.pid, signal.SIGKILL)
            _until(lambda: not process.alive, f"the {role} to be gone")

    def start(self, role: str) -> None:
        """Start it again; returns at once."""
        self._logs += 1
        output = self._home.log / f"{role}-{self._logs}.out"
        if role == "taskmanager":
            output.touch()
            self._outputs.append(output)
            self._taskmanager = f"taskmanager-{self._logs}"
        self._running[role] = processes.start(
            [*self._command(role, self._jvm(role)), *self._arguments(role)],
            output=output,
            folder=self._home.root,
            environ={"FLINK_PLUGINS_DIR": str(self._flink.root / "plugins")},
        )

    def mend(self) -> None:
        """Start what does not run, and return once the cluster takes jobs."""
        for role in ("zookeeper", "jobmanager", "taskmanager"):
            needed = role != "zookeeper" or self.available
            if needed and not (role in self._running and self._running[role].alive):
                self.start(role)
        self.wait()

    def wait(self) -> None:
        """Return once the JobManager answers, and has the slots of the TaskManager that runs and of no other."""

        def whole() -> bool:
            self._revive()
            known = self._answer("/taskmanagers").get("taskmanagers", [])
            return [one["id"] for one in known if one["slotsNumber"] == _SLOTS] == [self._taskmanager]

        _until(whole, f"{self.url} to take jobs: {self._home.log}")

    def wait_for_answers(self) -> None:
        """Return once the JobManager says what it knows; with high availability that is when it leads."""

        def answers() -> bool:
            self._revive()
            return bool(self._answer("/jobs/overview"))

        _until(answers, f"{self.url} to answer: {self._home.log}")

    def end(self) -> None:
        """For good."""
        processes.end(list(self._running.values()))

    # -- how -------------------------------------------------------------------------------------------------------

    def _configure(self) -> None:
        overrides: Mapping[str, str] = {**_CONFIG, "jobmanager.scheduler": self._scheduler, **self._options}
        self._all = configuration.configuration(self._home.root, self._ports, _SLOTS, overrides)
        self._home.config_file.write_text(configuration.as_yaml(self._all), encoding="utf-8")

    def _keep_quorum(self) -> None:
        client = ports.free(1)[0]
        self._zoo = self._home.conf / "zoo.cfg"
        self._zoo.write_text(
            f"tickTime=250\ndataDir={self._home.root / 'zookeeper'}\nclientPort={client}\n"
            f"clientPortAddress={ports.LOOPBACK}\nmaxClientCnxns=0\nadmin.enableServer=false\n",
            encoding="utf-8",
        )
        self._options = {
            "high-availability.type": "zookeeper",
            "high-availability.zookeeper.quorum": f"{ports.LOOPBACK}:{client}",
            "high-availability.storageDir": f"file://{self._home.root / 'ha'}",
            # A leader that was killed is one until its session is over.
            "high-availability.zookeeper.client.session-timeout": "4000",
            "high-availability.zookeeper.client.tolerate-suspended-connections": "true",
        }

    def _revive(self) -> None:
        """As whatever supervises a JobManager does: one that takes over may end itself while it cleans up."""
        if not self._running["jobmanager"].alive:
            self.start("jobmanager")

    def _arguments(self, role: str) -> list[str]:
        if role == "zookeeper":
            return ["--zkConfigFile", str(self._zoo), "--peerId", "1"]
        named = ["-D", f"taskmanager.resource-id={self._taskmanager}"] if role == "taskmanager" else []
        return ["--configDir", str(self._home.conf), *named]

    def _jvm(self, role: str) -> list[str]:
        if role == "zookeeper":
            return ["-Xmx64m"]
        jvm = configuration.jobmanager_jvm if role == "jobmanager" else configuration.taskmanager_jvm
        return jvm(self._all)

    def _command(self, role: str, jvm: list[str]) -> list[str]:
        return [
            str(self._java),
            *jvm,
            f"-Dlog.file={self._home.log / role}-{self._logs}.log",
            f"-Dlog4j.configurationFile={(self._home.conf / 'log4j.properties').as_uri()}",
            "-cp",
            f"{self._flink.lib}/*",
            {**MAIN_CLASSES, "zookeeper": _ZOOKEEPER}[role],
        ]

    def _answer(self, path: str) -> dict[str, Any]:
        try:
            with _DIRECT.open(self.url + path, timeout=5) as answer:
                return dict(json.load(answer))
        except (OSError, ValueError):
            return {}


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 90
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.05)
