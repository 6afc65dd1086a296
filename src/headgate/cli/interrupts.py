"""Ctrl-C and SIGTERM while jobs are being changed: once is a request, twice is an order."""

from __future__ import annotations

import contextlib
import os
import signal
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
    """The first signal sets the event and says `words`; the second ends the program at once, with exit code 3."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears signals; whoever calls us from another one has its own way to stop us
        return

    def heard(number: int, frame: FrameType | None) -> None:
        if interrupted.is_set() or asked:
            _write((_SHOW_CURSOR if watched(sys.stderr) else "") + _GIVEN_UP)
            os._exit(3)  # threads in flight would be waited for otherwise
        asked.append(number)
        # Not set from here: the main thread may be inside this event's own lock.
        threading.Thread(target=interrupted.set, daemon=True).start()
        _write(words)

    asked: list[int] = []
    before = {number: signal.signal(number, heard) for number in _ORDERS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write(words: str) -> None:
    """Past Python's buffers, which may be in use by what was interrupted."""
    if sys.stderr is None:
        return  # closed from the start: its number may be another file's by now
    with contextlib.suppress(OSError):
        os.write(2, words.encode())
