"""A repository with DLI as its target, from the first plan to the last: nothing here is reported where the platform is
but by headgate.yaml, nor who asks but by the environment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.model.live import JobState, Unknown
from headgate.model.outcome import Outcome, Report
from headgate.model.plan import Plan, RestoreKind, Verb
from headgate.model.reasons import Reason
from headgate.project import Headgate
from headgate.testing.dli import BUCKET, DliSimulator
from headgate.testing.huawei import ACCESS_KEY, PROJECT_ID, SECRET_KEY

OPTIONS = f"options: {{queue_name: flink, obs_bucket: {BUCKET}}}"
CONSENT = "savepoint: {accept: [unknown]}"


def manifest(name: str = "orders", *, select: str = "COUNT(*)", options: str = OPTIONS, more: str = CONSENT) -> str:
    return f"""\
name: {name}
{more}
{options}
config: {{execution.checkpointing.interval: 30s, table.exec.state.ttl: 1 h}}
statement: |
  CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'datagen');
  CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'blackhole');
  INSERT INTO totals SELECT customer, {select} FROM orders GROUP BY customer;
"""


class Repo:
    """A folder with headgate.yaml and one job; every plan and apply is a fresh process."""

    def __init__(self, root: Path, dli: DliSimulator) -> None:
        self.root = root
        self.dli = dli
        self.targets(f'{{provider: huawei-dli, endpoint: "{dli.url}", project_id: "{PROJECT_ID}"}}')
        self.write(manifest())

    def targets(self, dli: str) -> None:
        text = f"project: payments\ntargets:\n  dli: {dli}\nsafety: {{settle_time: 0s}}\n"
        (self.root / "headgate.yaml").write_text(text, "utf-8")

    def write(self, text: str, name: str = "orders") -> None:
        file = self.root / "jobs" / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")

    def plan(self) -> Plan:
        with Headgate.open(self.root) as project:
            return project.plan()

    def apply(self) -> Report:
        with Headgate.open(self.root) as project:
            return project.apply(project.plan())

    def applied(self) -> Verb:
        """Apply the one action there is, see that it worked and that nothing is left to do; its verb."""
        [result] = self.apply().results
        assert result.outcome is Outcome.APPLIED, result
        assert not self.plan().has_changes, self.plan()
        return result.action.verb

    def status(self) -> JobState:
        with Headgate.open(self.root) as project:
            return project.live("orders")[1].state


@pytest.fixture
def dli() -> Iterator[DliSimulator]:
    with DliSimulator() as platform:
        yield platform


@pytest.fixture
def repo(tmp_path: Path, dli: DliSimulator, monkeypatch: pytest.MonkeyPatch) -> Repo:
    for name in ("HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_AUTH_TOKEN", "HUAWEICLOUD_SDK_SECURITY_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", ACCESS_KEY)
    monkeypatch.setenv("HUAWEICLOUD_SDK_SK", SECRET_KEY)
    return Repo(tmp_path, dli)


def test_a_job_lives_through_git(repo: Repo, dli: DliSimulator) -> None:
    """Submitted, edited with its state, suspended, resumed: one copy, one definition, and state all the way."""
    assert repo.applied() is Verb.SUBMIT
    repo.write(manifest(select="SUM(amount)"))
    assert repo.applied() is Verb.RESTART
    repo.write(manifest(select="SUM(amount)", more=f"{CONSENT}\nstate: suspended"))
    assert repo.applied() is Verb.SUSPEND
    assert dli.running("orders") == []
    repo.write(manifest(select="SUM(amount)"))
    assert repo.applied() is Verb.RESUME

    assert len(dli.running("orders")) == len(dli.definitions("orders")) == 1
    assert dli.ages("orders") == 2
    assert repo.status() is JobState.RUNNING


def test_what_changes_as_the_job_runs_restarts_nothing(repo: Repo, dli: DliSimulator) -> None:
    """Whom to tell of exceptions, restarts after them, tags."""
    repo.applied()
    before = dli.running("orders")
    more = "smn_topic: alarms, restart_when_exception: true, resume_max_num: 3, tags: {team: shop}"
    repo.write(manifest(options=OPTIONS.replace("}", f", {more}}}")))

    assert repo.applied() is Verb.UPDATE

    [job] = dli.definitions("orders")
    assert dli.running("orders") == before
    assert (job.fields["smn_topic"], job.tags) == ("alarms", {"team": "shop"})


def test_more_units_keep_the_state(repo: Repo, dli: DliSimulator) -> None:
    """Only where it runs changed: no consent is needed."""
    repo.write(manifest(more=""))
    repo.applied()
    repo.write(manifest(more="", options=OPTIONS.replace("}", ", cu_number: 6}")))

    [action] = repo.plan().actions
    assert (action.verb, action.state and action.state.verdict.value) == (Verb.RESTART, "kept")
    assert repo.applied() is Verb.RESTART
    assert dli.ages("orders") == 1


def test_a_job_without_a_bucket_is_not_planned_to_be_stopped_with_its_state(repo: Repo, dli: DliSimulator) -> None:
    """It gets one as it runs, and can be stopped from then on."""
    without = manifest(options="options: {queue_name: flink, cu_number: %d}").replace(
        "execution.checkpointing.interval: 30s, ", ""
    )
    repo.write(without % 4)
    repo.applied()
    [running] = dli.running("orders")

    repo.write(without % 5)
    [blocked] = repo.plan().actions
    assert (blocked.verb, blocked.reason) == (Verb.BLOCKED, Reason.NOT_SUPPORTED)
    assert "set options.obs_bucket in a change of its own" in blocked.note
    repo.write((without % 4).replace("cu_number", f"obs_bucket: {BUCKET}, cu_number"))
    assert repo.applied() is Verb.UPDATE
    assert dli.running("orders") == [running]
    repo.write((without % 5).replace("cu_number", f"obs_bucket: {BUCKET}, cu_number"))
    assert repo.applied() is Verb.RESTART

    assert dli.ages("orders") == 1


def test_an_sql_job_that_becomes_a_jar_is_replaced_by_consent(repo: Repo, dli: DliSimulator) -> None:
    """DLI keeps the kinds apart: the old definition goes, and its state with it."""
    repo.applied()
    jar = f"name: orders\n{OPTIONS}\njar: {{uri: 'obs://{BUCKET}/orders.jar', main_class: com.acme.Orders}}\n"
    repo.write(jar)
    [refused] = repo.plan().actions
    repo.write(f"{jar}savepoint: {{accept: [lost]}}\n")
    [action] = repo.plan().actions

    assert (refused.verb, refused.reason) == (Verb.BLOCKED, Reason.STATE_LOST)
    assert (action.verb, action.restore and action.restore.kind) == (Verb.RESTART, RestoreKind.FRESH)
    assert repo.applied() is Verb.RESTART
    [job] = dli.definitions("orders")
    assert job.job_type == "flink_jar_job"
    assert len(dli.running("orders")) == 1


def test_a_strangers_job_is_adopted_as_it_runs(repo: Repo, dli: DliSimulator) -> None:
    """A manifest that says what runs marks it, and the job never notices."""
    statement = manifest().partition("statement: |\n")[2]
    sql = "\n".join(line.removeprefix("  ") for line in statement.splitlines()) + "\n"
    ttl = '[{"key":"table.exec.state.ttl","value":"1 h"}]'
    checkpoints = {"checkpoint_enabled": True, "checkpoint_interval": 30, "runtime_config": ttl}
    dli.jobs.runtime = {}
    dli.start_stranger("orders", sql=sql, flink_version="1.12", **checkpoints)
    before = dli.running("orders")
    repo.write(manifest(options=OPTIONS.replace("}", ', flink_version: "1.12", tm_slot_num: 1}')))

    assert repo.applied() is Verb.ADOPT

    [job] = dli.definitions("orders")
    assert dli.running("orders") == before
    assert job.desc.startswith("made by hand [headgate project=payments job=orders")


def test_a_wrong_key_is_asked_for_once(repo: Repo, dli: DliSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sixth wrong signature would lock the key."""
    monkeypatch.setenv("HUAWEICLOUD_SDK_SK", "another secret")

    with Headgate.open(repo.root) as project:
        seen = project.observe()["dli"]

    assert isinstance(seen, Unknown)
    assert "APIG.0301" in seen.why
    assert dli.gate.wrong[ACCESS_KEY] == 1


RECENT = OPTIONS.replace("}", ", flink_version: '1.15', execution_agency_urn: dli_agency}")


def test_a_statement_that_dli_refuses_is_reported_before_anything_is_stopped(repo: Repo, dli: DliSimulator) -> None:
    """At the line of the file, for a job it knows on Flink 1.12."""
    repo.applied()
    repo.write(manifest(select=f"COUNT(*), {dli.jobs.broken_word}"))

    [action] = repo.plan().actions

    assert (action.reason, action.where) == (Reason.STATEMENT_REJECTED, "jobs/orders.yaml:8:49")
    assert len(dli.running("orders")) == 1


def test_a_start_that_fails_is_rolled_back_to_what_ran(repo: Repo, dli: DliSimulator) -> None:
    """DLI refused the new statement when it was run; the savepoint was not used, and the old one goes on from it."""
    repo.write(manifest(options=RECENT))
    repo.applied()
    repo.write(manifest(select=f"COUNT(*), {dli.jobs.broken_word}", options=RECENT))

    [failed], [blocked] = repo.apply().results, repo.apply().results

    assert "rolled back" in failed.detail
    assert blocked.action.reason is Reason.REVISION_FAILING
    assert "COUNT(*) FROM" in dli.definitions("orders")[0].fields["sql_body"]
    assert dli.ages("orders") == 1


def test_a_start_that_used_up_the_savepoint_is_not_rolled_back_to_nothing(repo: Repo, dli: DliSimulator) -> None:
    """DLI deletes the savepoint when the job runs. What failed after that is left as it is, never started empty."""
    repo.write(manifest(options=RECENT))
    repo.applied()
    repo.write(manifest(select=f"COUNT(*), {dli.jobs.crashing_word}", options=RECENT))

    reports = [repo.apply() for _ in range(3)]

    assert "is gone: DLI deletes it when the job runs again" in reports[0].results[0].detail
    assert dli.running("orders") == []
    assert [result.outcome for report in reports[1:] for result in report.results] == [Outcome.BLOCKED] * 2
