"""No free slot, a lost TaskManager, storage that cannot be read: no manifest has to be mended, no `--retry` given."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headgate.model.failure_origin import Blame
from headgate.model.health import Health
from headgate.model.live import JobState
from headgate.model.outcome import Outcome
from headgate.model.plan import Action, RestoreKind, Verb
from headgate.model.reasons import Reason
from headgate.model.spec import Sql
from headgate.planning.backoff import pause_after
from headgate.planning.restore_points import kind_of_path
from tests.applying.place import COUNT, FILTERED, ORDERS, Killed, Place

BROKEN = replace(ORDERS, program=Sql(COUNT.text.replace("GROUP", "WHERE broken > 3 GROUP")))
NO_SLOTS = "Could not acquire the minimum required resources."


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_first_start_without_slots_is_left_in_place_and_gets_going_without_retry(place: Place) -> None:
    """There is nothing to mend in git; ending it would only make it start later."""
    place.platform.no_slots = NO_SLOTS

    first = place.apply(ORDERS)
    [waiting] = place.platform.running("orders")
    second = place.apply(ORDERS)
    place.platform.give_slots()
    third = place.apply(ORDERS)

    for result in (first, second):
        assert (result.outcome, result.code) == (Outcome.UNCLEAR, "infrastructure-failed")
        assert NO_SLOTS in result.detail
        assert "mend the manifest" not in result.hint
    assert third.outcome is Outcome.APPLIED
    assert place.platform.running("orders") == [waiting]
    assert not place.plan(ORDERS).has_changes


@pytest.mark.parametrize("remembers", [True, False], ids=["with-a-store", "on-a-fresh-runner"])
def test_an_edit_that_gets_no_slots_is_tried_again_by_the_next_apply(
    place: Place, monkeypatch: pytest.MonkeyPatch, remembers: bool
) -> None:
    """The previous revision stands in for it meanwhile, and no marker and no store calls the version bad."""
    place.apply(ORDERS)
    lacking_slots_for(place, monkeypatch, FILTERED.revision)

    first = place.report(FILTERED)
    monkeypatch.undo()
    [stand_in] = place.platform.running("orders")
    marker = place.platform.jobs[stand_in].live.marker
    if not remembers:
        place.without_memory()
    second = place.apply(FILTERED)

    [result] = first.results
    assert (first.exit_code, result.code) == (3, "infrastructure-failed")
    assert "runs again" in result.detail
    assert marker is not None
    assert (marker.revision, marker.quarantined) == (ORDERS.revision, "")
    assert second.outcome is Outcome.APPLIED
    assert min(place.platform.ages("orders").values()) == 2


def test_neither_version_gets_slots_and_both_are_innocent(place: Place) -> None:
    """The only TaskManager is gone: what waits for it gets going when it is back, and then git is made live."""
    place.apply(ORDERS)
    place.platform.no_slots = NO_SLOTS

    result = place.apply(FILTERED)
    place.platform.give_slots()
    after = place.apply(FILTERED)

    assert (result.outcome, result.code) == (Outcome.UNCLEAR, "infrastructure-failed")
    assert after.outcome is Outcome.APPLIED
    assert not place.plan(FILTERED).has_changes
    assert min(place.platform.ages("orders").values()) >= 1


def test_a_loop_tries_what_the_infrastructure_failed_less_and_less_often(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try stops the job that stands in; `apply`, where a person may know better, is never put off."""
    place.apply(ORDERS)
    lacking_slots_for(place, monkeypatch, FILTERED.revision)
    place.report(FILTERED)

    soon = looped(place, minutes=0)
    later = looped(place, minutes=3)
    place.report(FILTERED)
    after_two = looped(place, minutes=3)

    assert (soon.verb, soon.reason, soon.steps) == (Verb.BLOCKED, Reason.RETRY_LATER, ())
    assert later.verb is Verb.RESTART
    assert after_two.reason is Reason.RETRY_LATER
    assert "2 times" in after_two.note
    assert place.action(FILTERED).verb is Verb.RESTART


def test_the_pause_between_tries_doubles_up_to_an_hour() -> None:
    """Long enough for a loop not to harm, short enough for a cluster that is well again."""
    assert [pause_after(tries) for tries in (1, 2, 3, 6, 99)] == [120, 240, 480, 3600, 3600]


def test_a_start_that_was_killed_and_died_unseen_is_tried_once_more_before_it_is_given_up(place: Place) -> None:
    """No run saw what it died of; here it was the cluster, and the version runs."""
    place.apply(ORDERS)
    with pytest.raises(Killed):
        place.report(FILTERED, killed_at="settle")
    place.platform.fail("orders", "the TaskManager was lost")

    result = place.apply(FILTERED)

    assert result.outcome is Outcome.APPLIED
    assert not place.plan(FILTERED).has_changes


def test_a_rollback_that_failed_and_left_no_trace_is_continued_by_the_next_run(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "Run again: headgate continues with the rollback" holds, also where the target does not show what was tried."""
    place.apply(ORDERS)
    place.platform.starts_broken = "COUNT"

    first = place.report(BROKEN)
    shown = [one for one in place.platform.jobs.values() if one.live.state is JobState.SUSPENDED]
    for job_id in [job_id for job_id, one in place.platform.jobs.items() if one not in shown]:
        monkeypatch.delitem(place.platform.jobs, job_id)
    place.platform.starts_broken = "broken"
    planned = place.action(BROKEN)
    second = place.report(BROKEN)

    assert "continues with the rollback" in first.results[0].hint
    assert planned.reason is Reason.ROLLED_BACK
    assert second.exit_code == 3
    [job_id] = place.platform.running("orders")
    marker = place.platform.jobs[job_id].live.marker
    assert marker is not None
    assert (marker.revision, marker.quarantined) == (ORDERS.revision, BROKEN.manifest_hash)
    assert place.action(BROKEN).reason is Reason.REVISION_FAILING


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("s3://b/savepoints/savepoint-f00-1", RestoreKind.SAVEPOINT, id="savepoint"),
        pytest.param("file:/checkpoints/f00/chk-12/", RestoreKind.CHECKPOINT, id="checkpoint"),
    ],
)
def test_a_rollback_calls_a_checkpoint_a_checkpoint(path: str, kind: RestoreKind) -> None:
    """They are not the same to a person who cleans up: a checkpoint belongs to the job that made it."""
    assert kind_of_path(path) is kind


def looped(place: Place, *, minutes: float) -> Action:
    """What a pass of the loop would do, some time from now."""
    with place.open(FILTERED) as headgate:
        headgate._clock = lambda: datetime.now(UTC) + timedelta(minutes=minutes)
        [action] = headgate.plan(loop=threading.Event()).actions
    return action


def lacking_slots_for(place: Place, monkeypatch: pytest.MonkeyPatch, revision: str) -> None:
    """This revision asks for more slots than there are; others run."""
    whole = place.platform.health

    def health(job_id: str) -> Health:
        marker = place.platform.jobs[job_id].live.marker
        found = whole(job_id)
        if marker is None or marker.revision != revision or not found.state.active:
            return found
        return replace(found, tasks_running=0, cause=NO_SLOTS, blame=Blame.INFRASTRUCTURE)

    monkeypatch.setattr(place.platform, "health", health)
