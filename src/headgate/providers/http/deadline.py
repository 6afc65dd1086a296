"""When a request and its answer have to be over, however its bytes come.

A timeout of a socket bounds one silence: a server that sends a byte in every one of them is never late. So a request
has one deadline for all of it. What is large may take longer as long as it gets on: the bytes of a request that were
sent and those of an answer's body buy the time they take at the slowest pace that is borne with. Headers buy none, so
that they cannot go on for ever.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore

# Bytes in a second. An upload through a thin line is not an attack on us.
SLOWEST_REQUEST = 16 * 1024
SLOWEST_ANSWER = 64 * 1024
_PIECE = 16 * 1024


class Deadline:
    """`seconds` from now, by `clock`, and longer by what moves."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until = clock() + seconds

    def left(self) -> float:
        return self._until - self._clock()

    def moved(self, count: int, slowest: int) -> None:
        """So many bytes got to the other side; at `slowest` bytes a second they were on time."""
        self._until += count / slowest


_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def kept(deadline: Deadline) -> Iterator[None]:
    """Whatever `Network` does for this thread in the block keeps the deadline."""
    token = _CURRENT.set(deadline)
    try:
        yield
    finally:
        _CURRENT.reset(token)


class Network(httpcore.NetworkBackend):
    """Sockets that keep the deadline of their caller: https://www.encode.io/httpcore/network-backends/"""

    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        within = _within(timeout, httpcore.ConnectTimeout)
        return _Stream(self._sockets.connect_tcp(host, port, within, local_address, socket_options))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        raise httpcore.UnsupportedProtocol("targets are reached over TCP")


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            piece = buffer[start : start + _PIECE]
            self._stream.write(piece, _within(timeout, httpcore.WriteTimeout))
            if deadline := _CURRENT.get():
                deadline.moved(len(piece), SLOWEST_REQUEST)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            within = _within(timeout, httpcore.ConnectTimeout)
        except httpcore.ConnectTimeout:
            self._stream.close()
            raise
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, within))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _within(timeout: float | None, late: type[httpcore.TimeoutException]) -> float | None:
    deadline = _CURRENT.get()
    if deadline is None:
        return timeout
    seconds = deadline.left()
    if seconds <= 0:
        raise late("its time is over")
    return seconds if timeout is None else min(seconds, timeout)
