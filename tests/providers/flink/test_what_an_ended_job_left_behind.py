"""Checkpoint statistics of ended jobs, cut down from answers of real clusters."""

from __future__ import annotations

from headgate.model.live import JobState, Snapshot
from headgate.providers.flink.last_snapshot import final_state, remains

CHECKPOINT = {
    "is_savepoint": False,
    "trigger_timestamp": 100,
    "latest_ack_timestamp": 110,
    "checkpoint_type": "CHECKPOINT",
    "external_path": "file:/c/chk-5",
    "discarded": False,
}
STOPPED = {
    "is_savepoint": True,
    "trigger_timestamp": 200,
    "latest_ack_timestamp": 210,
    "checkpoint_type": "SYNC_SAVEPOINT",
    "external_path": "file:/s/savepoint-1",
    "discarded": False,
}


def test_a_job_stopped_with_a_savepoint_is_suspended():
    """Flink calls it FINISHED; it can go on."""
    left = remains(
        {"latest": {"completed": CHECKPOINT | {"discarded": True}, "savepoint": STOPPED}}, checkpointing=True
    )

    assert left.snapshot == Snapshot("file:/s/savepoint-1", "savepoint", 210)
    assert final_state(JobState.FINISHED, left) is JobState.SUSPENDED
    assert final_state(JobState.FAILED, left) is JobState.FAILED


def test_the_newest_snapshot_that_still_exists_is_taken():
    """A checkpoint that was discarded is no way back, and an older savepoint goes behind a newer checkpoint."""
    older = STOPPED | {"trigger_timestamp": 50, "latest_ack_timestamp": 60, "checkpoint_type": "SAVEPOINT"}

    newest = remains({"latest": {"completed": CHECKPOINT, "savepoint": older}}, checkpointing=True)
    gone = remains({"latest": {"completed": CHECKPOINT | {"discarded": True}, "savepoint": older}}, checkpointing=True)

    assert newest.snapshot == Snapshot("file:/c/chk-5", "checkpoint", 110)
    assert gone.snapshot == Snapshot("file:/s/savepoint-1", "savepoint", 60)
    assert final_state(JobState.FINISHED, newest) is JobState.FINISHED


def test_a_job_that_never_completed_a_checkpoint_goes_back_to_what_it_started_from():
    """That is where Flink itself would have recovered it."""
    restored = {"external_path": "file:/s/old", "is_savepoint": True, "restore_timestamp": 7}

    left = remains({"latest": {"restored": restored}, "counts": {"completed": 0}}, checkpointing=True)

    assert left.snapshot == Snapshot("file:/s/old", "savepoint", 7)
    assert not left.empty


def test_nothing_to_lose_is_only_said_where_it_is_proven():
    """Checkpoints were on and none completed: empty. Checkpoints were off: nobody knows."""
    statistics = {"latest": {}, "counts": {"completed": 0}}

    assert remains(statistics, checkpointing=True).empty
    assert not remains(statistics, checkpointing=False).empty
    assert not remains({"latest": {}, "counts": {"completed": 4}}, checkpointing=True).empty
