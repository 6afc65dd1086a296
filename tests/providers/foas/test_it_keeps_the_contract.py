"""The simulated service keeps what every provider must keep."""

from __future__ import annotations

import pytest
from tests.providers.foas.bench import FoasBench

from headgate.testing.definition_contract import DefinitionContract
from headgate.testing.foas import FoasSimulator


class TestFoasKeepsTheContract(DefinitionContract):
    """Statements, from a first start to an adoption in place."""

    @pytest.fixture
    def bench(self, platform: FoasSimulator, bench: FoasBench) -> FoasBench:
        platform.largest_page = 5
        return bench
