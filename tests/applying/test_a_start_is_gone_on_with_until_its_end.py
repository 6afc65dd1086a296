"""A start is over when it has settled or was undone. Whatever cuts a run short before that, the next one goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.applying import Memory, Patience
from headgate.errors import OutcomeUnknown
from headgate.model.live import JobState
from headgate.model.outcome import Event, Outcome, Phase, Result
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState, JobSpec
from tests.applying.place import FILTERED, ORDERS, Killed, Place, patience

LOOPS = "starts_looping"
BREAKS = "starts_broken"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def applied(place: Place, spec: JobSpec, listen: Callable[[Event], None], waits: Patience | None = None) -> Result:
    """Plan and apply, with somebody looking over the shoulder."""
    with place.open(spec) as headgate:
        [result] = headgate.apply(headgate.plan(), patience=waits or patience(), listen=listen).results
    return result


def at(step: str, do: Callable[[], object], phase: Phase = Phase.STARTED) -> Callable[[Event], None]:
    """Does something once, as a step begins."""
    left = [do]

    def listen(event: Event) -> None:
        if (event.phase, event.step) == (phase, step) and left:
            left.pop()()

    return listen


def runs(place: Place) -> str:
    """The revision of the one job that runs."""
    [job_id] = place.platform.running("orders")
    live = place.platform.jobs[job_id].live
    assert live.state is JobState.RUNNING
    assert live.marker is not None
    return live.marker.revision


@pytest.mark.parametrize("trouble", [LOOPS, BREAKS])
def test_an_interrupt_between_start_and_settling_is_no_end(place: Place, trouble: str):
    """Ctrl-C while it was submitted: nobody has seen it settle, so the next run looks, and rolls it back."""
    place.apply(ORDERS)
    setattr(place.platform, trouble, "id > 3")
    waits = patience()
    stopped = applied(place, FILTERED, at("submit", waits.interrupted.set), waits)

    place.apply(FILTERED)

    assert (stopped.outcome, stopped.left) == (Outcome.INTERRUPTED, ("settle",))
    assert runs(place) == ORDERS.revision
    again = place.plan(FILTERED)
    assert [action.reason for action in again.actions] == [Reason.REVISION_FAILING]
    assert "by hand" not in again.actions[0].note
    assert again.interrupted == ()


def test_a_first_start_that_nobody_saw_fail_is_tried_once_more_and_no_longer(place: Place):
    """Not again and again, in a loop that nobody reads."""
    place.platform.starts_broken = "COUNT"
    waits = patience()
    applied(place, ORDERS, at("submit", waits.interrupted.set), waits)

    assert place.apply(ORDERS).outcome is Outcome.FAILED
    assert place.action(ORDERS).reason is Reason.REVISION_FAILING


def test_a_run_that_is_killed_before_it_marks_the_version_is_gone_on_with(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    """It saw the start fail, and took that with it."""
    place.apply(ORDERS)
    place.platform.starts_looping = "id > 3"
    with monkeypatch.context() as dies:
        dies.setattr(Memory, "ended", killed)
        with pytest.raises(Killed):
            place.apply(FILTERED)

    assert place.apply(FILTERED).code == "rolled-back"
    assert runs(place) == ORDERS.revision


def test_a_target_that_is_silent_when_it_is_to_be_rolled_back_is_asked_again(place: Place):
    """One lost answer must not leave a job restarting for ever: unclear, and the next run goes on."""
    place.apply(ORDERS)
    place.platform.starts_looping = "id > 3"
    observe = place.platform.observe
    left = [1]

    def silent_once_it_loops() -> object:
        seen = observe()
        if left and any(each.live.state is JobState.STARTING for each in place.platform.jobs.values()):
            left.clear()
            place.platform.silent = "no answer"
            try:
                return observe()
            finally:
                place.platform.silent = ""
        return seen

    place.platform.observe = silent_once_it_loops  # type: ignore[assignment,method-assign]
    result = place.apply(FILTERED)

    assert (result.outcome, result.hint) == (
        Outcome.UNCLEAR,
        "run again: headgate looks at the job first, and continues from there",
    )
    place.apply(FILTERED)
    assert runs(place) == ORDERS.revision


def test_a_lock_that_is_ended_while_it_settles_stops_nothing_for_good(place: Place):
    """`headgate unlock` at the wrong time: the hint says run again, and running again helps."""
    place.apply(ORDERS)
    place.platform.starts_looping = "id > 3"

    def unlock() -> None:
        with place.open(FILTERED) as other:
            for lock in other.store.locks("shop"):
                other.unlock(lock.id)

    result = applied(place, FILTERED, at("settle", unlock))
    place.apply(FILTERED)

    assert "run again" in result.hint
    assert runs(place) == ORDERS.revision
    assert place.action(FILTERED).reason is Reason.REVISION_FAILING


def test_a_job_that_restarts_for_ever_and_is_known_to_fail_is_rolled_back(place: Place):
    """However it came to be marked, it is not `in-sync`."""
    place.apply(ORDERS)
    place.apply(FILTERED)
    with place.open(FILTERED) as headgate:
        headgate.store.mark_failing("shop", "orders", FILTERED.manifest_hash, "it was slow")
    [job_id] = place.platform.running("orders")
    each = place.platform.jobs[job_id]
    each.live = replace(each.live, state=JobState.STARTING, word="RESTARTING")

    assert place.action(FILTERED).reason is Reason.ROLLED_BACK


@pytest.mark.parametrize("refusals", [1, 2], ids=["killed-before-it-goes-back", "refused-that-too"])
def test_a_refused_start_never_leaves_nothing_running_for_good(
    place: Place, refusals: int, monkeypatch: pytest.MonkeyPatch
):
    """No slot was free for the new one, nor then for the old one: as long as neither runs, it is tried again."""
    place.apply(ORDERS)
    place.platform.refused_starts = refusals
    if refusals == 1:
        with monkeypatch.context() as dies:
            dies.setattr("headgate.applying.executor.rollback_of", killed)
            with pytest.raises(Killed):
                place.apply(FILTERED)
    else:
        place.apply(FILTERED)

    assert place.apply(FILTERED).outcome is Outcome.APPLIED
    assert runs(place) == FILTERED.revision


def test_a_start_that_a_second_run_saw_settle_is_in_the_history(place: Place):
    """What runs now is what an edit that fails later goes back to, not the revision before it."""
    place.apply(ORDERS)
    with pytest.raises(Killed):
        place.report(FILTERED, killed_at="settle")
    place.apply(FILTERED)

    with place.open(FILTERED) as headgate:
        newest = headgate.history("orders")[0]

    assert (newest.revision, newest.outcome, newest.commit) == (FILTERED.revision, "applied", "c0ffee")


def test_a_job_that_fails_by_itself_after_a_run_was_killed_is_no_reason_to_go_back(place: Place):
    """It was started again as it was, and its sink is still down: the version is the last that worked."""
    place.apply(ORDERS)
    place.apply(FILTERED)
    place.platform.fail("orders")
    with pytest.raises(Killed):
        place.report(FILTERED, killed_at="settle")
    place.platform.fail("orders")

    assert place.action(FILTERED).reason is Reason.FAILED


def test_what_another_run_started_since_is_left_alone(place: Place):
    """A late second run finds the job that the first one went back to: it is healthy, and not its own."""
    place.apply(ORDERS)
    place.platform.starts_looping = "id > 3"
    late = Place(place.root / "elsewhere")
    late.platforms = place.platforms

    result = applied(late, FILTERED, at("stop-with-savepoint", lambda: place.apply(FILTERED)))

    assert (result.outcome, result.code) == (Outcome.FAILED, "overtaken")
    assert runs(place) == ORDERS.revision


def test_a_job_of_another_project_is_not_ended_for_a_start_of_ours_that_failed(place: Place):
    """It has the name, and another marker."""
    place.platform.starts_broken = "COUNT"
    begun: list[str] = []

    def somebody() -> None:
        begun.append(place.platform.start_stranger("orders", project="other-team"))

    result = applied(place, ORDERS, at("settle", somebody))

    assert result.outcome is Outcome.FAILED
    assert "somebody else" in result.detail
    assert place.platform.jobs[begun[0]].live.state is JobState.RUNNING


def test_a_savepoint_that_is_under_way_hides_no_start_that_has_not_settled(place: Place):
    """Both are open, and each has its own end."""
    place.apply(ORDERS)
    with pytest.raises(Killed):
        place.report(FILTERED, killed_at="settle")
    with place.open(FILTERED) as headgate, pytest.raises(OutcomeUnknown):
        headgate.savepoint("orders", patience=replace(patience(), stop=0))

    assert place.action(FILTERED).reason is Reason.NOT_SETTLED_YET


def test_the_savepoint_of_a_stop_is_written_before_the_stop_is_done_with(place: Place, monkeypatch: pytest.MonkeyPatch):
    """Killed in between, with a platform that forgets: the stop is open still, so storage is asked for what it left."""
    place.apply(ORDERS)
    with monkeypatch.context() as dies:
        dies.setattr(Memory, "_stopped", killed)
        with pytest.raises(Killed):
            place.apply(FILTERED)

    with place.open(FILTERED) as headgate:
        assert [intent.step for intent in headgate.store.unfinished("shop")] == ["stop-with-savepoint"]


def test_the_same_object_sees_what_it_left_unfinished(place: Place):
    """A program that uses the library plans again after an interrupt, and is not reported that all is well."""
    place.apply(ORDERS)
    place.platform.starts_looping = "id > 3"
    waits = patience()
    with place.open(FILTERED) as headgate:
        headgate.apply(headgate.plan(), patience=waits, listen=at("settle", waits.interrupted.set))
        [action] = headgate.plan().actions

    assert action.reason is Reason.NOT_SETTLED_YET


@pytest.mark.parametrize(
    "now",
    [
        pytest.param((), id="left git"),
        pytest.param((replace(ORDERS, name="totals", previous_name="orders"),), id="renamed"),
    ],
)
def test_what_nobody_goes_on_with_is_not_reported_as_interrupted_for_ever(place: Place, now: tuple[JobSpec, ...]):
    """The run died before anything was started, and git has no job of that name any more."""
    with pytest.raises(Killed):
        place.report(ORDERS, killed_at="submit")
    place.platform.silent = "HTTP 503"
    place.report(*now)
    place.platform.silent = ""
    reported = place.plan(*now).interrupted

    place.report(*now)

    assert [job for job, _ in reported] == ["orders"]
    assert place.plan(*now).interrupted == ()


def test_a_start_that_git_has_no_job_for_is_open_as_long_as_it_may_run(place: Place):
    """The reply was lost, the job runs, and another run is at work on it: it is not said that all is over."""
    with pytest.raises(Killed):
        place.report(ORDERS, killed_at="settle")

    with place.open() as headgate:
        headgate.store.acquire("shop", "orders", "ci-runner (process 7)", ttl=60)
        headgate.apply(headgate.plan(), patience=patience())

        assert [intent.step for intent in headgate.store.unfinished("shop")] == ["submit", "settle"]


def test_an_interrupt_while_the_end_is_looked_for_is_no_success(place: Place, monkeypatch: pytest.MonkeyPatch):
    """The platform still reports the job as running: nobody has seen that it is stopped, and nobody says so."""
    place.apply(ORDERS)
    suspended, waits = replace(ORDERS, desired_state=DesiredState.SUSPENDED), patience()
    as_it_was = place.platform.observe()
    with monkeypatch.context() as late:
        late.setattr(place.platform, "observe", lambda: as_it_was)
        stop = at("stop-with-savepoint", waits.interrupted.set, Phase.DONE)
        result = applied(place, suspended, stop, waits)

    assert (result.outcome, result.left) == (Outcome.INTERRUPTED, ())
    assert "still reports of job 'orders'" in result.detail
    assert not place.plan(suspended).has_changes


def test_a_rollback_that_was_cut_short_after_its_start_is_over_once_it_runs(place: Place):
    """Nothing is reported as interrupted for ever."""
    place.apply(ORDERS)
    place.platform.starts_broken = "id > 3"
    with pytest.raises(Killed):
        place.report(FILTERED, killed_at="settle#2")

    result = place.apply(FILTERED)

    assert (result.outcome, result.action.verb) == (Outcome.BLOCKED, Verb.BLOCKED)
    assert place.plan(FILTERED).interrupted == ()


def killed(*args: object, **named: object) -> None:
    raise Killed
