"""A job says what it runs: a manifest that was applied differs in nothing, and what somebody changed is seen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.providers.foas.bench import FoasBench, statement

from headgate.model.live import JobState, Live
from headgate.model.secret import Secrets
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Sql
from headgate.planning import diff
from headgate.providers.foas.forms import normal
from headgate.testing.bench import written_down
from headgate.testing.contract import seen, started, stopped
from headgate.testing.foas import FoasSimulator

ORDERS = JobSpec("orders", "foas", Sql(statement("orders")))
WINDOWS = Jar("package:windows.jar", "com.example.Windows", ("window=5 min", "topic=orders"))
SCALE = {"maxCU": 40, "configure": {"fetch_delay": 1.0}}


@pytest.fixture
def platform() -> Iterator[FoasSimulator]:
    with FoasSimulator() as simulator:
        for name in ("windows.jar", "udf.jar", "more.jar"):
            simulator.packages[name] = {"PackageName": name}
        yield simulator


def options(**written: Any) -> dict[str, Any]:
    """Options as the loader reads them."""
    return normal(written)


def running(bench: FoasBench) -> Any:
    """The instance of the job that runs."""
    current = bench.platform.jobs["orders"].current
    assert current is not None
    return current


def read(live: Live | None) -> AppliedSpec:
    assert live is not None
    assert live.applied is not None
    return live.applied


def orders(parallelism: int = 1, config: Mapping[str, str] | None = None, **written: Any) -> JobSpec:
    return replace(ORDERS, parallelism=parallelism, config=config or {}, options=options(**written))


NODES = {
    "Source: s": {"parallelism": 1, "core": 1, "chainingStrategy": "NEVER"},
    "GroupAggregate": {"parallelism": 4, "heap_memory": 2048, "state_size": 1},
}
SPECS = {
    "nothing but SQL": ORDERS,
    "parallelism": orders(8),
    "parameters": orders(config={"blink.job.option": "-yD a='b c'", "state.backend.type": "niagara", "x y=z": " \\"}),
    "an engine that is what it is then": orders(engineVersion="current", clusterId="cluster-1", queueName="root.demo"),
    "an engine": orders(engineVersion="blink-3.4.4"),
    "beside it": orders(folder="/team/totals", startOffset=1767225600000),
    "packages": orders(packages=["udf.jar", "more.jar", "udf.jar"]),
    "single nodes": orders(4, planJson={"nodes": NODES}),
    "a plan that the platform sizes": orders(planJson={"autoconf": True, "expectedCore": 8.0, "expectedGB": 32.0}),
    "tuned as it runs": orders(2, autoscale=SCALE),
    "a jar": replace(orders(config={"a": "b"}, packages=["udf.jar"]), program=WINDOWS),
    "a jar with a label": replace(ORDERS, program=replace(WINDOWS, args=("blink.job.name=mine", "a=b"))),
}


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_what_was_applied_differs_in_nothing(bench: FoasBench, spec: JobSpec):
    """While it runs, and while it is paused; whatever the platform fills in by itself."""
    bench.platform.checkpoint_after = 1
    live = started(bench.provider, spec)
    paused = stopped(bench.provider, live)

    assert diff(read(live), spec) == ()
    assert read(live).unfilled(spec).fields() == spec.fields()
    assert diff(read(paused), spec) == ()


def test_placeholders_are_filled_in_however_deep_they_stand(bench: FoasBench):
    """One that is sent as written means nothing to the platform, and would be a difference for ever."""
    night = {"startTime": "${env:DUSK}", "endTime": "05:00", "plan": "CURRENT", "policy": "EVERY_DAY_TIME"}
    scale = {"maxCU": 40, "suspendPeriods": [night], "configure": {"on": {"call": "${env:WHO}"}}}
    spec = replace(ORDERS, options=options(autoscale=scale), secrets=Secrets({"DUSK": "03:00", "WHO": "night-shift"}))

    live = started(bench.provider, spec)

    sent = bench.platform.jobs["orders"].autoscale
    assert sent["suspendPeriodParam.1.startTime"] == "03:00"
    assert sent["configure"] == '{"on":{"call":"night-shift"}}'
    assert diff(read(live), spec) == ()
    later = replace(spec, secrets=Secrets({"DUSK": "04:00", "WHO": "night-shift"}))
    assert [change.path for change in diff(read(live), later)] == ["env.DUSK"]


def test_what_people_write_around_the_marker_and_the_parameters_changes_nothing(bench: FoasBench):
    """A job stays whose it is, and what it was asked to be, whatever is noted beside it; and the notes stay."""
    spec = replace(ORDERS, config={"a": "b"}, options=options(autoscale=SCALE))
    started(bench.provider, spec)
    content = bench.platform.jobs["orders"].content
    around = {"Description": f"for the board, {bench.platform.jobs['orders'].description} (ask Ann)"}
    bench.platform.edit("orders", commit=True, **around, Properties=f"# tuned in May\n\n{content['Properties']}# end\n")

    live = seen(bench.provider, "orders")

    assert live is not None
    assert live.marker is not None
    assert (live.marker.project, live.marker.job) == ("payments", "orders")
    assert diff(read(live), spec) == ()
    again = started(bench.provider, replace(spec, config={"a": "c"}), live=stopped(bench.provider, live))
    job = bench.platform.jobs["orders"]
    assert again.marker is not None
    assert job.description.startswith("for the board, [headgate ")
    assert job.description.endswith("] (ask Ann)")
    assert "# tuned in May" in job.content["Properties"]


def test_a_state_that_nobody_documents_is_shown_and_taken_for_unknown(bench: FoasBench):
    """It may run: it is neither started beside nor pruned."""
    started(bench.provider, ORDERS)
    current = running(bench)
    current.actual, current.wait = "MIGRATING", 10

    live = seen(bench.provider, "orders")

    assert live is not None
    assert (live.state, live.word) == (JobState.UNKNOWN, "MIGRATING, to be RUNNING")
    assert bench.provider.health("orders").word == "MIGRATING, to be RUNNING"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"properties": "# ours\na.b=c\\:d\n\n\t x = y \\\n  z\n"}, {"a.b": "c:d", "x": "y z"}),
    ],
    ids=["plain", "with parameters"],
)
def test_a_strangers_job_written_down_differs_in_nothing(bench: FoasBench, fields: dict[str, str], expected: Any):
    """What `headgate import` would write, loaded again."""
    bench.platform.start_stranger("clicks", packages="udf.jar,more.jar", **fields)
    [stranger] = bench.provider.observe().others

    found = read(stranger)
    written = written_down(stranger, "foas")
    written = replace(written, options=normal(dict(written.options)))

    assert diff(found, written) == ()
    assert found.config == expected
    assert found.options["packages"] == ["more.jar", "udf.jar"]
    assert found.options["engineVersion"] == "blink-3.6.0"


def test_nodes_that_were_tuned_by_hand_are_reported_by_name(bench: FoasBench):
    """The parallelism most of them have is the job's; of two nodes with one name the second has a number."""
    nodes = [
        {"id": 1, "name": "Source: s", "parallelism": 4, "core": 0.1},
        {"id": 2, "name": "Calc", "parallelism": 8, "core": 0.5, "heap_memory": 256},
        {"id": 3, "name": "Calc", "parallelism": 8, "core": 0.1},
    ]
    bench.platform.start_stranger("clicks", planJson=json.dumps({"nodes": nodes}))

    [stranger] = bench.provider.observe().others

    found = read(stranger)
    assert found.parallelism == 8
    assert found.options["planJson"] == {"nodes": {"Source: s": {"parallelism": 4}, "Calc": {"core": 0.5}}}


def test_sql_that_nobody_can_read_is_no_manifest(bench: FoasBench):
    """Nor is it an error: the job is there, and is shown."""
    bench.platform.start_stranger("clicks", code="SELECT 'open")

    [stranger] = bench.provider.observe().others

    assert (stranger.name, stranger.applied) == ("clicks", None)


@pytest.mark.parametrize(
    ("changed", "paths"),
    [
        ({"Code": statement("orders", "SELECT a, 1 FROM s")}, ["statement"]),
        ({"EngineVersion": "blink-3.4.4"}, ["options.engineVersion"]),
        ({"Packages": "udf.jar"}, ["options.packages"]),
        ({"Properties": "a=1", "instead": "a=2"}, ["config.a"]),
        ({"Properties": "a=1", "instead": "b=1"}, ["config.a", "config.b"]),
    ],
    ids=["statement", "engine", "packages", "a value", "a parameter"],
)
def test_what_somebody_changed_in_the_console_is_seen_once_it_runs(
    bench: FoasBench, changed: dict[str, str], paths: list[str]
):
    """Saved and committed alone, it runs nowhere; after a pause and a resumption it does."""
    spec = replace(ORDERS, config={"a": "1"}, options=options(engineVersion="blink-3.6.0"))
    live = started(bench.provider, spec)
    if "instead" in changed:
        text = bench.platform.jobs["orders"].content["Properties"]
        changed = {"Properties": text.replace(changed["Properties"], changed["instead"])}
    bench.platform.edit("orders", commit=True, **changed)
    assert diff(read(seen(bench.provider, "orders")), spec) == ()

    bench.platform.press("orders", "PAUSED")
    job = bench.platform.jobs["orders"]
    bench.platform.launch(job, age=0).actual = "RUNNING"
    job.stale = 0

    now = seen(bench.provider, "orders")
    assert now is not None
    assert now.run_id != live.run_id
    assert [change.path for change in diff(read(now), spec)] == paths


@pytest.mark.parametrize(
    ("edit", "paths"),
    [
        (lambda node: node.update(parallelism=9), ["parallelism"]),
        (lambda node: node.update(parallelism=9 if node["id"] == 1 else 4), ["options.planJson"]),
        (lambda node: node.update(core=2.5), []),
    ],
    ids=["all nodes", "one node", "what nobody asked for"],
)
def test_another_parallelism_in_the_plan_is_seen(bench: FoasBench, edit: Any, paths: list[str]):
    """Of every node or of one; resources that the manifest does not name are the platform's, or the console's."""
    spec = replace(ORDERS, parallelism=4)
    started(bench.provider, spec)
    current = running(bench)
    plan = json.loads(current.content["PlanJson"])
    for node in plan["nodes"]:
        edit(node)
    current.content["PlanJson"] = json.dumps(plan)

    found = diff(read(seen(bench.provider, "orders")), spec)

    assert sorted({change.path.partition(".nodes")[0] for change in found}) == paths


def test_nodes_of_a_job_that_is_tuned_as_it_runs_are_nobodys_difference(bench: FoasBench):
    """Automatic tuning rewrites the plan of the instance."""
    spec = replace(ORDERS, parallelism=2, options=options(autoscale=SCALE))
    started(bench.provider, spec)
    content = running(bench).content
    content["PlanJson"] = content["PlanJson"].replace('"parallelism":2', '"parallelism":64')

    assert diff(read(seen(bench.provider, "orders")), spec) == ()
    tuning = {"isOnOff": "true", "maxCU": "40.0", "configure": '{"fetch_delay":1.0}'}
    assert bench.platform.jobs["orders"].autoscale == tuning


def test_a_job_that_was_filed_elsewhere_is_seen(bench: FoasBench):
    """And put back without a restart."""
    spec = replace(ORDERS, options=options(folder="/team"))
    started(bench.provider, spec)
    bench.platform.jobs["orders"].folder_id = 4711

    found = diff(read(seen(bench.provider, "orders")), spec)

    assert [change.path for change in found] == ["options.folder"]


def test_a_job_whose_parameters_somebody_wrote_again_is_read_as_a_strangers(bench: FoasBench):
    """What the manifest asked for is not noted there any more: everything the job has is reported, nothing made up."""
    live = started(bench.provider, ORDERS)
    current = running(bench)
    current.content["Properties"] = "a=b\n"
    bench.platform.edit("orders", Properties="a=b\n")

    now = seen(bench.provider, "orders")

    assert {change.path.split(".")[0] for change in diff(read(now), ORDERS)} == {"config", "options"}
    assert read(now).options["engineVersion"] == "blink-3.6.0"
    assert now is not None
    assert now.marker == live.marker


def test_line_ends_of_the_console_make_no_difference(bench: FoasBench):
    """It writes CRLF."""
    live = started(bench.provider, ORDERS)
    current = running(bench)
    current.content["Code"] = current.content["Code"].replace("\n", "\r\n")
    current.content["Properties"] = current.content["Properties"].replace("\n", "\r\n")

    now = seen(bench.provider, "orders")

    assert diff(read(now), ORDERS) == ()
    assert now is not None
    assert now.fingerprint == live.fingerprint
