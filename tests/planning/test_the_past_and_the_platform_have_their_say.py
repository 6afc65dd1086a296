"""What storage, the store and the platform add to what was observed: snapshots, failing versions, moves, renames."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.live import JobState, Kept, Observation, Remembered, Snapshot, Unknown
from headgate.model.plan import (
    CancelJob,
    PlatformVerdict,
    Settle,
    StateVerdict,
    StopWithSavepoint,
    Submit,
    Update,
    Verb,
    Verdict,
)
from headgate.model.reasons import Reason
from headgate.model.spec import Savepoint, Strategy
from headgate.planning import CompatibilityReport
from tests.planning.given import (
    COUNT,
    EDITED,
    ORDERS,
    begun,
    compiles_to,
    decided,
    in_history,
    plan_of,
    planned,
    quarantined,
    running,
)

SAVED = Snapshot("s3://savepoints/1", "savepoint", 1)
RETAINED = Snapshot("s3://checkpoints/7", "checkpoint", 1)


STOPPED_FOR_GOOD = Remembered("local", running(ORDERS, state=JobState.SUSPENDED, snapshot=SAVED))
RAN_WHEN_LAST_SEEN = Remembered("local", running(ORDERS, snapshot=SAVED))


def test_a_job_that_runs_on_another_target_is_stopped_there_before_it_is_started_here():
    """A moved manifest must not make two copies."""
    here, there = Observation(), Observation({"orders": running(ORDERS)})

    found = plan_of("shop", {"orders": ORDERS}, {"local": here, "old": there}, prune=True)

    [action] = found.actions
    assert (action.verb, action.reason, action.source) == (Verb.RESTART, Reason.MOVED, "old")
    assert action.steps == (StopWithSavepoint("f00"), Submit(ORDERS, predecessor="f00"), Settle())
    assert [(change.path, change.before, change.after) for change in action.changes] == [("target", "old", "local")]


@pytest.mark.parametrize(
    ("verdict", "consent"),
    [pytest.param(Verdict.LOST, "lost", id="cannot"), pytest.param(Verdict.UNKNOWN, "unknown", id="nobody-knows")],
)
def test_a_move_to_a_target_that_cannot_read_the_state_needs_consent(verdict, consent):
    """Another platform, or another file system: what the old one wrote is not read by the new one."""
    seen = {"local": Observation(), "old": Observation({"orders": running(ORDERS)})}
    compatibility = CompatibilityReport(platform=PlatformVerdict(state=StateVerdict(verdict)))
    consents = replace(ORDERS, savepoint=Savepoint(accept=frozenset({consent})))

    [refused] = plan_of("shop", {"orders": ORDERS}, seen, compatibility=compatibility).actions
    [accepted] = plan_of("shop", {"orders": consents}, seen, compatibility=compatibility).actions

    assert (refused.verb, refused.reason, refused.steps) == (Verb.BLOCKED, Reason.MOVED, ())
    assert accepted.verb is Verb.RESTART
    assert accepted.steps[0] == StopWithSavepoint("f00")


def test_the_earliest_savepoint_is_not_guessed():
    """Where no history is kept, the choice is given back."""
    earliest = replace(EDITED, savepoint=Savepoint(Strategy.EARLIEST))

    action = decided(earliest, running(ORDERS), compatibility=CompatibilityReport(same_vertices=True))

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.EARLIEST_UNKNOWN)


def test_the_earliest_savepoint_is_the_oldest_that_storage_knows():
    """Newest first is how they are reported."""
    earliest = replace(ORDERS, parallelism=2, savepoint=Savepoint(Strategy.EARLIEST))
    kept = Kept(existed=True, snapshots=(Snapshot("s3://b/2", "savepoint", 2000), Snapshot("s3://b/1", "savepoint", 1)))

    action = decided(earliest, running(ORDERS), compatibility=CompatibilityReport(same_vertices=True, kept=kept))

    assert action.verb is Verb.RESTART
    assert action.restore is not None
    assert action.restore.path == "s3://b/1"


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(Kept(existed=True), id="it-ran-there"),
        pytest.param(Kept(snapshots=(SAVED,)), id="a-savepoint-is-there"),
    ],
)
def test_a_job_that_nobody_remembers_but_storage_is_not_new(kept):
    """A JobManager that lost its memory, and no store: starting would be starting empty."""
    action = decided(ORDERS, None, compatibility=CompatibilityReport(kept=kept))

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE, ())
    assert decided(ORDERS, None, compatibility=CompatibilityReport(kept=Kept())).verb is Verb.SUBMIT


def test_a_snapshot_that_is_not_there_is_found_out_before_the_job_is_stopped():
    """Nothing is stopped for a path with a slip of the pen in it."""
    wants = replace(EDITED, savepoint=Savepoint(Strategy.PATH, "s3://b/gone", frozenset({"unknown"})))

    action = decided(wants, running(ORDERS), compatibility=CompatibilityReport(same_vertices=True, exists=False))

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.SNAPSHOT_MISSING, ())


def test_a_failed_job_is_not_started_from_a_snapshot_older_than_it_may_be():
    """`savepoint.max_age` bounds what is computed again; a suspended job's savepoint is its whole state, at any age."""
    bounded = replace(ORDERS, savepoint=Savepoint(max_age=60))
    failed = running(ORDERS, state=JobState.FAILED, snapshot=replace(RETAINED, at=1_000_000))
    suspended = running(ORDERS, state=JobState.SUSPENDED, snapshot=replace(SAVED, at=1_000_000))

    assert decided(bounded, failed, now=1_050_000).verb is Verb.SUBMIT
    too_old = decided(bounded, failed, now=1_061_000)
    assert (too_old.verb, too_old.reason) == (Verb.BLOCKED, Reason.SNAPSHOT_TOO_OLD)
    assert decided(bounded, suspended, now=9_000_000).verb is Verb.RESUME


def test_a_version_that_did_not_settle_is_not_tried_again():
    """Until the manifest changes, or it is asked for; whether the store says so or the job that runs instead."""
    avoiding = running(ORDERS)
    assert avoiding.marker is not None
    avoiding = replace(avoiding, marker=replace(avoiding.marker, quarantined=EDITED.manifest_hash))

    for action in (decided(EDITED, avoiding), decided(EDITED, running(ORDERS), failing=quarantined(EDITED))):
        assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.REVISION_FAILING, ())
    assert decided(EDITED, avoiding, retry=True).verb is Verb.RESTART
    assert decided(replace(EDITED, parallelism=2), avoiding).verb is Verb.RESTART


def test_a_start_that_did_not_settle_is_rolled_back_by_any_later_run():
    """The run that started it was killed before it could."""
    starting = running(EDITED, job_id="f01", state=JobState.STARTING, restored="s3://b/1")
    revisions = (in_history(ORDERS, "{}"),)

    action = decided(EDITED, starting, failing=quarantined(EDITED), revisions=revisions)

    assert (action.verb, action.reason) == (Verb.RESTART, Reason.ROLLED_BACK)
    cancel, submit, settle = action.steps
    assert (cancel, settle) == (CancelJob("f01"), Settle())
    assert isinstance(submit, Submit)
    assert (submit.spec, submit.predecessor, submit.quarantined) == (ORDERS, "f01", EDITED.manifest_hash)
    assert action.restore is not None
    assert action.restore.path == "s3://b/1"


def test_a_definition_that_was_changed_and_never_started_can_be_taken_back():
    """A platform that keeps definitions has forgotten the old one; the history has not."""
    ended = running(EDITED, job_id="f01", state=JobState.SUSPENDED, snapshot=SAVED, restored=SAVED.path)

    action = decided(EDITED, ended, unfinished=begun("f01"), revisions=(in_history(ORDERS),))

    assert action.verb is Verb.RESUME
    assert action.fallback is not None
    assert action.fallback.reason is Reason.ROLLED_BACK


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.STOPPED, JobState.STARTING])
def test_a_start_that_nobody_saw_settle_and_that_ran_is_not_undone(state):
    """It has a checkpoint of its own: going back to what it was given would lose all that it did since."""
    own = replace(SAVED, path=f"{SAVED.path}-of-its-own", kind="checkpoint")
    ran = running(EDITED, job_id="f01", state=state, snapshot=own, restored=SAVED.path)

    action = decided(EDITED, ran, unfinished=begun("f01"), revisions=(in_history(ORDERS),))

    assert action.reason is not Reason.ROLLED_BACK
    assert action.fallback is None
    assert not action.steps or (action.restore and action.restore.path == own.path)


def test_a_start_that_nobody_saw_settle_is_waited_for():
    """Killed while it waited: the next run goes on waiting."""
    action = decided(ORDERS, running(ORDERS), unfinished=begun("f00"))

    assert (action.verb, action.reason, action.steps) == (Verb.KEEP, Reason.NOT_SETTLED_YET, (Settle(),))
    assert decided(ORDERS, running(ORDERS), unfinished=begun("another")).steps == ()


@pytest.mark.parametrize("prune", [False, True], ids=["prune-off", "prune-on"])
def test_a_new_job_with_the_program_of_one_that_left_git_is_a_likely_rename(prune):
    """Starting it would run both, or throw state away; a person says which."""
    renamed = replace(ORDERS, name="orders-v2")

    reported = {action.job: action for action in planned(renamed, running(ORDERS), prune=prune).actions}
    old_alone = planned(renamed, running(ORDERS), prune=True, only=frozenset({"orders"}))

    assert (reported["orders-v2"].verb, reported["orders-v2"].reason) == (Verb.BLOCKED, Reason.LIKELY_RENAME)
    assert "orders" in reported["orders-v2"].note
    assert reported["orders"].steps == ()
    assert [(action.job, action.verb) for action in old_alone.actions] == [("orders", Verb.CANCEL)]


def test_what_the_platform_changes_in_place_is_no_restart():
    """Parallelism alone is a rescale; the state never moves."""
    wider = replace(ORDERS, parallelism=4)
    platform = PlatformVerdict(in_place=frozenset({"parallelism"}))

    rescaled = decided(wider, running(ORDERS), compatibility=CompatibilityReport(platform=platform))
    edited_too = decided(
        replace(EDITED, parallelism=4),
        running(ORDERS),
        compatibility=CompatibilityReport(platform=platform),
    )

    assert (rescaled.verb, rescaled.steps) == (Verb.RESCALE, (Update(wider), Settle()))
    assert rescaled.state is not None
    assert rescaled.state.verdict is Verdict.KEPT
    assert edited_too.verb is not Verb.RESCALE


def test_what_a_platform_cannot_do_is_said_at_plan_time():
    """With the reason it gives."""
    platform = PlatformVerdict(blocked=Reason.ABOVE_MAX_PARALLELISM, note="200 is above 128")

    action = decided(
        replace(ORDERS, parallelism=200),
        running(ORDERS),
        compatibility=CompatibilityReport(platform=platform),
    )

    assert (action.verb, action.reason, action.note) == (Verb.BLOCKED, Reason.ABOVE_MAX_PARALLELISM, "200 is above 128")


def test_a_job_that_can_be_marked_is_adopted_without_a_restart():
    """It is as git asks, and never notices."""
    stranger = replace(running(ORDERS), marker=None, markable=True)

    action = decided(ORDERS, others=(stranger,))
    edited = decided(EDITED, others=(stranger,))

    assert (action.verb, action.reason, action.steps) == (Verb.ADOPT, Reason.UNMARKED, (Update(ORDERS), Settle()))
    assert edited.verb is Verb.ADOPT
    assert edited.steps[0] == StopWithSavepoint("f00")


@pytest.mark.parametrize(
    ("there", "remembered", "reason"),
    [
        pytest.param(
            Observation(), (replace(RAN_WHEN_LAST_SEEN, target="old"),), Reason.MOVED, id="ran-there-and-forgotten"
        ),
        pytest.param(
            Unknown("down"),
            (replace(RAN_WHEN_LAST_SEEN, target="old"),),
            Reason.LIVES_ELSEWHERE,
            id="ran-there-and-silent-now",
        ),
    ],
)
def test_a_job_that_was_on_another_target_is_neither_copied_nor_started_empty(there, remembered, reason):
    """Its state is there, or it may still run there."""
    found = plan_of(
        "shop",
        {"orders": ORDERS},
        {"local": Observation(), "old": there},
        remembered={"orders": remembered},
    )

    [action] = found.actions
    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, reason, ())


@pytest.mark.parametrize(
    ("there", "remembered"),
    [
        pytest.param(
            Observation(
                {"orders": running(ORDERS, state=JobState.SUSPENDED, snapshot=SAVED, started_at=5)},
            ),
            (),
            id="stopped-there",
        ),
        pytest.param(Observation(), (replace(STOPPED_FOR_GOOD, target="old"),), id="stopped-there-and-forgotten"),
    ],
)
def test_a_job_that_was_stopped_on_another_target_goes_on_from_what_it_left_there(there, remembered):
    """Its state moves with it."""
    seen = {"local": Observation(), "old": there}

    [action] = plan_of("shop", {"orders": ORDERS}, seen, remembered={"orders": remembered}).actions

    assert (action.reason, action.source, action.steps) == (Reason.MOVED, "old", (Submit(ORDERS, "f00"), Settle()))
    assert action.restore is not None
    assert action.restore.path == SAVED.path


@pytest.mark.parametrize(
    "drops", [pytest.param(True, id="that-drops-it"), pytest.param(False, id="that-knows-no-such-thing")]
)
def test_consent_to_losing_state_promises_what_the_platform_does(drops):
    """A plan that says "dropped, by consent" where the platform has nothing of the kind was never carried out."""
    wants = replace(EDITED, savepoint=Savepoint(accept=frozenset({"unknown", "partial"})))

    action = decided(wants, running(ORDERS), compatibility=CompatibilityReport(same_vertices=True, drops=drops))

    assert action.verb is Verb.RESTART
    assert action.restore is not None
    assert action.restore.allow_non_restored is drops
    assert ("only the start shows" in action.restore.note) is not drops


def test_the_state_of_a_job_that_is_not_remembered_is_unknown_and_a_path_that_is_named_starts_it():
    """Nothing is known of the operators that wrote the snapshot: "none" would promise that there is no state."""
    named = replace(ORDERS, savepoint=Savepoint(Strategy.PATH, SAVED.path))
    earliest = replace(ORDERS, savepoint=Savepoint(Strategy.EARLIEST))
    compatibility = replace(compiles_to(COUNT, old=None), kept=Kept(existed=True, snapshots=(SAVED,)), exists=True)

    for wants in (named, earliest):
        action = decided(wants, None, compatibility=compatibility)
        assert (action.verb, action.reason) == (Verb.SUBMIT, Reason.NOT_RUNNING_YET)
        assert action.restore is not None
        assert (action.restore.path, action.restore.allow_non_restored) == (SAVED.path, False)
        assert action.state is not None
        assert action.state.verdict is Verdict.UNKNOWN
        [everything] = action.state.operators
        assert (everything.name, everything.verdict) == ("all operators", Verdict.UNKNOWN)
        assert "not known" in everything.why

    empty = decided(replace(ORDERS, savepoint=Savepoint(Strategy.NONE)), None, compatibility=compatibility)
    assert empty.state is not None
    assert empty.state.verdict is Verdict.NONE


def test_the_state_of_a_job_that_the_store_remembers_is_judged_though_its_target_forgot_it():
    """The store has the operators that wrote the snapshot, so a path that is named is no blank cheque."""
    named = replace(EDITED, savepoint=Savepoint(Strategy.PATH, SAVED.path))
    lost = compiles_to(replace(COUNT, signature="another"))

    held = decided(named, None, compatibility=lost, remembered={"orders": (RAN_WHEN_LAST_SEEN,)})

    assert (held.verb, held.reason) == (Verb.BLOCKED, Reason.STATE_LOST)
    assert held.state is not None
    assert held.state.verdict is Verdict.LOST


def test_what_a_platform_says_of_the_state_that_a_path_names_is_not_overruled():
    """Its own ways decide there, and need the consent they always needed."""
    named = replace(ORDERS, savepoint=Savepoint(Strategy.PATH, SAVED.path))
    compatibility = CompatibilityReport(platform=PlatformVerdict(state=StateVerdict(Verdict.UNKNOWN)), exists=True)

    held = decided(named, None, compatibility=compatibility)

    assert (held.verb, held.reason) == (Verb.BLOCKED, Reason.STATE_UNKNOWN)
