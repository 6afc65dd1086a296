"""A second Flink beside the shared one: its scheduler is adaptive, and a test may kill it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.clusters import eventually
from tests.conftest import chosen_flink, free_port

from headgate.local import LocalFlink, down, status, up

# Changes take effect at once, not after the 30 seconds that a busy cluster is spared; 1.20 and 2.x name this again.
_CONFIG = {
    "jobmanager.scheduler": "Adaptive",
    "jobmanager.adaptive-scheduler.scaling-interval.min": "0 s",
    "jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling": "0 s",
    "jobmanager.adaptive-scheduler.resource-stabilization-timeout": "10 ms",
    "jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout": "10 ms",
    "web.refresh-interval": "100",
}


class PrivateFlink:
    """A Flink of one test at a time. Whatever is done to it, it is up again for the next."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = free_port()
        self.up()

    def up(self) -> LocalFlink:
        self.flink = up(self._directory, port=self._port, slots=8, flink=chosen_flink(), config=_CONFIG)
        return self.flink

    def kill_jobmanager(self) -> None:
        """As a power cut would: nothing is written down, nothing is reported."""
        os.kill(self.flink.pids[0], signal.SIGKILL)
        eventually(lambda: not (seen := status(self._directory)) or not seen.alive)

    def down(self) -> None:
        down(self._directory)


@pytest.fixture(scope="session")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateFlink]:
    """Started by the first test that asks, stopped after the last."""
    made = PrivateFlink(tmp_path_factory.mktemp("private") / ".headgate")
    try:
        yield made
    finally:
        made.down()


@pytest.fixture
def adaptive(private: PrivateFlink) -> LocalFlink:
    """A running Flink with the adaptive scheduler."""
    return private.up()
