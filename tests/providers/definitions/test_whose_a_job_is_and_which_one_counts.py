"""Of several jobs with our marker one counts, by the same rule on every platform."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.model.live import JobState, Live, Marker, Several
from headgate.providers.definitions.ownership import current, is_ours, observation

MARKER = Marker("payments", "orders", "1" * 16)
ENDED = Live("7", "orders", JobState.STOPPED, marker=MARKER, started_at=5, run="7.5")


def job(job_id: str, **changes: Any) -> Live:
    return replace(ENDED, job_id=job_id, run=f"{job_id}.1", **changes)


@pytest.mark.parametrize(
    ("lives", "chosen"),
    [
        pytest.param([job("7", started_at=9), job("8", state=JobState.RUNNING)], "8", id="the-one-that-runs"),
        pytest.param([job("7", name="orders-7"), job("8", started_at=0)], "7", id="one-that-ran-before-a-draft"),
        pytest.param([job("7"), job("8", name="orders-copy", started_at=9)], "7", id="the-name-before-a-copy"),
        pytest.param([job("7"), job("8", started_at=9)], "8", id="the-one-that-ran-last"),
        pytest.param([job("10", started_at=0), job("9", started_at=0)], "9", id="the-oldest-draft"),
    ],
)
def test_one_of_several_counts(lives: list[Live], chosen: str) -> None:
    """In either order."""
    for found in (lives, lives[::-1]):
        one, _ = current("orders", found)
        assert isinstance(one, Live)
        assert one.job_id == chosen


def test_several_that_run_are_all_shown() -> None:
    """None is chosen."""
    running = [job("10", state=JobState.RUNNING), job("9", state=JobState.UNKNOWN)]

    several, copies = current("orders", running)

    assert isinstance(several, Several)
    assert [one.job_id for one in several.jobs] == ["9", "10"]
    assert copies == ()


def test_a_copy_with_our_marker_is_shown_among_the_others() -> None:
    """So is every job of another project, and every one without a marker."""
    copy, theirs = job("8", name="orders-copy"), job("9", marker=Marker("billing", "orders", "1" * 16))
    stranger = job("10", name="adhoc", marker=None)

    seen = observation([stranger, theirs, copy, job("7")], "payments")

    assert {name: one.job_id for name, one in seen.jobs.items() if isinstance(one, Live)} == {"orders": "7"}
    assert [one.job_id for one in seen.others] == ["10", "9", "8"]


def test_ours_is_by_project_and_by_job() -> None:
    """A name says nothing."""
    assert is_ours(MARKER, "payments")
    assert is_ours(MARKER, "payments", "orders")
    assert not is_ours(MARKER, "payments", "refunds")
    assert not is_ours(MARKER, "billing")
    assert not is_ours(None, "payments")
