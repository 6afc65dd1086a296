"""The eye of the fault suite is itself tested: it sees an old snapshot restored, and does not cry where none was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.counts import Counts


class World:
    """A TaskManager's output and the folders of snapshots, without a Flink."""

    def __init__(self, root: Path) -> None:
        self.output, self.savepoints, self.checkpoints = root / "out", root / "savepoints", root / "checkpoints"
        self.output.touch()
        (self.checkpoints / "of-another-job" / "chk-9").mkdir(parents=True)
        (self.checkpoints / "of-another-job" / "chk-9" / "_metadata").touch()
        self.counts = Counts("p1", lambda: [self.output], self.savepoints, self.checkpoints)

    def starts(self, job: str = "a") -> None:
        (self.checkpoints / job).mkdir(parents=True, exist_ok=True)
        self.counts.look(steady=False)

    def prints(self, first: int, last: int) -> None:
        with self.output.open("a") as file:
            file.writelines(f"p1> +U[7, {count}]\n" for count in range(first, last + 1))
        self.counts.look(steady=True)

    def snapshot(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.counts.look(steady=True)
        (folder / "_metadata").touch()
        self.counts.look(steady=True)

    def checkpoint(self, number: int, job: str = "a") -> None:
        self.snapshot(self.checkpoints / job / f"chk-{number}")

    def savepoint(self, name: str) -> None:
        self.snapshot(self.savepoints / "headgate" / "p1" / "orders" / f"savepoint-{name}")


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.starts()
    made.prints(1, 100)
    return made


def test_a_restore_of_the_newest_snapshot_is_right(world: World):
    """What was printed after it is computed again."""
    world.checkpoint(1)
    world.prints(101, 120)
    world.starts("b")
    world.prints(101, 130)

    world.counts.require(consented=0, forgotten=True)


def test_a_restore_of_an_older_savepoint_is_seen(world: World):
    """The count is above one, so the count of ones shows nothing."""
    world.savepoint("old")
    world.prints(101, 200)
    world.savepoint("new")
    world.starts("b")
    world.prints(101, 130)

    with pytest.raises(AssertionError, match="an old state was restored"):
        world.counts.require(consented=0, forgotten=False)


def test_a_checkpoint_newer_than_the_savepoint_counts(world: World):
    """The retained checkpoint of a job that was forgotten holds more than the savepoint it was started from."""
    world.savepoint("old")
    world.prints(101, 200)
    world.checkpoint(7)
    world.starts("b")
    world.prints(101, 130)

    with pytest.raises(AssertionError, match="an old state was restored"):
        world.counts.require(consented=0, forgotten=True)


def test_a_count_that_begins_again_needs_consent(world: World):
    """Once for each consent, also where no snapshot was there."""
    world.starts("b")
    world.prints(1, 30)

    world.counts.require(consented=1, forgotten=True)
    with pytest.raises(AssertionError, match="without consent"):
        world.counts.require(consented=0, forgotten=True)


def test_flink_begins_again_where_there_was_no_snapshot_yet(world: World):
    """A TaskManager that is lost before the first checkpoint loses what was not kept."""
    world.prints(1, 30)

    world.counts.require(consented=0, forgotten=False)


def test_a_checkpoint_of_a_job_that_has_not_printed_yet_is_no_more_than_what_it_was_restored_from(world: World):
    """The last row in the output is then of the run before."""
    world.checkpoint(1)
    world.prints(101, 150)
    world.starts("b")
    world.checkpoint(2, "b")
    world.prints(101, 110)

    world.counts.require(consented=0, forgotten=True)


def test_snapshots_of_other_jobs_and_half_written_ones_are_none(world: World):
    """Neither can be restored."""
    (world.checkpoints / "a" / "chk-1").mkdir()
    world.counts.look(steady=True)

    assert world.counts.newest is None
