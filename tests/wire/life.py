"""The life of one job on each simulated platform, and what it leaves behind: on the job, in the store, in a plan file.

It uses the command line and the simulators alone, so that an earlier version of headgate can live it, too (`record`).
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from headgate.testing.dli import BUCKET
from headgate.testing.huawei import PROJECT_ID
from tests.cli.given import headgate
from tests.end_to_end.houses import ENVIRON, simulators

PROJECT, ENVIRONMENT = "payments", "prod"
SCOPE = f"{PROJECT}/{ENVIRONMENT}"
PHASES = ("started", "restarted", "rolled-back")
_FOAS = 'provider: alibaba-foas, project: demo_prj, region: cn-shanghai, endpoint: "URL"'
# The entry under `targets:`, and the options of its job.
TARGETS = {
    "cs": (
        f'provider: huawei-cs, region: cn-north-1, project_id: "{PROJECT_ID}", endpoint: "URL"',
        "options: {obs_bucket: headgate-state, spu_number: 4, restart_when_exception: true, smn_topic: on-call}",
    ),
    "dinky": (
        'provider: dinky, url: "URL", username: headgate, password: "${env:DINKY_PASSWORD}", claim_wait: 0',
        "options: {type: standalone, clusterName: session-a, note: nightly totals}",
    ),
    "dli": (
        f'provider: huawei-dli, endpoint: "URL", project_id: "{PROJECT_ID}"',
        f"options: {{queue_name: flink, obs_bucket: {BUCKET}, flink_version: '1.15', execution_agency_urn: agency}}",
    ),
    "foas": (
        f"{_FOAS}, poll_interval: 0, requests_per_second: 100000",
        "options: {engineVersion: blink-3.6.0, folder: /payments}",
    ),
}
_MANIFEST = """\
name: {name}
target: {name}
{options}
{config}
savepoint: {{accept: [unknown, lost]}}
statement: |
  CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
  CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'blackhole');
  INSERT INTO totals SELECT customer, {select} FROM orders GROUP BY customer;
"""
_SETTINGS = f"""\
project: {PROJECT}
safety: {{settle_time: 0s}}
store: "sqlite:///store.db"
environments: {{{ENVIRONMENT}: {{}}}}
targets:
"""
_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "Ada", "EMAIL": "ada@example.com", "DATE": "2026-01-02T03:04:05+0000"}.items()
}
Texts = dict[str, dict[str, str]]


@dataclass
class Life:
    """One project folder. `texts` is what each job carried after each phase, `plans` the plan made after each.

    `files` are the plan files of the first starts and of the restarts.
    """

    root: Path
    platforms: dict[str, Any]
    texts: dict[str, Texts] = field(default_factory=dict)
    plans: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    @property
    def store(self) -> Path:
        return self.root / "store.db"

    def stored(self) -> str:
        """The store as SQL."""
        with closing(sqlite3.connect(self.store)) as database:
            return "\n".join(database.iterdump()) + "\n"

    def commit(self, title: str, select: str) -> None:
        """Write every manifest and commit it: the same commit each time."""
        for name, (_, options) in TARGETS.items():
            # Jobs on Blink take no options of Flink.
            config = "" if name == "foas" else "config: {execution.checkpointing.interval: 30s}"
            text = _MANIFEST.format(name=name, options=options, config=config, select=select)
            (self.root / "jobs" / f"{name}.yaml").write_text(text, "utf-8")
        git = ["git", "-C", str(self.root)]
        if not (self.root / ".git").is_dir():
            subprocess.run([*git, "init", "-q", "--template="], check=True)
        subprocess.run([*git, "add", "jobs"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", title], check=True, env=_IDENTITY | {"PATH": "/usr/bin:/bin"})

    def run(self, *arguments: str) -> str:
        """What a command prints that has to work."""
        result = headgate("--env", ENVIRONMENT, *arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def plan(self) -> dict[str, list[str]]:
        """Verb and reason for each job."""
        actions = json.loads(headgate("--env", ENVIRONMENT, "plan", "--format", "json").stdout)["actions"]
        return {one["job"]: [one["verb"], one["reason"]] for one in actions}

    def write_plan(self) -> None:
        self.run("plan", "-o", "plan.json")
        self.files.append((self.root / "plan.json").read_text("utf-8"))

    def pass_through(self, phase: str) -> None:
        """Let the next part of the jobs' life happen, and note what there is after it."""
        match phase:
            case "started":
                self.commit("first", "COUNT(*)")
                self.write_plan()
                self.run("apply", "--yes")
            case "restarted":
                self.commit("second", "MAX(amount)")
                self.write_plan()
                self.run("apply", "--yes")
                self.run("savepoint", "dinky")
            case _:
                for target in TARGETS:
                    self.run("rollback", target, "--yes")
        self.texts[phase] = {target: TEXTS[target](self.platforms[target]) for target in TARGETS}
        self.plans[phase] = self.plan()

    def live_through(self) -> None:
        """Start, restart, take a savepoint and roll back."""
        for phase in PHASES:
            self.pass_through(phase)

    def put(self, texts: Texts) -> None:
        """Let the jobs carry these texts, as if another headgate had written them."""
        for target, carried in texts.items():
            PUT[target](self.platforms[target], carried)


@contextmanager
def begun(root: Path, patch: pytest.MonkeyPatch) -> Iterator[Life]:
    """A project of which nothing runs yet."""
    with simulators(*TARGETS) as platforms:
        for name, value in ({**ENVIRON, "DINKY_PASSWORD": platforms["dinky"].password}).items():
            patch.setenv(name, value)
        (root / "jobs").mkdir(parents=True)
        entries = [f"  {name}: {{{TARGETS[name][0].replace('URL', one.url)}}}\n" for name, one in platforms.items()]
        (root / "headgate.yaml").write_text(_SETTINGS + "".join(entries), "utf-8")
        patch.chdir(root)
        yield Life(root, platforms)


def _cs(platform: Any) -> dict[str, str]:
    [job] = platform._named("cs")
    return {"desc": job.fields["desc"]}


def _dli(platform: Any) -> dict[str, str]:
    [job] = platform.definitions("dli")
    return {"desc": job.desc}


def _put_dli(platform: Any, texts: dict[str, str]) -> None:
    """In the job and in what the lists, which lag behind, still say of it."""
    [job] = platform.definitions("dli")
    job.desc = texts["desc"]
    job.news = [(tick, {**row, **texts} if row else row) for tick, row in job.news]


def _foas(platform: Any) -> dict[str, str]:
    job = platform.jobs["foas"]
    return {"Description": job.description, "Properties": job.content["Properties"]}


def _put_foas(platform: Any, texts: dict[str, str]) -> None:
    """In the job as it is saved and in what an instance was launched with."""
    job = platform.jobs["foas"]
    platform.edit("foas", commit=job.committed is not None, **texts)
    for instance in job.instances:
        instance.content["Properties"] = texts["Properties"]


TEXTS = {
    "cs": _cs,
    "dinky": lambda platform: {"note": platform.task_named("dinky")["note"]},
    "dli": _dli,
    "foas": _foas,
}
PUT = {
    "cs": lambda platform, texts: platform.edit("cs", **texts),
    "dinky": lambda platform, texts: platform.task_named("dinky").update(texts),
    "dli": _put_dli,
    "foas": _put_foas,
}
