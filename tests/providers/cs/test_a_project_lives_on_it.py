"""A project folder whose target is the simulated service: from the first plan to its bad days."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.applying import Patience
from headgate.model.outcome import Outcome, Report
from headgate.model.plan import Action, Verb, Verdict
from headgate.model.reasons import Reason
from headgate.project import Headgate
from headgate.testing.cs import CsSimulator
from headgate.testing.huawei import ACCESS_KEY, PROJECT_ID, SECRET_KEY

QUICK = Patience(stop=20, settle=20, stable=0, confirm=20, first_look=0.001, slowest_look=0.005)
PROJECT = """\
project: payments
targets:
  cs:
    provider: huawei-cs
    region: cn-north-1
    project_id: {project_id}
    endpoint: {url}
"""
MANIFEST = """\
name: {name}
statement: |
  -- totals of every customer
  CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'kafka', 'password' = '${{env:KAFKA_PASSWORD}}');
  CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'blackhole');
  INSERT INTO totals SELECT customer, {select} FROM orders GROUP BY customer;
parallelism: {parallelism}
config: {{execution.checkpointing.interval: 30s}}
options: {{obs_bucket: '{bucket}', spu_number: {spu}, restart_when_exception: true}}
{more}
"""


class Workspace:
    """A project folder, and the platform its one target is."""

    def __init__(self, root: Path, platform: CsSimulator) -> None:
        self.root = root
        self.platform = platform
        (root / "jobs").mkdir()
        said = PROJECT.format(project_id=PROJECT_ID, url=platform.url)
        (root / "headgate.yaml").write_text(said, "utf-8")
        self.write()

    def write(
        self,
        *,
        name: str = "orders",
        select: str = "SUM(amount)",
        parallelism: int = 2,
        spu: int = 4,
        bucket: str = "headgate-state",
        more: str = "",
    ) -> None:
        text = MANIFEST.format(name=name, select=select, parallelism=parallelism, spu=spu, bucket=bucket, more=more)
        (self.root / "jobs" / "orders.yaml").write_text(text, "utf-8")

    def planned(self) -> Action:
        with Headgate.open(self.root) as headgate:
            [action] = headgate.plan().actions
            return action

    def apply(self) -> Report:
        with Headgate.open(self.root) as headgate:
            return headgate.apply(headgate.plan(), patience=QUICK)

    def applied(self) -> None:
        """Apply what is written, and see that nothing is left to do."""
        report = self.apply()
        assert [(result.outcome, result.detail) for result in report.results] == [(Outcome.APPLIED, "")]
        again = self.planned()
        assert (again.verb, again.changes) == (Verb.KEEP, ())


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: CsSimulator) -> Workspace:
    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", ACCESS_KEY)
    monkeypatch.setenv("HUAWEICLOUD_SDK_SK", SECRET_KEY)
    monkeypatch.setenv("KAFKA_PASSWORD", "opensesame")
    return Workspace(tmp_path, platform)


def test_a_manifest_becomes_a_job_that_runs_and_is_left_alone(workspace: Workspace) -> None:
    """Planned, applied, and then there is nothing to do."""
    first = workspace.planned()
    assert (first.verb, first.reason) == (Verb.SUBMIT, Reason.NOT_RUNNING_YET)
    assert workspace.platform.jobs == {}

    workspace.applied()

    [job] = workspace.platform.jobs.values()
    assert "'password' = 'opensesame'" in job.fields["sql_body"]
    assert (job.fields["checkpoint_enabled"], job.fields["checkpoint_interval"]) == (True, 30)
    assert len(workspace.platform.running("orders")) == 1


def test_other_resources_go_on_from_the_savepoint(workspace: Workspace) -> None:
    """The same program: nothing to consent to."""
    workspace.applied()
    workspace.write(spu=8)

    action = workspace.planned()
    workspace.applied()

    assert action.state is not None
    assert (action.verb, action.state.verdict) == (Verb.RESTART, Verdict.KEPT)
    assert [change.path for change in action.changes] == ["options.spu_number"]
    assert workspace.platform.ages("orders") == 1


def test_an_edited_program_needs_consent_and_keeps_its_state(workspace: Workspace) -> None:
    """Nobody can tell what becomes of the state of another program; with consent it is taken along."""
    workspace.applied()
    workspace.write(select="COUNT(*)")
    blocked = workspace.planned()
    assert (blocked.verb, blocked.reason) == (Verb.BLOCKED, Reason.STATE_UNKNOWN)

    workspace.write(select="COUNT(*)", more="savepoint: {accept: [unknown]}")
    workspace.applied()

    assert workspace.platform.ages("orders") == 1
    assert len(workspace.platform.running("orders")) == 1


@pytest.mark.parametrize("successor_answers", [True, False], ids=["reported-by-the-successor", "reported-by-our-note"])
def test_suspended_and_resumed(workspace: Workspace, successor_answers: bool) -> None:
    """Stopped with its state, planned to stay so, and started from it."""
    workspace.platform.successor_answers = successor_answers
    workspace.applied()

    workspace.write(more="state: suspended")
    assert workspace.planned().verb is Verb.SUSPEND
    workspace.applied()
    assert workspace.platform.running("orders") == []

    workspace.write()
    action = workspace.planned()
    assert (action.verb, action.reason) == (Verb.RESUME, Reason.RUNNING_IN_GIT)
    workspace.applied()
    assert workspace.platform.ages("orders") == 1


def test_a_job_cancelled_in_the_console_is_not_started_empty(workspace: Workspace) -> None:
    """It left nothing that could be proven to be there: only by written consent."""
    workspace.applied()
    workspace.platform.stop_in_console("orders", savepoint=False)
    assert workspace.planned().reason is Reason.NOTHING_TO_RESTORE

    workspace.write(more="savepoint: {strategy: none}")
    workspace.applied()

    assert len(workspace.platform.running("orders")) == 1


def test_a_program_that_does_not_start_is_taken_back(workspace: Workspace) -> None:
    """The definition before it goes on from the savepoint it was stopped with."""
    workspace.applied()
    workspace.write(select="SUM(broken)", more="savepoint: {accept: [unknown]}")

    report = workspace.apply()

    assert not report.results[0].outcome.fine
    assert workspace.platform.words("orders") == ["job_running"]
    assert workspace.platform.ages("orders") == 1
    assert "broken" not in next(iter(workspace.platform.jobs.values())).fields["sql_body"]


def test_a_stranger_with_the_same_program_is_adopted_with_its_state(workspace: Workspace) -> None:
    """Nobody documents that a job may be marked while it runs: it is stopped with a savepoint and started from it."""
    workspace.applied()
    [job] = workspace.platform.jobs.values()
    workspace.platform.edit("orders", desc="made by hand")
    workspace.write(more="savepoint: {accept: [unknown]}")

    action = workspace.planned()
    assert (action.verb, action.reason) == (Verb.ADOPT, Reason.UNMARKED)
    workspace.applied()

    assert workspace.platform.ages("orders") == 1
    assert str(job.fields["desc"]).startswith("made by hand [headgate ")


def test_a_stranger_without_a_bucket_is_adopted_as_it_runs(workspace: Workspace) -> None:
    """It cannot be stopped with its state, and is not stopped without it."""
    tables = "CREATE TABLE s (a INT) WITH ('connector' = 'kafka'); CREATE TABLE t (a INT) WITH ('connector' = 'print');"
    statement = f"{tables} INSERT INTO t SELECT a FROM s;"
    workspace.platform.start_stranger("orders", sql_body=statement)
    [running] = workspace.platform.running("orders")
    text = f"name: orders\nstatement: {statement}\noptions: {{spu_number: 2}}\n"
    (workspace.root / "jobs" / "orders.yaml").write_text(text, "utf-8")

    action = workspace.planned()
    assert (action.verb, [step.name for step in action.steps]) == (Verb.ADOPT, ["update", "settle"])
    workspace.applied()

    assert workspace.platform.running("orders") == [running]


def test_a_job_without_a_bucket_is_stopped_by_consent_alone(workspace: Workspace) -> None:
    """What cannot be done is said in the plan, and what the manifest consents to is done."""
    consent = "savepoint: {strategy: none}"
    workspace.write(bucket="", more=consent)
    workspace.applied()

    workspace.write(bucket="", more="state: suspended")
    blocked = workspace.planned()
    assert (blocked.verb, blocked.reason) == (Verb.BLOCKED, Reason.NOT_SUPPORTED)
    workspace.write(bucket="", spu=8, more=consent)
    workspace.applied()
    workspace.write(bucket="", spu=8, more=f"{consent}\nstate: suspended")
    workspace.applied()

    assert workspace.platform.running("orders") == []
