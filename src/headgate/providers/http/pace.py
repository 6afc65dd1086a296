"""How fast requests may begin."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Pace:
    """Lets at most so many requests begin in a second, evenly spread; `clock` and `pause` are of one time."""

    def __init__(self, per_second: float | None, pause: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        if not self._gap:
            return
        with self._lock:
            now = self._clock()
            begin = max(now, self._next)
            self._next = begin + self._gap
        if begin > now:
            self._pause(begin - now)
