"""The journal: written before the effect, concluded after it, and what lies between is for the next run."""

from __future__ import annotations

from dataclasses import replace

from headgate.store import Store
from tests.store.given import INTENT, NOON, Place


def test_what_was_begun_is_reported_oldest_first(place: Place, store: Store):
    """Recovery goes through it in the order it happened."""
    first = store.intend(INTENT)
    place.let_pass(5)
    second = store.intend(replace(INTENT, job="refunds", step="stop-with-savepoint"))

    assert second > first
    assert store.unfinished("shop") == (
        replace(INTENT, id=first, at=NOON),
        replace(INTENT, id=second, at=place.clock.now, job="refunds", step="stop-with-savepoint"),
    )
    assert [intent.id for intent in store.unfinished("shop", "refunds")] == [second]


def test_what_was_concluded_is_no_longer_unfinished(store: Store):
    """Whatever came of it."""
    first, second = store.intend(INTENT), store.intend(INTENT)

    store.conclude(first, "done", {"path": "s3://sp/2"})

    assert [intent.id for intent in store.unfinished("shop")] == [second]


def test_ids_are_not_used_again(place: Place):
    """An id names one intent for ever, also after everything was concluded and the store was opened again."""
    with place.open() as store:
        first = store.intend(INTENT)
        store.conclude(first, "done")

    with place.open() as store:
        assert store.intend(INTENT) > first


def test_other_projects_are_not_our_business(store: Store):
    """Teams share a database."""
    store.intend(replace(INTENT, project="bank"))

    assert store.unfinished("shop") == ()
