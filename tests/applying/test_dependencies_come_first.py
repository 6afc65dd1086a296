"""`depends_on`: a job is started after those it needs, and only if they are in order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headgate.model.outcome import Outcome
from headgate.model.spec import DesiredState, Sql
from tests.applying.place import FILTERED, ORDERS, Place

TOTALS = replace(FILTERED, name="totals", depends_on=("orders",))
# Another key: its state would be lost, and nobody consented.
BLOCKED = replace(ORDERS, program=Sql("INSERT INTO sink SELECT id, SUM(x) FROM orders GROUP BY id, y"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.report(ORDERS, TOTALS)
    return made


def test_what_needs_a_job_that_is_not_in_order_is_not_started(place: Place):
    """It would read what nobody writes."""
    results = place.report(BLOCKED, replace(TOTALS, parallelism=2)).results

    assert [result.outcome for result in results] == [Outcome.BLOCKED, Outcome.SKIPPED]


def test_a_stop_needs_no_other_job(place: Place):
    """Somebody wants it suspended, perhaps because of the very job that is in trouble."""
    results = place.report(BLOCKED, replace(TOTALS, desired_state=DesiredState.SUSPENDED)).results

    assert [result.outcome for result in results] == [Outcome.BLOCKED, Outcome.APPLIED]
    assert place.platform.running("totals") == []
