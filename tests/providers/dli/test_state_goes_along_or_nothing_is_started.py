"""Stops, savepoints and restores: what DLI does not say plainly is never taken for the better answer."""

from __future__ import annotations

from typing import Any

import pytest
from tests.providers.dli.bench import DliBench, job, options
from tests.providers.simulated import report_without

from headgate.errors import OutcomeUnknown, Overtaken, Rejected, Unavailable
from headgate.model.live import JobState, Live
from headgate.model.plan import Restore, RestoreKind
from headgate.model.spec import Sql
from headgate.providers.dli.job import DliJob
from headgate.testing.bench import in_state
from headgate.testing.contract import converged, eventually, from_savepoint, seen, started, stopped, submission
from headgate.testing.dli import BUCKET, DliSimulator
from headgate.testing.server import Response

RECENT = {"flink_version": "1.17", "execution_agency_urn": "dli_agency"}


def _failed_stop(bench: DliBench, live: Live) -> str:
    bench.provider.stop_with_savepoint(live.job_id)
    return eventually(lambda: bench.provider.stop_progress(live.job_id).failed)


def test_a_failed_job_goes_on_from_a_checkpoint_that_is_named(bench: DliBench, dli: DliSimulator) -> None:
    """It is imported, and then run from; DLI itself keeps no savepoint of a job that failed."""
    live = started(bench.provider, job())
    dli.fail_job("orders")
    failed = eventually(lambda: in_state(bench.provider, "orders", JobState.FAILED))
    [checkpoint] = [path for path in dli.jobs.storage if "/checkpoint/" in path]

    started(bench.provider, job(), live=failed, restore=Restore(RestoreKind.CHECKPOINT, checkpoint))

    assert (failed.snapshot, failed.provably_empty) == (None, False)
    assert failed.run_id == live.run_id
    assert dli.ages("orders") == 1


@pytest.mark.parametrize("first", [False, True], ids=["restart", "first-start"])
@pytest.mark.parametrize("lost", ["/import-savepoint", "/jobs/run"])
def test_an_import_whose_answer_was_lost_is_made_again(
    bench: DliBench, dli: DliSimulator, lost: str, first: bool
) -> None:
    """Twice is once, as long as the job does not run; a draft takes one, too: a job moves here from elsewhere."""
    ended = None if first else bench.cancelled(started(bench.provider, job()))
    dli.jobs.storage["obs://elsewhere/savepoint-1/"] = 7
    dli.lose_replies(at=lost)

    restore = Restore(RestoreKind.SAVEPOINT, "obs://elsewhere/savepoint-1/")
    converged(bench.provider, submission(job(parallelism=2), live=ended, restore=restore))

    assert dli.ages("orders") == 8


def test_a_job_whose_stop_failed_and_that_is_gone_has_failed(bench: DliBench, dli: DliSimulator) -> None:
    """No execution graph: there is nothing left that runs."""
    live = started(bench.provider, job())
    dli.fail_job("orders")
    dli.be("orders", "job_cancel_fail")
    dli.ticks += dli.list_lag

    now = seen(bench.provider, "orders")

    assert now is not None
    assert (now.job_id, now.state) == (live.job_id, JobState.FAILED)


@pytest.mark.parametrize("how", ["job_finish", "job_running_exception"])
def test_a_job_that_ends_before_it_is_stopped_is_reported(bench: DliBench, dli: DliSimulator, how: str) -> None:
    """Its savepoint will never come."""
    live = started(bench.provider, job())
    dli.finish_job("orders") if how == "job_finish" else dli.fail_job("orders")

    assert _failed_stop(bench, live).startswith(f"it ended before: {how}")


def test_an_older_savepoint_is_not_taken_for_that_of_a_failed_submission(bench: DliBench, dli: DliSimulator) -> None:
    """What is left is what the failed start was given: any other name would restore that one in its place."""
    first = stopped(bench.provider, started(bench.provider, job()))
    edited = job(parallelism=2)
    second = stopped(bench.provider, started(bench.provider, edited, live=first, restore=from_savepoint(first)))
    broken = job(program=Sql("NONSENSE"))
    bench.provider.submit(submission(broken, live=second, restore=from_savepoint(second)))
    failed = eventually(lambda: in_state(bench.provider, "orders", JobState.FAILED))

    with pytest.raises(Rejected, match="is gone"):
        bench.provider.submit(submission(job(parallelism=3), live=failed, restore=from_savepoint(first)))

    assert dli.running("orders") == []
    started(bench.provider, edited, live=failed, restore=from_savepoint(second))
    assert dli.ages("orders") == 2


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Response(403, {"error_code": "DLI.0003", "error_msg": "not allowed"}), id="not-allowed"),
        pytest.param(Response(404, {"error_code": "APIG.0101", "error_msg": "no such API"}), id="no-such-call"),
        pytest.param(Response(200, {"is_success": "true", "execute_graph": None}), id="null"),
        pytest.param(Response(200, {"is_success": "true", "execute_graph": {}}), id="an-empty-graph"),
        pytest.param(Response(200, {"is_success": "true", "execute_graph": {"jid": "1"}}), id="no-state"),
    ],
)
def test_a_graph_that_cannot_be_read_does_not_end_a_job(bench: DliBench, dli: DliSimulator, answer: Response) -> None:
    """Only DLI's own error says that there is no Flink job; taken for the end, a second copy would be started."""
    live = started(bench.provider, job())
    bench.turn("orders", "job_cancel_fail")
    dli.fail(1000, at="/execute-graph", response=answer)

    assert in_state(bench.provider, "orders", JobState.UNKNOWN)
    with pytest.raises(Overtaken):
        bench.provider.submit(submission(job(parallelism=2), live=live))
    assert len(dli.running("orders")) == 1


def test_a_stop_is_not_asked_for_where_the_bucket_is_not_reported(bench: DliBench, dli: DliSimulator) -> None:
    """Without one the job would be stopped and its state lost."""
    live = started(bench.provider, job())
    report_without(dli, "job_config")

    with pytest.raises(Unavailable, match="continues to run"):
        bench.provider.stop_with_savepoint(live.job_id)

    assert len(dli.running("orders")) == 1


def test_a_job_that_is_being_submitted_takes_no_savepoint_yet(bench: DliBench, dli: DliSimulator) -> None:
    """Later it will."""
    live = started(bench.provider, job())
    dli.be("orders", "job_submitting")
    dli.ticks += dli.status_lag

    with pytest.raises(Rejected, match="cannot take a savepoint yet"):
        bench.provider.stop_with_savepoint(live.job_id)


def test_a_stop_never_degrades_to_a_cancel(bench: DliBench, dli: DliSimulator) -> None:
    """Whatever happens on the way, no stop without a savepoint is sent."""
    live = started(bench.provider, job())
    asked: list[Any] = []
    dli.fail(1, at="/jobs/stop")
    answer = dli.answer

    def spied(request: Any) -> Any:
        asked.append(request.json) if request.path.endswith("/jobs/stop") else None
        return answer(request)

    dli.answer = spied  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown):
        bench.provider.stop_with_savepoint(live.job_id)
    stopped(bench.provider, live)

    assert asked == [{"job_ids": [int(live.job_id)], "trigger_savepoint": True}]


@pytest.mark.parametrize("named", [False, True], ids=["the-folder-is-reported", "the-savepoint-is-reported"])
def test_a_savepoint_on_request_has_the_path_that_dli_reports_or_an_unknown_one(
    bench: DliBench, dli: DliSimulator, named: bool
) -> None:
    """Its folder is named by the request, so that asking twice takes one. A folder is never called a path."""
    dli.jobs.names_savepoints = named
    live = started(bench.provider, job(options=options(**RECENT)))
    key = "ab" * 16

    bench.provider.take_savepoint(live.job_id, key)
    taken = eventually(lambda: now if (now := bench.again().savepoint_progress(live.job_id, key)).done else None)

    folder = f"obs://{BUCKET}/headgate-savepoints/{live.job_id}/{key}/"
    [made] = [each for each in dli.jobs.storage if each.startswith(folder)]
    assert (taken.path, taken.folder) == ((made, "") if named else ("", folder))
    assert bench.provider.savepoint_progress(live.job_id, "cd" * 16).asked is False


def test_a_job_that_has_ended_takes_no_savepoint(bench: DliBench) -> None:
    """There is nothing to take it of."""
    ended = bench.cancelled(started(bench.provider, job()))

    with pytest.raises(Rejected, match="only a job that runs"):
        bench.provider.take_savepoint(ended.job_id, "ab" * 16)


def test_a_stop_waits_for_a_savepoint_that_is_being_taken(bench: DliBench, dli: DliSimulator) -> None:
    """No word tells the two apart; when it is over, the stop is asked for."""
    live = started(bench.provider, job())
    bench.provider.take_savepoint(live.job_id, "ab" * 16)

    ended = stopped(bench.provider, live)

    assert ended.state is JobState.SUSPENDED
    assert dli.running("orders") == []


def test_a_first_start_that_was_not_even_submitted_had_nothing(bench: DliBench, dli: DliSimulator) -> None:
    """It can be started again without anybody's consent."""
    spec = job(program=Sql(f"INSERT INTO t SELECT {dli.jobs.broken_word} FROM s"))
    bench.provider.submit(submission(spec))

    failed = eventually(lambda: in_state(bench.provider, "orders", JobState.FAILED))

    assert (failed.word, failed.provably_empty) == ("job_submit_fail", True)
    assert bench.provider.health(failed.job_id).cause == "NONSENSE is no SQL"


def test_what_is_dropped_by_consent_is_said_to_flink(bench: DliBench, dli: DliSimulator) -> None:
    """For that one start, in an option that no manifest has; the next start goes without."""
    ended = stopped(bench.provider, started(bench.provider, job()))
    consented = Restore(RestoreKind.SAVEPOINT, from_savepoint(ended).path, allow_non_restored=True)
    again = started(bench.provider, bench.edited(job()), live=ended, restore=consented)
    [kept] = dli.definitions("orders")
    during = kept.fields["runtime_config"]
    ended = stopped(bench.provider, again)
    started(bench.provider, job(), live=ended, restore=from_savepoint(ended))

    assert '"execution.savepoint.ignore-unclaimed-state", "value": "true"' in during
    assert "ignore-unclaimed-state" not in kept.fields["runtime_config"]
    assert again.applied is not None
    assert again.applied.config == {}


def test_an_old_answer_without_has_savepoint_is_read_by_its_path() -> None:
    """Both are reported for a detail today; older answers had the path alone."""
    row = {"job_id": 1, "status": "job_cancel_success"}

    assert DliJob.of({**row, "savepoint_path": "obs://b/s/"}).has_savepoint
    assert DliJob.of({**row, "savepoint_path": None}).has_savepoint is False
    assert DliJob.of({**row, "savepoint_path": "obs://b/s/", "has_savepoint": False}).has_savepoint is False
    assert DliJob.of(row).has_savepoint is None
