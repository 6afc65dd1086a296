"""A simulated Dinky and a provider for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.providers.dinky.given import opened

from headgate.providers.dinky.adapter import DinkyProvider
from headgate.testing.dinky import DinkySimulator


@pytest.fixture
def dinky() -> Iterator[DinkySimulator]:
    with DinkySimulator() as simulator:
        yield simulator


@pytest.fixture
def provider(dinky: DinkySimulator) -> Iterator[DinkyProvider]:
    one = opened(dinky)
    yield one
    one.close()
