"""Ports of this machine, reachable from this machine only."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass
from itertools import islice

from headgate.errors import LocalFlinkError

LOOPBACK = "127.0.0.1"
USUAL_PORT = 8081
# Below the ports that Linux (32768 and up), macOS and Windows (49152 and up) hand out to connections of their own
# choice: one of those may be taken again in the seconds until a JVM listens on it.
QUIET = range(10_000, 32_000)


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
    rpc, blob, rest = [port for port in free(4) if port != asked][:3]
    if asked is None:
        asked = USUAL_PORT if _is_free(USUAL_PORT) else rest
    return Ports(asked, rpc, blob)


def free(count: int) -> tuple[int, ...]:
    """So many different ports that nobody uses now, nor are they likely to be handed out before somebody listens."""
    candidates = random.sample(QUIET, len(QUIET))
    found = tuple(islice(filter(_is_free, candidates), count))
    if len(found) < count:
        raise LocalFlinkError(
            f"too few ports from {QUIET.start} to {QUIET.stop - 1} are free on this machine",
            where=LOOPBACK,
            hint="stop some of the programs that listen there",
        )
    return found


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
