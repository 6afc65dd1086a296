"""One live copy, whatever is lost on the way, however late the lists are, and anybody else who starts the same job."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.providers.dli.bench import DliBench, job, provider

from headgate.errors import OutcomeUnknown, Rejected
from headgate.model.plan import Restore, RestoreKind
from headgate.model.spec import Jar
from headgate.testing.contract import (
    converged,
    eventually,
    from_savepoint,
    seen,
    started,
    stopped,
    submission,
)
from headgate.testing.dli import BUCKET, DliSimulator

JAR = Jar(f"obs://{BUCKET}/orders.jar", "com.acme.Orders")


def _one_copy(bench: DliBench, dli: DliSimulator, name: str = "orders") -> None:
    """One definition, one Flink job, and it is settled."""
    [kept] = dli.definitions(name)
    eventually(lambda: bench.provider.health(str(kept.id)).settled)
    assert len(dli.running(name)) == 1


@pytest.mark.parametrize("unique", [True, False], ids=["unique-names", "names-may-repeat"])
@pytest.mark.parametrize("lag", [0, 2, 7], ids=["fresh-lists", "late-lists", "very-late-lists"])
def test_a_creation_whose_answer_was_lost_is_found(bench: DliBench, dli: DliSimulator, lag: int, unique: bool) -> None:
    """Even if no list shows it yet: the second draft waits until it is listed, and gives way to the first."""
    dli.list_lag, dli.unique_names = lag, unique
    dli.lose_replies(at="POST .*/sql-jobs")
    wanted = submission(job())

    with pytest.raises(OutcomeUnknown):
        bench.provider.submit(wanted)
    job_id = bench.again().submit(wanted)

    assert job_id == "100"
    _one_copy(bench, dli)


def test_two_processes_that_start_the_same_job_start_one(bench: DliBench, dli: DliSimulator) -> None:
    """They see the same, ask for the same attempt, and meet."""
    wanted = submission(job())
    adapters = [provider(dli) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(lambda one: converged(one, wanted), adapters))

    for one in adapters:
        one.close()
    assert len(ids) == 1
    _one_copy(bench, dli)


@pytest.mark.parametrize("unique", [True, False], ids=["unique-names", "names-may-repeat"])
@pytest.mark.parametrize("lost", ["", "/flink-jobs", "DELETE ", "/jobs/run", "PUT "])
def test_a_job_of_another_kind_takes_the_place_of_the_old(
    bench: DliBench, dli: DliSimulator, lost: str, unique: bool
) -> None:
    """A new definition, and the old one deleted, whatever was lost between."""
    dli.unique_names = unique
    live = bench.cancelled(started(bench.provider, job()))
    wanted = submission(job(program=JAR), live=live)
    if lost:
        dli.lose_replies(at=lost)

    converged(bench.provider, wanted)

    _one_copy(bench, dli)
    [kept] = dli.definitions("orders")
    assert kept.job_type == "flink_jar_job"
    assert len([one for one in dli.jobs.all.values() if not one.deleted]) == 1


def test_a_job_of_another_kind_cannot_take_the_state_along(bench: DliBench, dli: DliSimulator) -> None:
    """Said before the old definition is touched."""
    ended = stopped(bench.provider, started(bench.provider, job()))

    with pytest.raises(Rejected, match="leaves its state behind"):
        bench.provider.submit(submission(job(program=JAR), live=ended, restore=from_savepoint(ended)))

    assert seen(bench.provider, "orders") == ended


def test_a_definition_that_cannot_be_made_leaves_the_old_one_there(bench: DliBench, dli: DliSimulator) -> None:
    """The new one is created before the old one is deleted."""
    dli.unique_names = True
    live = bench.cancelled(started(bench.provider, job()))
    dli.buckets.clear()

    with pytest.raises(Rejected, match=r"DLI\.11016"):
        bench.provider.submit(submission(job(program=JAR), live=live))

    assert [one.id for one in dli.jobs.all.values() if not one.deleted] == [int(live.job_id)]
    dli.buckets.add(BUCKET)
    nowhere = Restore(RestoreKind.SAVEPOINT, "obs://nowhere/")
    with pytest.raises(Rejected, match="no _metadata"):
        bench.provider.submit(submission(job(program=JAR), live=live, restore=nowhere))
    assert not dli.jobs.all[int(live.job_id)].deleted


def test_a_job_that_is_gone_is_started_again_or_not_at_all(bench: DliBench, dli: DliSimulator) -> None:
    """Deleted by hand, its savepoint went with it: only a start without state has something to start."""
    ended = stopped(bench.provider, started(bench.provider, job()))
    dli.jobs.delete(dli.definitions("orders")[0])
    dli.ticks += dli.list_lag

    with pytest.raises(Rejected, match="is gone"):
        bench.provider.submit(submission(job(), live=ended, restore=from_savepoint(ended)))
    assert dli.running("orders") == []
    converged(bench.provider, submission(job(), live=ended))

    _one_copy(bench, dli)


def test_what_dli_cannot_run_is_refused_before_it_is_asked(bench: DliBench, dli: DliSimulator) -> None:
    """The message is that of the plan."""
    with pytest.raises(Rejected, match="cu_number 4"):
        bench.provider.submit(submission(job(parallelism=9)))

    assert dli.requests == []
