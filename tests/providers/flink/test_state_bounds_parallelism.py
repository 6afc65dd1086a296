"""Max parallelism: what state was split into decides how wide a job can be, and Flink does not restore it otherwise.

What the adapter foresees is checked against what Flink then does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.clusters import eventually
from tests.providers.flink.jobs import a_project, counting_spec, observed, opened, settled, stopped, submission

from headgate.local import LocalFlink
from headgate.model.live import JobState, Live
from headgate.model.plan import PlatformVerdict, Restore, RestoreKind, Verdict
from headgate.model.reasons import Reason
from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec, Savepoint, Strategy
from headgate.planning import diff
from headgate.providers.flink.adapter import FlinkProvider

pytestmark = pytest.mark.flink

MOST = "pipeline.max-parallelism"


@pytest.fixture(scope="module")
def project() -> str:
    return a_project()


@pytest.fixture(scope="module")
def provider(flink: LocalFlink, project: str) -> Iterator[FlinkProvider]:
    opening = opened(flink, project)
    yield opening
    opening.close()


@pytest.fixture(scope="module")
def bounded(provider: FlinkProvider, project: str) -> Iterator[tuple[JobSpec, Live]]:
    """A job of parallelism 2 whose state can be spread over 4."""
    spec = counting_spec("bounded", f"{project}-bounded", parallelism=2, config={MOST: "4"})
    job_id = settled(provider, project, spec)
    yield spec, observed(provider, "bounded")
    provider.cancel(job_id)


def foreseen(provider: FlinkProvider, live: Live, spec: JobSpec) -> PlatformVerdict:
    assert live.applied is not None
    return provider.platform_verdict(spec, live, diff(live.applied, spec))


def without_bound(spec: JobSpec, parallelism: int) -> JobSpec:
    config = {key: value for key, value in spec.config.items() if key != MOST}
    return replace(spec, parallelism=parallelism, config=config)


@pytest.mark.parametrize("parallelism", [6, 129])
def test_a_manifest_above_its_own_bound_is_blocked(provider: FlinkProvider, parallelism: int):
    """Nothing runs yet, and nothing would."""
    spec = counting_spec("new", "", parallelism=parallelism, config={MOST: "${env:MOST}"})
    spec = replace(spec, secrets=Secrets({"MOST": "5"}))

    found = provider.platform_verdict(spec, None, ())

    assert found.blocked is Reason.ABOVE_MAX_PARALLELISM
    assert str(parallelism) in found.note
    assert "5" in found.note
    assert provider.platform_verdict(replace(spec, parallelism=5), None, ()) == PlatformVerdict()


def test_the_bound_of_the_state_holds_where_the_manifest_names_none(
    provider: FlinkProvider, bounded: tuple[JobSpec, Live]
):
    """Both numbers are said. Up to the bound there is nothing to say, nor where a start is empty."""
    spec, live = bounded

    found = foreseen(provider, live, without_bound(spec, 6))
    empty = replace(without_bound(spec, 6), savepoint=Savepoint(Strategy.NONE))

    assert found.blocked is Reason.ABOVE_MAX_PARALLELISM
    assert "6" in found.note
    assert "4" in found.note
    assert foreseen(provider, live, without_bound(spec, 4)) == PlatformVerdict()
    assert foreseen(provider, live, empty) == PlatformVerdict()


def test_another_max_parallelism_loses_the_state(
    flink: LocalFlink, provider: FlinkProvider, bounded: tuple[JobSpec, Live]
):
    """The one that the state has already, or leaving it to Flink, loses nothing; other edits ask nothing."""
    spec, live = bounded
    closed = opened(flink, "nobody")
    closed.close()

    changed = foreseen(provider, live, replace(spec, config={**spec.config, MOST: "8"})).state

    assert changed is not None
    assert changed.verdict is Verdict.LOST
    assert "4" in changed.operators[0].why
    assert "8" in changed.operators[0].why
    assert foreseen(provider, live, without_bound(spec, 2)).state is None
    other = replace(spec, config={**spec.config, "execution.checkpointing.interval": "1 s"})
    assert foreseen(closed, live, other) == PlatformVerdict()


def test_what_is_equal_to_the_live_bound_is_no_loss(provider: FlinkProvider, project: str):
    """128 is what Flink takes by itself for a small job."""
    spec = counting_spec("default", f"{project}-default")
    job_id = settled(provider, project, spec)
    live = observed(provider, "default")

    found = foreseen(provider, live, replace(spec, config={**spec.config, MOST: "128"}))
    most = {vertex.max_parallelism for vertex in provider.graph(job_id).vertices}
    provider.cancel(job_id)

    assert found == PlatformVerdict()
    assert most == {128}


def test_flink_does_what_is_foreseen(provider: FlinkProvider, project: str):
    """Restored without its bound the state keeps it, and of the vertices only those with state count from then on."""
    spec = counting_spec("restored", f"{project}-restored", parallelism=2, config={MOST: "4"})
    first = settled(provider, project, spec)
    compiled = provider.compile(spec)
    restore = Restore(RestoreKind.SAVEPOINT, stopped(provider, first))

    def submitted(wanted: JobSpec, predecessor: str) -> str:
        return provider.submit(replace(submission(project, wanted, restore, predecessor), compiled=compiled))

    last = first
    for refused in (without_bound(spec, 6), replace(spec, config={**spec.config, MOST: "8"})):
        last = submitted(refused, last)
        assert "max parallelism" in _failure(provider, last).replace("imum", "")
    job_id = submitted(without_bound(spec, 2), last)
    eventually(lambda: provider.health(job_id).settled)
    live = eventually(lambda: there if (there := observed(provider, "restored")).state is JobState.RUNNING else None)
    most = {vertex.max_parallelism for vertex in provider.graph(job_id).vertices}
    found = foreseen(provider, live, without_bound(spec, 6))
    provider.cancel(job_id)

    assert most == {4, 128}
    assert found.blocked is Reason.ABOVE_MAX_PARALLELISM


def _failure(provider: FlinkProvider, job_id: str) -> str:
    eventually(lambda: provider.health(job_id).state is JobState.FAILED)
    return provider.health(job_id).cause.lower()
