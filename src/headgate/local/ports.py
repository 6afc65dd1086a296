"""Ports of this machine, reachable from this machine only."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from headgate.errors import LocalFlinkError

LOOPBACK = "127.0.0.1"
USUAL_PORT = 8081


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports two processes must agree on, and the one of the REST API; Flink picks the others itself."""

    rest: int
    rpc: int
    blob: int


def choose(asked: int | None) -> Ports:
    """The port asked for must be free; without one, Flink's usual port if it is, and any other if not."""
    if asked is not None and not _is_free(asked):
        raise LocalFlinkError(
            f"port {asked} is taken on this machine",
            where=f"{LOOPBACK}:{asked}",
            hint="name another one with --port, or leave it out to have a free one chosen",
        )
    holders = [socket.create_server((LOOPBACK, 0)) for _ in range(3)]
    try:
        rest, rpc, blob = (holder.getsockname()[1] for holder in holders)
    finally:
        for holder in holders:
            holder.close()
    if asked is None and _is_free(USUAL_PORT):
        asked = USUAL_PORT
    return Ports(asked or rest, rpc, blob)


def _is_free(port: int) -> bool:
    """Nobody answers there, on any address of this machine, and we could listen."""
    try:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return False
        socket.create_server((LOOPBACK, port)).close()
    except (OSError, OverflowError):
        return False
    return True
