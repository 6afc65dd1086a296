"""The three streams of the program, each of which may be closed, full, or without anybody at the other end.

Imports nothing of headgate, because `--version` must be instant.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO


def watched(stream: TextIO | None) -> bool:
    """Is a person at the other end? Python has None for a stream that was closed before it began (`>&-`)."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed since
        return False


def lead_nowhere(stream: TextIO) -> None:
    """What is written from now on, and what waits in buffers, is dropped: for a stream that nobody reads any more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def leave() -> None:
    """Write what is left in the buffers. Python does so at exit, and complains: by then all that matters was
    reported.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            lead_nowhere(stream)
