"""Who waits for whom: `depends_on` as waves of actions that may run side by side."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter


def waves(depends_on: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Groups of names, each after all it depends on; names that nobody lists are no dependency here."""
    sorter = TopologicalSorter(
        {name: [other for other in others if other in depends_on] for name, others in depends_on.items()}
    )
    sorter.prepare()
    groups = []
    while sorter.is_active():
        ready = tuple(sorted(sorter.get_ready()))
        groups.append(ready)
        sorter.done(*ready)
    return groups


def cycle(depends_on: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """One cycle of names, first and last the same, or nothing."""
    try:
        waves(depends_on)
    except CycleError as problem:
        return tuple(problem.args[1])
    return ()
