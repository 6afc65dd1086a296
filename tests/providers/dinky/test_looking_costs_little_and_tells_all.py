"""What is asked of Dinky to know how jobs are doing, and what is reported of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.providers.dinky.given import edited, job, options, seen

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.live import JobState
from headgate.model.spec import Jar
from headgate.providers.answer_fields import number
from headgate.providers.definitions.provider import DefinitionProvider as DinkyProvider
from headgate.providers.dinky import instance_details
from headgate.providers.dinky.envelope import said
from headgate.providers.dinky.wire import Instance, flag, moment
from headgate.testing.contract import started, stopped, submission
from headgate.testing.dinky import DinkySimulator

Connect = Callable[..., DinkyProvider]


def test_health_counts_what_dinky_passes_on() -> None:
    """Flink's tasks where they are reported, one that stands for all where not; checkpoints and the cause."""
    row = {"id": 1, "taskId": 2, "status": "RUNNING", "failedRestartCount": "3"}
    config = {"configJson": {"configJson": {"execution.checkpointing.interval": "30s"}}}
    counted = {
        "job": {"status-counts": {"RUNNING": 3, "CREATED": 1}},
        "checkpoints": {"counts": {"completed": 2}},
        "exceptions": {"root-exception": "\nIOException: disk full\n\tat x"},
    }

    alone = instance_details.health(Instance.read(row), {})
    reported = instance_details.health(Instance.read(row), {"jobDataDto": counted, "history": config, "instance": row})
    ended = instance_details.health(Instance.read(row | {"status": "FAILED", "error": "gone"}), {})

    assert alone.settled
    assert (alone.tasks_running, alone.tasks, alone.checkpointing, alone.restarts) == (1, 1, None, None)
    assert (reported.tasks_running, reported.tasks, reported.checkpointing, reported.checkpoints) == (3, 4, True, 2)
    assert (reported.restarts, reported.cause) == (3, "IOException: disk full")
    assert (ended.state, ended.tasks, ended.cause) == (JobState.FAILED, 0, "gone")


def test_the_graph_of_the_job_that_runs_goes_before_that_of_what_is_saved(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """Where Dinky passes Flink's plan on, it is that; else what is saved is planned."""
    live = started(provider, job())

    planned = provider.graph(live.job_id)
    plan = {"nodes": [{"id": "a", "operator": "Source", "parallelism": 2}]}
    running = instance_details.running_plan({"jobDataDto": {"job": {"plan": plan}}})

    assert {vertex.id for vertex in planned.vertices} == set(provider.compiled_form.vertices(job()))
    assert [vertex.name for vertex in instance_details.graph("1", "x", running).vertices] == ["Source"]


@pytest.mark.parametrize("as_text", [False, True], ids=["as-an-object", "as-a-text"])
def test_what_reaches_a_cluster_is_nowhere_in_the_raw_answer(
    dinky: DinkySimulator, provider: DinkyProvider, as_text: bool
) -> None:
    """The settings of kube and yarn are reported of the cluster, and again of how a job was started there."""
    live = started(provider, job(config={"pipeline.max-parallelism": "64"}))
    [history] = dinky.tables.histories.values()
    history["configJson"] |= {
        "gatewayConfig": {"kubernetesConfig": {"kubeConfig": "users: [{user: {token: kept-to-ourselves}}]"}},
        "executorSetting": {"config": {"s3.access-key": "kept-to-ourselves"}},
    }
    if as_text:
        history["configJson"] = json.dumps(history["configJson"])

    reported = str(provider.detail(live.job_id))

    assert "kept-to-ourselves" not in reported
    assert "pipeline.max-parallelism" in reported


def test_a_new_job_may_be_planned_before_it_is_there(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Without a task through the open API, and not at all where a tenant would be needed."""
    dinky.tables.insert({"name": "shared", "dialect": "FlinkSqlEnv", "statement": "SET 'a' = 'b'"}, 1)

    assert len(provider.compiled_form.vertices(job("new"))) == 2
    assert provider.compiled_form.vertices(job("new", options=options(envName="shared"))) == ()
    assert provider.compiled_form.vertices(job("new", program=Jar("rs:/a.jar"))) == ()
    assert "POST /openapi/getJobPlan" in dinky.requests


def test_the_savepoints_of_a_job_are_known_as_long_as_its_task(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Newest first; of a job that is not there, nothing is known."""
    live = started(provider, job())
    provider.take_savepoint(live.job_id, "1" * 32)
    provider.take_savepoint(live.job_id, "2" * 32)
    stopped(provider, live)

    kept = provider.kept("orders")

    assert kept is not None
    assert kept.existed
    assert [one.path for one in kept.snapshots] == list(reversed(dinky.engine.snapshots))
    assert provider.kept("nobody") is None
    assert provider.exists(kept.snapshots[0].path) is None


def test_savepoints_are_reported_apart_by_their_keys(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """In the task's note, so that any process knows; a published task stays published."""
    live = started(provider, job(options=options(step=2)))

    provider.take_savepoint(live.job_id, "ab" * 16)

    assert provider.savepoint_progress(live.job_id, "ab" * 16).done
    assert not provider.savepoint_progress(live.job_id, "cd" * 16).asked
    assert dinky.task_named("orders")["step"] == 2
    assert seen(provider).marker == live.marker
    dinky.start_stranger("theirs")
    with pytest.raises(Rejected, match="not ours"):
        provider.take_savepoint(str(dinky.task_named("theirs")["id"]), "ab" * 16)


def test_who_uses_a_package_is_reported_by_name(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Ours and others."""
    started(provider, job("ours", program=Jar("rs:/jobs/orders.jar", "org.acme.Orders")))
    dinky.start_stranger("theirs", statement="ADD JAR 'rs:/jobs/orders.jar';\nINSERT INTO a SELECT 1")
    dinky.start_stranger("another")

    assert provider.references("jobs/orders.jar") == ("ours", "theirs")


def test_a_jar_of_an_environment_is_used_by_the_jobs_it_is_put_before(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """An environment is no job, and neither is the catalog that every Dinky makes for itself."""
    statement = "ADD JAR 'rs:/udf/my-udfs.jar'"
    dinky.tables.insert({"name": "shared", "dialect": "FlinkSqlEnv", "statement": statement}, 1)
    started(provider, job("with-it", options=options(envName="shared")))
    started(provider, job("without"))

    assert provider.references("my-udfs.jar") == ("with-it",)
    assert provider.references("my_catalog") == ()


def test_a_statement_that_is_wrong_is_reported_in_flinks_words(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Code 0 and a row that says no: only that every row says yes means yes."""
    dinky.lifecycle.rejects.add("SUM(amount) + 1")

    with pytest.raises(Rejected) as refused:
        provider.compile(edited(job()))

    assert refused.value.code == "statement-rejected"
    assert refused.value.where == ":3:37"
    assert "Object 'SUM(amount) + 1' not found" in refused.value.problem
    assert provider.compile(job()).plan == ""


def test_a_plan_whose_reply_is_lost_is_unavailable_and_changed_nothing(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """Not "unknown": nothing runs that did not run before."""
    dinky.refuse(at="explainSql")

    with pytest.raises(Unavailable):
        provider.compile(job())


def test_never_started_is_reported_apart_from_started_and_gone(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """The one has no state to lose; of the other nobody knows."""
    dinky.refuse(at="submitTask")
    with pytest.raises(OutcomeUnknown):
        provider.submit(submission(job()))
    never = seen(provider)
    dinky.task_named("orders")["jobInstanceId"] = 4711
    gone = seen(provider)

    assert (never.state, never.word, never.provably_empty) == (JobState.STOPPED, "never started", True)
    assert (gone.state, gone.word, gone.provably_empty) == (JobState.STOPPED, "no job instance", False)
    with pytest.raises(Rejected, match="never started"):
        provider.health(never.job_id)


def test_a_restart_loop_without_a_checkpoint_has_nothing_to_lose(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """So a mended manifest may replace it although no savepoint can be taken."""
    started(provider, job(config={"execution.checkpointing.interval": "30s"}))
    [running] = dinky.engine.active("orders")
    running.word, running.checkpoints = "RESTARTING", 0
    dinky.lifecycle.watch()

    assert seen(provider).state is JobState.STARTING
    assert seen(provider).provably_empty
    running.checkpoints = 1
    assert not seen(provider).provably_empty


def test_times_numbers_and_booleans_come_in_several_forms() -> None:
    """Times with fractions of any length, and no zone; texts, as the documentation spells them."""
    times = [moment(text) for text in ("2024-10-20 12:00:00", "2024-10-20T12:00:00.123", "2024-10-20T12:00")]

    assert [at and (at.hour, at.microsecond) for at in times] == [(12, 0), (12, 123000), (12, 0)]
    assert moment("soon") is moment(None) is None
    assert [number(value) for value in ("7", 7, "seven", True, None)] == [7, 7, None, None, None]
    assert [flag(value) for value in ("true", True, "false", None)] == [True, True, False, False]
    assert flag(None, default=True) is True


def test_messages_are_for_people() -> None:
    """No class names, no stack, no secrets, and not the whole script."""
    reported = said(
        "java.lang.RuntimeException: org.dinky.BusException: no 'db.password' = 'x1y2'\n\tat a.B.c(B.java:1)"
    )

    assert reported == "no 'db.password' = '***'"
    assert len(said("x" * 9000)) == 2000
    assert said(None) == ""
