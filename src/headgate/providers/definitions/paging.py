"""Every row of a list that is read in pages, or `Unavailable`: never a part of it.

A list may change while it is read. A reading in which a row comes twice, the total changes, or rows are missing is not
whole, and the list is read again. Some totals count rows that the user may not read: with `hidden_rows` the same rows
twice in a row are a whole list, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from headgate.errors import Unavailable
from headgate.providers.definitions.waiter import Patience, Waiter

R = TypeVar("R")
READINGS = Patience(looks=6, first=0.1, factor=1.5, longest=0.5)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page. `total` is how many rows the platform says that there are, None where it does not say.

    `last`: is it the last one? None: as the total says. A page without rows is always the last one.
    """

    rows: Sequence[R]
    total: int | None = None
    last: bool | None = None


def every_row(
    read: Callable[[Sequence[R]], Page[R]],
    key: Callable[[R], Hashable],
    *,
    what: str,
    where: str = "",
    hidden_rows: bool = False,
    readings: Patience = READINGS,
    pause: Callable[[float], None] = time.sleep,
) -> list[R]:
    """Every row. `read` gets the rows before a page, to compute its offset, number or cursor from; `key` is a row's id.

    Raises `Unavailable` where no reading of the list, `what` in words, is whole.
    """
    before: list[Hashable] | None = None
    for _ in Waiter(pause).looks(readings):
        rows, totals = _one_reading(read, key)
        keys = [key(row) for row in rows]
        if len(set(keys)) == len(keys) and len(totals) <= 1:
            missing = next(iter(totals), len(keys)) - len(keys)
            if missing == 0 or (hidden_rows and missing > 0 and keys == before):
                return rows
        before = keys
    problem = f"{what} changed each of the {readings.looks} times it was read"
    raise Unavailable(problem, where=where, hint="run again")


def _one_reading(read: Callable[[Sequence[R]], Page[R]], key: Callable[[R], Hashable]) -> tuple[list[R], set[int]]:
    """All rows of one reading, and every total that its pages gave. It ends early where a row comes twice."""
    rows: list[R] = []
    known: set[Hashable] = set()
    totals: set[int] = set()
    while True:
        page = read(rows)
        rows += page.rows
        known |= {key(row) for row in page.rows}
        totals |= set() if page.total is None else {page.total}
        by_total = page.total is not None and len(rows) >= page.total
        if (by_total if page.last is None else page.last) or not page.rows or len(known) < len(rows):
            return rows, totals
