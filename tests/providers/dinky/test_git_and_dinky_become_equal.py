"""From a folder in git to jobs in Dinky, as a user has it: plan, apply, edit, suspend, resume; and Dinky is down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headgate import Headgate
from headgate.applying import Patience
from headgate.cli.main import cli
from headgate.model.outcome import Outcome
from headgate.model.plan import Plan, Verb, Verdict
from headgate.model.reasons import Reason
from headgate.testing.dinky import DinkySimulator

Write = Callable[..., None]

_PROJECT = """\
project: payments
targets:
  dinky: {{provider: dinky, url: "{url}", username: headgate, password: "${{env:DINKY_PASSWORD}}", claim_wait: 0}}
defaults: {{target: dinky}}
"""
_JOB = """\
name: orders
statement: |
  CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'datagen');
  CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'jdbc', 'password' = '${{env:SINK_PASSWORD}}');
  INSERT INTO totals SELECT customer, {select} FROM orders GROUP BY customer;
parallelism: {parallelism}
state: {state}
config: {{execution.checkpointing.interval: 30s}}
options: {{type: standalone, clusterName: session-a{more}}}
"""


@pytest.fixture
def write(dinky: DinkySimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes the one manifest of a project whose target is the simulator."""
    monkeypatch.setenv("DINKY_PASSWORD", dinky.password)
    monkeypatch.setenv("SINK_PASSWORD", "a-secret-of-the-sink")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "headgate.yaml").write_text(_PROJECT.format(url=dinky.url), "utf-8")
    (tmp_path / "jobs").mkdir()

    def written(select: str = "SUM(amount)", *, parallelism: int = 1, state: str = "running", more: str = "") -> None:
        text = _JOB.format(select=select, parallelism=parallelism, state=state, more=more)
        (tmp_path / "jobs" / "orders.yaml").write_text(text, "utf-8")

    return written


def planned() -> Plan:
    with Headgate.open() as headgate:
        return headgate.plan()


def applied() -> Plan:
    """Plan and apply; what was planned. Everything that was begun must have reached its end."""
    patience = Patience(stop=20, settle=20, stable=0, first_look=0.01, slowest_look=0.05)
    with Headgate.open() as headgate:
        plan = headgate.plan()
        outcomes = [(result.outcome, result.detail) for result in headgate.apply(plan, patience=patience).results]
    assert {outcome for outcome, _ in outcomes} <= {Outcome.APPLIED, Outcome.KEPT}, outcomes
    return plan


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_a_new_job_is_started_and_then_there_is_nothing_to_do(dinky: DinkySimulator, write: Write) -> None:
    """Convergence: what was applied is read back from Dinky as what git asks for."""
    write()

    [action] = applied().actions

    assert action.verb is Verb.SUBMIT
    assert len(dinky.running("orders")) == 1
    assert not planned().has_changes


def test_an_edited_statement_goes_on_from_a_savepoint(dinky: DinkySimulator, write: Write) -> None:
    """What Dinky does to state cannot be judged operator by operator, so the manifest consents; the state is there."""
    write()
    applied()
    write("SUM(amount) + 1")
    blocked = planned()
    text = Path("jobs/orders.yaml").read_text("utf-8")
    Path("jobs/orders.yaml").write_text(text + "savepoint: {accept: [unknown]}\n", "utf-8")

    [action] = applied().actions

    assert blocked.actions[0].reason == Reason.STATE_UNKNOWN
    assert action.verb is Verb.RESTART
    assert dinky.ages("orders") == 1
    assert "SUM(amount) + 1" in dinky.task_named("orders")["statement"]
    assert not planned().has_changes


def test_a_cluster_by_its_id_is_the_cluster_by_its_name(dinky: DinkySimulator, write: Write) -> None:
    """Another spelling of the same place restarts nothing; it is written down, and then there is nothing to do."""
    shared = dinky.tables.insert({"name": "shared", "dialect": "FlinkSqlEnv", "statement": "SET 'a' = 'b'"}, 1)
    write(more=", envName: shared")
    applied()
    before, text = dinky.running("orders"), Path("jobs/orders.yaml").read_text("utf-8")
    cluster = dinky.task_named("orders")["clusterId"]
    by_id = text.replace("clusterName: session-a", f"clusterId: {cluster}")
    Path("jobs/orders.yaml").write_text(by_id.replace("envName: shared", f"envId: {shared['id']}"), "utf-8")

    [action] = applied().actions

    assert action.verb is Verb.UPDATE
    assert {change.path for change in action.changes} == {
        "options.clusterId",
        "options.clusterName",
        "options.envId",
        "options.envName",
    }
    assert not planned().has_changes
    Path("jobs/orders.yaml").write_text(text, "utf-8")
    assert applied().actions[0].verb is Verb.UPDATE
    assert not planned().has_changes
    assert dinky.running("orders") == before


def test_another_cluster_is_another_cluster_however_it_is_spelled(dinky: DinkySimulator, write: Write) -> None:
    """By an id that is another's, the job moves: it is stopped and started there."""
    other = dinky.tables.new_id()
    dinky.tables.clusters.append({**dinky.tables.clusters[0], "id": other, "name": "session-b"})
    write()
    applied()
    text = Path("jobs/orders.yaml").read_text("utf-8")
    Path("jobs/orders.yaml").write_text(text.replace("clusterName: session-a", f"clusterId: {other}"), "utf-8")

    [action] = planned().actions

    assert action.verb in (Verb.RESTART, Verb.BLOCKED)


def test_a_marker_that_was_removed_comes_back_without_a_restart(dinky: DinkySimulator, write: Write) -> None:
    """What the note says - that the cluster was given by name - is gone with it, and the job never notices."""
    write()
    applied()
    before = dinky.running("orders")
    dinky.task_named("orders")["note"] = "team A only"

    [action] = applied().actions

    assert action.verb is Verb.ADOPT
    assert dinky.running("orders") == before
    assert dinky.task_named("orders")["note"].startswith("team A only [headgate ")
    assert not planned().has_changes


def test_another_parallelism_keeps_the_state_without_asking(dinky: DinkySimulator, write: Write) -> None:
    """The same statement from a savepoint: nothing to consent to."""
    write()
    applied()
    write(parallelism=4)

    [action] = applied().actions

    assert action.state is not None
    assert action.state.verdict is Verdict.KEPT
    assert dinky.ages("orders") == 1
    assert not planned().has_changes


def test_a_note_is_changed_while_the_job_runs_on(dinky: DinkySimulator, write: Write) -> None:
    """The job never reads it: no restart, and a published task is published again."""
    write(more=", step: 2")
    applied()
    before = dinky.running("orders")
    write(more=", step: 2, note: nightly totals")

    [action] = applied().actions

    assert action.verb is Verb.UPDATE
    assert dinky.running("orders") == before
    assert dinky.task_named("orders")["note"].startswith("nightly totals [headgate ")
    assert dinky.task_named("orders")["step"] == 2
    assert not planned().has_changes


def test_a_job_started_by_people_is_adopted_as_it_runs(dinky: DinkySimulator, write: Write) -> None:
    """A manifest that equals the task takes it over; the job does not notice."""
    write(more=", folder: people")
    statement = "\n".join(
        line.strip() for line in Path("jobs/orders.yaml").read_text("utf-8").splitlines()[2:5]
    ).replace("${env:SINK_PASSWORD}", "a-secret-of-the-sink")
    config = {"customConfig": [{"key": "execution.checkpointing.interval", "value": "30s"}]}
    cluster = dinky.tables.clusters[0]["id"]
    fields = {"statement": statement, "configJson": config, "type": "standalone", "clusterId": cluster}
    dinky.start_stranger("orders", note="ask Jo", **fields)
    Path("jobs/orders.yaml").write_text(
        Path("jobs/orders.yaml").read_text("utf-8").replace("clusterName: session-a", f"clusterId: {cluster}"), "utf-8"
    )
    before = dinky.running("orders")

    [action] = applied().actions

    assert action.verb is Verb.ADOPT
    assert dinky.running("orders") == before
    assert dinky.task_named("orders")["note"].startswith("ask Jo [headgate ")
    assert not planned().has_changes


def test_a_renamed_job_keeps_its_task_and_its_state(dinky: DinkySimulator, write: Write) -> None:
    """`previous_name`: the same task under another name, in the catalogue too."""
    write()
    applied()
    text = Path("jobs/orders.yaml").read_text("utf-8")
    Path("jobs/orders.yaml").write_text(
        text.replace("name: orders\n", "name: totals\nprevious_name: orders\n"), "utf-8"
    )
    task_id = dinky.task_named("orders")["id"]

    applied()

    assert dinky.task_named("totals")["id"] == task_id
    assert [row["name"] for row in dinky.tables.catalogue.values() if row["taskId"] == task_id] == ["totals"]
    assert dinky.running("orders") == []
    assert dinky.ages("totals") == 1
    assert not planned().has_changes


def test_many_jobs_are_started_side_by_side(dinky: DinkySimulator, write: Write) -> None:
    """The folder they share is made once, and every one of them runs once."""
    write(more=", folder: team/payments")
    one = Path("jobs/orders.yaml").read_text("utf-8")
    names = [f"orders-{number}" for number in range(15)]
    texts = [one.replace("name: orders\n", f"name: {name}\n") for name in names]
    Path("jobs/orders.yaml").write_text("---\n".join(texts), "utf-8")

    applied()

    assert [len(dinky.running(name)) for name in names] == [1] * len(names)
    assert [row["name"] for row in dinky.tables.catalogue.values()].count("payments") == 1
    assert not planned().has_changes


def test_a_wrong_statement_is_reported_at_its_line_before_anything_is_touched(
    dinky: DinkySimulator, write: Write
) -> None:
    """Flink's words, as Dinky passes them on, at the line of the manifest."""
    dinky.lifecycle.rejects.add("amuont")
    write("SUM(amuont)")

    [action] = planned().actions

    assert action.reason == Reason.STATEMENT_REJECTED
    assert "Object 'amuont' not found" in action.note
    assert action.where.startswith("jobs/orders.yaml:5:")
    assert dinky.running("orders") == []


def test_no_secret_is_in_any_output(dinky: DinkySimulator, write: Write) -> None:
    """Not of the target, not of the job: not in a plan, not in what Dinky says of itself."""
    write()
    first = run("plan", "--format", "json")
    applied()
    graph = run("graph", "orders")
    dinky.lifecycle.rejects.add("SUM")
    write("SUM(amount) + 1")

    reported = [run("plan"), run("plan", "--format", "json"), run("status", "orders", "--raw"), graph, first]

    assert all(result.stdout for result in reported)
    for result in reported:
        assert "a-secret-of-the-sink" not in result.output
        assert dinky.password not in result.output
        assert "kept-to-ourselves" not in result.output
