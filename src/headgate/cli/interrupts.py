"""Ctrl-C and SIGTERM while jobs are being changed: once is a request, twice is an order."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from headgate.cli.streams import watched

_ORDERS = (signal.SIGINT, signal.SIGTERM)
_GIVEN_UP = "Given up. What was in flight may have happened: `headgate plan` shows what is left to do.\n"
# A progress display may have hidden the cursor.
_SHOW_CURSOR = "\x1b[?25h"


@contextlib.contextmanager
def heeding(interrupted: threading.Event, words: str) -> Iterator[None]:
    """The first signal sets the event and says `words`; the second ends the program at once, with exit code 3.

    A thread of its own hears them: Python runs a handler only between two steps of the main thread, so a signal in the
    moment before a wait of an hour would be heeded after it.
    https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say who hears signals; a caller in another one has its own way to stop us
        return
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    listening = threading.Thread(target=_listen, args=(ours, interrupted, words), daemon=True)
    listening.start()
    before = {number: signal.signal(number, _heard_elsewhere) for number in _ORDERS}
    woken = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(woken)
        for number, handler in before.items():
            signal.signal(number, handler)
        theirs.close()
        listening.join()
        ours.close()


def _heard_elsewhere(number: int, frame: FrameType | None) -> None:
    """A handler has to be there, or the signal ends the program."""


def _listen(signals: socket.socket, interrupted: threading.Event, words: str) -> None:
    """Until the other side is closed; each signal is a byte."""
    while number := signals.recv(1):
        if number[0] not in _ORDERS:
            continue
        if interrupted.is_set():
            _write((_SHOW_CURSOR if watched(sys.stderr) else "") + _GIVEN_UP)
            os._exit(3)  # threads in flight would be waited for otherwise
        interrupted.set()
        _write(words)


def _write(words: str) -> None:
    """Past Python's buffers, which may be in use by what was interrupted."""
    if sys.stderr is None:
        return  # closed from the start: its number may be another file's by now
    with contextlib.suppress(OSError):
        os.write(2, words.encode())
