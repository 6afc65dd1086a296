"""Looking again until something shows. There is one loop, and each wait is data: how often, and how far apart."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """So many looks. The first pause is `first` seconds, each next one is `factor` times longer, up to `longest`."""

    looks: int = 24
    first: float = 0.1
    factor: float = 1.4
    longest: float = 2.0

    def few(self, looks: int) -> Patience:
        """The first of these looks."""
        return replace(self, looks=looks)


@dataclass(frozen=True, slots=True)
class Waiter:
    """Pauses between looks. Tests give a `pause` that returns at once."""

    pause: Callable[[float], None] = time.sleep

    def looks(self, patience: Patience) -> Iterator[int]:
        """The number of each look, with a pause before every one but the first."""
        wait = patience.first
        for look in range(patience.looks):
            if look:
                self.pause(wait)
                wait = min(patience.longest, wait * patience.factor)
            yield look

    def until(self, patience: Patience, look: Callable[[], T | None]) -> T | None:
        """The first thing that `look` finds; None if it found nothing in all looks."""
        for _ in self.looks(patience):
            found = look()
            if found is not None:
                return found
        return None
