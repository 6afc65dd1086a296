"""All pages of a list that moves while it is read, or an error: never a part.

The list is read oldest first, so that a job that is added while we read comes last. A list whose pages repeat a job, or
whose total changes, is read again; so is one that is shorter than its total, which is only believed if the same jobs
come again (the total may count jobs that the asking user may not read).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from headgate.errors import Unavailable

PAGE = 100
_READINGS = 6
Row = dict[str, Any]
# (offset) -> rows, total
Page = Callable[[int], tuple[list[Row], int]]


def complete(page: Page, *, pause: Callable[[float], None] = time.sleep) -> list[Row]:
    """Every row. Raises `Unavailable` if the list does not hold still."""
    before: list[str] | None = None
    for reading in range(_READINGS):
        if reading:
            pause(0.1 * reading)
        rows, totals = _read(page)
        ids = [str(row["job_id"]) for row in rows]
        still = len(set(ids)) == len(ids) and len(totals) == 1
        if still and (len(ids) in totals or (ids == before and len(ids) < min(totals))):
            return rows
        before = ids
    raise Unavailable(f"the list of jobs changed each of the {_READINGS} times it was read", hint="run again")


def _read(page: Page) -> tuple[list[Row], set[int]]:
    """One reading: all rows, and every total that was told on the way."""
    rows: list[Row] = []
    totals: set[int] = set()
    while True:
        found, total = page(len(rows))
        totals.add(total)
        rows += found
        if not found or len(rows) > total or (len(found) < PAGE and len(rows) == total):
            return rows, totals
