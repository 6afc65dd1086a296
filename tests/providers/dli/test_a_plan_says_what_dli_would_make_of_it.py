"""Before anything is done: what changes in place, what becomes of state, and what DLI cannot do at all."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from tests.providers.dli.bench import job, options

from headgate.model.live import JobState, Live
from headgate.model.plan import PlatformVerdict
from headgate.model.reasons import Reason
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Sql
from headgate.planning import diff
from headgate.providers.dli.compatibility import platform_verdict
from headgate.providers.dli.forms import DliOptions
from headgate.testing.dli import BUCKET

JAR = Jar("obs://jars/orders.jar", "com.acme.Orders")
INTERVAL = "execution.checkpointing.interval"


def _live(spec: JobSpec) -> Live:
    return Live("148", spec.name, JobState.RUNNING, applied=AppliedSpec.restored(spec.carried()))


def _prospect(before: JobSpec, after: JobSpec) -> PlatformVerdict:
    live = _live(before)
    assert live.applied is not None
    return platform_verdict(after, live, diff(live.applied, after))


@pytest.mark.parametrize(
    "changed",
    [
        {"smn_topic": "alarms"},
        {"restart_when_exception": True},
        {"resume_checkpoint": True, "resume_max_num": 3},
        {"obs_bucket": "another"},
        {"tags": {"team": "shop"}},
    ],
    ids=lambda changed: "-".join(changed),
)
def test_some_options_change_as_the_job_runs(changed: dict[str, Any]) -> None:
    """Those that the Terraform provider changes without a stop."""
    after = job(options=options(**changed))
    live = _live(job())
    assert live.applied is not None
    changes = diff(live.applied, after)

    reported = platform_verdict(after, live, changes)

    assert {change.path for change in changes} == reported.in_place != frozenset()


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        pytest.param(job(options=options(cu_number=8, tm_cus=2)), "kept", id="units"),
        pytest.param(job(options=options(queue_name="other", log_enabled=True)), "kept", id="queue-and-logs"),
        pytest.param(job(config={INTERVAL: "30s"}), "kept", id="checkpoints"),
        pytest.param(job(parallelism=3), "unknown", id="parallelism"),
        pytest.param(job(config={"table.exec.state.ttl": "1 h"}), "unknown", id="other-configuration"),
        pytest.param(job(options=options(flink_version="1.15")), "unknown", id="version"),
        pytest.param(job(program=JAR), "lost", id="sql-to-jar"),
        pytest.param(job(options=options(job_type="flink_sql_job")), "lost", id="another-kind-of-sql"),
    ],
)
def test_what_becomes_of_state(after: JobSpec, verdict: str) -> None:
    """By Huawei's FAQ on restoring, and by what DLI keeps apart."""
    reported = _prospect(job(), after)

    assert reported.blocked is None
    assert reported.state is not None
    assert reported.state.verdict.value == verdict
    assert reported.state.operators[0].why


def test_another_statement_is_for_the_planner_to_judge() -> None:
    """DLI says nothing of operators."""
    assert _prospect(job(), job(program=Sql("INSERT INTO t SELECT b FROM s"))).state is None


def test_a_first_start_has_nothing_to_keep() -> None:
    """It is only checked."""
    assert platform_verdict(job(), None, ()) == PlatformVerdict()


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        pytest.param(job("orders.v2"), "letters, digits", id="name"),
        pytest.param(job("o" * 58), "1 to 57", id="long-name"),
        pytest.param(job(parallelism=5), "parallelism 5 needs cu_number 3", id="too-few-units"),
        pytest.param(job(parallelism=2001, options=options(cu_number=400)), "up to 2000", id="too-wide"),
        pytest.param(job(options=options(queue_name="")), "options.queue_name", id="no-queue"),
        pytest.param(job(options=options(job_type="flink_sql_edge_job")), "edge groups", id="edge-without-groups"),
        pytest.param(job(options=options(dependency_jars=["a"])), "not of an SQL job", id="of-jars-alone"),
        pytest.param(job(program=JAR, options=options(udf_jar_url="a")), "not of a jar job", id="of-sql-alone"),
        pytest.param(job(program=JAR, options=options(job_type="flink_sql_job")), "always a flink_jar_job", id="kind"),
        pytest.param(job(program=Jar("orders.jar", file="orders.jar")), "upload orders.jar", id="a-local-jar"),
        pytest.param(job(program=Jar("obs://a.jar", args=("two words",))), "hold a space", id="spaces"),
        pytest.param(job(program=Jar("obs://a.jar", args=("",))), "be empty", id="empty-argument"),
        pytest.param(job(program=Sql("x" * 1_048_577)), "up to 1048576", id="long-statement"),
        pytest.param(job(config={INTERVAL: "1500 ms"}), "whole seconds", id="half-a-second"),
        pytest.param(job(config={INTERVAL: "0 ms"}), "whole seconds", id="no-time-at-all"),
        pytest.param(job(config={INTERVAL: "30s"}, options=options(obs_bucket="")), "need a bucket", id="no-bucket"),
        pytest.param(job(program=JAR, config={INTERVAL: "2 h"}), "at least every 3600 s", id="a-jars-checkpoints"),
        pytest.param(
            job(program=JAR, config={INTERVAL: "30s"}, options=options(checkpoint_path="obs://a/b/")),
            "options.checkpoint_path",
            id="two-ways-of-checkpoints",
        ),
        pytest.param(
            job(options=options(resource_config={"max_slot": 3})), "resource_config_version: v2", id="unused-resources"
        ),
    ],
)
def test_what_dli_cannot_do_is_said_with_what_to_do(spec: JobSpec, says: str) -> None:
    """Before anything is stopped."""
    reported = platform_verdict(spec, _live(job()), ())

    assert reported.blocked is Reason.NOT_SUPPORTED
    assert says in reported.note


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"checkpoint_interval": 10}, "execution.checkpointing.interval"),
        ({"checkpoint_mode": 2}, "execution.checkpointing.mode"),
        ({"runtime_config": {}}, "`config`"),
        ({"obs_bucket": f"obs://{BUCKET}"}, "pattern"),
        ({"cu_nubmer": 3}, "cu_nubmer"),
        ({"cu_number": 1}, "greater than or equal to 2"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_options_that_cannot_be_are_named(written: dict[str, Any], says: str) -> None:
    """What a manifest says in words of its own is pointed to."""
    with pytest.raises(ValidationError) as refused:
        DliOptions.model_validate(written)

    assert says in str(refused.value)
