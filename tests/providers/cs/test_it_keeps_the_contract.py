"""The contract of every provider, on simulated Cloud Streams: with all that the host may offer, and with the least.

There is no official client of Cloud Stream on PyPI that the simulator could be compared with: the SDK is in Java, and
the packages of huaweicloudsdk begin with its successor. Its signature is compared with huaweicloudsdkcore itself, in
tests/providers/huawei.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.providers.cs.given import CsBench

from headgate.testing.cs import CsSimulator
from headgate.testing.definition_contract import DefinitionContract


class TestTheContract(DefinitionContract):
    @pytest.fixture
    def bench(self) -> Iterator[CsBench]:
        with CsSimulator() as platform:
            bench = CsBench(platform)
            yield bench
            bench.close()


class TestTheContractOfASlowHost(DefinitionContract):
    """Small pages, statuses that take two looks, and a list that shows them late."""

    @pytest.fixture
    def bench(self) -> Iterator[CsBench]:
        with CsSimulator() as platform:
            platform.largest_page = 5
            platform.takes = 2
            platform.list_lags = 3
            bench = CsBench(platform)
            yield bench
            bench.close()
