"""A list that moves while it is read is read again; a part of it is never an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from headgate.errors import Unavailable
from headgate.providers.definitions.paging import Page, every_row

World = Callable[[], list[int]]


def rows(
    world: World, *, size: int = 2, total: Callable[[int], int | None] = lambda n: n, hidden: bool = False
) -> list[int]:
    """What is read of a list that is `world()` at each page."""

    def read(before: Sequence[int]) -> Page[int]:
        now = world()
        return Page(now[len(before) : len(before) + size], total(len(now)))

    return every_row(read, lambda row: row, what="the list", hidden_rows=hidden, pause=lambda seconds: None)


def changing(*states: list[int]) -> World:
    """One state for each page that is read; the last one stays."""
    left = list(states)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7])
@pytest.mark.parametrize("total", [lambda n: n, lambda n: None], ids=["with-a-total", "without-a-total"])
def test_every_page_is_read(count: int, total: Callable[[int], int | None]) -> None:
    """Also a last page that is full, or empty."""
    assert rows(lambda: list(range(count)), total=total) == list(range(count))


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(changing([1, 2, 3], [2, 3], [2, 3]), id="a-row-was-deleted-between-two-pages"),
        pytest.param(changing([2, 3, 4], [1, 2, 3, 4]), id="a-row-was-added-in-front"),
        pytest.param(changing([1, 2, 3], [5, 1, 2, 3], [1, 2, 3, 5]), id="a-row-came-twice"),
    ],
)
def test_a_list_that_moves_is_read_again(world: World) -> None:
    """Until it holds still."""
    found = rows(world)

    assert sorted(found) == sorted(world())
    assert len(set(found)) == len(found)


def test_a_list_that_never_holds_still_is_unavailable() -> None:
    """Read as whole, it would lose a job, and the job would be started twice."""
    count = iter(range(1, 1000))

    with pytest.raises(Unavailable, match="changed each of the 6 times"):
        rows(lambda: list(range(next(count) + 2)))


def test_a_total_that_counts_what_we_may_not_see_is_believed_if_the_rows_stay() -> None:
    """Only where the platform is known to count so."""
    assert rows(lambda: [1, 2, 3], total=lambda n: 5, hidden=True) == [1, 2, 3]
    with pytest.raises(Unavailable):
        rows(lambda: [1, 2, 3], total=lambda n: 5)
