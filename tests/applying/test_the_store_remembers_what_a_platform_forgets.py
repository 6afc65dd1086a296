"""A platform that was started again knows no job; the store knows where the state is. Without it headgate works on."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.errors import UsageError
from headgate.model.health import Health
from headgate.model.outcome import Outcome
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState, JobSpec, Savepoint, Strategy
from headgate.store import open_store
from headgate.store.sql.store import SqlStore
from headgate.testing.memory import MemoryPlatform
from tests.applying.place import COUNT, FILTERED, ORDERS, Place, patience

NOWHERE = "sqlite:////proc/no/such/folder/store.db"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_platform_that_forgot_a_stopped_job_gets_it_back_with_its_state(place: Place):
    """Killed between stop and submit: the savepoint is known, and the operators find their state by their ids."""
    place.apply(ORDERS)
    assert place.apply(FILTERED, interrupted=True).outcome is Outcome.INTERRUPTED
    place.platform.forget()

    with place.open(FILTERED) as headgate:
        [action] = headgate.plan().actions
    outcome = place.apply(FILTERED).outcome

    assert (action.verb, action.reason) == (Verb.RESUME, Reason.FORGOTTEN)
    assert action.state is not None
    assert action.state.verdict.value == "kept"
    assert outcome is Outcome.APPLIED
    assert min(place.platform.ages("orders").values()) == 1


@pytest.mark.parametrize("record", ["{}", '{"jar": "x"}', '{"statement": 1, "config": []}', "[]", "cut of", ""])
def test_a_damaged_record_is_one_jobs_trouble(place: Place, record: str):
    """What the job ran is not known then; that it was there is, and all other jobs are planned."""
    other = replace(FILTERED, name="refunds")
    place.report(ORDERS, other)
    with closing(sqlite3.connect(place.root / ".headgate" / "store.db")) as store, store:
        store.execute("UPDATE headgate_revisions SET manifest = ? WHERE job = 'orders'", [record])
    [orders_id] = place.platform.running("orders")
    del place.platform.jobs[orders_id]

    reported = {action.job: action for action in place.plan(ORDERS, other).actions}

    assert (reported["orders"].verb, reported["orders"].reason) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE)
    assert reported["refunds"].verb is Verb.KEEP


def test_a_damaged_record_is_not_gone_back_to(place: Place):
    """It is refused in words: nobody knows what it was."""
    place.apply(ORDERS)
    place.apply(FILTERED)
    with closing(sqlite3.connect(place.root / ".headgate" / "store.db")) as store, store:
        store.execute("UPDATE headgate_revisions SET manifest = '{}'")

    with place.open(FILTERED) as headgate, pytest.raises(UsageError, match="number 1 of the history is damaged"):
        headgate.rollback("orders")


def test_a_platform_that_forgot_a_running_job_does_not_get_an_empty_one(place: Place):
    """Nothing is proven about its newest state, so nothing is started."""
    place.apply(ORDERS)
    place.platform.forget()

    assert place.apply(ORDERS).outcome is Outcome.BLOCKED
    assert place.platform.running("orders") == []


def test_a_job_that_was_rescaled_and_then_forgotten_keeps_its_state_from_a_named_snapshot(place: Place):
    """A change in place compiles nothing: what the store knows of the operators is what the job was started with."""
    place.platform.rescales = True
    place.apply(ORDERS)
    wider = replace(ORDERS, parallelism=2)
    assert place.action(wider).verb is Verb.RESCALE
    assert place.apply(wider).outcome is Outcome.APPLIED
    with place.open(wider) as headgate:
        savepoint = headgate.savepoint("orders", patience=patience())
    place.platform.forget()

    action = place.action(replace(wider, savepoint=Savepoint(Strategy.PATH, savepoint)))

    assert action.state is not None
    assert (action.verb, action.state.verdict.value) == (Verb.SUBMIT, "kept")


def finishes_at_once(place: Place) -> None:
    """A bounded job with so little input that its end is what its start waits for."""
    health = place.platform.health

    def finished_by_then(job_id: str) -> Health:
        for name in [each.live.name for each in place.platform.jobs.values()]:
            place.platform.finish(name)
        return health(job_id)

    place.platform.health = finished_by_then  # type: ignore[method-assign]


@pytest.mark.parametrize("seen", ["by-the-run-that-started-it", "by-a-later-run"])
@pytest.mark.parametrize("strategy", [Strategy.LATEST, Strategy.NONE])
def test_a_bounded_job_that_finished_stays_finished_once_it_is_forgotten(place: Place, seen: str, strategy: Strategy):
    """Flink forgets it after an hour: it is neither in want of a savepoint then, nor run a second time."""
    bounded = replace(ORDERS, savepoint=Savepoint(strategy))
    if seen == "by-the-run-that-started-it":
        finishes_at_once(place)
    place.apply(bounded)
    if seen == "by-a-later-run":
        place.platform.finish("orders")
        place.apply(bounded)
    place.platform.forget()

    action = place.action(bounded)

    assert (action.verb, action.reason, action.steps) == (Verb.KEEP, Reason.FINISHED, ())
    assert place.apply(bounded).outcome is Outcome.KEPT


def test_a_bounded_job_that_finished_runs_again_when_it_changes(place: Place):
    """Its state is gone with it, so an empty start is asked for, as for any other job."""
    place.apply(ORDERS)
    place.platform.finish("orders")
    place.apply(ORDERS)
    place.platform.forget()

    assert place.action(FILTERED).reason is Reason.NOTHING_TO_RESTORE
    assert place.apply(replace(FILTERED, savepoint=Savepoint(Strategy.NONE))).outcome is Outcome.APPLIED


def test_a_suspended_job_is_resumed_after_the_platform_forgot_it(place: Place):
    """Weeks later, on a cluster that was upgraded in between."""
    place.apply(ORDERS)
    suspended = JobSpec("orders", "memory", COUNT, desired_state=DesiredState.SUSPENDED)
    assert place.apply(suspended).outcome is Outcome.APPLIED
    place.platform.forget()
    assert place.apply(suspended).outcome is Outcome.KEPT

    assert place.apply(ORDERS).outcome is Outcome.APPLIED
    assert min(place.platform.ages("orders").values()) == 1


def moved_off(place: Place) -> JobSpec:
    """`target:` is another one, and headgate.yaml no longer has the target that the job is on. Returns the new spec."""
    place.platforms = {"new": MemoryPlatform("new", project="shop")}
    return replace(ORDERS, target="new")


def test_a_job_is_not_started_beside_itself_when_its_target_leaves_headgate_yaml(place: Place):
    """One commit that moves the job and tidies up: the old one runs on, and nobody is left who could stop it."""
    place.apply(ORDERS)
    moved = moved_off(place)

    assert place.apply(moved).action.reason is Reason.LIVES_ELSEWHERE
    assert place.platforms["new"].running("orders") == []
    place.platforms |= {"memory": place.platform}
    assert place.action(moved).reason is Reason.MOVED


def test_a_job_that_was_ended_by_hand_on_a_target_that_is_gone_can_be_started_again(place: Place):
    """That cluster is no more; from then on the job is where it was started, and no longer in doubt."""
    place.apply(ORDERS)
    moved = moved_off(place)

    assert place.apply(replace(moved, savepoint=Savepoint(Strategy.NONE))).outcome is Outcome.APPLIED
    assert place.apply(moved).outcome is Outcome.KEPT
    place.platforms["new"].fail("orders")
    assert place.apply(moved).outcome is Outcome.APPLIED


def test_a_lost_store_is_said_once_and_costs_memory_only(place: Place):
    """The run goes on: what keeps a job single is on the platform."""
    place.store = NOWHERE

    assert place.apply(ORDERS).outcome is Outcome.APPLIED
    assert len(place.reported) == 1
    assert place.reported[0].code == "store-unavailable"


def test_a_store_that_is_down_is_not_the_word_that_a_job_is_new(place: Place):
    """The platform was started again, keeps no traces, and the store is being mended: it may have state."""
    place.apply(ORDERS)
    place.platform.forget()
    place.platform.forgets_storage = True
    place.store = NOWHERE

    action = place.action(ORDERS)

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.PAST_UNKNOWN)
    assert place.apply(ORDERS).outcome is Outcome.BLOCKED
    assert place.action(replace(ORDERS, savepoint=Savepoint(Strategy.NONE))).verb is Verb.SUBMIT


def test_a_store_that_is_down_holds_up_no_job_that_is_there(place: Place):
    """The platform is the truth: what runs is changed, what is suspended is resumed."""
    place.apply(ORDERS)
    place.platform.forgets_storage = True
    place.store = NOWHERE

    for spec in (FILTERED, replace(ORDERS, desired_state=DesiredState.SUSPENDED), ORDERS):
        assert place.apply(spec).outcome is Outcome.APPLIED


def kept_aside(place: Place) -> Path:
    """A backup of the store as it is now."""
    return Path(shutil.copytree(place.root / ".headgate", place.root / "aside"))


def put_back(place: Place, aside: Path) -> None:
    shutil.rmtree(place.root / ".headgate")
    shutil.copytree(aside, place.root / ".headgate")


@pytest.fixture
def stale(place: Place) -> Place:
    """The store knows `orders` as suspended; it was resumed since without this store, and went on."""
    place.apply(ORDERS)
    place.apply(replace(ORDERS, desired_state=DesiredState.SUSPENDED))
    aside = kept_aside(place)
    place.without_memory()
    place.apply(ORDERS)
    with place.open(ORDERS) as headgate:
        headgate.savepoint("orders", patience=patience())
    put_back(place, aside)
    return place


def test_a_savepoint_that_was_the_last_one_long_ago_is_not_started_from(stale: Place):
    """Storage knows a later one: the job has run since, and weeks may lie between. Both are named."""
    stale.platform.forget()

    action = stale.action(ORDERS)

    first, later = stale.platform.snapshots
    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE)
    assert first in action.note
    assert later in action.note


def test_a_job_that_was_started_again_without_this_store_is_not_started_from_an_old_savepoint(place: Place):
    """A laptop knows the last savepoint; CI resumed from it weeks ago, and has not stopped the job since."""
    place.apply(ORDERS)
    place.apply(replace(ORDERS, desired_state=DesiredState.SUSPENDED))
    aside = kept_aside(place)
    place.without_memory()
    place.apply(ORDERS)
    put_back(place, aside)
    place.platform.forget()

    action = place.action(ORDERS)

    [path] = place.platform.snapshots
    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE)
    assert path in action.note
    assert "started again" in action.note
    named = replace(ORDERS, savepoint=Savepoint(Strategy.PATH, path, frozenset({"unknown"})))
    assert place.action(named).verb is Verb.RESUME


def test_what_runs_is_remembered_even_if_another_run_started_it(stale: Place):
    """Seen once, by a run that had nothing to do: where storage tells nothing, that alone keeps the old one out."""
    assert stale.apply(ORDERS).outcome is Outcome.KEPT
    stale.platform.forget()
    stale.platform.forgets_storage = True

    action = stale.action(ORDERS)

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE)
    assert "RUNNING when last seen" in action.note


def test_a_suspended_job_that_the_store_has_not_met_is_remembered_with_its_savepoint(place: Place):
    """A new store, for a project that is older: the job is not new to it once it was seen."""
    place.apply(ORDERS)
    suspended = replace(ORDERS, desired_state=DesiredState.SUSPENDED)
    place.apply(suspended)
    place.without_memory()
    place.apply(suspended)
    [path] = place.platform.snapshots
    place.platform.forget()

    action = place.action(replace(ORDERS, savepoint=Savepoint(accept=frozenset({"unknown"}))))

    assert action.restore is not None
    assert (action.reason, action.restore.path) == (Reason.FORGOTTEN, path)


def test_what_the_store_alone_remembers_is_named_and_not_started(place: Place):
    """Another run, with a store of its own, may have started it since: nothing that can be asked rules it out."""
    place.apply(ORDERS)
    place.apply(replace(ORDERS, desired_state=DesiredState.SUSPENDED))
    [path] = place.platform.snapshots
    place.platform.forget()
    place.platform.forgets_storage = True

    action = place.action(ORDERS)
    named = replace(ORDERS, savepoint=Savepoint(Strategy.PATH, path, frozenset({"unknown"})))

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.PAST_UNKNOWN, ())
    assert path in action.note
    assert place.action(named).verb is Verb.RESUME


def test_a_job_of_somebody_else_is_not_remembered_as_ours(place: Place):
    """It is seen, it blocks, and what becomes of it says nothing about ours."""
    place.platform.start_stranger("orders", project="other-team")
    assert place.apply(ORDERS).outcome is Outcome.BLOCKED
    place.platform.forget()

    with place.open(ORDERS) as headgate:
        assert headgate.store.known_jobs("shop") == {}


def test_nothing_is_written_about_jobs_that_are_as_they_were(place: Place, monkeypatch: pytest.MonkeyPatch):
    """A loop over thousands of jobs that changes none writes nothing."""
    place.apply(ORDERS)
    written: list[str] = []
    monkeypatch.setattr(SqlStore, "saw_job", lambda *args: written.append("saw_job"))

    assert place.apply(ORDERS).outcome is Outcome.KEPT
    assert written == []


def test_what_was_applied_is_in_the_history_with_its_commit(place: Place):
    """Who asked for what, under which id, from which snapshot."""
    place.apply(ORDERS)
    place.apply(FILTERED)

    with open_store("sqlite:///.headgate/store.db", root=place.root) as store:
        newest, oldest = store.history("shop", "orders")
        unfinished = store.unfinished("shop")

    assert (newest.revision, newest.commit, newest.outcome) == (FILTERED.revision, "c0ffee", "applied")
    assert newest.predecessor == oldest.job_id
    assert newest.restored_from in place.platform.snapshots
    assert unfinished == ()
