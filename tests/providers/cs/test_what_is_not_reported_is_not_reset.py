"""A field that the service does not report keeps its value until a manifest states another one.

The read model has no restart_when_exception and no idle_state_retention, and an answer may leave out more. An update
with a default in it would change them without a line in the plan.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.providers.cs.given import CsBench, jar_job, options, sql_job
from tests.providers.simulated import differences, report_without

from headgate.model.live import Live
from headgate.model.plan import Restore, RestoreKind
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.testing.contract import eventually, started, stopped
from headgate.testing.cs import CsSimulator

HAND_MADE: dict[str, Any] = {
    "obs_bucket": "state",
    "restart_when_exception": True,
    "idle_state_retention": 86400,
    "dirty_data_strategy": "1",
    "tags": "team=pay",
}
# Older versions of the service reported these elsewhere, or not at all.
OFTEN_REPORTED = {"parallel_number": 3, "log_enabled": True, "checkpoint_enabled": True, "checkpoint_interval": 60}


def adoptable(bench: CsBench, name: str, **stated: Any) -> tuple[Live, JobSpec]:
    """A job of somebody else's, and the manifest that import writes of it, with more options."""
    [live] = [one for one in bench.provider.observe().others if one.name == name]
    assert live.applied is not None
    was = live.applied
    return live, JobSpec(name, "cs", was.program, was.parallelism, config=was.config, options={**was.options, **stated})


def adopted(bench: CsBench, live: Live, spec: JobSpec) -> Live:
    """Stopped with its state, and started as ours."""
    bench.provider.stop_with_savepoint(live.job_id)
    path = eventually(lambda: bench.provider.stop_progress(live.job_id).path)
    return started(bench.provider, spec, live=live, restore=Restore(RestoreKind.SAVEPOINT, path))


@pytest.mark.parametrize("unreported", [(), tuple(OFTEN_REPORTED)], ids=["of-today", "that-reports-less"])
def test_an_adopted_job_keeps_what_only_its_maker_knows(
    bench: CsBench, platform: CsSimulator, unreported: tuple[str, ...]
) -> None:
    """Through the restart of the adoption, and on a service of today through the next one."""
    made = HAND_MADE | OFTEN_REPORTED
    job_id = platform.start_stranger("orders", **made)
    report_without(platform, *unreported)
    live, spec = adoptable(bench, "orders")

    ours = adopted(bench, live, spec)
    if not unreported:
        edited = replace(spec, options={**spec.options, "spu_number": 8})
        again = started(bench.provider, edited, live=stopped(bench.provider, ours))
        assert differences(again, edited) == []

    fields = platform.jobs[job_id].fields
    assert {key: fields[key] for key in made} == made


def test_what_git_states_of_an_adopted_job_is_a_change_and_is_made(bench: CsBench, platform: CsSimulator) -> None:
    """Also a value that a new job would have by itself: what this one has is not known."""
    job_id = platform.start_stranger("orders", **HAND_MADE)
    live, spec = adoptable(bench, "orders", restart_when_exception=False)

    assert differences(live, spec) == ["options.restart_when_exception"]
    ours = adopted(bench, live, spec)

    assert differences(ours, spec) == []
    assert platform.jobs[job_id].fields["restart_when_exception"] is False
    assert platform.jobs[job_id].fields["idle_state_retention"] == 86400


def test_what_leaves_git_goes_back_to_the_documented_default(bench: CsBench, platform: CsSimulator) -> None:
    """The plan shows it as a change, and the change is made."""
    stated = sql_job(options=options(restart_when_exception=True, idle_state_retention=60, tags="team=pay"))
    live = started(bench.provider, stated)

    assert differences(live, sql_job()) == [
        *("options.idle_state_retention", "options.restart_when_exception", "options.tags"),
    ]
    again = started(bench.provider, sql_job(), live=stopped(bench.provider, live))

    [job] = platform.jobs.values()
    assert differences(again, sql_job()) == []
    assert (job.fields["restart_when_exception"], job.fields["idle_state_retention"]) == (False, 3600)
    assert job.fields["tags"] == ""


def test_a_default_that_is_written_out_is_no_change_of_a_job_of_ours(bench: CsBench) -> None:
    """We made it, so what nobody stated is what a new job has."""
    live = started(bench.provider, sql_job())
    written_out = sql_job(options=options(restart_when_exception=False, idle_state_retention=3600))

    assert differences(live, written_out) == []
    assert differences(live, sql_job(options=options(idle_state_retention=60))) == ["options.idle_state_retention"]


def test_checkpoints_of_ours_that_are_not_reported_are_no_difference(bench: CsBench, platform: CsSimulator) -> None:
    """Our note has the words of the manifest: nothing is restarted because an answer leaves them out."""
    spec = sql_job(config={"execution.checkpointing.interval": "90 s", "execution.checkpointing.mode": "AT_LEAST_ONCE"})
    started(bench.provider, spec)

    report_without(platform, "checkpoint_enabled", "checkpoint_interval", "checkpoint_mode")

    [seen] = bench.provider.observe().jobs.values()
    assert isinstance(seen, Live)
    assert differences(seen, spec) == []


def test_a_jar_whose_manager_is_not_known_is_asked_for(bench: CsBench, platform: CsSimulator) -> None:
    """Every update of a jar job has to repeat manager_spu: a guess would change it, so the plan asks."""
    jar = {"job_type": "flink_jar_job", "jar_url": "jars/a.jar", "cluster_id": 3}
    job_id = platform.start_stranger("windows", manager_spu=4, **jar)
    platform.successor_answers = False
    report_without(platform, "manager_spu")
    live, spec = adoptable(bench, "windows")

    blocked = bench.provider.platform_verdict(spec, live, ())
    live, stated = adoptable(bench, "windows", manager_spu=4)
    allowed = bench.provider.platform_verdict(stated, live, ())

    assert blocked.blocked is Reason.NOT_SUPPORTED
    assert "options.manager_spu" in blocked.note
    assert allowed.blocked is None
    adopted(bench, live, stated)
    assert platform.jobs[job_id].fields["manager_spu"] == 4
    sent = [line for line in platform.requests if line.startswith("PATCH")]
    assert len(sent) == 1, "the stop left no note: that would have needed a manager_spu, too"


def test_a_manager_that_is_reported_or_was_ours_is_repeated(bench: CsBench, platform: CsSimulator) -> None:
    """Left to the platform, it stays what it is."""
    job_id = platform.start_stranger(
        "windows", manager_spu=4, job_type="flink_jar_job", jar_url="jars/a.jar", cluster_id=3
    )
    live, spec = adoptable(bench, "windows")
    assert spec.options["manager_spu"] == 4
    left = replace(spec, options={key: value for key, value in spec.options.items() if key != "manager_spu"})

    ours = adopted(bench, live, spec)
    assert differences(ours, left) == ["options.manager_spu"]

    made = started(bench.provider, jar_job("totals"))
    report_without(platform, "manager_spu")
    assert bench.provider.platform_verdict(jar_job("totals", parallelism=2), made, ()).blocked is None
    assert platform.jobs[job_id].fields["manager_spu"] == 4
