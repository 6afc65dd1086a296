"""Every platform that the fault suite is run on, in the same words.

A new provider's simulator is put under the suite by one more entry in `SIMULATED` and its steps in `steps.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from headgate.testing import dli
from headgate.testing.cs import CsSimulator
from headgate.testing.dinky import DinkySimulator
from headgate.testing.dli import DliSimulator
from headgate.testing.foas import FoasSimulator
from headgate.testing.huawei import ACCESS_KEY, PROJECT_ID, SECRET_KEY
from headgate.testing.server import Request, SimulatedServer
from tests.faults.operations import ManifestVersion

JOB = "orders"


class Platform(Protocol):
    """A platform under fault, and what can be seen of it from outside.

    `project` and `job` are the names that are used there; `hurried` ones do not count time, and `patience` is how many
    seconds are enough for any answer of theirs.
    """

    project: str
    patience: float
    job: str
    hurried: bool
    environ: Mapping[str, str]

    @property
    def url(self) -> str:
        """Where it listens."""

    def target(self, url: str, timeout: float) -> str:
        """The entry under `targets:` that reaches this platform at `url`, with so many seconds for a request."""

    def manifest(self, version: ManifestVersion) -> str:
        """The job as it is written in git; never asked for what is gone."""

    def writes(self, line: str) -> bool:
        """Does this request, "METHOD /path?query", change something?"""

    def running(self) -> list[str]:
        """The ids of the copies of the job that run."""

    def copies(self) -> int:
        """How many copies there are that run, or may yet."""

    def ages(self) -> list[int]:
        """Of each running copy how many starts its state has survived; empty where only `require_state` knows."""

    def moved(self) -> None:
        """Called after every request: what the world does meanwhile."""

    def definitions(self) -> set[str]:
        """The names that a definition has there, of whatever project."""

    def has_state(self) -> None:
        """Wait until the job has state that could be lost."""

    def require_state(self, *, consented: int) -> None:
        """Fails if state is gone that was there; `consented` says how often a start without it was asked for."""


Writer = Callable[[ManifestVersion], str]


@dataclass
class Simulated:
    """A simulator under the suite; `running` and `ages` are taken while nothing is being answered.

    `stumbles` lets the platform answer the next start with an error after the job was started, and `looked` is a person
    who ends such a job and says so; None where the platform cannot do that.
    """

    simulator: SimulatedServer
    entry: Callable[[str], str]
    manifest: Writer
    environ: Mapping[str, str] = field(default_factory=dict)
    look: Callable[[], list[tuple[str, int]]] = list
    defined: Callable[[], set[str]] = set
    breaks: Callable[[], None] = lambda: None
    stumbles: Callable[[], None] | None = None
    looked: Callable[[], None] = lambda: None
    project: str = "payments"
    job: str = JOB
    hurried: bool = True
    patience: float = 0.5
    deleted: list[str] = field(default_factory=list)
    _before: tuple[set[str], list[str]] = field(default_factory=lambda: (set(), []))

    @property
    def url(self) -> str:
        return self.simulator.url

    def target(self, url: str, timeout: float) -> str:
        return self.entry(url).replace("TIMEOUT", f"{timeout}")

    def writes(self, line: str) -> bool:
        method, _, target = line.partition(" ")
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return self.simulator.writes(Request(method, target, parts.path, query, {}, b""))

    def running(self) -> list[str]:
        with self.simulator._lock:
            return [copy for copy, _ in self.look()]

    def copies(self) -> int:
        return len(self.running())

    def ages(self) -> list[int]:
        with self.simulator._lock:
            return [age for _, age in self.look()]

    def moved(self) -> None:
        with self.simulator._lock:
            names, copies = self.defined(), [copy for copy, _ in self.look()]
            had, ran = self._before
            if self.job in had - names:
                self.deleted += ran
            self._before = names, copies
            self.breaks()

    def definitions(self) -> set[str]:
        with self.simulator._lock:
            return self.defined()

    def has_state(self) -> None:
        """From its first moment."""

    def require_state(self, *, consented: int) -> None:
        """The copies' ages say it at every look; and no definition was deleted whose job had run until then."""
        assert self.deleted == []


def written(
    version: ManifestVersion, *, select: Mapping[ManifestVersion, str], rest: str, more: Mapping[ManifestVersion, str]
) -> str:
    """A manifest of the job: what is selected, and more keys, by version."""
    calculation = select.get(version, "SUM(amount)")
    parallelism = 4 if version is ManifestVersion.WIDER else 2
    return f"""\
name: {JOB}
statement: |
  CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'datagen');
  CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'blackhole');
  INSERT INTO totals SELECT customer, {calculation} FROM orders GROUP BY customer;
parallelism: {parallelism}
{rest}
{more.get(version, "savepoint: {accept: [unknown, lost]}")}
"""


_MORE = {
    ManifestVersion.SUSPENDED: "state: suspended\nsavepoint: {accept: [unknown, lost]}",
    ManifestVersion.EMPTIED: "savepoint: {strategy: none}",
}
_EDITED = {ManifestVersion.EDITED: "MAX(amount)", ManifestVersion.EMPTIED: "MAX(amount)"}
_HUAWEI = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}


@contextmanager
def on_dinky() -> Iterator[Simulated]:
    """Jobs whose statement says BROKEN fail as soon as they run."""
    rest = "config: {execution.checkpointing.interval: 30s}\noptions: {type: standalone, clusterName: session-a}"

    def manifest(version: ManifestVersion) -> str:
        return written(version, select=_EDITED | {ManifestVersion.BROKEN: "SUM(BROKEN)"}, rest=rest, more=_MORE)

    with DinkySimulator() as dinky:

        def breaks() -> None:
            for job in dinky.engine.active(JOB):
                if "BROKEN" in job.statement and job.word == "RUNNING":
                    job.word, job.cause = "FAILED", "java.lang.ArithmeticException: / by zero"

        def stumbles() -> None:
            dinky.lifecycle.stumbles = 1

        def looked() -> None:
            for job in dinky.engine.active(JOB):
                job.word = "CANCELED"
            task = dinky.task_named(JOB)
            dinky.tables.change(task, {"note": re.sub(r" by=[\w.]+", "", task["note"])})

        yield Simulated(
            dinky,
            lambda url: (
                f"{{provider: dinky, url: '{url}', username: {dinky.username}, password: '${{env:DINKY_PASSWORD}}', "
                "timeout: TIMEOUT, slow_timeout: TIMEOUT, claim_wait: 0}"
            ),
            manifest,
            {"DINKY_PASSWORD": dinky.password},
            look=lambda: [(job.jid, job.age) for job in dinky.engine.active(JOB)],
            defined=lambda: {task["name"] for task in dinky.tables.tasks.values()},
            breaks=breaks,
            stumbles=stumbles,
            looked=looked,
        )


@contextmanager
def on_dli() -> Iterator[Simulated]:
    """A statement that is not submitted, of a Flink whose statements cannot be checked before."""
    options = f"options: {{queue_name: flink, obs_bucket: {dli.BUCKET}, flink_version: '1.15', "
    rest = f"{options}execution_agency_urn: dli_agency}}\nconfig: {{execution.checkpointing.interval: 30s}}"
    with DliSimulator() as platform:
        broken = f"COUNT(*), {platform.jobs.broken_word}"

        def manifest(version: ManifestVersion) -> str:
            return written(version, select=_EDITED | {ManifestVersion.BROKEN: broken}, rest=rest, more=_MORE)

        def engines() -> list[Any]:
            return [one for one in platform.jobs.engines if platform.jobs.all[one.job_id].name == JOB]

        yield Simulated(
            platform,
            lambda url: f"{{provider: huawei-dli, endpoint: '{url}', project_id: '{PROJECT_ID}', timeout: TIMEOUT}}",
            manifest,
            _HUAWEI,
            look=lambda: [(one.jid, one.age) for one in engines()],
            defined=lambda: {job.name for job in platform.jobs.all.values() if not job.deleted},
        )


@contextmanager
def on_cs() -> Iterator[Simulated]:
    """A program that says `broken` does not start."""
    rest = "config: {execution.checkpointing.interval: 30s}\noptions: {obs_bucket: headgate-state, spu_number: 4}"

    def manifest(version: ManifestVersion) -> str:
        return written(version, select=_EDITED | {ManifestVersion.BROKEN: "SUM(broken)"}, rest=rest, more=_MORE)

    with CsSimulator() as platform:
        yield Simulated(
            platform,
            lambda url: (
                f"{{provider: huawei-cs, region: cn-north-1, project_id: '{PROJECT_ID}', "
                f"endpoint: '{url}', timeout: TIMEOUT}}"
            ),
            manifest,
            _HUAWEI,
            look=lambda: [
                (engine, job.age)
                for job in platform.jobs.values()
                if job.fields["name"] == JOB
                for engine in job.engines
            ],
            defined=lambda: {str(job.fields["name"]) for job in platform.jobs.values()},
        )


@contextmanager
def on_foas() -> Iterator[Simulated]:
    """A statement that is refused when the job is paused. A restart is an edit that a pause carries over."""
    rest = "options: {engineVersion: blink-3.6.0, folder: /payments}"
    select = {ManifestVersion.EMPTIED: "MAX(amount)", ManifestVersion.BROKEN: "no_such_function(amount)"}

    def manifest(version: ManifestVersion) -> str:
        text = written(version, select=select, rest=rest, more=_MORE)
        text = text.replace("'connector' = 'datagen'", "type = 'random'")
        batch = 500 if version is ManifestVersion.EDITED else 100
        return text.replace("'connector' = 'blackhole'", f"type = 'rds', batchSize = '{batch}'")

    with FoasSimulator() as platform:
        platform.rejects = "no_such_function"
        environ = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "testsecret"}
        yield Simulated(
            platform,
            lambda url: (
                f"{{provider: alibaba-foas, project: {platform.project}, region: cn-shanghai, endpoint: '{url}', "
                "poll_interval: 0, requests_per_second: 100000, timeout: TIMEOUT}"
            ),
            manifest,
            environ,
            look=lambda: [
                (str(each.id), each.age)
                for name, job in platform.jobs.items()
                if name == JOB
                for each in job.instances
                if each.lives
            ],
            defined=lambda: set(platform.jobs),
        )


SIMULATED = {"dinky": on_dinky, "dli": on_dli, "cs": on_cs, "foas": on_foas}
