"""An update sends what differs from what DLI reports: a field that it leaves out keeps its value, and so does a tag."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.providers.dli.bench import DliBench, job, options
from tests.providers.simulated import report_without

from headgate.model.live import Live, Marker
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.testing.contract import PROJECT, from_savepoint, started, stopped
from headgate.testing.dli import DliSimulator

V2 = {"resource_config_version": "v2"}


def stranger(bench: DliBench) -> Live:
    [live] = [one for one in bench.provider.observe().others if one.name == "orders"]
    return live


def test_a_field_that_no_manifest_can_say_resets_no_other(bench: DliBench, dli: DliSimulator) -> None:
    """It cannot be compared; everything else can."""
    live = started(bench.provider, job())
    dli.edit("orders", dirty_data_strategy="7", resume_max_num=5)
    report_without(dli, "resume_max_num")
    ended = stopped(bench.provider, live)

    started(bench.provider, job(parallelism=2), live=ended, restore=from_savepoint(ended))

    kept = dli.definitions("orders")[0].fields
    assert (kept["parallel_number"], kept["dirty_data_strategy"], kept["resume_max_num"]) == (2, "7", 5)


@pytest.mark.parametrize("unreported", ["taskmanager_resource_spec", "resource_config"])
def test_resources_that_are_not_reported_are_not_sent(bench: DliBench, dli: DliSimulator, unreported: str) -> None:
    """Of CPU and memory the manifest states none: what somebody chose in the console stays."""
    spec = job(options=options(**V2))
    live = started(bench.provider, spec)
    chosen = {"jobmanager_resource_spec": {"cpu": 2.0, "memory": "8GB"}}
    chosen |= {"taskmanager_resource_spec": {"cpu": 4.0, "memory": "16GB"}}
    dli.edit("orders", resource_config={"parallel_number": 1, **chosen})
    report_without(dli, unreported)
    ended = stopped(bench.provider, live)

    started(bench.provider, replace(spec, parallelism=2), live=ended, restore=from_savepoint(ended))

    sent = dli.definitions("orders")[0].fields["resource_config"]
    assert "taskmanager_resource_spec" not in sent or sent["taskmanager_resource_spec"] == {
        "cpu": 4.0,
        "memory": "16GB",
    }
    assert sent["parallel_number"] == 2


def test_tags_that_somebody_else_set_are_asked_about(bench: DliBench, dli: DliSimulator) -> None:
    """No list and no detail reports tags: the first manifest that states some would remove all others."""
    dli.start_stranger("orders")
    dli.definitions("orders")[0].tags = {"cost": "7", "team": "shop"}
    live = stranger(bench)
    assert live.applied is not None
    imported = JobSpec("orders", "dli", live.applied.program, config=live.applied.config, options=live.applied.options)
    stated = replace(imported, options={**imported.options, "tags": {"team": "shop"}})
    whole = replace(imported, options={**imported.options, "tags": {"team": "shop", "cost": "7"}})

    asked = bench.provider.platform_verdict(stated, live, ())
    bench.provider.update(live, stated, Marker(PROJECT, "orders", stated.revision))

    assert asked.blocked is Reason.NOT_SUPPORTED
    assert "cost" in asked.note
    assert bench.provider.platform_verdict(whole, live, ()).blocked is None
    assert dli.definitions("orders")[0].tags == {"cost": "7", "team": "shop"}
