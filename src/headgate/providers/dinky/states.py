"""Dinky's numbers for savepoint strategies."""

from __future__ import annotations

from enum import IntEnum

from headgate.model.spec import Savepoint, Strategy


class Stored(IntEnum):
    """`savePointStrategy` of a task: which savepoint a start without a path of its own takes."""

    NONE = 0
    LATEST = 1
    EARLIEST = 2
    CUSTOM = 3


_STORED = {
    Strategy.NONE: Stored.NONE,
    Strategy.LATEST: Stored.LATEST,
    Strategy.EARLIEST: Stored.EARLIEST,
    # The path goes with the start: on PostgreSQL no two tasks may store the same one.
    Strategy.PATH: Stored.NONE,
}
_WRITTEN = {Stored.LATEST: Strategy.LATEST, Stored.EARLIEST: Strategy.EARLIEST, Stored.CUSTOM: Strategy.PATH}


def stored_strategy(savepoint: Savepoint) -> Stored:
    """What a task keeps of a manifest's `savepoint`."""
    return _STORED[savepoint.strategy]


def written_strategy(stored: int | None, path: str) -> Savepoint:
    """What a manifest would say of a task's strategy; the path counts only with CUSTOM, and null is NONE."""
    known = Stored(stored) if stored in tuple(Stored) else Stored.NONE
    return Savepoint(_WRITTEN.get(known, Strategy.NONE), path if known is Stored.CUSTOM else "")
