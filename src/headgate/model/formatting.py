"""How a commit and a moment read to people: the same in every report, note and message."""

from __future__ import annotations

from datetime import UTC, datetime

# Enough of a hash to find the commit, in any repository people keep manifests in.
_SHORT = 12
# What stands behind a hash where the files were not those of the commit.
DIRTY = "-dirty"


def short(commit: str) -> str:
    """`c0ffee00c0ff`, or `c0ffee00c0ff-dirty` where the manifests were not those of the commit; empty for none."""
    return commit.removesuffix(DIRTY)[:_SHORT] + (DIRTY if commit.endswith(DIRTY) else "")


def moment(when: datetime) -> str:
    """`2026-01-31 09:00:00Z`, for a time in UTC; programs get it with a `T`."""
    return f"{when:%Y-%m-%d %H:%M:%S}Z"


def moment_of(milliseconds: int) -> str:
    """The same for milliseconds since the epoch."""
    return moment(datetime.fromtimestamp(milliseconds / 1000, UTC))
