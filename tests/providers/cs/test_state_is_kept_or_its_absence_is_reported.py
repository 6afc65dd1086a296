"""A job goes on from its latest savepoint, or it is said that none is known; it is never started empty for that.

No field of a job says whether its last stop made a savepoint. The successor's list on the same host does, where it
answers; elsewhere the process that saw the stop succeed leaves a note.
"""

from __future__ import annotations

import pytest
from tests.providers.cs.given import CsBench, edited, jar_job, sql_job

from headgate.errors import Overtaken, Rejected, Unavailable
from headgate.model.health import SavepointProgress
from headgate.model.live import JobState, Live
from headgate.model.plan import Restore, RestoreKind
from headgate.model.spec import Sql
from headgate.testing.contract import eventually, from_savepoint, seen, started, stopped, submission
from headgate.testing.cs import CsSimulator
from headgate.testing.server import Response


def observed(bench: CsBench, name: str = "orders") -> Live:
    live = seen(bench.again(), name)
    assert live is not None
    return live


def ended(bench: CsBench, job_id: str) -> SavepointProgress:
    """How a stop came out."""
    return eventually(lambda: _over(bench.provider.stop_progress(job_id)))


def _over(progress: SavepointProgress) -> SavepointProgress | None:
    return progress if progress.done or progress.failed else None


@pytest.mark.parametrize("spec", [sql_job("orders"), jar_job("orders")], ids=["sql", "jar"])
@pytest.mark.parametrize("successor_answers", [True, False], ids=["reported-by-the-successor", "reported-by-our-note"])
def test_state_survives_an_edit(bench: CsBench, platform: CsSimulator, spec, successor_answers: bool) -> None:
    """Stop with a savepoint, change, start from it: the state is one start older, and not zero."""
    platform.successor_answers = successor_answers
    live = started(bench.provider, spec)

    bench.provider.stop_with_savepoint(live.job_id)
    progress = ended(bench, live.job_id)
    stopped_job = observed(bench)
    assert stopped_job.state is JobState.SUSPENDED
    assert stopped_job.snapshot is not None
    assert stopped_job.snapshot.path == progress.path
    again = started(bench.again(), edited(spec), live=stopped_job, restore=from_savepoint(stopped_job))

    assert platform.ages("orders") == 1
    assert again.run_id != live.run_id


def test_a_savepoint_made_in_the_console_is_found(bench: CsBench, platform: CsSimulator) -> None:
    """Or by a run that was killed before it could leave its note."""
    live = started(bench.provider, sql_job())

    platform.stop_in_console("orders", savepoint=True)
    found = observed(bench)
    started(bench.provider, sql_job(), live=found, restore=from_savepoint(found))

    assert found.state is JobState.SUSPENDED
    assert found.snapshot is not None
    assert found.snapshot.path == live.run_id
    assert platform.ages("orders") == 1


def test_a_stop_nobody_saw_the_end_of_proves_nothing(bench: CsBench, platform: CsSimulator) -> None:
    """Killed after asking, on a host that tells nothing of savepoints: stopped, as far as anybody can know."""
    platform.successor_answers = False
    live = started(bench.provider, sql_job())

    bench.provider.stop_with_savepoint(live.job_id)
    there = eventually(lambda: _ended(bench))

    assert (there.state, there.snapshot) == (JobState.STOPPED, None)
    assert "nothing shows" in bench.again().stop_progress(live.job_id).failed
    restore = Restore(RestoreKind.SAVEPOINT, live.run_id)
    with pytest.raises(Rejected, match="no savepoint of it is known") as refused:
        bench.again().submit(submission(sql_job(), live=there, restore=restore))
    assert refused.value.code == "snapshot-missing"
    assert bench.running("orders") == []


def _ended(bench: CsBench) -> Live | None:
    live = seen(bench.again(), "orders")
    return live if live and not live.state.active else None


def test_a_savepoint_that_failed_leaves_the_job_running(bench: CsBench, platform: CsSimulator) -> None:
    """The stop did not work, which is not an end: the Flink job behind it runs on."""
    platform.savepoints_fail = True
    platform.graphs_by_flink = True
    live = started(bench.provider, sql_job())

    bench.provider.stop_with_savepoint(live.job_id)
    progress = ended(bench, live.job_id)

    assert progress.failed == "no savepoint: the bucket is full"
    assert len(bench.running("orders")) == 1
    assert observed(bench).state is JobState.RUNNING


def test_after_a_failed_stop_no_graph_is_no_end(bench: CsBench, platform: CsSimulator) -> None:
    """Where the execution graph does not tell, whether it runs is unknown, and it is not started beside itself."""
    platform.savepoints_fail = True
    live = started(bench.provider, sql_job())

    bench.provider.stop_with_savepoint(live.job_id)
    ended(bench, live.job_id)

    assert observed(bench).state is JobState.UNKNOWN
    assert len(bench.running("orders")) == 1
    with pytest.raises(Overtaken, match="job_cancel_fail"):
        bench.again().submit(submission(edited(sql_job()), live=observed(bench)))


def test_a_stop_that_succeeded_without_a_savepoint_is_a_failure(bench: CsBench, platform: CsSimulator) -> None:
    """The successor's list says that there is none: it is not assumed, and not started empty."""
    platform.loses_savepoints = True
    live = started(bench.provider, sql_job())

    bench.provider.stop_with_savepoint(live.job_id)
    progress = ended(bench, live.job_id)

    assert "shows no savepoint" in progress.failed
    assert (observed(bench).state, observed(bench).snapshot) == (JobState.STOPPED, None)


def test_a_savepoint_is_used_once(bench: CsBench, platform: CsSimulator) -> None:
    """The platform deletes it with the next start, so a later start cannot ask for it again."""
    ended_once = stopped(bench.provider, started(bench.provider, sql_job()))
    started(bench.provider, sql_job(), live=ended_once, restore=from_savepoint(ended_once))
    platform.fail_job("orders")

    failed = observed(bench)
    assert (failed.state, failed.snapshot) == (JobState.FAILED, None)
    with pytest.raises(Rejected, match="cannot be started from"):
        bench.provider.submit(submission(edited(sql_job()), live=failed, restore=from_savepoint(ended_once)))
    assert bench.provider.exists(ended_once.snapshot.path if ended_once.snapshot else "") is False


def test_a_start_that_failed_before_it_ran_keeps_its_savepoint(bench: CsBench, platform: CsSimulator) -> None:
    """Going back to the program before it is possible: the same savepoint is still there."""
    spec = sql_job()
    broken = sql_job(program=Sql("INSERT INTO broken SELECT 1"))
    ended_once = stopped(bench.provider, started(bench.provider, spec))

    bench.provider.submit(submission(broken, live=ended_once, restore=from_savepoint(ended_once)))
    failed = eventually(lambda: _ended(bench))
    assert failed.state is JobState.FAILED
    assert failed.snapshot is not None
    assert ended_once.snapshot is not None
    assert failed.snapshot.path == ended_once.snapshot.path
    assert failed.snapshot.at == failed.started_at
    started(bench.provider, spec, live=failed, restore=from_savepoint(ended_once))

    assert platform.ages("orders") == 1


def test_only_the_latest_savepoint_of_the_same_job_is_a_start(bench: CsBench) -> None:
    """There is no way to say from where: any other path would be a lie."""
    live = stopped(bench.provider, started(bench.provider, sql_job()))
    other = stopped(bench.provider, started(bench.provider, sql_job("returns")))

    for path in ("obs://bucket/savepoint-1", f"cs/{live.job_id}/1", f"cs/{other.job_id}/latest", ""):
        with pytest.raises(Rejected):
            bench.provider.submit(submission(sql_job(), live=live, restore=Restore(RestoreKind.SAVEPOINT, path)))
    latest = Restore(RestoreKind.SAVEPOINT, f"cs/{live.job_id}/latest")
    started(bench.provider, sql_job(), live=live, restore=latest)

    assert bench.platform.ages("orders") == 1


def test_a_sql_job_without_a_bucket_is_not_stopped(bench: CsBench, platform: CsSimulator) -> None:
    """Its state would have no place to go; a plain stop would throw it away."""
    live = started(bench.provider, sql_job(options={}))

    with pytest.raises(Rejected, match="obs_bucket"):
        bench.provider.stop_with_savepoint(live.job_id)

    assert len(bench.running("orders")) == 1
    assert not any("/stop" in line for line in platform.requests)


def test_a_draft_has_nothing_to_lose(bench: CsBench, platform: CsSimulator) -> None:
    """It was made and never started."""
    platform.fail(at="/run", response=Response(400, {"error_id": "CS.10009", "error_name": "ACCOUNT_FROZEN"}))

    with pytest.raises(Rejected):
        bench.provider.submit(submission(sql_job()))

    live = observed(bench)
    assert (live.state, live.word, live.provably_empty) == (JobState.STOPPED, "job_init", True)
    assert bench.provider.stop_progress(live.job_id) == SavepointProgress()


@pytest.mark.parametrize("word", ["job_idle", "job_arrearage_stopped"])
def test_a_job_that_the_platform_holds_back_is_left_to_it(bench: CsBench, platform: CsSimulator, word: str) -> None:
    """It goes on by itself, once the account is in credit or the node is there: no start is offered for it."""
    live = started(bench.provider, sql_job())
    platform.jobs[int(live.job_id)].becomes(word, platform.ticks)

    there = observed(bench)

    assert (there.state, there.word, there.snapshot) == (JobState.SUSPENDED, word, None)
    assert not there.provably_empty
    assert word in there.held
    before = len(platform.requests)
    with pytest.raises(Rejected, match=word):
        bench.provider.submit(submission(edited(sql_job()), live=there))
    assert all(line.startswith("GET ") for line in platform.requests[before:])


def test_a_savepoint_that_cannot_be_looked_up_now_is_not_missing(bench: CsBench, platform: CsSimulator) -> None:
    """A list that does not answer says nothing: a start refused for it would condemn the manifest."""
    before = stopped(bench.provider, started(bench.provider, sql_job()))
    wanted = submission(edited(sql_job()), live=before, restore=from_savepoint(before))
    platform.fail(100, at="/streaming/jobs")

    with pytest.raises(Unavailable):
        bench.again().submit(wanted)
    assert bench.running("orders") == []
    platform.speak()

    eventually(lambda: bench.provider.health(bench.again().submit(wanted)).settled)
    assert platform.ages("orders") == 1
