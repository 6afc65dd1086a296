"""What this platform cannot do blocks a plan with words that say what to do instead; nothing is tried."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.providers.foas.bench import FoasBench

from headgate.errors import Rejected
from headgate.model.live import JobState, Live
from headgate.model.plan import Change, Impact, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Savepoint, Sql, Strategy
from headgate.providers.foas.compatibility import platform_verdict
from headgate.providers.foas.forms import normal
from headgate.providers.port import Support
from headgate.testing.contract import started, submission

ORDERS = JobSpec("orders", "foas", Sql("INSERT INTO t SELECT a FROM s"))
JAR = Jar("package:w.jar", "com.example.W", ("a=b",))
WINDOWS = replace(ORDERS, program=JAR)


def running(spec: JobSpec, **changes: Any) -> Live:
    applied = AppliedSpec(spec.program, spec.parallelism, spec.config, spec.options, filled=True)
    return replace(Live(spec.name, spec.name, JobState.RUNNING, "RUNNING", applied=applied, run="7"), **changes)


def changed(*paths: str) -> tuple[Change, ...]:
    return tuple(Change(path, "before", "after", Impact.RESTART) for path in paths)


def options(**written: Any) -> dict[str, Any]:
    return normal(written)


@pytest.mark.parametrize(
    ("spec", "reported"),
    [
        (replace(ORDERS, savepoint=Savepoint(Strategy.PATH, "s3://b/sp-1")), "strategy: latest"),
        (replace(ORDERS, program=Sql("SET 'a' = 'b'; INSERT INTO t SELECT a FROM s")), "under `config`"),
        (replace(WINDOWS, parallelism=4), "blink.job.option"),
        (replace(WINDOWS, options=options(planJson={"autoconf": True})), "take out `options.planJson`"),
        (replace(WINDOWS, options=options(startOffset=1767225600000)), "only SQL streams"),
        (replace(ORDERS, options=options(jobType="FLINK_BATCH", startOffset=1767225600000)), "only SQL streams"),
        (replace(ORDERS, parallelism=4, options=options(planJson={"autoconf": True})), "leave `parallelism` at 1"),
        (replace(WINDOWS, program=replace(JAR, uri="jars/w.jar", digest="ab")), "register it as a package"),
        (replace(WINDOWS, program=replace(JAR, uri="s3://bucket/w.jar")), "register it as a package"),
        (replace(WINDOWS, program=replace(JAR, main_class="")), "main_class"),
        (replace(WINDOWS, program=replace(JAR, args=("--window", "5"))), "`key=value`"),
        (replace(WINDOWS, program=replace(JAR, args=("blink.main.jar=x.jar",))), "`key=value`"),
        (replace(WINDOWS, options=options(packages=["w.jar"])), "take it out of `options.packages`"),
    ],
)
def test_what_no_job_here_can_be(spec: JobSpec, reported: str):
    """Said at its first plan."""
    found = platform_verdict(spec, None, ())

    assert found.blocked is Reason.NOT_SUPPORTED
    assert reported in found.note


@pytest.mark.parametrize(
    ("live", "spec", "paths", "reported"),
    [
        (running(ORDERS), replace(ORDERS, name="totals"), ["name"], "cannot be renamed"),
        (running(ORDERS), WINDOWS, ["statement", "jar"], "another name"),
        (running(ORDERS), replace(ORDERS, options=options(jobType="FLINK_BATCH")), ["options.jobType"], "another name"),
        (
            running(replace(ORDERS, options=options(jobType="FLINK_BATCH"))),
            replace(ORDERS, parallelism=2, options=options(jobType="FLINK_BATCH")),
            ["parallelism"],
            "let it finish",
        ),
    ],
    ids=["another name", "another kind of program", "another type", "a batch job that runs"],
)
def test_what_a_job_cannot_become(live: Live, spec: JobSpec, paths: list[str], reported: str):
    """Its name, its API and its type are for ever."""
    found = platform_verdict(spec, live, changed(*paths))

    assert found.blocked is Reason.NOT_SUPPORTED
    assert reported in found.note


def test_what_is_changed_without_a_restart():
    """The folder, and where an empty start would begin."""
    spec = replace(ORDERS, options=options(folder="/team", startOffset=1767225600000))

    found = platform_verdict(spec, running(ORDERS), changed("options.folder", "options.startOffset", "parallelism"))

    assert found.in_place == {"options.folder", "options.startOffset"}
    assert found.blocked is None


BATCH = replace(ORDERS, options=options(jobType="FLINK_BATCH"))


@pytest.mark.parametrize(
    ("spec", "live", "path", "verdict"),
    [
        pytest.param(ORDERS, running(ORDERS), "target", Verdict.LOST, id="state-cannot-leave-its-project"),
        pytest.param(BATCH, running(BATCH, state=JobState.FINISHED), "statement", Verdict.NONE, id="batch-has-none"),
        pytest.param(ORDERS, None, "", None, id="a-first-start-has-nothing-to-lose"),
    ],
)
def test_state_is_judged_by_where_it_is(spec: JobSpec, live: Live | None, path: str, verdict: Verdict | None):
    """Of another target nothing comes along; every run of a batch job reads its input from the beginning."""
    found = platform_verdict(spec, live, changed(path) if path else ())

    assert (found.state and found.state.verdict) == verdict


def test_its_capabilities_say_the_same(bench: FoasBench):
    """The table of the platforms is made from them."""
    reported = bench.provider.capabilities
    started(bench.provider, bench.spec("orders"))

    assert (reported.savepoint, reported.dispose) == (Support.NO, Support.NO)
    assert reported.mark_in_place is Support.YES
    assert reported.savepoint_format == "foas:demo_prj"
    with pytest.raises(Rejected, match="state: suspended"):
        bench.provider.take_savepoint("orders", "0" * 32)
    assert not bench.provider.savepoint_progress("orders", "0" * 32).asked
    assert bench.provider.kept("orders") is None


def test_a_node_that_the_plan_has_not_is_named_with_the_nearest(bench: FoasBench, paused: Live):
    """Its names are the platform's, so this is found only once there is a plan; the state waits in the paused job."""
    spec = bench.spec("orders", options=options(planJson={"nodes": {"GroupAgregate": {"core": 1.0}}}))

    with pytest.raises(Rejected) as raised:
        bench.provider.submit(submission(spec, live=paused))

    assert raised.value.hint == "did you mean 'GroupAggregate'?"
    assert bench.running("orders") == []
