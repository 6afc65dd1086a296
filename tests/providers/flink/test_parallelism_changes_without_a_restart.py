"""On the adaptive scheduler a job is made wider or narrower while it runs; what was last asked is what is observed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from tests.clusters import Cluster, eventually
from tests.faults.proxy import faulty
from tests.providers.flink.jobs import a_project, counting_spec, observed, opened, settled

from headgate.errors import Rejected
from headgate.local import LocalFlink
from headgate.model.live import Live
from headgate.model.plan import Change, Impact
from headgate.model.spec import JobSpec, Sql
from headgate.planning import diff
from headgate.providers.flink.adapter import FlinkProvider

pytestmark = pytest.mark.flink


@pytest.fixture(scope="module")
def project() -> str:
    return a_project()


@pytest.fixture
def provider(adaptive: LocalFlink, project: str) -> Iterator[FlinkProvider]:
    opening = opened(adaptive, project)
    yield opening
    for live in opening.observe().jobs.values():
        if isinstance(live, Live) and live.state.active:
            opening.cancel(live.job_id)
    opening.close()


def changes(provider: FlinkProvider, spec: JobSpec) -> tuple[Change, ...]:
    live = observed(provider, spec.name)
    assert live.applied is not None
    return diff(live.applied, spec)


def in_place(provider: FlinkProvider, spec: JobSpec) -> frozenset[str]:
    """What of an edit can be changed as the job runs."""
    return provider.platform_verdict(spec, observed(provider, spec.name), changes(provider, spec)).in_place


def update(provider: FlinkProvider, spec: JobSpec) -> None:
    live = observed(provider, spec.name)
    provider.update(live, spec, live.marker or pytest.fail("it is ours"))


def widths(provider: FlinkProvider, job_id: str) -> set[int]:
    return {vertex.parallelism for vertex in provider.graph(job_id).vertices}


def test_a_wider_job_is_the_same_job_and_counts_on(adaptive: LocalFlink, provider: FlinkProvider, project: str):
    """No savepoint, no new id, no count lost; and narrower before. Only the whole edit in place is in place.

    The job's own parameters still say the old parallelism: another process sees the one that was asked for, asks for it
    without effect, and finds the job unchanged after it has ended, too.
    """
    printed = f"{project}-wider"
    cluster = Cluster(adaptive)
    spec = counting_spec("wider", printed, parallelism=2)
    job_id = settled(provider, project, spec)
    eventually(lambda: max(cluster.printed(printed), default=0) > 20)
    assert in_place(provider, replace(spec, parallelism=4, config={**spec.config, "a.b": "c"})) == frozenset()

    for wanted in (1, 4):
        edited = replace(spec, parallelism=wanted)
        assert in_place(provider, edited) == {"parallelism"}
        update(provider, edited)
        assert not provider.health(job_id).settled or widths(provider, job_id) == {wanted}
        eventually(lambda: provider.health(job_id).settled)
        assert observed(provider, spec.name).job_id == job_id
        assert widths(provider, job_id) == {wanted}
        assert changes(provider, edited) == ()
    with closing(opened(adaptive, project)) as elsewhere:
        update(elsewhere, edited)
        assert changes(elsewhere, edited) == ()

    before = len(cluster.printed(printed))
    eventually(lambda: len(cluster.printed(printed)) > before + 20)
    assert cluster.printed(printed).count(1) == 1
    provider.cancel(job_id)
    eventually(lambda: not observed(provider, "wider").state.active)
    with closing(opened(adaptive, project)) as elsewhere:
        assert changes(provider, edited) == changes(elsewhere, edited) == ()


def test_nothing_is_asked_again_while_nothing_changed(adaptive: LocalFlink, project: str):
    """A thousand jobs cost one listing; a change behind headgate's back is seen all the same."""
    with faulty(adaptive.url) as proxy:
        watched = opened(replace(adaptive, url=proxy.url), project)
        spec = counting_spec("watched", f"{project}-watched", parallelism=2)
        job_id = settled(watched, project, spec)
        eventually(lambda: changes(watched, spec) == () and _quiet(watched, proxy.requests))

        asked = watched._api.read(f"/jobs/{job_id}/resource-requirements")
        for each in asked.values():
            each["parallelism"]["upperBound"] = 5
        watched._api.call("PUT", f"/jobs/{job_id}/resource-requirements", writes=True, body=asked)

        drift = eventually(lambda: changes(watched, spec))
        watched.cancel(job_id)
        watched.close()

    assert [(change.path, change.before, change.after) for change in drift] == [("parallelism", 5, 2)]


def _quiet(provider: FlinkProvider, requests: list[str]) -> bool:
    requests.clear()
    provider.observe()
    # In its first minute a job is asked for its failures at each look, until it has proven healthy.
    return [line for line in requests if not line.endswith("/exceptions")] == ["GET /jobs/overview"]


FIXED = """
    CREATE TABLE numbers (k INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
    CREATE TABLE two (k INT) WITH ('connector' = 'print', 'sink.parallelism' = '2');
    CREATE TABLE total (n BIGINT) WITH ('connector' = 'blackhole');
    INSERT INTO two SELECT k FROM numbers WHERE k = 3;
    INSERT INTO total SELECT COUNT(*) FROM numbers"""


def test_widths_that_the_author_fixed_stay(adaptive: LocalFlink, provider: FlinkProvider, project: str):
    """A sink that may only be 1 wide, and one that its table makes 2 wide, stay so; the rest follows the job.

    Where the source becomes as wide as that sink, Flink would run both as one: another graph, and so a restart.
    """
    spec = counting_spec("fixed", "", program=Sql(FIXED), parallelism=3)
    job_id = settled(provider, project, spec)
    as_one, wide = replace(spec, parallelism=2), replace(spec, parallelism=4)
    assert in_place(provider, as_one) == frozenset()
    with pytest.raises(Rejected, match="without a restart"):
        update(provider, as_one)

    update(provider, wide)
    eventually(lambda: provider.health(job_id).settled and 4 in widths(provider, job_id))

    by_name = {vertex.name.partition(":")[0]: vertex.parallelism for vertex in provider.graph(job_id).vertices}
    two = {vertex.parallelism for vertex in provider.graph(job_id).vertices if vertex.name.startswith("Sink: two")}
    assert (widths(provider, job_id), by_name["Source"], two) == ({1, 2, 4}, 4, {2})
    with closing(opened(adaptive, project)) as elsewhere:
        assert changes(provider, wide) == changes(elsewhere, wide) == ()


def test_a_job_that_finds_too_few_slots_is_healthy_and_not_changed(provider: FlinkProvider, project: str):
    """The scheduler does what it can; git asked for more, and that is what the job was asked to be."""
    spec = counting_spec("starved", f"{project}-starved", parallelism=12)

    job_id = settled(provider, project, spec)

    assert max(widths(provider, job_id)) <= 8
    assert changes(provider, spec) == ()


def test_the_default_scheduler_restarts(flink: LocalFlink, project: str):
    """It says so itself when it is asked all the same."""
    with closing(opened(flink, project)) as there:
        spec = counting_spec("plain", f"{project}-plain")
        job_id = settled(there, project, spec)
        live, wide = observed(there, "plain"), replace(spec, parallelism=2)

        verdict = there.platform_verdict(wide, live, (Change("parallelism", 1, 2, Impact.RESTART),))
        with pytest.raises(Rejected, match="AdaptiveScheduler"):
            update(there, wide)
        there.cancel(job_id)

    assert (verdict.in_place, verdict.blocked, verdict.state) == (frozenset(), None, None)
