"""Which changes keep state on this platform, and what is done so that none is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.houses import house_on
from tests.providers.foas.bench import FoasBench, statement

from headgate.applying import Patience
from headgate.errors import OutcomeUnknown, Rejected
from headgate.model.live import JobState, Live
from headgate.model.outcome import Outcome
from headgate.model.plan import Restore, RestoreKind, Verdict
from headgate.model.secret import Secrets
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Sql
from headgate.project import Headgate
from headgate.providers.foas import compatibility
from headgate.providers.foas.forms import normal
from headgate.testing.contract import eventually, from_savepoint, seen, started, stopped, submission

SQL = (
    "CREATE TABLE s (a INT, b INT) WITH (type = 'datahub', topic = 'orders', batchReadSize = '10');\n"
    "CREATE TABLE t (a INT) WITH (type = 'print');\n"
    "INSERT INTO t SELECT SUM(a) FROM s WHERE b > 10 GROUP BY b"
)
ORDERS = JobSpec("orders", "foas", Sql(SQL), 4, config={"blink.miniBatch.size": "100"})
WINDOWS = replace(ORDERS, program=Jar("package:w.jar", "com.example.W", ("a=b",)), parallelism=1)
FRESH = Restore(RestoreKind.FRESH)


def ran(spec: JobSpec) -> AppliedSpec:
    """A spec as a job says that it runs it."""
    return AppliedSpec(spec.program, spec.parallelism, spec.config, spec.options, filled=True)


def sql(old: str, new: str) -> JobSpec:
    assert old in SQL
    return replace(ORDERS, program=Sql(SQL.replace(old, new)))


def with_options(spec: JobSpec = ORDERS, **written: Any) -> JobSpec:
    return replace(spec, options=normal(written))


KEPT, LOST, UNKNOWN = Verdict.KEPT, Verdict.LOST, Verdict.UNKNOWN
SIZE, REORDERED = "blink.miniBatch.size", "topic = 'orders', type = 'datahub'"
EDITS: dict[str, tuple[JobSpec, Verdict, list[str]]] = {
    "nothing": (ORDERS, KEPT, ["all operators"]),
    "parallelism": (replace(ORDERS, parallelism=8), KEPT, ["parallelism"]),
    "plan": (with_options(planJson={"nodes": {"Calc": {"core": 1.0}}}), KEPT, ["options.planJson"]),
    "autoscale": (with_options(autoscale={"maxCU": 8.0}), KEPT, ["options.autoscale"]),
    "packages": (with_options(packages=["udf.jar"]), KEPT, ["options.packages"]),
    "the value of a parameter": (replace(ORDERS, config={SIZE: "200"}), KEPT, [f"config.{SIZE}"]),
    "a parameter more": (replace(ORDERS, config={SIZE: "100", "blink.x": "1"}), LOST, ["config.blink.x"]),
    "a parameter less": (replace(ORDERS, config={}), LOST, [f"config.{SIZE}"]),
    "the value of an option": (sql("'10'", "'500'"), KEPT, ["WITH options"]),
    "options in another order": (sql("type = 'datahub', topic = 'orders'", REORDERED), KEPT, ["WITH options"]),
    "an option more": (sql("'10')", "'10', retryTimeout = '5')"), LOST, ["statement"]),
    "an option less": (sql(", batchReadSize = '10'", ""), LOST, ["statement"]),
    "a number in the query": (sql("b > 10", "b > 11"), LOST, ["statement"]),
    "another function": (sql("SUM(a)", "MAX(a)"), LOST, ["statement"]),
    "a comment": (sql("INSERT", "/* why */ insert"), KEPT, ["all operators"]),
    "another engine": (with_options(engineVersion="blink-3.4.4"), LOST, ["options.engineVersion"]),
    "any engine": (with_options(engineVersion="beta"), LOST, ["options.engineVersion"]),
    "a queue": (with_options(queueName="root.other"), UNKNOWN, ["options.queueName"]),
    "filed": (with_options(folder="/team", startOffset=1767225600000), KEPT, ["all operators"]),
    "a jar instead": (WINDOWS, LOST, ["program", "parallelism"]),
}


@pytest.mark.parametrize(("edited", "verdict", "reported"), EDITS.values(), ids=EDITS)
def test_what_an_edit_does_to_state(edited: JobSpec, verdict: Verdict, reported: list[str]):
    """As the documentation of manual tuning has it; what it does not speak of is unknown."""
    found = compatibility.verdict(ran(ORDERS), edited)

    assert found.verdict is verdict
    assert [each.name for each in found.operators] == reported
    assert all(each.why for each in found.operators)


@pytest.mark.parametrize(
    ("program", "verdict", "reported"),
    [
        pytest.param(Jar("package:w2.jar", "com.example.W", ("a=b",)), UNKNOWN, ["jar.uri"], id="another package"),
        pytest.param(Jar("package:w.jar", "com.example.W", ("a=c",)), UNKNOWN, ["jar.args"], id="another argument"),
        pytest.param(Jar("package:w.jar", "com.example.V", ("a=b",)), LOST, ["jar.main_class"], id="another class"),
    ],
)
def test_what_an_edit_does_to_the_state_of_a_datastream_job(program: Jar, verdict: Verdict, reported: list[str]):
    """Nobody can see what its operators keep."""
    found = compatibility.verdict(ran(WINDOWS), replace(WINDOWS, program=program))

    assert (found.verdict, [each.name for each in found.operators]) == (verdict, reported)


def test_what_is_asked_for_no_more_stays_as_it_is():
    """An engine that the manifest names no longer is the engine the job has."""
    live = ran(with_options(engineVersion="blink-3.6.0", clusterId="c", queueName="q"))

    assert compatibility.verdict(live, ORDERS).verdict is Verdict.KEPT


def test_a_rotated_secret_in_an_option_keeps_the_state():
    """Placeholders are compared by what stands in their place."""
    secret = sql("'orders'", "'${env:TOPIC}'")
    old = replace(ran(ORDERS), program=Sql(SQL.replace("'orders'", "'opensesame'")))

    found = compatibility.verdict(old, replace(secret, secrets=Secrets({"TOPIC": "openbarley"})))

    assert [(each.name, each.verdict) for each in found.operators] == [("WITH options", Verdict.KEPT)]


# -- what is done ------------------------------------------------------------------------------------------------------


def again(bench: FoasBench, live: Live, spec: JobSpec, restore: Restore) -> Live:
    return started(bench.provider, spec, live=live, restore=restore)


def test_a_pause_takes_a_checkpoint_first(bench: FoasBench):
    """So nothing is computed twice; and it takes more than one look until it is done."""
    live = started(bench.provider, bench.spec("orders"))
    instance = bench.platform.jobs["orders"].current
    assert instance is not None
    before = instance.checkpoints

    bench.provider.stop_with_savepoint("orders")
    first = bench.provider.stop_progress("orders")
    eventually(lambda: bench.provider.stop_progress("orders").done)

    assert not first.done
    assert instance.checkpoints > before
    assert live.job_id == "orders"


def test_an_engine_that_takes_none_is_paused_once_it_has_a_checkpoint(bench: FoasBench):
    """Before 3.5.0 a resumption goes back to the last one, and to nothing if there is none."""
    bench.platform.checkpoint_after = 10
    spec = bench.spec("orders", options=normal({"engineVersion": "blink-3.4.4"}))
    live = started(bench.provider, spec)

    with pytest.raises(Rejected, match="has not completed a checkpoint yet"):
        bench.provider.stop_with_savepoint("orders")
    assert bench.platform.running("orders") == [live.run_id]
    for _ in range(12):
        bench.provider.health("orders")
    paused = stopped(bench.provider, live)
    again(bench, paused, spec, from_savepoint(paused))

    assert bench.platform.ages("orders") == 1


def test_other_logic_is_never_resumed(bench: FoasBench, spec: JobSpec, paused: Live):
    """The platform would try, and the job would wait for ever: it is refused, or started empty where that is agreed."""
    edited = bench.edited(spec)

    with pytest.raises(Rejected, match="would be lost: statement: other SQL logic"):
        bench.provider.submit(submission(edited, live=paused, restore=from_savepoint(paused)))
    still = seen(bench.provider, "orders")
    assert still is not None
    assert (still.state, still.snapshot) == (JobState.SUSPENDED, paused.snapshot)
    live = again(bench, paused, edited, replace(from_savepoint(paused), allow_non_restored=True))

    assert bench.platform.ages("orders") == 0
    assert live.marker is not None
    assert live.marker.restored == ""


@pytest.mark.parametrize(
    "path", ["foas:demo_prj/orders/4711", "foas:demo_prj/clicks/{run}", "foas:another/orders/{run}", "s3://bucket/sp-1"]
)
def test_state_that_is_not_the_jobs_own_cannot_be_restored(bench: FoasBench, spec: JobSpec, paused: Live, path: str):
    """Nothing is changed by trying."""
    path = path.format(run=paused.run_id)
    saved = dict(bench.platform.jobs["orders"].content)

    assert bench.provider.exists(path) is False
    with pytest.raises(Rejected, match="is not there"):
        bench.provider.submit(submission(spec, live=paused, restore=Restore(RestoreKind.SAVEPOINT, path)))

    assert bench.platform.jobs["orders"].content == saved
    assert bench.platform.running("orders") == []


@pytest.mark.parametrize("end", ["TERMINATED", "FAILED"])
def test_the_state_of_a_job_that_was_stopped_is_gone(bench: FoasBench, spec: JobSpec, paused: Live, end: str):
    """It is said so, and not claimed that there was nothing to lose."""
    bench.platform.press("orders", end)

    ended = seen(bench.provider, "orders")

    assert ended is not None
    assert (ended.snapshot, ended.provably_empty) == (None, False)
    assert bench.provider.exists(from_savepoint(paused).path) is False
    with pytest.raises(Rejected, match="is not there"):
        bench.provider.submit(submission(spec, live=paused, restore=from_savepoint(paused)))
    assert bench.provider.stop_progress("orders").failed


def test_a_job_that_was_deleted_took_its_state_along(bench: FoasBench, spec: JobSpec, paused: Live):
    """It is not made again as if nothing had been."""
    del bench.platform.jobs["orders"]

    with pytest.raises(Rejected, match="no job 'orders' any more"):
        bench.provider.submit(submission(spec, live=paused, restore=from_savepoint(paused)))

    assert bench.platform.jobs == {}


def test_a_resumption_that_is_never_shown_is_an_unknown_outcome(bench: FoasBench, spec: JobSpec, paused: Live):
    """Perhaps it runs: nothing is asked for a second time before that is known."""
    bench.platform.lag = 10**6

    with pytest.raises(OutcomeUnknown, match="was accepted, and it is still PAUSED"):
        bench.provider.submit(submission(spec, live=paused, restore=from_savepoint(paused)))
    bench.platform.jobs["orders"].stale = 0
    bench.provider.submit(submission(spec, live=paused, restore=from_savepoint(paused)))

    assert len(bench.platform.running("orders")) == 1
    assert bench.platform.ages("orders") == 1


def test_another_statement_gets_another_plan_and_the_same_keeps_its_own(bench: FoasBench, spec: JobSpec, paused: Live):
    """What somebody tuned in the console survives where the plan still fits."""
    job = bench.platform.jobs["orders"]
    tuned = job.content["PlanJson"].replace('"native_memory":10', '"native_memory":99')
    assert tuned != job.content["PlanJson"]
    bench.platform.edit("orders", PlanJson=tuned)

    live = again(bench, paused, replace(spec, parallelism=2), from_savepoint(paused))
    assert '"native_memory":99' in job.content["PlanJson"]
    assert '"parallelism":2' in job.content["PlanJson"]
    paused = stopped(bench.provider, live)
    edited = replace(spec, program=Sql(statement("orders", "SELECT DISTINCT a, 1 FROM s")))
    again(bench, paused, edited, FRESH)

    assert '"native_memory":99' not in job.content["PlanJson"]


def test_an_edit_that_does_not_settle_is_rolled_back_with_its_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What was resumed is paused, not stopped: its state is nowhere else."""
    with house_on("foas", tmp_path, monkeypatch) as house:
        house.applied(parallelism=4)
        house.job("foas", parallelism=8)
        with Headgate.open(house.root) as headgate:
            plan = headgate.plan()
            house.platform.start_looks = 10**6
            report = headgate.apply(
                plan,
                patience=Patience(settle=0.2, stable=0, first_look=0.001, slowest_look=0.005),
                listen=lambda event: setattr(house.platform, "start_looks", 1) if event.step == "cancel" else None,
            )

        assert [result.outcome for result in report.results] != [Outcome.APPLIED]
        assert len(house.running("foas")) == 1
        assert house.platform.ages("foas") == 2
        assert '"parallelism":4' in house.platform.jobs["foas"].content["PlanJson"]
