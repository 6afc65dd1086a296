"""How a job is doing, platform by platform: what is not reported is not made up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.providers.cs import given as cs
from tests.providers.dinky import given as dinky
from tests.providers.dli import bench as dli
from tests.providers.foas import bench as foas

from headgate.model.health import Health
from headgate.model.live import JobState
from headgate.model.spec import JobSpec, Sql
from headgate.providers.port import Provider
from headgate.testing.contract import eventually, submission
from headgate.testing.cs import CsSimulator
from headgate.testing.dinky import DinkySimulator
from headgate.testing.dli import DliSimulator
from headgate.testing.foas import FoasSimulator

FLINKS = {"execution.checkpointing.interval": "30s"}
BLINKS = {"blink.checkpoint.interval.ms": "30000"}


PLACES: dict[str, tuple[Any, Callable[[Any], Provider], Callable[[], JobSpec]]] = {
    "dli": (DliSimulator, dli.provider, dli.job),
    "cs": (CsSimulator, cs.opened, cs.sql_job),
    "dinky": (DinkySimulator, dinky.opened, dinky.job),
    "foas": (FoasSimulator, foas.opened, lambda: JobSpec("orders", "foas", Sql(foas.statement("orders")))),
}


def settled(name: str, spec: JobSpec | None = None, **changes: Any) -> Health:
    """How a job is doing on a simulator once it has settled."""
    simulator, opened, job = PLACES[name]
    with simulator() as platform:
        provider = opened(platform)
        job_id = provider.submit(submission(replace(spec or job(), **changes)))
        eventually(lambda: provider.health(job_id).settled)
        found = provider.health(job_id)
        provider.close()
    return found


@pytest.mark.parametrize(
    ("name", "counts", "off", "restarts"),
    [
        pytest.param("dli", False, False, 0, id="dli-has-a-switch-and-counts-restarts"),
        pytest.param("cs", False, False, None, id="cs-has-a-switch-and-counts-nothing"),
        pytest.param("dinky", True, None, 0, id="dinky-has-clusters-with-defaults-and-counts-both"),
        pytest.param("foas", True, ..., None, id="foas-counts-checkpoints"),
    ],
)
def test_what_a_platform_says_of_checkpoints_and_restarts(name: str, counts: bool, off: Any, restarts: Any) -> None:
    """A job settles, whether its checkpoints are counted or not: uncounted ones are not waited for.

    They are off only where the platform says so: a manifest that says nothing of them proves nothing where a cluster
    has defaults of its own. "0 restarts" of a job that nobody counted would send people looking elsewhere.
    """
    health = settled(name, config=BLINKS if name == "foas" else FLINKS)
    plain = settled(name)

    assert health.checkpointing is True
    assert (health.checkpoints is not None, bool(health.checkpoints)) == (counts, counts)
    assert off in (plain.checkpointing, ...)
    assert plain.restarts == restarts


def test_a_program_sets_up_checkpoints_that_cloud_stream_does_not_see() -> None:
    """The switch in the job's configuration is for SQL alone."""
    assert settled("cs", cs.jar_job()).checkpointing is None


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
