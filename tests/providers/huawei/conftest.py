"""DLI and Cloud Stream, each with a provider on its simulator: a test that asks for `bench` runs on both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.providers.cs.given import CsBench
from tests.providers.dli.bench import DliBench

from headgate.testing.cs import CsSimulator
from headgate.testing.dli import DliSimulator

_SERVICES: dict[str, tuple[Any, Any]] = {"dli": (DliSimulator, DliBench), "cs": (CsSimulator, CsBench)}


@pytest.fixture(params=sorted(_SERVICES))
def bench(request: pytest.FixtureRequest) -> Iterator[DliBench | CsBench]:
    simulator, bench_of = _SERVICES[request.param]
    with simulator() as platform:
        bench = bench_of(platform)
        yield bench
        bench.close()
