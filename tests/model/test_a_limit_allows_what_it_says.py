"""`max_restarts` and `max_cancels`: a share of the live jobs, or a number of them."""

from __future__ import annotations

import pytest

from headgate.model.project import Limit


@pytest.mark.parametrize(
    ("limit", "of", "most"),
    [
        pytest.param(Limit(share=0.0), 100, 0, id="none-of-many"),
        pytest.param(Limit(share=0.0), 1, 0, id="none-of-one"),
        pytest.param(Limit(share=0.3), 2, 1, id="a-small-share-of-few-is-one"),
        pytest.param(Limit(share=0.01), 10, 1, id="a-tiny-share-is-one"),
        pytest.param(Limit(share=0.3), 10, 3, id="a-share"),
        pytest.param(Limit(share=1.0), 10, 10, id="all"),
        pytest.param(Limit(count=0), 10, 0, id="the-number-0"),
        pytest.param(Limit(count=2), 100, 2, id="a-number"),
    ],
)
def test_a_limit_allows_so_many_and_not_one_more(limit: Limit, of: int, most: int) -> None:
    """0% is how people write "never"; any other share lets a project of few jobs be changed at all."""
    assert limit.most(of) == most


def test_without_a_limit_there_is_none() -> None:
    """It is to be written down."""
    assert Limit().most(1000) is None


def test_a_share_of_few_jobs_allows_what_a_team_needs() -> None:
    """Three jobs, two of them edited: 30% would allow none of it."""
    assert Limit(share=0.3).most(3, at_least=3) == 3
    assert Limit(share=0.0).most(3, at_least=3) == 0
    assert Limit(count=1).most(3, at_least=3) == 1
