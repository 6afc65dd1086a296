"""A server on a real socket that answers with whatever bytes it is given, for as long as anybody listens."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
# After so much it ends by itself, so that a reader without a limit fails a test and does not fill the machine.
_ENOUGH = 160 * 1024 * 1024


@dataclass(slots=True)
class Hostile:
    """`asked` holds the head of every request that came, `received` the bytes of their bodies."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    received: int = 0


@contextmanager
def serving(answer: Callable[[], Iterable[bytes]]) -> Iterator[Hostile]:
    """Every request is read to its end and answered with the pieces that `answer` makes, each sent by itself."""
    hostile = Hostile()
    listener = socket.create_server(("127.0.0.1", 0))
    hostile.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    threads: list[threading.Thread] = []
    open_now: list[socket.socket] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                open_now.append(connection)
                threads.append(threading.Thread(target=_talk, args=(connection, hostile, answer), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield hostile
    finally:
        for one in (listener, *open_now):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in (accepting, *threads):
            thread.join(30)


def _talk(connection: socket.socket, hostile: Hostile, answer: Callable[[], Iterable[bytes]]) -> None:
    with contextlib.suppress(OSError), connection:
        head = b""
        while b"\r\n\r\n" not in head:
            if not (more := connection.recv(65536)):
                return
            head += more
        head, _, body = head.partition(b"\r\n\r\n")
        length = int(found[1]) if (found := _LENGTH.search(head)) else 0
        got = len(body)
        while got < length and (more := connection.recv(65536)):
            got += len(more)
        hostile.asked.append(head.decode("latin-1"))
        hostile.received += got
        sent = 0
        for piece in answer():
            connection.sendall(piece)
            sent += len(piece)
            if sent > _ENOUGH:
                return
