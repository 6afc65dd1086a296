"""Dimensions are paired, not multiplied: of all combinations a run takes one for each row, chosen by its seed.

`HEADGATE_FAULT_SEED` is the seed; `tests/run.sh --faults` draws one and prints it, and the same seed is the same cases.
In every run every row is met, every level of every dimension in turn, and, as far as the rows suffice, every two
levels of two dimensions together; which row meets which levels changes with the seed.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

Pair = tuple[tuple[int, Hashable], tuple[int, Hashable]]
# Without a seed the cases are the same at every run.
USUAL_SEED = 1


def seed() -> int:
    """The seed of this run."""
    return int(os.environ.get("HEADGATE_FAULT_SEED") or USUAL_SEED)


def paired(
    rows: Sequence[Sequence[Hashable]], dimensions: Sequence[Sequence[Hashable]], *, seed: int
) -> list[tuple[Any, ...]]:
    """For each row the levels of all dimensions: those that meet most of what has not met yet, else any."""
    random_ = random.Random(seed)
    order = list(range(len(rows)))
    random_.shuffle(order)
    combinations = list(itertools.product(*dimensions))
    met: dict[Pair, int] = {}
    chosen: dict[int, tuple[Any, ...]] = {}
    for number in order:
        random_.shuffle(combinations)
        best = min(combinations, key=lambda levels: _rank(met, rows[number], levels))
        chosen[number] = best
        for pair in _pairs(rows[number], best):
            met[pair] = met.get(pair, 0) + 1
    return [chosen[number] for number in range(len(rows))]


def _rank(met: dict[Pair, int], row: Sequence[Hashable], levels: Sequence[Hashable]) -> tuple[int, int]:
    """Lower is better: fewer pairs that have met before, and those less often."""
    times = [met.get(pair, 0) for pair in _pairs(row, levels)]
    return sum(map(bool, times)), sum(times)


def _pairs(row: Sequence[Hashable], levels: Sequence[Hashable]) -> Iterable[Pair]:
    """Every level with every other, and with every word of its row."""
    numbered = list(enumerate([*row, *levels]))
    return ((one, other) for one, other in itertools.combinations(numbered, 2) if other[0] >= len(row))
