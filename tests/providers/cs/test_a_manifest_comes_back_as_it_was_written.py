"""What the platform says of a job amounts to the manifest it was started from, unless somebody changed it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.providers.cs.given import CsBench, jar_job, options, sql_job
from tests.providers.simulated import differences

from headgate.model.live import Live
from headgate.model.spec import Jar, JobSpec
from headgate.testing.contract import from_savepoint, started, stopped

BOTH: dict[str, st.SearchStrategy[Any]] = {
    "cluster_id": st.integers(1, 999),
    "spu_number": st.integers(1, 99),
    "log_enabled": st.booleans(),
    "smn_topic": st.sampled_from(["", "alarms"]),
    "restart_when_exception": st.booleans(),
    "tags": st.sampled_from(["", "team=pay,kind=test", "a b=[c]"]),
    "sys_enterprise_project_id": st.sampled_from(["", "0"]),
}
FOR_SQL = st.fixed_dictionaries(
    {},
    optional=BOTH
    | {
        "run_mode": st.sampled_from(["shared_cluster", "exclusive_cluster"]),
        "checkpoint_enabled": st.booleans(),
        "checkpoint_mode": st.sampled_from(["exactly_once", "at_least_once"]),
        "checkpoint_interval": st.integers(1, 999),
        "idle_state_retention": st.integers(0, 9999),
        "udf_jar_url": st.sampled_from(["", "jars/udf.jar"]),
        "dirty_data_strategy": st.sampled_from(["", "2:dirty/rows"]),
    },
)
FOR_JAR = st.fixed_dictionaries(
    {"cluster_id": st.integers(1, 999)},
    optional={key: value for key, value in BOTH.items() if key != "cluster_id"}
    | {"manager_spu": st.integers(1, 9), "config_url": st.sampled_from(["", "conf/a.properties"])},
)
QUICK = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def restarted(bench: CsBench, live: Live, spec: JobSpec) -> Live:
    ended = stopped(bench.provider, live)
    return started(bench.provider, spec, live=ended, restore=from_savepoint(ended))


@QUICK
@given(first=FOR_SQL, second=FOR_SQL, parallelism=st.integers(1, 9))
def test_a_sql_job_and_its_edit_come_back(
    bench: CsBench, first: dict[str, Any], second: dict[str, Any], parallelism: int
) -> None:
    """Whatever was said before: a field that left the manifest is no difference either."""
    name = f"orders-{len(bench.platform.jobs)}"
    before = sql_job(name, options=options(**first), parallelism=parallelism)
    after = sql_job(name, options=options(**second))

    live = started(bench.provider, before)
    assert differences(live, before) == []
    assert differences(restarted(bench, live, after), after) == []


@QUICK
@given(first=FOR_JAR, second=FOR_JAR, successor_answers=st.booleans())
def test_a_jar_job_and_its_edit_come_back(
    bench: CsBench, first: dict[str, Any], second: dict[str, Any], successor_answers: bool
) -> None:
    """Through a form of parts, where everything is text; its state too, where only our note tells of a savepoint."""
    bench.platform.successor_answers = successor_answers
    name = f"windows-{len(bench.platform.jobs)}"
    before, after = (jar_job(name, options=options(**chosen)) for chosen in (first, second))

    live = started(bench.provider, before)
    assert differences(live, before) == []
    assert differences(restarted(bench, live, after), after) == []
    assert bench.platform.ages(name) == 1


def test_checkpoints_may_be_written_as_flink_options(bench: CsBench) -> None:
    """A manifest that runs on other targets, too, keeps its words; a change in the console is a change there."""
    config = {"execution.checkpointing.interval": "90 s", "execution.checkpointing.mode": "AT_LEAST_ONCE"}
    spec = sql_job(config=config)

    live = started(bench.provider, spec)
    assert differences(live, spec) == []
    [job] = bench.platform.jobs.values()
    assert job.fields["checkpoint_enabled"] is True
    assert (job.fields["checkpoint_interval"], job.fields["checkpoint_mode"]) == (90, "at_least_once")

    bench.platform.edit("orders", checkpoint_interval=10)
    [seen] = bench.provider.observe().jobs.values()
    assert isinstance(seen, Live)
    assert differences(seen, spec) == ["config.execution.checkpointing.interval"]


def test_a_jar_of_the_repository_is_uploaded_once(bench: CsBench, tmp_path: Path) -> None:
    """Its path and digest come back; the same jar is not sent again, another one is; one put there by hand is seen."""
    file = tmp_path / "windows.jar"
    file.write_bytes(b"PK\r\n--the program--\r\n")
    jar = Jar("build/windows.jar", "com.example.Windows", (), "ab" * 32, str(file))
    spec = jar_job(program=jar)

    live = started(bench.provider, spec)
    assert differences(live, spec) == []
    [job] = bench.platform.jobs.values()
    assert job.fields["jar_url"].endswith("/windows.jar")

    live = restarted(bench, live, replace(spec, parallelism=2))
    assert job.uploads == 1
    rebuilt = replace(spec, program=replace(jar, digest="cd" * 32))
    assert differences(live, rebuilt) == ["jar.digest", "parallelism"]
    live = restarted(bench, live, rebuilt)
    assert job.uploads == 2
    assert differences(live, rebuilt) == []

    bench.platform.edit("windows", jar_url="elsewhere/windows.jar")
    [replaced] = bench.provider.observe().jobs.values()
    assert isinstance(replaced, Live)
    assert differences(replaced, rebuilt) == ["jar.digest", "jar.uri"]
