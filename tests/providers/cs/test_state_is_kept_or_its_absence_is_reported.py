"""A job goes on from its latest savepoint, or it is said that none is known; it is never started empty for that.

No field of a job says whether its last stop made a savepoint. The successor's list on the same host does, where it
answers; elsewhere the process that saw the stop succeed leaves a note.
"""

from __future__ import annotations

import pytest
from tests.providers.cs.given import CsBench, edited, sql_job

from headgate.errors import Overtaken, Rejected, Unavailable
from headgate.model.health import SavepointProgress
from headgate.model.live import JobState, Live
from headgate.model.plan import Restore, RestoreKind
from headgate.testing.contract import eventually, from_savepoint, seen, started, stopped, submission
from headgate.testing.cs import CsSimulator


def observed(bench: CsBench, name: str = "orders") -> Live:
    live = seen(bench.again(), name)
    assert live is not None
    return live


def ended(bench: CsBench, job_id: str) -> SavepointProgress:
    """How a stop came out."""
    return eventually(lambda: _over(bench.provider.stop_progress(job_id)))


def _over(progress: SavepointProgress) -> SavepointProgress | None:
    return progress if progress.done or progress.failed else None


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
