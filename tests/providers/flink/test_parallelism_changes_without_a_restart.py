"""On the adaptive scheduler a job is made wider or narrower while it runs; what was last asked is what is observed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.clusters import Cluster, eventually
from tests.faults.proxy import faulty
from tests.providers.flink.jobs import a_project, counting_spec, observed, opened, settled

from headgate.errors import Rejected
from headgate.local import LocalFlink
from headgate.model.live import Live, Marker
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


def rescaled(provider: FlinkProvider, spec: JobSpec) -> None:
    """As the executor does it: foreseen, asked for, waited for."""
    live = observed(provider, spec.name)
    assert provider.platform_verdict(spec, live, changes(provider, spec)).in_place == {"parallelism"}
    provider.update(live, spec, live.marker or pytest.fail("it is ours"))
    assert not provider.health(live.job_id).settled or widths(provider, live.job_id) == {spec.parallelism}
    eventually(lambda: provider.health(live.job_id).settled)


def widths(provider: FlinkProvider, job_id: str) -> set[int]:
    return {vertex.parallelism for vertex in provider.graph(job_id).vertices}


def test_a_wider_job_is_the_same_job_and_counts_on(adaptive: LocalFlink, provider: FlinkProvider, project: str):
    """No savepoint, no new id, no count lost; and narrower again."""
    cluster = Cluster(adaptive)
    spec = counting_spec("wider", f"{project}-wider", parallelism=2)
    job_id = settled(provider, project, spec)
    eventually(lambda: max(cluster.printed(f"{project}-wider"), default=0) > 20)

    for wanted in (4, 1):
        edited = replace(spec, parallelism=wanted)
        rescaled(provider, edited)
        assert observed(provider, spec.name).job_id == job_id
        assert widths(provider, job_id) == {wanted}
        assert changes(provider, edited) == ()

    before = len(cluster.printed(f"{project}-wider"))
    eventually(lambda: len(cluster.printed(f"{project}-wider")) > before + 20)
    assert cluster.printed(f"{project}-wider").count(1) == 1


def test_another_process_sees_the_parallelism_that_was_asked_for(
    adaptive: LocalFlink, provider: FlinkProvider, project: str
):
    """The job's own parameters still say the old one; asking again does it once."""
    spec = counting_spec("seen", f"{project}-seen")
    settled(provider, project, spec)
    wide = replace(spec, parallelism=3)
    rescaled(provider, wide)

    elsewhere = opened(adaptive, project)
    live = observed(elsewhere, "seen")
    elsewhere.update(live, wide, live.marker or Marker(project, "seen", ""))
    elsewhere.close()

    assert live.applied is not None
    assert diff(live.applied, wide) == ()


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
    live, as_one = observed(provider, "fixed"), replace(spec, parallelism=2)
    assert provider.platform_verdict(as_one, live, changes(provider, as_one)).in_place == frozenset()
    with pytest.raises(Rejected, match="without a restart"):
        provider.update(live, as_one, live.marker or pytest.fail("it is ours"))

    wide = replace(spec, parallelism=4)
    provider.update(live, wide, live.marker or pytest.fail("it is ours"))
    eventually(lambda: provider.health(job_id).settled and 4 in widths(provider, job_id))
    by_name = {vertex.name: vertex.parallelism for vertex in provider.graph(job_id).vertices}
    elsewhere = opened(adaptive, project)

    assert sorted(by_name.values()) == [1, 2, 4]
    assert next(width for name, width in by_name.items() if name.startswith("Source")) == 4
    assert next(width for name, width in by_name.items() if name.startswith("Sink: two")) == 2
    assert changes(provider, wide) == ()
    assert changes(elsewhere, wide) == ()
    elsewhere.close()


def test_a_job_that_ended_is_as_wide_as_it_was_last_asked_to_be(
    adaptive: LocalFlink, provider: FlinkProvider, project: str
):
    """Or a job that was rescaled and has finished would look changed, and be started again."""
    spec = counting_spec("ended", f"{project}-ended")
    job_id = settled(provider, project, spec)
    wide = replace(spec, parallelism=2)
    rescaled(provider, wide)
    provider.cancel(job_id)
    eventually(lambda: not observed(provider, "ended").state.active)

    elsewhere = opened(adaptive, project)

    assert changes(provider, wide) == ()
    assert changes(elsewhere, wide) == ()
    elsewhere.close()


def test_a_job_that_finds_too_few_slots_is_healthy_and_not_changed(provider: FlinkProvider, project: str):
    """The scheduler does what it can; git asked for more, and that is what the job was asked to be."""
    spec = counting_spec("starved", f"{project}-starved", parallelism=12)

    job_id = settled(provider, project, spec)

    assert max(widths(provider, job_id)) <= 8
    assert changes(provider, spec) == ()


def test_more_than_parallelism_is_a_restart(provider: FlinkProvider, project: str):
    """Only the whole edit in place is in place."""
    spec = counting_spec("more", f"{project}-more")
    settled(provider, project, spec)
    live = observed(provider, "more")
    edited = replace(spec, parallelism=2, config={"execution.checkpointing.interval": "300 ms"})

    assert provider.platform_verdict(edited, live, changes(provider, edited)).in_place == frozenset()


def test_the_default_scheduler_restarts(flink: LocalFlink, project: str):
    """It says so itself when it is asked all the same."""
    there = opened(flink, project)
    spec = counting_spec("plain", f"{project}-plain")
    job_id = settled(there, project, spec)
    live, wide = observed(there, "plain"), replace(spec, parallelism=2)

    platform_verdict = there.platform_verdict(wide, live, (Change("parallelism", 1, 2, Impact.RESTART),))
    with pytest.raises(Rejected, match="AdaptiveScheduler"):
        there.update(live, wide, live.marker or pytest.fail("it is ours"))
    there.cancel(job_id)
    there.close()

    assert (platform_verdict.in_place, platform_verdict.blocked, platform_verdict.state) == (frozenset(), None, None)
