"""What a run does to the requests: of every kind of harm one to each remote step, by the seed.

A kind is what it does to the world: headgate is killed, before the request, after it or after the reply; the request is
done and its reply lost; the request is not done, or left waiting. Over the seeds every step meets every harm.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

from tests.faults.operations import Operation
from tests.faults.pairing import paired
from tests.faults.proxy import KILLS, LOST_REPLIES, REFUSALS, Harm
from tests.faults.steps import Step

Level = TypeVar("Level", bound=Hashable)
KINDS = (*((kill,) for kill in KILLS), LOST_REPLIES, REFUSALS)
Known = tuple[str, Operation, Step]


def wire_cases(known: Sequence[Known], reruns: Sequence[Level], *, seed: int) -> list[tuple[Known, Harm, Level]]:
    """Of each step (platform, operation, step) a case for each kind of harm that it is put under."""
    found: list[tuple[Known, Harm, Level]] = []
    for number, kind in enumerate(KINDS):
        by_harms: dict[tuple[Harm, ...], list[Known]] = {}
        for one in known:
            by_harms.setdefault(tuple(harm for harm in kind if harm in one[2].harms), []).append(one)
        for harms, steps in by_harms.items():
            words = [(platform, operation.name) for platform, operation, _ in steps]
            levels = paired(words, (harms, reruns), seed=seed + 1000 * number) if harms else []
            found += [(one, *chosen) for one, chosen in zip(steps, levels, strict=bool(levels))]
    order = {id(one): place for place, one in enumerate(known)}
    return sorted(found, key=lambda case: order[id(case[0])])
