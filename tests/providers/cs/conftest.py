"""A simulated Cloud Stream for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.providers.cs.given import CsBench

from headgate.testing.cs import CsSimulator


@pytest.fixture
def platform() -> Iterator[CsSimulator]:
    with CsSimulator() as platform:
        yield platform


@pytest.fixture
def bench(platform: CsSimulator) -> Iterator[CsBench]:
    bench = CsBench(platform)
    yield bench
    bench.close()
