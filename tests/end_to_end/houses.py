"""One project whose targets are all the platforms there are: four simulators, and a Flink or a model of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from headgate.applying import Patience
from headgate.model.outcome import Outcome, Report
from headgate.model.plan import Action, Plan
from headgate.project import Headgate
from headgate.testing.cs import CsSimulator
from headgate.testing.dinky import DinkySimulator
from headgate.testing.dli import BUCKET, DliSimulator
from headgate.testing.foas import FoasSimulator
from headgate.testing.huawei import ACCESS_KEY, PROJECT_ID, SECRET_KEY
from headgate.testing.server import SimulatedServer

QUICK = Patience(stop=30, settle=30, stable=0, confirm=30, first_look=0.01, slowest_look=0.05)
ENVIRON = {
    "HUAWEICLOUD_SDK_AK": ACCESS_KEY,
    "HUAWEICLOUD_SDK_SK": SECRET_KEY,
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "testid",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "testsecret",
    "SINK_PASSWORD": "a-secret-of-the-sink",
}
TARGETS = {
    "dinky": 'provider: dinky, url: "{url}", username: headgate, password: "${{env:DINKY_PASSWORD}}", claim_wait: 0',
    "dli": f'provider: huawei-dli, endpoint: "{{url}}", project_id: "{PROJECT_ID}"',
    "cs": f'provider: huawei-cs, region: cn-north-1, project_id: "{PROJECT_ID}", endpoint: "{{url}}"',
    "foas": (
        'provider: alibaba-foas, project: demo_prj, region: cn-shanghai, endpoint: "{url}", poll_interval: 0,'
        " requests_per_second: 100000"
    ),
    "flink": 'provider: flink, url: "{url}"',
}
# What each of them asks for beside the program.
OPTIONS = {
    "dinky": "options: {type: standalone, clusterName: session-a}",
    "dli": f"options: {{queue_name: flink, obs_bucket: {BUCKET}}}",
    "cs": "options: {obs_bucket: headgate-state}",
    "foas": "",
    "flink": "",
}
_SQL = """\
  CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
  CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'blackhole'{sink});
  INSERT INTO totals SELECT customer, {select} FROM orders {where} GROUP BY customer;
"""


def manifest(
    target: str,
    *,
    name: str = "",
    select: str = "COUNT(*)",
    where: str = "",
    sink: str = "",
    parallelism: int = 1,
    options: str | None = None,
    more: str = "",
) -> str:
    """A job that keeps one number for each customer; called after its target if nothing else is said.

    `options` are those of the manifest in place of the ones its target asks for, and `sink` more of its sink's.
    """
    chosen = OPTIONS[target] if options is None else options and f"options: {{{options}}}"
    lines = [f"name: {name or target}", f"target: {target}", f"parallelism: {parallelism}", chosen, more]
    sql = _SQL.format(select=select, where=where, sink=sink)
    return "\n".join([*(line for line in lines if line), "statement: |\n"]) + sql


@dataclass
class House:
    """A folder with headgate.yaml; each plan and apply is a fresh process. `platforms` are its targets from outside."""

    root: Path
    platforms: dict[str, Any]

    def write(self, name: str, text: str) -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def job(self, target: str, **changes: Any) -> None:
        """Write the manifest of the job of a target."""
        self.write(f"jobs/{changes.get('name', target)}.yaml", manifest(target, **changes))

    @property
    def target(self) -> str:
        """The one target of a project that has one, after which its one job is called."""
        [target] = self.platforms
        return target

    @property
    def platform(self) -> Any:
        return self.platforms[self.target]

    def planned(self, **changes: Any) -> Action:
        """What there is to do with the one job, after its manifest was written once more where `changes` are given."""
        if changes:
            self.job(self.target, **changes)
        [action] = self.plan().actions
        return action

    def applied(self, **changes: Any) -> Action:
        """The same, done, and nothing is left to do."""
        if changes or not self.plan().actions:
            self.job(self.target, **changes)
        [result] = self.apply().results
        assert result.outcome is Outcome.APPLIED, result
        again = self.plan()
        assert not again.has_changes, again
        return result.action

    def plan(self, *jobs: str) -> Plan:
        with Headgate.open(self.root) as headgate:
            return headgate.plan(jobs)

    def apply(self, *jobs: str, patience: Patience = QUICK) -> Report:
        with Headgate.open(self.root) as headgate:
            return headgate.apply(headgate.plan(jobs, wait=5), patience=patience)

    def verbs(self) -> dict[str, str]:
        return {action.job: action.verb.value for action in self.plan().actions}

    def outcomes(self) -> dict[str, str]:
        """Apply what there is to do; what became of each job."""
        return {result.action.job: result.outcome.value for result in self.apply().results}

    def running(self, target: str, name: str = "") -> list[str]:
        """The copies of a job that run, as the platform itself counts them."""
        return [str(one) for one in self.platforms[target].running(name or target)]


SIMULATORS: dict[str, Callable[[], SimulatedServer]] = {
    "dinky": DinkySimulator,
    "dli": DliSimulator,
    "cs": CsSimulator,
    "foas": FoasSimulator,
}


@contextmanager
def simulators(*names: str) -> Iterator[dict[str, Any]]:
    """Simulated platforms by the names of their targets, all four by default."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(SIMULATORS[name]()) for name in names or SIMULATORS}


def built(
    root: Path, platforms: dict[str, Any], monkeypatch: pytest.MonkeyPatch, *, more: str = "", project: str = "payments"
) -> House:
    """A project whose targets are these platforms; `more` are lines of headgate.yaml."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    if "dinky" in platforms:
        monkeypatch.setenv("DINKY_PASSWORD", platforms["dinky"].password)
    lines = [f"  {name}: {{{TARGETS[name].format(url=one.url)}}}\n" for name, one in platforms.items()]
    house = House(root, platforms)
    house.write("headgate.yaml", f"project: {project}\nsafety: {{settle_time: 0s}}\n{more}targets:\n{''.join(lines)}")
    (root / "jobs").mkdir()
    return house


@contextmanager
def house_on(target: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A project with one simulated target and one job, called after it; nothing is applied yet."""
    with simulators(target) as platforms:
        made = built(root, platforms, monkeypatch)
        monkeypatch.chdir(root)
        made.job(target)
        yield made
