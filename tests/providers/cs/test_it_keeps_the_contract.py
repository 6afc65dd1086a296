"""The contract of every provider, on simulated Cloud Streams: with all that the host may offer, and with the least.

There is no official client of Cloud Stream on PyPI that the simulator could be compared with: the SDK is in Java, and
the packages of huaweicloudsdk begin with its successor. Both signatures are compared with fixed ones of the official
signers, and the current one with huaweicloudsdkcore itself, in tests/providers/huawei.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.providers.cs.given import CsBench

from headgate.testing.contract import ProviderContract
from headgate.testing.cs import CsSimulator


class TestTheContract(ProviderContract):
    @pytest.fixture
    def bench(self) -> Iterator[CsBench]:
        with CsSimulator() as platform:
            bench = CsBench(platform)
            yield bench
            bench.close()


class TestTheContractByTheOldSignature(ProviderContract):
    """The scheme of the service's own SDK, on a host with small pages that is slow to move."""

    @pytest.fixture
    def bench(self) -> Iterator[CsBench]:
        with CsSimulator() as platform:
            platform.accepts = {"legacy"}
            platform.largest_page = 25
            platform.takes = 2
            bench = CsBench(platform, signature="legacy")
            yield bench
            bench.close()
