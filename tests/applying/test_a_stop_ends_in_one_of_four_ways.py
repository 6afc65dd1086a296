"""A stop with savepoint: done; no savepoint and the job runs; a savepoint and the job failed; still stopping.

A report that takes one for another starts from older state than there is, or says of a job that is down that it runs.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from headgate.applying import Patience
from headgate.applying.savepoint_waits import FORGOTTEN, ended, no_savepoint, stopped_with_savepoint
from headgate.applying.step_errors import Interrupted
from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.health import Health, SavepointProgress
from headgate.model.live import JobState
from headgate.model.outcome import Outcome
from tests.applying.place import FILTERED, ORDERS, Killed, Place

UNCOMMITTED = "A savepoint has been created, but the job failed: it might have uncommitted transactions."


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def quick(interrupted: threading.Event | None = None) -> Patience:
    return Patience(stop=1, confirm=0.3, first_look=0.001, interrupted=interrupted or threading.Event())


def test_a_job_that_fails_after_its_savepoint_continues_from_that_savepoint_in_the_same_run(place: Place) -> None:
    """The savepoint holds all of its state: there is nothing to wait for, and the platform's warning is passed on."""
    place.apply(ORDERS)
    place.platform.bad_ends = UNCOMMITTED

    result = place.apply(FILTERED)

    [job_id] = place.platform.running("orders")
    assert result.outcome is Outcome.APPLIED
    assert "failed as it was stopped" in result.detail
    assert UNCOMMITTED in result.detail
    assert place.platform.jobs[job_id].live.marker.restored == result.savepoint  # type: ignore[union-attr]
    assert not place.action(FILTERED).steps


def test_a_run_killed_after_a_bad_stop_continues_from_that_savepoint(place: Place) -> None:
    """The job is FAILED and nothing runs: the next run finds the savepoint as the newest that the job left."""
    place.apply(ORDERS)
    place.platform.bad_ends = UNCOMMITTED
    with pytest.raises(Killed):
        place.report(FILTERED, killed_at="submit")

    result = place.apply(FILTERED)

    [job_id] = place.platform.running("orders")
    marker = place.platform.jobs[job_id].live.marker
    assert result.outcome is Outcome.APPLIED
    assert marker is not None
    assert marker.restored.startswith("memory:/memory/savepoint")


def test_a_savepoint_that_exists_while_the_job_still_stops_is_waited_out(place: Place) -> None:
    """A successor beside a job that is stopping would be a second copy."""
    place.apply(ORDERS)
    place.platform.slow_ends = 3
    job_id = place.platform.running("orders")[0]
    lines: list[str] = []

    stopped = stopped_with_savepoint(place.platform, job_id, quick(), lines.append)

    assert stopped.done
    assert f"the end of job {job_id}, savepoint {stopped.path} is complete" in lines


def test_a_stop_that_the_platform_does_not_know_is_asked_for_again(place: Place) -> None:
    """A failover loses what was accepted and not yet done: waiting for it would be waiting for nothing."""
    place.apply(ORDERS)
    place.platform.lost_stops = 1
    job_id = place.platform.running("orders")[0]
    lines: list[str] = []

    stopped = stopped_with_savepoint(place.platform, job_id, quick(), lines.append)

    assert stopped.done
    assert place.platform.writes.count("stop orders") == 2
    assert any("does not know of the stop" in line for line in lines)


def test_waiting_for_a_stop_heeds_an_interrupt_and_says_what_goes_on(place: Place) -> None:
    """CI kills a program that does not end seconds after SIGTERM: what was asked for is left to the next run."""
    place.apply(ORDERS)
    place.platform.slow_ends = 10**6
    job_id, interrupted = place.platform.running("orders")[0], threading.Event()

    with pytest.raises(Interrupted, match="continues without headgate") as refused:
        stopped_with_savepoint(place.platform, job_id, quick(interrupted), lambda line: interrupted.set())

    assert "is complete" in refused.value.problem


def test_waiting_for_the_end_of_a_cancelled_job_heeds_an_interrupt(place: Place) -> None:
    """A cancel can take as long as a stop."""
    place.apply(ORDERS)
    job_id, interrupted = place.platform.running("orders")[0], threading.Event()
    lines: list[str] = []

    def heard(line: str) -> None:
        lines.append(line)
        interrupted.set()

    with pytest.raises(Interrupted):
        ended(place.platform, job_id, quick(interrupted), heard)

    assert lines == [f"the end of job {job_id}, which is RUNNING"]


def test_a_cancel_that_a_failover_undid_is_asked_for_again(place: Place) -> None:
    """The new JobManager recovers the job and knows of no cancellation: waiting for its end would be for nothing."""
    place.apply(ORDERS)
    job_id = place.platform.running("orders")[0]
    patience, lines = Patience(stop=1, ask_again=0.0, first_look=0.001), list[str]()

    health = ended(place.platform, job_id, patience, lines.append)

    assert not health.state.active
    assert place.platform.writes.count("cancel orders") == 1
    assert lines == [f"job {job_id} is RUNNING after it was cancelled: it is cancelled again"]


def test_a_cancelled_job_that_its_platform_does_not_know_any_more_has_ended(place: Place) -> None:
    """A JobManager takes over after the end of the job: nothing is left to wait for."""
    place.apply(ORDERS)
    [job_id] = place.platform.running("orders")
    place.platform.forget()

    assert ended(place.platform, job_id, quick(), lambda line: None) == FORGOTTEN


def test_a_job_that_is_listed_as_one_that_runs_has_not_ended_whatever_else_is_said(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where there is no list, it is not known."""
    place.apply(ORDERS)
    [job_id] = place.platform.running("orders")

    def refused(job_id: str) -> Health:
        raise Rejected("no such job")

    monkeypatch.setattr(place.platform, "health", refused)
    with pytest.raises(Rejected):
        ended(place.platform, job_id, quick(), lambda line: None)

    place.platform.silent = "no connection"
    with pytest.raises((Unavailable, OutcomeUnknown)):
        ended(place.platform, job_id, quick(), lambda line: None)


def test_a_cancel_under_way_is_not_asked_for_again(place: Place) -> None:
    """A job that only takes its time to stop is waited for."""
    place.apply(ORDERS)
    job_id = place.platform.running("orders")[0]
    patience = Patience(stop=0.05, ask_again=10.0, first_look=0.001)

    with pytest.raises(OutcomeUnknown, match="has not ended after"):
        ended(place.platform, job_id, patience, lambda line: None)

    assert not place.platform.writes.count("cancel orders")


def test_an_unfinished_stop_is_unknown_and_not_failed(place: Place) -> None:
    """When the time is up it is not known how it ends; the savepoint that exists already is named."""
    place.apply(ORDERS)
    place.platform.slow_ends = 10**6
    job_id = place.platform.running("orders")[0]

    with pytest.raises(OutcomeUnknown, match=r"savepoint memory:.* is complete, but job .* has not ended"):
        stopped_with_savepoint(place.platform, job_id, quick(), lambda line: None)


def test_a_platform_that_is_silent_for_a_moment_does_not_end_the_wait(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A JobManager that fails over answers again soon."""
    place.apply(ORDERS)
    job_id, lines = place.platform.running("orders")[0], list[str]()
    whole, answers = place.platform.stop_progress, iter([Unavailable("no connection")])

    def progress(of: str) -> SavepointProgress:
        for trouble in answers:
            raise trouble
        return whole(of)

    monkeypatch.setattr(place.platform, "stop_progress", progress)

    assert stopped_with_savepoint(place.platform, job_id, quick(), lines.append).done
    assert lines == ["no connection"]


@pytest.mark.parametrize(
    ("job", "words"),
    [
        pytest.param(JobState.RUNNING, "which runs on", id="runs"),
        pytest.param(JobState.STARTING, "which is starting again", id="starts-again"),
        pytest.param(JobState.FAILED, "which does not run any more (it is FAILED)", id="failed"),
        pytest.param(JobState.UNKNOWN, "how the job is now is not known", id="not-reported"),
    ],
)
def test_a_job_without_a_savepoint_is_said_to_run_only_where_its_platform_says_so(job: JobState, words: str) -> None:
    """ "It runs on" is a promise: a person who reads it goes home."""
    error = no_savepoint("f00", SavepointProgress(asked=True, failed="the checkpoint expired", job=job))

    assert words in error.problem
    assert ("runs on" in error.problem) is (job is JobState.RUNNING)
    assert "writable" not in error.hint
