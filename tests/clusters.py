"""A git repository of jobs, a real Flink, and eyes on the cluster that are not headgate's own."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from headgate import Headgate
from headgate.applying import Patience
from headgate.local import LocalFlink
from headgate.model.outcome import Report
from headgate.model.plan import Plan

_ENDED = {"FINISHED", "CANCELED", "FAILED"}


class Cluster:
    """Flink as anybody with its REST address sees it."""

    def __init__(self, flink: LocalFlink) -> None:
        self.url = flink.url
        self.version = flink.version
        self._output = next(file for file in flink.log_files if file.name == "taskmanager.out")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(  # noqa: S310 - the loopback address of the Flink under test
            self.url + path, data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            text = answer.read()
        return json.loads(text) if text else None

    def jobs(self, name: str) -> list[dict[str, Any]]:
        """All jobs of one name that the cluster remembers, oldest first, with their fresh state."""
        listed = [job for job in self.call("GET", "/jobs/overview")["jobs"] if job["name"] == name]
        for job in listed:
            job["state"] = self.call("GET", f"/jobs/{job['jid']}/status")["status"]
        return sorted(listed, key=lambda job: int(job["start-time"]))

    def running(self, name: str) -> list[str]:
        return [str(job["jid"]) for job in self.jobs(name) if job["state"] == "RUNNING"]

    def cancel(self, job_id: str) -> None:
        self.call("PATCH", f"/jobs/{job_id}?mode=cancel")
        eventually(lambda: self.call("GET", f"/jobs/{job_id}/status")["status"] in _ENDED)

    def checkpoints(self, job_id: str) -> int:
        return int(self.call("GET", f"/jobs/{job_id}/checkpoints")["counts"]["completed"])

    def printed(self, identifier: str) -> list[int]:
        """The last number of every row that the print sink of this identifier wrote, in order."""
        text = "".join(output.read_text() for output in self.outputs())
        rows = re.findall(rf"^{identifier}(?::\d+)?> \+[IU]\[.*?(\d+)\]$", text, re.MULTILINE)
        return [int(row) for row in rows]

    def outputs(self) -> list[Path]:
        """What its TaskManagers printed, oldest first."""
        return [self._output]


def eventually(condition: Callable[[], Any], *, within: float = 60.0) -> Any:
    """Wait for a condition, and say which one never came."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.1)
    raise AssertionError(f"never came true within {within:.0f} s: {condition}")


class Repo:
    """A git repository with a headgate project in it."""

    def __init__(self, root: Path, url: str) -> None:
        self.root = root
        self.project = f"p{uuid.uuid4().hex[:8]}"
        (root / "jobs").mkdir(parents=True)
        self.write(
            "headgate.yaml",
            f"project: {self.project}\ntargets:\n  local: {{provider: flink, url: {url}}}\n"
            "safety: {settle_time: 500ms}\n",
        )
        for arguments in (["init", "-q", "-b", "main"], ["config", "user.name", "t"], ["config", "user.email", "t@t"]):
            subprocess.run(["git", *arguments], cwd=root, check=True)

    def write(self, name: str, text: str) -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def commit(self) -> str:
        subprocess.run(["git", "add", "-A"], cwd=self.root, check=True)
        subprocess.run(["git", "commit", "-q", "-m", "jobs", "--allow-empty"], cwd=self.root, check=True)
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=self.root, check=True, capture_output=True, text=True)
        return head.stdout.strip()

    def plan(self, *jobs: str, **options: Any) -> Plan:
        with Headgate.open(self.root) as headgate:
            return headgate.plan(jobs, **options)

    def apply(self, *jobs: str, patience: Patience | None = None, **options: Any) -> Report:
        with Headgate.open(self.root) as headgate:
            patience = patience or Patience(settle=60, stable=0.5)
            return headgate.apply(headgate.plan(jobs, **options), patience=patience)


@pytest.fixture
def cluster(flink: LocalFlink) -> Cluster:
    return Cluster(flink)


@pytest.fixture
def repo(cluster: Cluster, tmp_path: Path) -> Iterator[Repo]:
    """A fresh repository; the jobs it started are ended with it."""
    made = Repo(tmp_path / "repo", cluster.url)
    yield made
    for job in cluster.call("GET", "/jobs/overview")["jobs"]:
        config = cluster.call("GET", f"/jobs/{job['jid']}/config")["execution-config"]["user-config"]
        ours = config.get("headgate.project") == made.project or job["name"].startswith(made.project)
        if ours and job["state"] not in _ENDED:
            cluster.cancel(str(job["jid"]))


def counting(
    name: str,
    identifier: str,
    *,
    select: str = "k, COUNT(*)",
    where: str = "",
    group: str = "GROUP BY k",
    parallelism: int = 1,
    more: str = "",
) -> str:
    """A manifest whose job prints a running count; `identifier` finds its rows in the cluster's output."""
    return f"""\
name: {name}
parallelism: {parallelism}
config: {{execution.checkpointing.interval: 500ms}}
{more}
statement: |
  CREATE TABLE numbers (k INT, v INT) WITH (
    'connector' = 'datagen', 'rows-per-second' = '40',
    'fields.k.min' = '7', 'fields.k.max' = '7'
  );
  CREATE TABLE counts (k INT, total BIGINT) WITH ('connector' = 'print', 'print-identifier' = '{identifier}');
  INSERT INTO counts SELECT {select} FROM numbers {where} {group};
"""
