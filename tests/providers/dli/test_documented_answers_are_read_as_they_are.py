"""Bodies as Huawei's pages show them, through the adapter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.providers.dli.bench import DliBench, job

from headgate.model.health import Vertex
from headgate.model.live import JobState
from headgate.testing.contract import from_savepoint, seen, started, stopped
from headgate.testing.dli import DliSimulator

DOCUMENTED = Path(__file__).parent / "documented"
EXECUTE_GRAPH = (DOCUMENTED / "execute-graph.json").read_bytes()


def _answered(bench: DliBench, dli: DliSimulator, body: Any, **options: Any) -> str:
    """A job that runs, whose execution graph is answered with this body; its id."""
    live = started(bench.provider, job(**options))
    dli.graphs[int(live.job_id)] = body
    return live.job_id


def test_the_documented_execution_graph_comes_through_unchanged(bench: DliBench, dli: DliSimulator) -> None:
    """Every field of page dli_02_0236, mixed spellings and all, as `status --raw` shows it."""
    job_id = _answered(bench, dli, EXECUTE_GRAPH)

    reported, health = bench.provider.detail(job_id), bench.provider.health(job_id)

    assert reported["execute_graph"] == json.loads(EXECUTE_GRAPH)["execute_graph"]
    assert reported["job_detail"]["status"] == "job_running"
    assert (health.state, health.word, health.settled) == (JobState.RUNNING, "job_running", True)


@pytest.mark.parametrize("word", ["RESTARTING", "FAILING", "CREATED", "RECONCILING"])
def test_a_flink_job_that_is_not_running_is_not_settled(bench: DliBench, dli: DliSimulator, word: str) -> None:
    """DLI calls a job running while Flink restarts it."""
    body = json.loads(EXECUTE_GRAPH)
    body["execute_graph"]["state"] = word
    job_id = _answered(bench, dli, body)

    health = bench.provider.health(job_id)

    assert (health.state, health.word, health.settled) == (JobState.STARTING, f"job_running/{word}", False)


def test_a_graph_without_vertices_is_the_job_as_one(bench: DliBench, dli: DliSimulator) -> None:
    """The documented body has none, and from Flink 1.13 on no other call tells them."""
    dli.jobs.version = "1.17"
    spec = job()
    job_id = _answered(bench, dli, EXECUTE_GRAPH, options={**spec.options, "execution_agency_urn": "agency"})

    graph = bench.provider.graph(job_id)

    assert graph.vertices == (Vertex("4e966f43f2c90b0e1bf3188ecf55504b", "orders", 1, "RUNNING"),)


def test_the_static_graph_tells_vertices_where_there_is_one(bench: DliBench) -> None:
    """For SQL on Flink 1.10 and 1.12 (page dli_02_0316)."""
    live = started(bench.provider, job(parallelism=2))

    graph = bench.provider.graph(live.job_id)

    sink, source = graph.vertices
    assert (source.name, source.parallelism, source.inputs) == ("Source: s", 2, ())
    assert (sink.name, sink.status, sink.inputs) == ("Sink: t", "RUNNING", ((source.id, "FORWARD"),))


def test_vertices_that_flink_tells_are_taken_first(bench: DliBench, dli: DliSimulator) -> None:
    """Where DLI passes on more of Flink's answer than its page shows."""
    body = json.loads(EXECUTE_GRAPH)
    body["execute_graph"]["vertices"] = [
        {"id": "a1", "name": "Source", "parallelism": 2, "maxParallelism": 128, "status": "RUNNING"},
        {"id": "b2", "name": "Sink", "parallelism": 1, "status": "RUNNING"},
    ]
    body["execute_graph"]["plan"] = {"nodes": [{"id": "b2", "inputs": [{"id": "a1", "ship_strategy": "HASH"}]}]}
    job_id = _answered(bench, dli, body)

    graph = bench.provider.graph(job_id)

    assert graph.vertices == (
        Vertex("a1", "Source", 2, "RUNNING", (), 128),
        Vertex("b2", "Sink", 1, "RUNNING", (("a1", "HASH"),)),
    )


def test_a_job_that_does_not_run_has_no_execution_graph(bench: DliBench, dli: DliSimulator) -> None:
    """DLI answers with an error, which says nothing about the job."""
    live = started(bench.provider, job())
    dli.fail_job("orders")

    reported = bench.provider.detail(live.job_id)

    assert reported["execute_graph"] == {}


@pytest.mark.parametrize("forgets", [False, True], ids=["start-time-stays", "start-time-is-gone"])
def test_a_stop_that_ends_in_the_word_of_a_draft_kept_the_state(
    bench: DliBench, dli: DliSimulator, forgets: bool
) -> None:
    """The vendor's Terraform provider takes job_init for an end of a stop: it is no draft, and is not started empty."""
    dli.jobs.stopped_word = "job_init"
    live = started(bench.provider, job())

    ended = stopped(bench.provider, live)
    if forgets:
        dli.definitions("orders")[0].started = None
        dli.jobs.note(dli.definitions("orders")[0])
        dli.ticks += dli.list_lag
        found = seen(bench.provider, "orders")
        assert found is not None
        ended = found
    assert (ended.state, ended.word, ended.provably_empty) == (JobState.SUSPENDED, "job_init", False)
    assert bench.provider.stop_progress(live.job_id).done
    started(bench.provider, job(parallelism=2), live=ended, restore=from_savepoint(ended))

    assert dli.ages("orders") == 1
    assert len(dli.running("orders")) == len(dli.definitions("orders")) == 1


def test_a_cancel_may_end_in_the_word_of_a_draft_too(bench: DliBench, dli: DliSimulator) -> None:
    """It left no savepoint, and is over."""
    dli.jobs.stopped_word = "job_init"
    live = started(bench.provider, job())

    ended = bench.cancelled(live)

    assert (ended.word, ended.snapshot, ended.provably_empty) == ("job_init", None, False)
    assert bench.provider.stop_progress(live.job_id).failed == "it was stopped and left no savepoint"
