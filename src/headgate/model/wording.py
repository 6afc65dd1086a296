"""How a commit reads to people: the same in every report, note and message."""

from __future__ import annotations

# Enough of a hash to find the commit, in any repository people keep manifests in.
_SHORT = 12
# What stands behind a hash where the files were not those of the commit.
DIRTY = "-dirty"


def short(commit: str) -> str:
    """`c0ffee00c0ff`, or `c0ffee00c0ff-dirty` where the manifests were not those of the commit; empty for none."""
    return commit.removesuffix(DIRTY)[:_SHORT] + (DIRTY if commit.endswith(DIRTY) else "")
