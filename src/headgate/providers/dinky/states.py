"""Dinky's words for the state of a job instance, and its numbers for savepoint strategies.

Once Dinky has asked Flink, the word is Flink's own; RECONNECTING and UNKNOWN are Dinky's. Dinky counts UNKNOWN as
finished although the job may still run, so it is not finished here.
"""

from __future__ import annotations

from enum import IntEnum

from headgate.model.live import JobState
from headgate.model.spec import Savepoint, Strategy
from headgate.providers.flink import states as flink


def common_state(word: str) -> JobState:
    """The common state for Dinky's word; an unknown word is UNKNOWN, as RECONNECTING and UNKNOWN are."""
    return flink.common_state(word)


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
