"""`previous_name` says which job goes on: whatever the new name, or the old one, was used for before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headgate.model.plan import Verb, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState, Savepoint, Strategy
from headgate.testing.memory import MemoryPlatform
from tests.applying.place import FILTERED, ORDERS, Place

RENAMED = replace(ORDERS, name="totals", previous_name="orders")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize("strategy", [Strategy.LATEST, Strategy.EARLIEST])
def test_a_dead_job_of_the_new_name_does_not_lend_its_state(place: Place, strategy: Strategy):
    """It left git years ago, its state kept; the job that is renamed was suspended since, and is forgotten by now."""
    for spec in (replace(FILTERED, name="totals"), ORDERS):
        place.apply(spec)
        place.apply(replace(spec, desired_state=DesiredState.SUSPENDED))
    place.platform.forget()
    [dead, own] = place.platform.snapshots

    action = place.action(replace(RENAMED, savepoint=Savepoint(strategy)))

    assert action.restore is not None
    assert (action.reason, action.restore.path) == (Reason.FORGOTTEN, own)
    assert dead != own


def test_a_job_that_is_renamed_and_moved_at_once_takes_its_state_along(place: Place):
    """Whether the new target reads the files is reported by the traces of the old name: the new one has left none."""
    old, new = (MemoryPlatform(name, project="shop") for name in ("memory", "new"))
    new.share_storage(old)
    place.platforms = {"memory": old, "new": new}
    place.apply(ORDERS)

    action = place.action(replace(RENAMED, target="new"))

    assert (action.verb, action.reason) == (Verb.RESTART, Reason.MOVED)
    assert action.state is not None
    assert action.state.verdict is Verdict.KEPT
