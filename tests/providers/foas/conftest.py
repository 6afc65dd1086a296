"""A simulated project of the service, with a bench and a provider for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.providers.foas.bench import FoasBench

from headgate.model.live import Live
from headgate.model.spec import JobSpec
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.testing.contract import started, stopped
from headgate.testing.foas import FoasSimulator


@pytest.fixture
def platform() -> Iterator[FoasSimulator]:
    with FoasSimulator() as simulator:
        yield simulator


@pytest.fixture
def bench(platform: FoasSimulator) -> Iterator[FoasBench]:
    made = FoasBench(platform)
    yield made
    made.close()


@pytest.fixture
def provider(bench: FoasBench) -> DefinitionProvider:
    return bench.provider


@pytest.fixture
def spec(bench: FoasBench) -> JobSpec:
    return bench.spec("orders")


@pytest.fixture
def paused(bench: FoasBench, spec: JobSpec) -> Live:
    """The job of that spec, once it ran and was paused."""
    return stopped(bench.provider, started(bench.provider, spec))
