"""A process that dies before a write of its own choosing, to the store or to the platform, and does nothing after it.

Reading leaves the world as it is: to die before a read is to die after the write before it. So the writes are all the
moments at which there is a difference to be found; but for the release of a lock, which expires by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

from tests.applying.place import Killed

T = TypeVar("T")
_WRITES = {
    *("submit", "update", "stop_with_savepoint", "cancel", "take_savepoint", "dispose"),
    *("intend", "conclude", "record", "mark_failing", "clear_failing", "saw_job", "saw_snapshot"),
    *("ask_disposal", "disposal_failed", "disposed", "acquire"),
}


class Mortal:
    """The life of one process. `writes` are those it got as far as; it dies before number `last`, counted from 1."""

    def __init__(self, last: int = 0) -> None:
        self.writes: list[str] = []
        self._last = last
        self._dead = False
        self._lock = threading.Lock()

    def holding(self, thing: T) -> T:
        """A store or a platform as this process reaches it."""
        return cast(T, _Held(thing, self))

    @property
    def ended(self) -> bool:
        return self._dead

    def reaches(self, name: str) -> None:
        with self._lock:
            if name in _WRITES and not self._dead:
                self.writes.append(name)
                self._dead = len(self.writes) == self._last
            if self._dead:
                raise Killed


class _Held:
    def __init__(self, thing: object, life: Mortal) -> None:
        self._thing = thing
        self._life = life

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        if not callable(found) or name == "close":
            return found

        def call(*args: Any, **named: Any) -> Any:
            self._life.reaches(name)
            return cast("Callable[..., Any]", found)(*args, **named)

        return call
