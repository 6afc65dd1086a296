"""What a job can be restored from is known when its platform has forgotten it, and is never tidied away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from headgate.store import KnownSnapshot, SnapshotKind, Store, is_needed
from headgate.store.retention import surplus
from tests.store.given import INTENT, Place, snapshot

CHECKPOINT = SnapshotKind.CHECKPOINT


def paths(snapshots: tuple[KnownSnapshot, ...]) -> list[str]:
    return [each.path for each in snapshots]


def test_snapshots_are_reported_newest_first_and_once(store: Store):
    """By when they completed, not by when somebody looked; every look sees the same ones again."""
    seen = [snapshot("s3://sp/2", 2), snapshot("s3://sp/1", 1), snapshot("s3://cp/3", 3, kind=CHECKPOINT)]
    for each in (*seen, *seen):
        store.saw_snapshot(each)

    assert store.snapshots("shop", "orders") == (seen[2], seen[0], seen[1])
    assert store.snapshots("shop", "refunds") == ()


def test_a_job_the_cluster_forgot_is_not_new(place: Place, store: Store):
    """A fresh cluster says "absent" of both; only one of them would lose its state by an empty start."""
    assert store.last_known("shop", "orders", "local") is None
    store.saw_job("shop", "orders", "local", "f00", "RUNNING")
    place.let_pass(60)
    store.saw_job("shop", "orders", "local", "f01", "FINISHED")
    store.saw_snapshot(snapshot("s3://sp/1", 1))
    store.saw_snapshot(snapshot("s3://elsewhere/2", 2, target="other"))

    known = store.last_known("shop", "orders", "local")

    assert known is not None
    assert (known.job_id, known.state, known.at) == ("f01", "FINISHED", place.clock.now)
    assert known.snapshot == snapshot("s3://sp/1", 1)


def test_what_is_about_to_be_deleted_is_not_restored_from(store: Store):
    """It may be gone already, even if nobody said so yet."""
    for minute in range(3):
        store.saw_snapshot(snapshot(f"s3://sp/{minute}", minute))

    store.ask_disposal(snapshot("s3://sp/2", 2))

    assert paths(store.snapshots("shop", "orders")) == ["s3://sp/1", "s3://sp/0"]


def test_a_deletion_that_failed_is_tried_again_until_it_is_done(store: Store):
    """Savepoints that nobody deletes are what fills a bucket."""
    store.saw_snapshot(snapshot("s3://sp/1"))
    store.ask_disposal(snapshot("s3://sp/1"))
    store.ask_disposal(snapshot("s3://sp/1"))
    store.disposal_failed("shop", "s3://sp/1", "503")
    store.disposal_failed("shop", "s3://sp/1", "no route to host")

    (pending,) = store.disposals("shop")
    assert (pending.path, pending.target, pending.attempts, pending.error) == (
        "s3://sp/1",
        "local",
        2,
        "no route to host",
    )

    store.disposed("shop", "s3://sp/1")
    store.saw_snapshot(snapshot("s3://sp/1"))
    assert store.disposals("shop") == ()
    assert store.snapshots("shop", "orders") == ()


def test_savepoints_beyond_the_newest_few_may_go(store: Store):
    """`savepoint.keep`, oldest first; checkpoints belong to the platform."""
    for minute in range(5):
        store.saw_snapshot(snapshot(f"s3://sp/{minute}", minute))
        store.saw_snapshot(snapshot(f"s3://cp/{minute}", minute, kind=CHECKPOINT))

    assert paths(store.to_dispose("shop", "orders", 3, set())) == ["s3://sp/0", "s3://sp/1"]
    assert paths(store.to_dispose("shop", "orders", 3, {"s3://sp/0"})) == ["s3://sp/1"]


def test_what_an_unfinished_operation_names_stays(store: Store):
    """A run that was killed between stop and submit left its savepoint in the journal: the next run needs it."""
    for minute in range(3):
        store.saw_snapshot(snapshot(f"s3://sp/{minute}", minute))
    intent = store.intend(replace(INTENT, detail={"restore": "s3://sp/0"}))

    assert paths(store.to_dispose("shop", "orders", 1, set())) == ["s3://sp/1"]

    store.conclude(intent, "done")
    assert paths(store.to_dispose("shop", "orders", 1, set())) == ["s3://sp/0", "s3://sp/1"]


def test_what_another_job_knows_too_stays(store: Store):
    """A renamed job was restored from a savepoint of its old name."""
    store.saw_snapshot(snapshot("s3://sp/0", 0))
    store.saw_snapshot(snapshot("s3://sp/1", 1))
    store.saw_snapshot(snapshot("s3://sp/0", 0, job="orders-totals"))

    assert store.to_dispose("shop", "orders", 1, set()) == ()


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("s3://sp/1", "s3://sp/1/"),
        ("s3://sp/1", "s3://sp/1/_metadata"),
        ("file:/sp/1", "file:///sp/1"),
        ("file:/sp/1", "/sp/1"),
    ],
)
def test_a_path_is_needed_however_it_is_spelled(known: str, written: str):
    """People write URLs as they like, Flink has one way."""
    assert is_needed(known, {written})
    assert not is_needed(known, {f"{written}2", "s3://other/1"})


@given(
    many=some.lists(
        some.tuples(some.integers(0, 50), some.sampled_from(SnapshotKind), some.sampled_from(["local", "prod"])),
        max_size=12,
    ),
    keep=some.integers(-1, 6),
    needed=some.sets(some.integers(0, 11)),
)
def test_retention_never_takes_the_last_good_one(
    many: list[tuple[int, SnapshotKind, str]], keep: int, needed: set[int]
):
    """Whatever is asked: the newest of each target stays, so does what is needed, and not more goes than must."""
    made = [snapshot(f"p{place}", at, kind=kind, target=to) for place, (at, kind, to) in enumerate(many)]
    newest_first = sorted(made, key=lambda each: each.completed_at, reverse=True)

    gone = surplus(newest_first, keep, {f"p{number}" for number in needed})

    assert not {each.path for each in gone} & {f"p{number}" for number in needed}
    assert all(each.kind is SnapshotKind.SAVEPOINT for each in gone)
    assert list(gone) == sorted(gone, key=lambda each: newest_first.index(each), reverse=True)
    for target in ("local", "prod"):
        savepoints = [each for each in newest_first if each.target == target and each.kind is SnapshotKind.SAVEPOINT]
        kept = [each for each in savepoints if each not in gone]
        assert kept[: max(keep, 1)] == savepoints[: max(keep, 1)]
        assert all(each.path[1:] in {str(number) for number in needed} for each in kept[max(keep, 1) :])
