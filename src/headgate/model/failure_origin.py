"""Whose fault a failure was: a version of a manifest answers only for what its own program did."""

from __future__ import annotations

from enum import StrEnum


class Blame(StrEnum):
    """What a failure came from, as far as its platform reports it.

    INFRASTRUCTURE is what any program would have met: no free slot, a lost TaskManager, storage that cannot be read.
    UNKNOWN is treated like PROGRAM: what cannot be judged is not tried again and again.
    """

    PROGRAM = "program"
    INFRASTRUCTURE = "infrastructure"
    UNKNOWN = "unknown"
