"""DLI and Cloud Stream keep a savepoint in the job itself, for one start: it is used, or its absence is reported."""

from __future__ import annotations

import pytest
from tests.providers.cs.given import CsBench
from tests.providers.dli.bench import DliBench
from tests.providers.simulated import differences

from headgate.errors import ProviderError, Rejected
from headgate.model.live import JobState, Live
from headgate.model.spec import Sql
from headgate.testing.contract import eventually, from_savepoint, seen, started, stopped, submission

Bench = DliBench | CsBench


def observed(bench: Bench) -> Live:
    return eventually(lambda: seen(bench.again(), "orders"))


def failed_stop(bench: Bench, live: Live) -> str:
    bench.provider.stop_with_savepoint(live.job_id)
    return eventually(lambda: bench.provider.stop_progress(live.job_id).failed)


def test_a_savepoint_is_used_once(bench: Bench) -> None:
    """The platform deletes it when the job runs again: an old plan's start is refused, not made from the wrong one."""
    spec = bench.spec("orders")
    first = stopped(bench.provider, started(bench.provider, spec))
    second = stopped(bench.provider, started(bench.provider, spec, live=first, restore=from_savepoint(first)))
    edited = bench.edited(spec)

    assert bench.provider.exists(from_savepoint(second).path)
    assert bench.provider.exists(from_savepoint(first).path) is False
    with pytest.raises(Rejected, match=r"is gone|cannot be started from"):
        bench.provider.submit(submission(edited, live=second, restore=from_savepoint(first)))
    assert bench.running("orders") == []
    started(bench.provider, edited, live=second, restore=from_savepoint(second))
    assert bench.platform.ages("orders") == 2
    bench.fail("orders")
    failed = eventually(lambda: ended if (ended := observed(bench)).state is JobState.FAILED else None)
    assert (failed.snapshot, failed.provably_empty) == (None, False)


def test_a_start_without_state_has_none(bench: Bench) -> None:
    """By consent alone: whether the savepoint is used is said to the platform, one way or the other."""
    spec = bench.spec("orders")
    ended = stopped(bench.provider, started(bench.provider, spec))

    started(bench.provider, bench.edited(spec), live=ended)

    assert bench.platform.ages("orders") == 0


def test_a_start_that_was_not_submitted_keeps_its_savepoint(bench: Bench) -> None:
    """It was not used up: a start from it under its old name goes ahead."""
    spec = bench.spec("orders")
    ended = stopped(bench.provider, started(bench.provider, spec))
    broken = bench.spec("orders", program=Sql("INSERT INTO broken SELECT NONSENSE FROM s"))

    bench.provider.submit(submission(broken, live=ended, restore=from_savepoint(ended)))
    failed = eventually(lambda: there if (there := observed(bench)).state is JobState.FAILED else None)
    started(bench.provider, spec, live=failed, restore=from_savepoint(ended))

    assert failed.snapshot is not None
    assert not failed.provably_empty
    assert failed.snapshot.at == failed.started_at
    assert bench.platform.ages("orders") == 1


def test_a_stop_that_fails_leaves_the_job_running_and_is_asked_for_again(bench: Bench) -> None:
    """The Flink job behind it runs on; the old failure is not taken for that of the next stop."""
    live = started(bench.provider, bench.spec("orders"))

    bench.savepoints(fail=True)
    why = failed_stop(bench, live)
    now = eventually(lambda: there if (there := observed(bench)).state is JobState.RUNNING else None)

    assert "the savepoint could not be written to OBS" in why or why == "no savepoint: the bucket is full"
    assert now.word == "job_cancel_fail"
    assert bench.provider.health(live.job_id).settled
    assert len(bench.running("orders")) == 1
    bench.savepoints()
    assert stopped(bench.provider, live).snapshot is not None


def test_a_stop_that_left_no_savepoint_is_a_failure(bench: Bench) -> None:
    """It ended well and the state is nowhere: nobody may think it suspended."""
    live = started(bench.provider, bench.spec("orders"))
    bench.savepoints(lost=True)

    why = failed_stop(bench, live)

    assert "left no savepoint" in why or "shows no savepoint" in why
    ended = eventually(lambda: there if not (there := observed(bench)).state.active else None)
    assert (ended.state, ended.snapshot, ended.provably_empty) == (JobState.STOPPED, None, False)


def test_a_job_without_a_bucket_is_not_stopped(bench: Bench) -> None:
    """Its state would have no place to go; a plain stop would throw it away."""
    live = started(bench.provider, bench.spec("orders", options=bench.options(obs_bucket="")))

    with pytest.raises(Rejected, match="obs_bucket"):
        bench.provider.stop_with_savepoint(live.job_id)

    assert "bucket" in live.unsavable
    assert not any("/stop" in line for line in bench.platform.requests)


def test_a_job_that_does_not_run_is_changed_whole(bench: Bench) -> None:
    """There is nothing to disturb, and its savepoint stays."""
    ended = stopped(bench.provider, started(bench.provider, bench.spec("orders")))
    edited = bench.spec("orders", parallelism=3, program=Sql("INSERT INTO t SELECT 2 FROM s"))

    bench.provider.update(ended, edited, submission(edited).marker)

    now = eventually(lambda: there if (there := observed(bench)).applied != ended.applied else None)
    assert differences(now, edited) == []
    assert (now.state, from_savepoint(now)) == (JobState.SUSPENDED, from_savepoint(ended))
    assert bench.running("orders") == []


def test_a_draft_has_nothing_to_lose(bench: Bench) -> None:
    """It was made, and cut off before it ran."""
    wanted = submission(bench.spec("orders"))
    bench.platform.refuse(at="/run")

    with pytest.raises(ProviderError):
        bench.provider.submit(wanted)

    live = observed(bench)
    assert (live.word, live.provably_empty, live.snapshot) == ("job_init", True, None)
    assert live.marker == wanted.marker
    assert not bench.provider.stop_progress(live.job_id).done


@pytest.mark.parametrize("word", ["job_idle", "job_arrearage_stopped"])
def test_a_job_that_the_platform_holds_is_left_to_it(bench: Bench, word: str) -> None:
    """It continues by itself, once the account is in credit or the node is there: no start is offered for it."""
    spec = bench.spec("orders")
    started(bench.provider, spec)
    bench.turn("orders", word)

    there = observed(bench)
    before = len(bench.platform.requests)
    with pytest.raises(Rejected, match=word):
        bench.provider.submit(submission(bench.edited(spec), live=there))

    assert (there.state, there.word, there.snapshot) == (JobState.SUSPENDED, word, None)
    assert not there.provably_empty
    assert word in there.held
    assert all(line.startswith("GET ") for line in bench.platform.requests[before:])
