"""A target without memory has forgotten a job that ran: what storage has of it is named, and a person chooses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.live import JobState, Kept, Observation, Remembered, Snapshot
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from headgate.planning import CompatibilityReport
from tests.planning.given import ORDERS, decided, plan_of, running

NOW = 10_000_000
SAVED = Snapshot("s3://savepoints/1", "savepoint", NOW - 7_200_000)
RETAINED = Snapshot("s3://checkpoints/f00/chk-7", "checkpoint", NOW - 180_000)
RAN = (Remembered("local", running(ORDERS, remembered=True), 5),)


@pytest.mark.parametrize("remembered", [RAN, ()], ids=["the-store-knows-it", "storage-alone-knows-it"])
def test_checkpoint_and_savepoint_are_reported_with_their_age_and_the_newer_one_is_proposed(
    remembered: tuple[Remembered, ...],
):
    """The checkpoint of a job that was lost is usually newer than its last savepoint."""
    compatibility = CompatibilityReport(kept=Kept(existed=True, snapshots=(SAVED,)), retained=(RETAINED,))
    later = replace(SAVED, at=NOW - 60_000)

    action = decided(ORDERS, None, compatibility=compatibility, remembered={"orders": remembered}, now=NOW)
    other = decided(
        ORDERS,
        None,
        compatibility=replace(compatibility, kept=Kept(existed=True, snapshots=(later,))),
        remembered={"orders": remembered},
        now=NOW,
    )

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE, ())
    words = "checkpoint s3://checkpoints/f00/chk-7 (of 1970-01-01 02:43:40Z, 3 min old) and savepoint s3://savepoints/1"
    assert words in action.note
    assert "2 h old" in action.note
    assert "path: 's3://checkpoints/f00/chk-7'" in action.hint
    assert "path: 's3://savepoints/1'" in other.hint


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        pytest.param(Kept(existed=True), "neither a savepoint nor a retained checkpoint", id="nothing-is-left"),
        pytest.param(None, "no savepoint directory is", id="storage-cannot-be-asked"),
    ],
)
def test_that_nothing_is_found_is_said_and_nothing_is_proposed(kept: Kept | None, words: str):
    """A hint that names no path would be no move."""
    action = decided(ORDERS, None, compatibility=CompatibilityReport(kept=kept), remembered={"orders": RAN}, now=NOW)

    assert (action.verb, action.hint) == (Verb.BLOCKED, "")
    assert words in action.note


def test_storage_that_does_not_answer_is_not_said_to_hold_nothing():
    """Unknown is not absent."""
    silent = CompatibilityReport(unavailable="no connection")

    action = decided(ORDERS, None, compatibility=silent, remembered={"orders": RAN}, now=NOW)

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE)
    assert "could not be asked: no connection" in action.note


def test_a_suspended_job_is_not_resumed_from_a_savepoint_older_than_one_in_storage():
    """The listing may be of another time, or another cluster may have run it: what storage has is newer."""
    suspended = running(ORDERS, state=JobState.SUSPENDED, snapshot=SAVED)
    newer = Snapshot("s3://savepoints/2", "savepoint", NOW)

    same = decided(ORDERS, suspended, compatibility=CompatibilityReport(same_vertices=True, kept=Kept(True, (SAVED,))))
    old = decided(
        ORDERS, suspended, compatibility=CompatibilityReport(same_vertices=True, kept=Kept(True, (newer, SAVED)))
    )

    assert same.verb is Verb.RESUME
    assert (old.verb, old.reason) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE)
    assert newer.path in old.note


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.FAILED, JobState.STOPPED])
def test_a_job_that_another_target_forgot_is_not_started_from_a_savepoint_it_ran_on_after(state: JobState):
    """The store knows a savepoint taken on the way: only the one it was suspended with is its last state."""
    there = Remembered("old", running(ORDERS, state=state, snapshot=SAVED, remembered=True), 5)
    compatibility = CompatibilityReport(kept=Kept(existed=True, snapshots=(SAVED,)), retained=(RETAINED,))
    looks = {"local": Observation(), "old": Observation()}

    made = plan_of(
        "shop", {"orders": ORDERS}, looks, remembered={"orders": (there,)}, compatibility=compatibility, now=NOW
    )

    [action] = made.actions
    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.MOVED, ())
    assert f"checkpoint {RETAINED.path}" in action.note
    assert RETAINED.path in action.hint
