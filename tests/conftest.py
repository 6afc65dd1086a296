"""What every test may ask for: above all one real Flink, shared by the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from headgate.local import LocalFlink, down, ports, up

# A slow machine breaks no law: how long an example takes is nowhere a reason to fail.
settings.register_profile("headgate", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("headgate")

pytest.register_assert_rewrite("headgate.testing.bench", "headgate.testing.contract")
pytest_plugins = ["tests.clusters"]


def free_port() -> int:
    """A port nobody uses now; not 8081, where the Flink of any caller that runs the tests may be."""
    return ports.free(1)[0]


def chosen_flink() -> Path | None:
    """The Flink the tests run against: $HEADGATE_TEST_FLINK_HOME, else the one that is installed."""
    named = os.environ.get("HEADGATE_TEST_FLINK_HOME")
    return Path(named) if named else None


# How old the answers of a Flink may be: less than a user's on the Flink that is installed, for the sake of speed, and
# as a user has it on the other version.
QUICK = {} if os.environ.get("HEADGATE_TEST_FLINK_HOME") else {"web.refresh-interval": "100"}


@pytest.fixture(scope="session")
def flink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalFlink]:
    """A running Flink of 32 slots; started by the first test that asks, stopped after the last test."""
    directory = tmp_path_factory.mktemp("project") / ".headgate"
    try:
        yield up(directory, port=free_port(), slots=32, flink=chosen_flink(), config=QUICK)
    finally:
        down(directory)
