"""What Cloud Stream has no way to do is reported before anything is touched, with what to do instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.providers.cs.given import CsBench, edited, jar_job, options, sql_job
from tests.providers.simulated import differences

from headgate.errors import Rejected
from headgate.model.live import Live, Marker
from headgate.model.plan import Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import Jar, JobSpec, Savepoint, Strategy
from headgate.planning import diff
from headgate.providers.cs.client import CsClient
from headgate.testing.contract import PROJECT, seen, started, stopped
from headgate.testing.cs import CsSimulator

EMPTY = Savepoint(Strategy.NONE)


def said(bench: CsBench, spec: JobSpec, live: Live | None = None) -> str:
    """Why it is blocked, empty if it is not."""
    changes = diff(live.applied, spec) if live and live.applied else ()
    platform_verdict = bench.provider.platform_verdict(spec, live, changes)
    assert platform_verdict.blocked in (None, Reason.NOT_SUPPORTED)
    return platform_verdict.note if platform_verdict.blocked else ""


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (sql_job(config={"state.backend.type": "rocksdb"}), "state.backend.type"),
        (sql_job(config={"execution.checkpointing.interval": "1500 ms"}), "whole seconds"),
        (
            sql_job(config={"execution.checkpointing.interval": "10 s"}, options=options(checkpoint_enabled=True)),
            "config and in options.checkpoint_enabled: keep one",
        ),
        (jar_job(config={"execution.checkpointing.interval": "10 s"}), "in its program"),
        (jar_job(options=options()), "options.cluster_id"),
        (sql_job(options=options(run_mode="exclusive_cluster")), "options.cluster_id"),
        (jar_job(options=options(cluster_id=1, checkpoint_interval=60)), "options.checkpoint_interval is for SQL only"),
        (sql_job(options=options(manager_spu=2)), "options.manager_spu is for a jar only"),
        (sql_job(options=options(edge_group_ids="a")), "edge_node"),
        (jar_job(program=Jar("obs://jars/a.jar", "", ("two words",))), "none may be empty or hold a space"),
        (jar_job(program=Jar("obs://jars/a.jar", "", ("",))), "none may be empty or hold a space"),
        (sql_job(options={}), "savepoint.strategy: none"),
        (sql_job(savepoint=Savepoint(Strategy.PATH, "obs://bucket/savepoint-1")), "its own latest savepoint"),
        (sql_job(options=options(tags="x" * 300)), "too long"),
    ],
)
def test_a_manifest_that_asks_too_much(bench: CsBench, spec: JobSpec, words: str) -> None:
    """Each with the word to change."""
    assert words in said(bench, spec)


@pytest.mark.parametrize(
    "spec",
    [
        sql_job(),
        jar_job(),
        sql_job(options={}, savepoint=EMPTY),
        sql_job(config={"execution.checkpointing.interval": "1 min", "execution.checkpointing.mode": "AT_LEAST_ONCE"}),
        sql_job(options=options(run_mode="edge_node", edge_group_ids="a,b")),
        sql_job(options=options(run_mode="exclusive_cluster", cluster_id=4, spu_number=8)),
    ],
    ids=["sql", "jar", "empty-by-consent", "checkpoints", "edge", "exclusive"],
)
def test_what_can_be_done_is_not_in_the_way(bench: CsBench, spec: JobSpec) -> None:
    """Nothing is forbidden that the platform documents."""
    assert said(bench, spec) == ""


def test_a_job_cannot_become_one_of_another_kind(bench: CsBench) -> None:
    """Neither by an update nor under its old name, which is taken."""
    live = started(bench.provider, sql_job())

    assert "cannot become a jar job: give it another name" in said(bench, jar_job("orders"), live)
    on_edge = sql_job(options=options(run_mode="edge_node", edge_group_ids="a"))
    assert "cannot become a SQL job on edge nodes" in said(bench, on_edge, live)


def test_a_job_says_that_it_cannot_be_stopped_with_its_state(bench: CsBench) -> None:
    """Its state would have no place to go; that of a jar goes where the program says."""
    live = started(bench.provider, sql_job(options={}))

    assert "no obs_bucket" in live.unsavable
    assert said(bench, edited(sql_job(options={}, savepoint=EMPTY)), live) == ""
    with pytest.raises(Rejected, match="no obs_bucket"):
        bench.provider.stop_with_savepoint(live.job_id)
    assert started(bench.provider, sql_job("billing")).unsavable == ""
    assert started(bench.provider, jar_job(options=options(cluster_id=1, obs_bucket=""))).unsavable == ""


def test_a_job_that_runs_is_marked_and_not_changed(bench: CsBench, platform: CsSimulator) -> None:
    """Adoption says whose it is, and nothing else; where the platform refuses even that, nothing happened."""
    platform.start_stranger("orders")
    [found] = bench.provider.observe().others
    assert found.markable
    assert found.applied is not None
    spec = JobSpec("orders", "cs", found.applied.program, options=found.applied.options)
    marker = Marker(PROJECT, "orders", spec.revision)
    running = platform.running("orders")

    with pytest.raises(Rejected, match="does not say what may be changed"):
        bench.provider.update(found, replace(spec, parallelism=2), marker)
    platform.edits_desc = False
    with pytest.raises(Rejected, match="cannot be updated"):
        bench.provider.update(found, spec, marker)
    platform.edits_desc = True
    bench.provider.update(found, spec, marker)

    adopted = seen(bench.provider, "orders")
    assert adopted is not None
    assert (adopted.marker, platform.running("orders")) == (marker, running)
    assert differences(adopted, spec) == []


def test_the_path_of_the_own_latest_savepoint_is_a_path(bench: CsBench) -> None:
    """A way to say in writing: it is there, I have seen it in the console."""
    live = stopped(bench.provider, started(bench.provider, sql_job()))
    latest, named, older = (
        sql_job(savepoint=Savepoint(Strategy.PATH, path))
        for path in (f"cs/{live.job_id}/latest", live.run_id, f"cs/{live.job_id}/1")
    )

    assert said(bench, latest, live) == said(bench, named, live) == ""
    assert f"cs/{live.job_id}/latest" in said(bench, older, live)


def test_a_job_that_runs_has_no_savepoint_yet(bench: CsBench) -> None:
    """The one that its stop will make cannot be looked up before."""
    live = started(bench.provider, sql_job())

    assert bench.provider.exists(f"cs/{live.job_id}/latest") is None
    assert bench.provider.exists(f"cs/{live.job_id}/1") is False
    assert bench.provider.exists("cs/1/latest") is False
    assert bench.provider.exists("obs://bucket/savepoint-1") is False


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.KEPT),
        ({"options": options(spu_number=8, log_enabled=True, restart_when_exception=True)}, Verdict.KEPT),
        ({"config": {"execution.checkpointing.interval": "10 s"}}, Verdict.KEPT),
        ({"parallelism": 3}, Verdict.UNKNOWN),
        ({"options": options(udf_jar_url="jars/other.jar")}, None),
        ({"program": edited(sql_job()).program}, None),
    ],
    ids=["nothing", "resources", "checkpoints", "parallelism", "functions", "program"],
)
def test_what_becomes_of_state(bench: CsBench, changes: dict[str, Any], verdict: Verdict | None) -> None:
    """The same program goes on from its savepoint; of another one nobody can tell."""
    live = started(bench.provider, sql_job())
    assert live.applied is not None
    spec = replace(sql_job(), **changes)

    state = bench.provider.platform_verdict(spec, live, diff(live.applied, spec)).state

    assert (state.verdict if state else None) == verdict


def test_no_other_target_reads_its_savepoints(bench: CsBench) -> None:
    """A job of another project or region is not started from what a job of this one left."""
    own, any_of_them = bench.provider.capabilities, CsClient.capabilities

    assert len({own.savepoint_format, any_of_them.savepoint_format, "flink"}) == 3


def test_a_statement_is_checked_by_a_start_alone(bench: CsBench) -> None:
    """There is no call for it, and the plan says so."""
    assert bench.provider.compile(sql_job()).why
    assert bench.provider.compiled_form.vertices(sql_job()) == ()
