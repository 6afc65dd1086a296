"""A project folder whose target is the simulated service, from the first plan to its bad days."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.applying import Patience
from headgate.model.outcome import Outcome, Report
from headgate.model.plan import Plan, Verb, Verdict
from headgate.model.reasons import Reason
from headgate.project import Headgate
from headgate.testing.foas import FoasSimulator

QUICK = Patience(stop=20, settle=20, stable=0, confirm=20, first_look=0.001, slowest_look=0.005)
PROJECT = """\
project: payments
targets:
  foas:
    provider: alibaba-foas
    project: demo_prj
    region: cn-shanghai
    endpoint: {url}
    poll_interval: 0
    requests_per_second: 100000
"""
MANIFEST = """\
name: orders
statement: |
  -- totals of every customer
  CREATE TABLE orders (customer INT, amount INT) WITH (
    type = 'datahub', topic = 'orders', accessKey = '${{env:DATAHUB_KEY}}'
  );
  CREATE TABLE totals (customer INT, total BIGINT) WITH (type = 'rds', batchSize = '{batch}');
  INSERT INTO totals SELECT customer, {select} FROM orders GROUP BY customer;
parallelism: {parallelism}
config: {{blink.checkpoint.interval.ms: 180000, {config}}}
options:
  engineVersion: blink-3.6.0
  folder: /payments
  planJson: {{nodes: {{"Source: orders": {{parallelism: 2, core: 0.5}}}}}}
{more}
"""


class Workspace:
    """A project folder, and the platform its one target is."""

    def __init__(self, root: Path, platform: FoasSimulator) -> None:
        self.root = root
        self.platform = platform
        (root / "jobs").mkdir()
        (root / "headgate.yaml").write_text(PROJECT.format(url=platform.url))
        self.write()

    def write(
        self,
        *,
        select: str = "SUM(amount)",
        batch: int = 100,
        parallelism: int = 4,
        config: str = "",
        more: str = "",
    ) -> None:
        text = MANIFEST.format(select=select, batch=batch, parallelism=parallelism, config=config, more=more)
        (self.root / "jobs" / "orders.yaml").write_text(text)

    def plan(self) -> Plan:
        with Headgate.open(self.root) as headgate:
            return headgate.plan()

    def apply(self) -> Report:
        with Headgate.open(self.root) as headgate:
            return headgate.apply(headgate.plan(), patience=QUICK)

    def applied(self) -> None:
        """Apply what is written, and see that nothing is left to do."""
        report = self.apply()
        assert [(result.outcome, result.detail) for result in report.results] == [(Outcome.APPLIED, "")]
        [again] = self.plan().actions
        assert (again.verb, again.changes) == (Verb.KEEP, ())
        assert len(self.platform.running("orders")) == 1


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")
    monkeypatch.setenv("DATAHUB_KEY", "opensesame")
    with FoasSimulator() as platform:
        yield Workspace(tmp_path, platform)


def test_a_manifest_becomes_a_job_that_runs_and_is_left_alone(workspace: Workspace):
    """Planned, applied, and then there is nothing to do."""
    [first] = workspace.plan().actions
    assert (first.verb, first.reason) == (Verb.SUBMIT, Reason.NOT_RUNNING_YET)
    assert workspace.platform.jobs == {}

    workspace.applied()

    saved = workspace.platform.jobs["orders"].content
    assert "'opensesame'" in saved["Code"]
    assert workspace.platform.jobs["orders"].folder_id == workspace.platform.folders["/payments"]


def test_an_edit_that_a_pause_carries_over_keeps_the_state(workspace: Workspace):
    """Other parallelism, other values of options: paused, changed, resumed."""
    workspace.applied()
    workspace.write(parallelism=8, batch=500)

    [action] = workspace.plan().actions
    workspace.applied()

    assert action.state is not None
    assert (action.verb, action.state.verdict) == (Verb.RESTART, Verdict.KEPT)
    assert {"parallelism", "statement"} <= {change.path for change in action.changes}
    assert workspace.platform.ages("orders") == 1


def test_an_edit_that_would_lose_state_waits_for_consent(workspace: Workspace):
    """Other SQL takes a stop and a start; nothing is touched before somebody has said so in writing."""
    workspace.applied()
    before = workspace.platform.running("orders")
    workspace.write(select="MAX(amount)")

    [blocked] = workspace.plan().actions
    report = workspace.apply()

    assert (blocked.verb, blocked.reason) == (Verb.BLOCKED, Reason.STATE_LOST)
    assert blocked.state is not None
    assert [each.name for each in blocked.state.operators if each.verdict is Verdict.LOST] == ["statement"]
    assert [result.outcome for result in report.results] == [Outcome.BLOCKED]
    assert workspace.platform.running("orders") == before
    workspace.write(select="MAX(amount)", more="savepoint: {accept: [lost]}")
    workspace.applied()
    assert workspace.platform.ages("orders") == 0


def test_a_job_parameter_that_is_added_is_such_an_edit(workspace: Workspace):
    """And one whose value changes is not."""
    workspace.applied()
    workspace.write(config="blink.miniBatch.size: 20000")
    [blocked] = workspace.plan().actions
    assert (blocked.verb, blocked.reason) == (Verb.BLOCKED, Reason.STATE_LOST)
    workspace.write(config="blink.miniBatch.size: 20000", more="savepoint: {strategy: none}")
    workspace.applied()
    assert workspace.platform.ages("orders") == 0

    workspace.write(config="blink.miniBatch.size: 30000")
    workspace.applied()

    assert workspace.platform.ages("orders") == 1


def test_a_suspended_job_is_paused_and_goes_on_later(workspace: Workspace):
    """Its state waits for it, also through an edit that is made meanwhile."""
    workspace.applied()
    workspace.write(more="state: suspended")
    assert [result.outcome for result in workspace.apply().results] == [Outcome.APPLIED]
    assert workspace.platform.running("orders") == []
    assert not workspace.plan().has_changes

    workspace.write(parallelism=2)
    [action] = workspace.plan().actions
    workspace.applied()

    assert (action.verb, action.reason) == (Verb.RESUME, Reason.RUNNING_IN_GIT)
    assert workspace.platform.ages("orders") == 1


def test_a_folder_is_changed_without_a_restart(workspace: Workspace):
    """Where a job is filed is nothing it runs with."""
    workspace.applied()
    before = workspace.platform.running("orders")
    manifest = workspace.root / "jobs" / "orders.yaml"
    manifest.write_text(manifest.read_text().replace("/payments", "/totals"))

    [action] = workspace.plan().actions
    workspace.applied()

    assert action.verb is Verb.UPDATE
    assert workspace.platform.running("orders") == before
    assert workspace.platform.jobs["orders"].folder_id == workspace.platform.folders["/totals"]


def test_a_rotated_secret_is_a_value_that_a_pause_carries_over(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    """It stands in a WITH option; nothing shows it."""
    workspace.applied()
    monkeypatch.setenv("DATAHUB_KEY", "openbarley")

    [action] = workspace.plan().actions
    workspace.applied()

    assert [change.path for change in action.changes] == ["env.DATAHUB_KEY"]
    assert "opensesame" not in repr(action.changes)
    assert "openbarley" not in repr(action.changes)
    assert workspace.platform.ages("orders") == 1


def test_a_statement_that_the_platform_refuses_is_taken_back_with_the_state(workspace: Workspace):
    """It can only be checked as part of the paused job, which then goes on as it was."""
    workspace.applied()
    workspace.platform.rejects = "no_such_function"
    workspace.write(select="no_such_function(amount)", more="savepoint: {accept: [lost]}")

    [result] = workspace.apply().results

    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    assert "From line 6, column 37" in result.detail
    assert len(workspace.platform.running("orders")) == 1
    assert workspace.platform.ages("orders") == 1
    assert "SUM(amount)" in workspace.platform.jobs["orders"].content["Code"]
    workspace.write(parallelism=2)
    workspace.applied()
    assert workspace.platform.ages("orders") == 2


def test_a_throttled_service_is_asked_again(workspace: Workspace):
    """It says so with a 400 of its own."""
    workspace.applied()
    workspace.platform.throttle(2)

    [action] = workspace.plan().actions

    assert action.verb is Verb.KEEP


def test_a_service_that_is_down_makes_its_jobs_unknown(workspace: Workspace):
    """Not absent: nothing is started, and nothing is left to do once it is back."""
    workspace.applied()
    workspace.platform.silence()

    plan = workspace.plan()

    [action] = plan.actions
    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.LIVE_UNKNOWN)
    assert [target for target, _ in plan.unknown_targets] == ["foas"]
    workspace.platform.speak()
    assert not workspace.plan().has_changes


def test_a_job_somebody_stopped_is_not_started_empty_by_itself(workspace: Workspace):
    """Its state is gone, and that is reported before anything else."""
    workspace.applied()
    workspace.platform.press("orders", "TERMINATED")

    [action] = workspace.plan().actions

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE)
    workspace.write(more="savepoint: {strategy: none}")
    workspace.applied()


def test_a_strangers_job_is_adopted_without_a_restart(workspace: Workspace):
    """Written down as it is, it only gets its mark; people's words in the description stay."""
    workspace.platform.packages["udf.jar"] = {"PackageName": "udf.jar"}
    code = "CREATE TABLE s (a INT) WITH (type = 'random');\nINSERT INTO t SELECT DISTINCT a FROM s"
    workspace.platform.start_stranger(
        "clicks", code=code, description="see the wiki", packages="udf.jar", properties="# ours\na.b=c\n"
    )
    before = workspace.platform.running("clicks")
    (workspace.root / "jobs" / "orders.yaml").write_text(
        f"""\
name: clicks
statement: |
  {code.replace(chr(10), chr(10) + "  ")}
config: {{a.b: c}}
options:
  engineVersion: blink-3.6.0
  clusterId: cluster-1
  queueName: root.demo
  packages: [udf.jar]
  planJson: {{nodes: {{GroupAggregate: {{core: 0.25, heap_memory: 512, native_memory: 10, state_size: 1}}}}}}
"""
    )

    [action] = workspace.plan().actions
    [result] = workspace.apply().results

    assert (action.verb, action.changes) == (Verb.ADOPT, ())
    assert result.outcome is Outcome.APPLIED
    assert workspace.platform.running("clicks") == before
    assert workspace.platform.jobs["clicks"].description.startswith("see the wiki [headgate project=payments")
    assert not workspace.plan().has_changes


def test_an_edit_that_does_not_settle_is_rolled_back_with_its_state(workspace: Workspace):
    """What was resumed is paused, not stopped: its state is nowhere else."""
    workspace.applied()
    workspace.write(parallelism=8)
    with Headgate.open(workspace.root) as headgate:
        plan = headgate.plan()
        workspace.platform.start_looks = 10**6
        report = headgate.apply(
            plan,
            patience=Patience(settle=0.2, stable=0, first_look=0.001, slowest_look=0.005),
            listen=lambda event: setattr(workspace.platform, "start_looks", 1) if event.step == "cancel" else None,
        )

    assert [result.outcome for result in report.results] != [Outcome.APPLIED]
    assert len(workspace.platform.running("orders")) == 1
    assert workspace.platform.ages("orders") == 2
    assert '"parallelism":4' in workspace.platform.jobs["orders"].content["PlanJson"]
