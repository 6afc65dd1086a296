"""Dinky keeps what every provider must keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.providers.dinky import given
from tests.providers.simulated import OnSimulator

from headgate.model.spec import JobSpec
from headgate.providers.dinky.adapter import DinkyProvider
from headgate.testing.contract import PROJECT, ProviderContract
from headgate.testing.dinky import DinkySimulator


class DinkyBench(OnSimulator[DinkySimulator]):
    """A simulated Dinky, seen from outside."""

    many = 120

    def __init__(self, dinky: DinkySimulator) -> None:
        self.platform = dinky
        self._opened: list[DinkyProvider] = []
        self.provider = self.again()

    def again(self, project: str = PROJECT) -> DinkyProvider:
        self._opened.append(given.opened(self.platform, project=project))
        return self._opened[-1]

    def close(self) -> None:
        for provider in self._opened:
            provider.close()

    def spec(self, name: str, **changes: Any) -> JobSpec:
        return given.job(name, **changes)

    def edited(self, spec: JobSpec) -> JobSpec:
        return given.edited(spec)

    def vanished(self, path: str) -> str:
        return f"{path}-gone"


class TestDinky(ProviderContract):
    """On the simulator."""

    @pytest.fixture
    def bench(self, dinky: DinkySimulator) -> Iterator[DinkyBench]:
        bench = DinkyBench(dinky)
        yield bench
        bench.close()
