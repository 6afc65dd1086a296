"""How long to wait, how often to look, and how to be interrupted."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Patience:
    """Times in seconds.

    `stable` is how long a job must be healthy before it counts as settled, `confirm` how long its target may take to
    report the same when it is asked again, `ask_again` how long a cancelled job may run on before it is cancelled
    again.
    """

    stop: float = 600.0
    settle: float = 180.0
    stable: float = 2.0
    confirm: float = 120.0
    ask_again: float = 10.0
    first_look: float = 0.1
    slowest_look: float = 2.0
    interrupted: threading.Event = field(default_factory=threading.Event)

    def looks(self, limit: float, *, heed_interrupt: bool) -> Iterator[float]:
        """Yield the seconds gone by, now and then, ever less often, until `limit` has passed or we are interrupted."""
        started, pause = time.monotonic(), self.first_look
        while (gone := time.monotonic() - started) < limit:
            yield gone
            if heed_interrupt:
                if self.interrupted.wait(pause):
                    return
            else:
                threading.Event().wait(pause)
            pause = min(self.slowest_look, pause * 1.3)
