"""`headgate history` and `rollback --to N` speak of the same N for ever."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from headgate.store import Failing, Store
from tests.store.given import APPLIED, NOON, Place


def test_history_is_reported_newest_first(place: Place, store: Store):
    """With everything a rollback needs, as it was recorded."""
    store.record(APPLIED)
    place.let_pass(60)
    store.record(replace(APPLIED, revision="rev-2", outcome="failed"))

    newest, oldest = store.history("shop", "orders")

    assert oldest == replace(APPLIED, number=1, at=NOON)
    assert newest == replace(APPLIED, revision="rev-2", outcome="failed", number=2, at=place.clock.now)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(jobs=some.lists(some.sampled_from(["orders", "refunds", "stock"]), max_size=12), more=some.integers(0, 3))
def test_a_number_never_changes(in_sqlite: Place, jobs: list[str], more: int):
    """What is recorded later, for whatever job, moves nothing."""
    with in_sqlite.open() as store:
        before = {job: store.history("shop", job) for job in jobs}
        for place, job in enumerate(jobs):
            store.record(replace(APPLIED, job=job, revision=f"rev-{place}"))
        first = {job: store.history("shop", job) for job in jobs}
        for _ in range(more):
            store.record(replace(APPLIED, job=jobs[0] if jobs else "orders"))
        after = {job: store.history("shop", job) for job in jobs}

    for job in jobs:
        assert [each.number for each in after[job]] == list(range(len(after[job]), 0, -1))
        assert after[job][len(after[job]) - len(first[job]) :] == first[job]
        assert first[job][len(first[job]) - len(before[job]) :] == before[job]


def test_one_revision_of_a_job_is_known_to_fail(store: Store):
    """The last that did; it is tried again when the manifest changes or somebody says so."""
    assert store.failing("shop", "orders") is None
    store.mark_failing("shop", "orders", "rev-1", "restarts again and again")
    store.mark_failing("shop", "orders", "rev-2", "no such table")

    assert store.failing("shop", "orders") == Failing("shop", "orders", "rev-2", "no such table", NOON)

    store.clear_failing("shop", "orders")
    store.clear_failing("shop", "orders")
    assert store.failing("shop", "orders") is None
