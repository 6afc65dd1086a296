"""A manifest goes into DLI's fields and comes back the same; what DLI fills in by itself is no difference.

Both ways are laws: a job that was just started differs in nothing from its manifest, and a manifest that is written
from a job differs in nothing from that job.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.providers.dli.bench import DliBench, job, options
from tests.providers.simulated import differences

from headgate.model.live import Live
from headgate.model.secret import Secrets
from headgate.model.spec import Jar, JobSpec
from headgate.planning import diff
from headgate.providers.dli import set_fields
from headgate.providers.dli.fields import sent
from headgate.providers.dli.job import DliJob
from headgate.providers.dli.spec import flat_fields, sets_of
from headgate.providers.dli.validation import impossible
from headgate.testing.contract import started, submission
from headgate.testing.dli import BUCKET, DliSimulator
from headgate.testing.dli_jobs import JAR_JOB, Jobs
from headgate.testing.dli_requests import JAR_UPDATE, SQL_UPDATE, checked

JAR = Jar(f"obs://{BUCKET}/orders.jar", "com.acme.Orders", ("--topic", "orders"))
SQL_OPTIONS: dict[str, Any] = {
    "job_type": "flink_opensource_sql_job",
    "cu_number": 8,
    "manager_cu_number": 2,
    "tm_cus": 2,
    "tm_slot_num": 3,
    "log_enabled": True,
    "smn_topic": "alarms",
    "restart_when_exception": True,
    "resume_checkpoint": True,
    "resume_max_num": 5,
    "idle_state_retention": 7200,
    "dirty_data_strategy": "1",
    "udf_jar_url": f"obs://{BUCKET}/udf.jar",
    "flink_version": "1.12",
    "flink_log_config": {"root_logger_level": "WARN", "loggers_level_of_class": {"com.acme": "DEBUG"}},
    "execution_agency_urn": "dli_agency",
    "operator_config": '{"operator_list":[]}',
    "static_estimator_config": '{"operator_list":[]}',
    "tags": {"team": "shop", "stage": "prod"},
}
JAR_OPTIONS: dict[str, Any] = {
    "dependency_jars": [f"obs://{BUCKET}/lib.jar"],
    "dependency_files": [f"obs://{BUCKET}/a.conf", f"obs://{BUCKET}/b.conf"],
    "feature": "custom",
    "image": "acme/flink:1",
    "checkpoint_path": f"obs://{BUCKET}/checkpoints/",
}
V2 = {
    "resource_config_version": "v2",
    "flink_version": "1.17",
    "execution_agency_urn": "dli_agency",
    "resource_config": {"max_slot": 4, "taskmanager_resource_spec": {"cpu": 2.0, "memory": "8GB"}},
}
CONFIG = {
    "execution.checkpointing.interval": "30 s",
    "execution.checkpointing.mode": "AT_LEAST_ONCE",
    "table.exec.state.ttl": "1 h",
    "pipeline.object-reuse": "true",
}


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(job(), id="defaults"),
        pytest.param(job(options=options(**SQL_OPTIONS), config=CONFIG, parallelism=6), id="sql-with-everything"),
        pytest.param(job(program=JAR), id="jar"),
        pytest.param(job(program=JAR, options=options(**JAR_OPTIONS), parallelism=2), id="jar-with-everything"),
        pytest.param(job(options=options(**V2), parallelism=4), id="resources-by-size"),
        pytest.param(job(options=options(queue_name="", job_type="flink_sql_job")), id="shared-cluster"),
        pytest.param(job(options=options(run_mode="exclusive_cluster")), id="a-default-written-out"),
    ],
)
def test_a_started_job_differs_in_nothing(bench: DliBench, spec: JobSpec) -> None:
    """Through the simulator, which fills in versions, slots and settings of its own."""
    live = started(bench.provider, spec)

    assert differences(live, spec) == []


_ANY_OF = {name: st.just(value) for name, value in SQL_OPTIONS.items() if name != "cu_number"}
OPTIONS = st.fixed_dictionaries({"cu_number": st.just(8)}, optional=_ANY_OF)
JARS = st.fixed_dictionaries({}, optional={name: st.just(value) for name, value in JAR_OPTIONS.items()})
SETTINGS = st.fixed_dictionaries({}, optional={key: st.just(value) for key, value in CONFIG.items()})


def _kept(spec: JobSpec) -> Live:
    """The spec as the simulator would keep it and tell it, without asking over HTTP."""
    flat = {name: value for name, value in flat_fields(spec).items() if value not in ({}, [], "")}
    is_jar = isinstance(spec.program, Jar)
    body = sent(flat)
    job_type = body.pop("job_type")
    checked(body, JAR_UPDATE if is_jar else SQL_UPDATE, {}, {BUCKET})
    desc = set_fields.written("by people", submission(spec).marker, sets_of(spec))
    kept = Jobs("p").create(JAR_JOB if is_jar else job_type, {**body, "name": spec.name, "desc": desc})
    row = {**kept.row("p"), "tags": spec.options.get("tags", {})}
    return DliJob.of(row).live()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(written_options=OPTIONS, config=SETTINGS, parallelism=st.integers(1, 4))
def test_any_sql_manifest_comes_back_the_same(
    written_options: dict[str, Any], config: dict[str, str], parallelism: int
) -> None:
    """Whichever fields it sets."""
    spec = job(options=options(**written_options), config=config, parallelism=parallelism)
    assert impossible(spec) == ""

    live = _kept(spec)

    assert differences(live, spec) == []


@given(written_options=JARS, parallelism=st.integers(1, 4))
def test_any_jar_manifest_comes_back_the_same(written_options: dict[str, Any], parallelism: int) -> None:
    """Whichever fields it sets."""
    spec = job(program=JAR, options=options(**written_options), parallelism=parallelism)

    live = _kept(spec)

    assert differences(live, spec) == []


@settings(deadline=None)
@given(before=OPTIONS, after=OPTIONS, config=SETTINGS, later=SETTINGS)
def test_any_edit_is_seen_as_what_it_is(
    before: dict[str, Any], after: dict[str, Any], config: dict[str, str], later: dict[str, str]
) -> None:
    """A field that left the manifest is a change, though DLI still has it; one that DLI filled in is none."""
    first = job(options=options(**before), config=config)
    second = job(options=options(**after), config=later)

    live = _kept(first)

    assert live.applied is not None
    assert {change.path for change in diff(live.applied, second)} == {
        change.path for change in diff(replace(live.applied, **_as_flat_fields(first)), second)
    }


def _as_flat_fields(spec: JobSpec) -> dict[str, Any]:
    return {"options": spec.options, "config": spec.config, "parallelism": spec.parallelism}


def test_what_left_the_manifest_leaves_the_job(bench: DliBench, dli: DliSimulator) -> None:
    """And what DLI had put beside it stays."""
    first = job(options=options(**SQL_OPTIONS), config=CONFIG)
    live = started(bench.provider, first)
    second = job()

    again = started(bench.provider, second, live=bench.cancelled(live))

    assert differences(again, second) == []
    [kept] = dli.definitions("orders")
    config = kept.row("p")["job_config"]
    assert (config["cu_number"], config["smn_topic"], config["checkpoint_enabled"]) == (2, "", False)
    assert "table.exec.state.ttl" not in config["runtime_config"]
    assert "jvm-overhead" in config["runtime_config"]
    assert kept.tags == {}


def test_slots_follow_the_parallelism_unless_they_are_named(bench: DliBench, dli: DliSimulator) -> None:
    """DLI works them out when a job is created; later they would stay as they were."""
    live = started(bench.provider, job())

    started(bench.provider, job(parallelism=4), live=bench.cancelled(live))

    [kept] = dli.definitions("orders")
    assert kept.fields["tm_slot_num"] == 4


def test_the_address_of_a_jar_is_filled_in(bench: DliBench, dli: DliSimulator) -> None:
    """Sent as written it would be no address, and the job would never be what git asks for."""
    program = Jar("obs://${env:JARS}/orders.jar", "com.acme.Orders", ("--topic", "${env:TOPIC}"))
    spec = job(program=program, secrets=Secrets({"JARS": "hidden-bucket", "TOPIC": "orders-v2"}))

    live = started(bench.provider, spec)

    [kept] = dli.definitions("orders")
    assert kept.fields["entrypoint"] == "obs://hidden-bucket/orders.jar"
    assert kept.fields["entrypoint_args"] == "--topic orders-v2"
    assert differences(live, spec) == []
    assert bench.provider.references("obs://hidden-bucket/orders.jar") == ("orders",)
    moved = replace(spec, secrets=Secrets({"JARS": "other-bucket", "TOPIC": "orders-v2"}))
    assert differences(live, moved) == ["env.JARS"]


def test_a_job_that_says_what_no_manifest_can_is_left_unread(bench: DliBench, dli: DliSimulator) -> None:
    """It is reported, without a manifest: better than one that would change it."""
    dli.start_stranger("odd", dirty_data_strategy="7")

    [found] = [live for live in bench.provider.observe().others if live.name == "odd"]

    assert found.applied is None


def test_tags_of_others_are_not_asked_for(bench: DliBench, dli: DliSimulator) -> None:
    """They cost a request for each job, and are nobody's business but their owner's."""
    started(bench.provider, job(options=options(tags={"team": "shop"})))
    before = len(dli.requests)

    bench.again("billing").observe()

    assert [line for line in dli.requests[before:] if line.endswith("/tags")] == []
