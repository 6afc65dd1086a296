"""`savepoint.keep` deletes savepoints; never one that a job, a manifest or an unfinished run may still start from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headgate.model.outcome import Outcome
from headgate.model.plan import Verb
from headgate.model.spec import JobSpec, Savepoint, Strategy
from headgate.store import open_store
from headgate.testing.memory import MemoryPlatform
from tests.applying.place import FILTERED, ORDERS, Killed, Place, patience

KEEPS_ONE = Savepoint(keep=1)
ONE, OTHER = replace(ORDERS, savepoint=KEEPS_ONE), replace(FILTERED, savepoint=KEEPS_ONE)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def pending(place: Place) -> list[str]:
    with open_store("sqlite:///.headgate/store.db", root=place.root) as store:
        return [one.path for one in store.disposals("shop")]


def savepoint(place: Place, *jobs: JobSpec) -> str:
    with place.open(*jobs) as headgate:
        return headgate.savepoint("orders", patience=patience())


def undeletable(place: Place) -> str:
    """A savepoint that is to be deleted and could not be."""
    place.platform.undisposable = "the disk is read-only"
    for spec in (ONE, OTHER, ONE):
        place.apply(spec)
    place.platform.undisposable = ""
    [path] = pending(place)
    return path


def test_a_savepoint_by_hand_leaves_what_an_unfinished_start_was_given(place: Place):
    """Until somebody has seen it settle, it may have to be rolled back; what it keeps of its own goes first."""
    place.apply(ONE)
    with pytest.raises(Killed):
        place.report(OTHER, killed_at="settle")
    [given] = place.platform.snapshots

    newer = savepoint(place, OTHER)
    place.platform.fail("orders")

    assert set(place.platform.snapshots) >= {given, newer}
    result = place.apply(OTHER)
    assert result.outcome is Outcome.APPLIED
    assert result.action.restore is not None
    assert result.action.restore.path not in (given, newer)
    assert len(place.platform.running("orders")) == 1


@pytest.mark.parametrize("step", ["submit", "settle"])
def test_what_a_start_needs_is_in_its_intent(place: Place, step: str):
    """A savepoint that was taken by the stop just before, too: no other run may delete it, on whatever platform."""
    place.apply(ONE)
    with pytest.raises(Killed):
        place.report(OTHER, killed_at=step)

    with open_store("sqlite:///.headgate/store.db", root=place.root) as store:
        named = {intent.detail.get("restore") for intent in store.unfinished("shop")}
    assert named == set(place.platform.snapshots)


def test_what_a_manifest_names_stays(place: Place):
    """`savepoint.path` is to be there at the next restart, whenever that is."""
    place.apply(ORDERS)
    named = savepoint(place, ORDERS)
    spec = replace(ORDERS, savepoint=Savepoint(Strategy.PATH, named, keep=1))

    newer = savepoint(place, spec)

    assert set(place.platform.snapshots) == {named, newer}
    assert place.action(replace(FILTERED, savepoint=spec.savepoint)).verb is Verb.RESTART


def test_what_the_manifest_of_another_job_names_stays(place: Place):
    """A copy of a job begins where the job was."""
    place.apply(ONE)
    place.apply(OTHER)
    [given] = place.platform.snapshots
    copy = replace(FILTERED, name="copy", savepoint=Savepoint(Strategy.PATH, given), depends_on=("orders",))

    place.report(ONE, copy)

    assert given in place.platform.snapshots
    assert not place.plan(ONE, copy).has_changes


def test_a_deletion_that_was_asked_for_is_not_done_once_the_path_is_needed(place: Place):
    """Asked for and not done yet, then named, and started from: needed is what is needed now."""
    path = undeletable(place)
    named = replace(OTHER, savepoint=Savepoint(Strategy.PATH, path, keep=1))

    assert place.apply(named).outcome is Outcome.APPLIED
    assert path in place.platform.snapshots
    assert place.action(replace(named, parallelism=3)).verb is Verb.RESTART

    place.apply(OTHER)
    assert path in place.platform.snapshots, "the job that runs was started from it"
    place.apply(ONE)
    assert path not in place.platform.snapshots


def test_a_deletion_waits_for_a_target_that_does_not_answer(place: Place):
    """Nobody knows what its jobs were started from: unknown is no reason to delete."""
    place.platforms["remote"] = MemoryPlatform("remote", project="shop")
    path = undeletable(place)
    place.platforms["remote"].silent = "HTTP 503"

    place.report(ONE)
    assert path in place.platform.snapshots

    place.platforms["remote"].silent = ""
    place.report(ONE)
    assert path not in place.platform.snapshots


def test_the_last_savepoint_there_is_stays(place: Place):
    """Somebody deleted the newer ones by hand: what was surplus is all there is."""
    path = undeletable(place)
    for other in [each for each in place.platform.snapshots if each != path]:
        del place.platform.snapshots[other]

    place.apply(ONE)

    assert list(place.platform.snapshots) == [path]


def test_a_deletion_that_failed_is_tried_again_by_a_run_that_changes_nothing(place: Place):
    """A caller that mends the disk need not wait for somebody to edit a job."""
    path = undeletable(place)

    place.apply(ONE)

    assert pending(place) == []
    assert path not in place.platform.snapshots
