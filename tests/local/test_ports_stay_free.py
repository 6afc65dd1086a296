"""A port that was chosen is still free when, seconds later, a JVM listens on it."""

from __future__ import annotations

import socket

import pytest

from headgate.errors import LocalFlinkError
from headgate.local import ports


@pytest.fixture
def eight_ports(monkeypatch: pytest.MonkeyPatch) -> range:
    """A machine that has few ports to choose from, and other programs on its usual ones."""
    start = next(port for port in range(20_000, 30_000, 8) if all(map(ports._is_free, range(port, port + 8))))
    monkeypatch.setattr(ports, "QUIET", range(start, start + 8))
    return range(start, start + 8)


def test_no_connection_is_given_a_chosen_port() -> None:
    """A busy machine hands out thousands of ports a minute, to clients too; Flink would not start on a taken one."""
    with socket.create_server((ports.LOOPBACK, 0)) as server, socket.create_connection(server.getsockname()) as client:
        handed_out = [server.getsockname()[1], client.getsockname()[1]]

    chosen = ports.choose(None)

    assert {chosen.rpc, chosen.blob} < set(ports.QUIET)
    assert not set(handed_out) & set(ports.QUIET)


def test_the_ports_of_one_flink_differ(eight_ports: range) -> None:
    """Asked for the one port that would have been chosen for something else, too."""
    for asked in eight_ports:
        chosen = ports.choose(asked)

        assert chosen.rest == asked
        assert len({chosen.rest, chosen.rpc, chosen.blob}) == 3


def test_a_taken_port_is_passed_over(eight_ports: range) -> None:
    """Other projects on this machine have a Flink, too."""
    with socket.create_server((ports.LOOPBACK, eight_ports[3])):
        found = ports.free(7)

    assert set(found) == set(eight_ports) - {eight_ports[3]}


def test_a_machine_without_a_free_port_is_reported_so(eight_ports: range) -> None:
    """Rather than a search without end."""
    with pytest.raises(LocalFlinkError, match="too few ports from"):
        ports.free(9)
