"""A simulated Dinky and a provider for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.providers.dinky.given import opened

from headgate.providers.definitions.provider import DefinitionProvider as DinkyProvider
from headgate.testing.dinky import DinkySimulator


@pytest.fixture
def dinky() -> Iterator[DinkySimulator]:
    with DinkySimulator() as simulator:
        yield simulator


@pytest.fixture
def connect(dinky: DinkySimulator) -> Iterator[Callable[..., DinkyProvider]]:
    """Opens providers on the simulator, each like a process of its own."""
    with contextlib.ExitStack() as doors:

        def one(**settings: Any) -> DinkyProvider:
            return doors.enter_context(contextlib.closing(opened(dinky, **settings)))

        yield one


@pytest.fixture
def provider(connect: Callable[..., DinkyProvider]) -> DinkyProvider:
    return connect()
