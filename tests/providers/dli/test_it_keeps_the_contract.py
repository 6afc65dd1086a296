"""DLI keeps what every platform keeps, against a simulator that is as awkward as its documentation allows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.providers.dli.bench import DliBench

from headgate.testing.definition_contract import DefinitionContract
from headgate.testing.dli import DliSimulator


class TestTheContract(DefinitionContract):
    @pytest.fixture
    def bench(self) -> Iterator[DliBench]:
        with DliSimulator() as platform:
            bench = DliBench(platform)
            yield bench
            bench.close()


class TestTheContractWithUniqueNames(DefinitionContract):
    """Whether names are unique is not documented: both must do."""

    @pytest.fixture
    def bench(self) -> Iterator[DliBench]:
        with DliSimulator() as platform:
            platform.unique_names = True
            platform.list_lag, platform.status_lag = 5, 3
            bench = DliBench(platform)
            bench.many = 3
            yield bench
            bench.close()
