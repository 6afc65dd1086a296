"""What every test of DLI may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.providers.dli.bench import DliBench

from headgate.testing.dli import DliSimulator


@pytest.fixture
def dli() -> Iterator[DliSimulator]:
    """The platform, from outside."""
    with DliSimulator() as platform:
        yield platform


@pytest.fixture
def bench(dli: DliSimulator) -> Iterator[DliBench]:
    """The platform with an adapter of project payments."""
    one = DliBench(dli)
    yield one
    one.close()
