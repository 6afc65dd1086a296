"""A rollback is cut off, and the platform forgets the job that was being ended: the next run completes the rollback.

Only where the store has an unfinished step of it, and storage shows that nothing has come after that job.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headgate.model.live import Snapshot
from headgate.model.outcome import Outcome
from headgate.model.plan import Action, CancelJob, Settle, Submit, Verb
from headgate.model.reasons import Reason
from headgate.store import open_store
from tests.applying.place import FILTERED, ORDERS, Killed, Place

URL = "sqlite:///.headgate/store.db"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.platform.starts_looping = "id > 3"
    return made


def cut_off(place: Place, *, at: str = "cancel") -> str:
    """The run is killed as a step of its rollback begins, and the platform forgets all. The id of what had failed."""
    place.apply(ORDERS)
    with pytest.raises(Killed):
        place.report(FILTERED, killed_at=at)
    with open_store(URL, root=place.root) as store:
        for lock in store.locks("shop"):  # it expires
            store.break_lock(lock.id)
    [_, failed, *_] = place.platform.jobs
    place.platform.forget()
    return failed


def waits_for_a_person(action: Action) -> bool:
    return (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE, ())


@pytest.mark.parametrize("at", ["cancel", "submit#2"])
def test_the_previous_revision_runs_again_from_what_the_failed_start_was_given(place: Place, at: str):
    """Nothing is known of the job any more but that it was to be ended: and it has ended."""
    cut_off(place, at=at)
    [saved] = [path for path in place.platform.snapshots if "savepoint" in path]

    action = place.action(FILTERED)
    result = place.apply(FILTERED)

    assert (action.verb, action.reason) == (Verb.RESTART, Reason.ROLLED_BACK)
    assert [type(step) for step in action.steps] == [Submit, Settle]
    assert action.restore is not None
    assert action.restore.path == saved
    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    [job_id] = place.platform.running("orders")
    live = place.platform.jobs[job_id].live
    assert live.marker is not None
    assert (live.marker.revision, live.marker.restored) == (ORDERS.revision, saved)
    assert min(place.platform.ages("orders").values()) == 1
    assert place.action(FILTERED).reason is Reason.REVISION_FAILING
    with open_store(URL, root=place.root) as store:
        assert store.unfinished("shop") == ()


def forgets_what_it_cancels(place: Place, *, later: tuple[Snapshot, ...] = ()) -> None:
    """A JobManager takes over in that moment; `later` is what the job had written by then."""

    def cancel(job_id: str) -> None:
        place.platform.forget()
        place.platform.outlived[job_id] = list(later)

    place.platform.cancel = cancel  # type: ignore[method-assign]


def test_the_run_that_cancelled_it_completes_the_rollback_itself(place: Place):
    """Its end was asked for, and a complete list does not have it: that is the end."""
    place.apply(ORDERS)
    forgets_what_it_cancels(place)

    result = place.apply(FILTERED)

    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    assert min(place.platform.ages("orders").values()) == 1


def test_a_job_that_is_forgotten_with_a_later_state_is_not_gone_back_from(place: Place):
    """Neither by the run that cancelled it nor by the next; what that run says to do next is true."""
    place.apply(ORDERS)
    forgets_what_it_cancels(place, later=(Snapshot("memory:/chk-9", "checkpoint", 9_000_000_000_000),))

    result = place.apply(FILTERED)

    assert result.outcome is Outcome.FAILED
    assert "the target has forgotten it" in result.detail
    assert "headgate plan" in result.hint
    assert place.platform.running("orders") == []
    action = place.action(FILTERED)
    assert waits_for_a_person(action)
    assert "memory:/chk-9" in action.note


def test_it_may_be_cut_off_again_and_again(place: Place):
    """What is left to do stays written down until it is done."""
    cut_off(place)
    with pytest.raises(Killed):
        place.report(FILTERED, killed_at="submit")
    with open_store(URL, root=place.root) as store:
        for lock in store.locks("shop"):
            store.break_lock(lock.id)

    assert place.apply(FILTERED).code == "rolled-back"


def test_a_job_that_came_back_is_ended_first(place: Place):
    """A JobManager that takes over recovers what was not cancelled yet: what runs is no forgotten job."""
    place.apply(ORDERS)
    with pytest.raises(Killed):
        place.report(FILTERED, killed_at="cancel")

    assert any(isinstance(step, CancelJob) for step in place.action(FILTERED).steps)


@pytest.mark.parametrize(
    "what",
    [
        "the-job-left-a-later-checkpoint",
        "a-later-savepoint-is-there",
        "another-run-started-it-since",
        "storage-cannot-be-asked",
        "the-store-is-gone",
        "git-asks-for-something-else",
        "it-is-to-be-tried-again",
    ],
)
def test_whatever_is_not_certain_waits_for_a_person(place: Place, what: str):
    """An older state, or a second copy, would be worse than a question."""
    failed = cut_off(place)
    platform = place.platform
    spec, retry = FILTERED, False
    match what:
        case "the-job-left-a-later-checkpoint":
            platform.outlived[failed] = [Snapshot("memory:/chk-9", "checkpoint", 9_000_000_000_000)]
        case "a-later-savepoint-is-there":
            later = Snapshot("memory:/savepoint-9", "savepoint", 9_000_000_000_000)
            platform.snapshots[later.path] = {}
            platform._savepoints["orders"].append(later)
        case "another-run-started-it-since":
            platform._started["orders"] = (9_000_000_000_000, "f00")
        case "storage-cannot-be-asked":
            platform.forgets_storage = True
        case "the-store-is-gone":
            place.without_memory()
        case "git-asks-for-something-else":
            spec = replace(FILTERED, parallelism=3)
        case "it-is-to-be-tried-again":
            retry = True

    assert waits_for_a_person(place.action(spec, retry=retry))
    place.report(spec, retry=retry)
    assert platform.running("orders") == []


def test_the_job_that_was_started_again_is_not_given_an_older_state_once_it_is_forgotten(place: Place):
    """The rollback was cut off after its start: what runs since has gone further."""
    cut_off(place, at="settle#2")

    assert waits_for_a_person(place.action(FILTERED))


def test_a_target_that_is_silent_has_not_forgotten_anything(place: Place):
    """Unknown is not absent."""
    cut_off(place)
    place.platform.silent = "no connection"

    action = place.action(FILTERED)

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.LIVE_UNKNOWN, ())
