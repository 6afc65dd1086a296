"""How a job is doing, platform by platform: what is not reported is not made up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from tests.providers.cs import given as cs
from tests.providers.dinky import given as dinky
from tests.providers.dli import bench as dli
from tests.providers.foas import bench as foas

from headgate.model.health import Health
from headgate.model.live import JobState
from headgate.model.spec import JobSpec
from headgate.providers.port import Provider
from headgate.testing.contract import eventually, submission
from headgate.testing.cs import CsSimulator
from headgate.testing.dinky import DinkySimulator
from headgate.testing.dli import DliSimulator
from headgate.testing.foas import FoasSimulator

FLINKS = {"execution.checkpointing.interval": "30s"}
BLINKS = {"blink.checkpoint.interval.ms": "30000"}


@contextmanager
def place(name: str, *, checkpoints: bool) -> Iterator[tuple[Provider, JobSpec]]:
    """A simulator, opened, and a job for it."""
    config = (BLINKS if name == "foas" else FLINKS) if checkpoints else {}
    match name:
        case "dli":
            with DliSimulator() as platform:
                yield dli.provider(platform), replace(dli.job(), config=config)
        case "cs":
            with CsSimulator() as platform:
                yield cs.opened(platform), replace(cs.sql_job(), config=config)
        case "dinky":
            with DinkySimulator() as platform:
                yield dinky.opened(platform), replace(dinky.job(), config=config)
        case _:
            with FoasSimulator() as platform:
                yield foas.opened(platform), replace(foas.FoasBench(platform).spec("orders"), config=config)


def settled(provider: Provider, spec: JobSpec) -> Health:
    job_id = provider.submit(submission(spec))
    eventually(lambda: provider.health(job_id).settled)
    found = provider.health(job_id)
    provider.close()
    return found


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        pytest.param("dli", False, id="dli-counts-none"),
        pytest.param("cs", False, id="cs-counts-none"),
        pytest.param("dinky", True, id="dinky-counts"),
        pytest.param("foas", True, id="foas-counts"),
    ],
)
def test_a_job_that_makes_checkpoints_is_said_to_make_them(name: str, counts: bool) -> None:
    """And settles, whether the platform counts them or not: an uncounted one is not waited for."""
    with place(name, checkpoints=True) as (provider, spec):
        health = settled(provider, spec)

    assert health.checkpointing is True
    assert (health.checkpoints is not None, bool(health.checkpoints)) == (counts, counts)


@pytest.mark.parametrize(
    ("name", "reported"),
    [
        pytest.param("dli", False, id="dli-has-a-switch"),
        pytest.param("cs", False, id="cs-has-a-switch"),
        pytest.param("dinky", None, id="dinky-has-clusters-with-defaults"),
    ],
)
def test_checkpoints_are_off_only_where_the_platform_says_so(name: str, reported: bool | None) -> None:
    """A manifest that says nothing of them proves nothing where a cluster has defaults of its own."""
    with place(name, checkpoints=False) as (provider, spec):
        health = settled(provider, spec)

    assert health.checkpointing is reported


def test_a_program_sets_up_checkpoints_that_cloud_stream_does_not_see() -> None:
    """The switch in the job's configuration is for SQL alone."""
    with CsSimulator() as platform:
        health = settled(cs.opened(platform), cs.jar_job())

    assert health.checkpointing is None


def test_restarts_are_counted_where_the_platform_counts_them() -> None:
    """ "0 restarts" of a job that nobody counted would send people looking elsewhere."""
    found = {}
    for name in ("dli", "cs", "dinky", "foas"):
        with place(name, checkpoints=False) as (provider, spec):
            found[name] = settled(provider, spec).restarts

    assert found == {"dli": 0, "cs": None, "dinky": 0, "foas": None}


@pytest.mark.parametrize(
    ("on", "completed", "is_settled"),
    [
        pytest.param(True, 0, False, id="on-and-none-completed"),
        pytest.param(True, 1, True, id="on-and-one-completed"),
        pytest.param(True, None, True, id="on-and-not-counted"),
        pytest.param(False, None, True, id="off"),
        pytest.param(None, 0, True, id="not-reported-and-none-counted"),
        pytest.param(None, None, True, id="not-reported"),
    ],
)
def test_the_first_checkpoint_is_waited_for_only_where_it_can_be_seen(
    on: bool | None, completed: int | None, is_settled: bool
) -> None:
    """Waiting for what is never reported would roll a healthy job back."""
    health = Health(JobState.RUNNING, "RUNNING", 1, 1, on, completed)

    assert health.settled is is_settled
