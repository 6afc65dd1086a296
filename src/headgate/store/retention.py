"""Which savepoints may go: `savepoint.keep`. Pure.

Retained checkpoints are never ours to delete: the platform shares files between them.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import groupby

from headgate.model.store_records import KnownSnapshot, SnapshotKind

_METADATA = "/_metadata"


def surplus(newest_first: Sequence[KnownSnapshot], keep: int, needed: Set[str]) -> tuple[KnownSnapshot, ...]:
    """The savepoints of one job beyond the newest `keep` on each target, oldest first.

    Never the newest of a target, whatever `keep` says, and never one that is `needed`; what is needed is kept on top.
    """
    keep = max(keep, 1)
    savepoints = [each for each in newest_first if each.kind is SnapshotKind.SAVEPOINT]
    by_target = groupby(sorted(savepoints, key=lambda each: each.target), key=lambda each: each.target)
    old = {each.path for _, group in by_target for each in list(group)[keep:]}
    return tuple(each for each in reversed(savepoints) if each.path in old and not is_needed(each.path, needed))


def is_needed(path: str, needed: Set[str]) -> bool:
    """Is this snapshot among those that are needed, however it is spelled: `file:///a`, `file:/a/`, `/a/_metadata`?"""
    return _plain(path) in {_plain(each) for each in needed}


def _plain(path: str) -> str:
    """The path of a snapshot as it is compared: its folder, without what Flink takes for granted."""
    folder = path.removesuffix(_METADATA).rstrip("/")
    scheme, colon, rest = folder.partition(":")
    return f"/{rest.lstrip('/')}" if colon and scheme == "file" else folder
