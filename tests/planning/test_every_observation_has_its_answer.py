"""The rule book, a line a case: what git wants, what is there, what is done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.live import JobState, Live, Remembered, Several, Snapshot, Unknown
from headgate.model.plan import (
    CancelJob,
    RestoreKind,
    Settle,
    StopWithSavepoint,
    Submit,
    Verb,
)
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState, Savepoint, Strategy
from headgate.planning import CompatibilityReport
from tests.planning.given import EDITED, ORDERS, decided, planned, running

SUSPENDED = replace(ORDERS, desired_state=DesiredState.SUSPENDED)
SAVED = Snapshot("s3://savepoints/1", "savepoint", 1)
RETAINED = Snapshot("s3://checkpoints/7", "checkpoint", 1)


@pytest.mark.parametrize(
    ("want", "have", "verb", "reason"),
    [
        pytest.param(ORDERS, None, Verb.SUBMIT, Reason.NOT_RUNNING_YET, id="absent"),
        pytest.param(ORDERS, running(ORDERS), Verb.KEEP, Reason.IN_SYNC, id="as-git-asks"),
        pytest.param(ORDERS, Unknown("down"), Verb.BLOCKED, Reason.LIVE_UNKNOWN, id="target-silent"),
        pytest.param(SUSPENDED, None, Verb.KEEP, Reason.NOT_RUNNING_BY_CHOICE, id="never-started"),
        pytest.param(SUSPENDED, running(ORDERS), Verb.SUSPEND, Reason.SUSPENDED_IN_GIT, id="to-be-suspended"),
        pytest.param(EDITED, running(ORDERS), Verb.RESTART, Reason.SPEC_CHANGED, id="edited"),
        pytest.param(None, running(ORDERS), Verb.KEEP, Reason.LEFT_GIT, id="left-git"),
        pytest.param(
            EDITED, running(ORDERS, state=JobState.STARTING), Verb.BLOCKED, Reason.IN_TRANSITION, id="restarting"
        ),
        pytest.param(
            ORDERS, running(ORDERS, state=JobState.UNKNOWN), Verb.BLOCKED, Reason.LIVE_UNKNOWN, id="unknown-word"
        ),
        pytest.param(
            ORDERS,
            running(ORDERS, state=JobState.SUSPENDED, snapshot=SAVED),
            Verb.RESUME,
            Reason.RUNNING_IN_GIT,
            id="suspended",
        ),
        pytest.param(
            SUSPENDED,
            running(ORDERS, state=JobState.SUSPENDED, snapshot=SAVED),
            Verb.KEEP,
            Reason.NOT_RUNNING_BY_CHOICE,
            id="stays-suspended",
        ),
        pytest.param(
            ORDERS, running(ORDERS, state=JobState.FAILED, snapshot=RETAINED), Verb.SUBMIT, Reason.FAILED, id="failed"
        ),
        pytest.param(
            ORDERS,
            running(ORDERS, state=JobState.STOPPED, snapshot=RETAINED),
            Verb.SUBMIT,
            Reason.STOPPED_OUTSIDE,
            id="cancelled-outside",
        ),
        pytest.param(
            ORDERS,
            running(ORDERS, state=JobState.FAILED),
            Verb.BLOCKED,
            Reason.NOTHING_TO_RESTORE,
            id="failed-with-nothing-left",
        ),
        pytest.param(
            ORDERS,
            running(ORDERS, state=JobState.FAILED, provably_empty=True),
            Verb.SUBMIT,
            Reason.FAILED,
            id="failed-with-nothing-to-lose",
        ),
        pytest.param(ORDERS, running(ORDERS, state=JobState.FINISHED), Verb.KEEP, Reason.FINISHED, id="finished"),
    ],
)
def test_what_is_there_decides_what_is_done(want, have, verb, reason):
    """Each pair of desired and observed has one verb, for one reason."""
    action = decided(want, have)

    assert (action.verb, action.reason) == (verb, reason)


def test_a_job_that_ended_starts_from_what_it_left():
    """The newest snapshot is named in the plan; starting empty is never inferred."""
    action = decided(ORDERS, running(ORDERS, state=JobState.FAILED, snapshot=RETAINED))

    assert action.steps == (Submit(ORDERS, predecessor="f00"), Settle())
    assert action.restore is not None
    assert (action.restore.kind, action.restore.path) == (RestoreKind.CHECKPOINT, RETAINED.path)


def test_a_job_of_ours_that_left_git_is_stopped_with_a_savepoint_when_pruning():
    """Pruning is asked for, and even then the state is kept."""
    other = replace(ORDERS, name="refunds", program=EDITED.program)

    [action, _] = planned(other, running(ORDERS), prune=True).actions

    assert (action.verb, action.reason) == (Verb.CANCEL, Reason.PRUNED)
    assert action.steps == (StopWithSavepoint("f00"),)


def test_an_empty_folder_prunes_nothing():
    """A wrong folder or a broken checkout must not end every job."""
    action = decided(None, running(ORDERS), prune=True)

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.NOTHING_IN_GIT, ())


def test_one_empty_place_of_several_prunes_nothing():
    """A submodule that was not fetched: whose jobs have left git, and whose are only not here, nobody can tell."""
    other = replace(ORDERS, name="refunds", program=EDITED.program)

    [action, _] = planned(other, running(ORDERS), prune=True, empty=("jobs/b",)).actions

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.NOTHING_IN_GIT, ())
    assert "`jobs/b`" in action.note


@pytest.mark.parametrize("prune", [False, True], ids=["prune-off", "prune-on"])
def test_a_job_that_is_not_ours_is_listed_and_never_touched(prune):
    """No marker, no manifest: somebody else's, whatever was asked for."""
    stranger = Live("abc", "adhoc-query", JobState.RUNNING, "RUNNING")

    found = planned(ORDERS, running(ORDERS), others=(stranger,), prune=prune)

    assert found.unmanaged == (("local", stranger),)
    assert not found.has_changes


def test_two_live_jobs_of_one_name_are_both_named_and_neither_touched():
    """Which of the two is right is for a person to say."""
    twins = Several((running(ORDERS, job_id="a1"), running(ORDERS, job_id="b2")))

    [action] = planned(ORDERS, {"orders": twins}).actions

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.SEVERAL_LIVE, ())
    assert "a1" in action.note
    assert "b2" in action.note


@pytest.mark.parametrize(
    ("savepoint", "more"),
    [
        pytest.param(Savepoint(Strategy.PATH, RETAINED.path), {"snapshot": RETAINED}, id="its state outlives a cancel"),
        pytest.param(Savepoint(Strategy.NONE), {}, id="its successor may start empty"),
        pytest.param(Savepoint(), {"provably_empty": True}, id="nothing to lose"),
    ],
)
def test_a_job_that_restarts_for_ever_can_be_suspended_where_its_state_is_not_counted_on(savepoint, more):
    """No savepoint can be taken of it, so it is cancelled; and the plan says that it is."""
    looping = running(ORDERS, state=JobState.STARTING, word="RESTARTING", **more)

    action = decided(replace(SUSPENDED, savepoint=savepoint), looping)

    assert (action.verb, action.reason) == (Verb.SUSPEND, Reason.SUSPENDED_IN_GIT)
    assert action.steps == (CancelJob("f00"),)
    assert action.note != ""


@pytest.mark.parametrize(
    "savepoint", [Savepoint(), Savepoint(Strategy.PATH, "s3://checkpoints/8")], ids=["unasked", "another"]
)
def test_a_job_that_restarts_is_not_suspended_where_its_state_may_go_with_it(savepoint):
    """Flink deletes checkpoints of a job that is cancelled: the plan names what would be left."""
    looping = running(ORDERS, state=JobState.STARTING, word="RESTARTING", snapshot=RETAINED)

    action = decided(replace(SUSPENDED, savepoint=savepoint), looping)

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.IN_TRANSITION, ())
    assert RETAINED.path in action.note


def test_an_unmarked_job_with_the_same_graph_is_adopted():
    """The manifest is what runs: it is taken over with its state, and its statements run as they are written."""
    stranger = Live("abc", "orders", JobState.RUNNING, "RUNNING")

    action = decided(ORDERS, others=(stranger,), compatibility=CompatibilityReport(same_vertices=True))

    assert (action.verb, action.reason) == (Verb.ADOPT, Reason.UNMARKED)
    assert action.steps == (StopWithSavepoint("abc"), Submit(ORDERS, predecessor="abc"), Settle())
    assert action.compiled is not None
    assert action.compiled.plan == ""


@pytest.mark.parametrize(
    ("savepoint", "stop", "restore"),
    [
        pytest.param(Savepoint(Strategy.NONE), CancelJob("abc"), (RestoreKind.FRESH, ""), id="none"),
        pytest.param(
            Savepoint(Strategy.PATH, "s3://kept/1"),
            StopWithSavepoint("abc"),
            (RestoreKind.SAVEPOINT, "s3://kept/1"),
            id="path",
        ),
    ],
)
def test_an_adopted_job_starts_from_what_its_manifest_names(savepoint, stop, restore):
    """The strategy is the same word for a job that was taken over: nothing is cancelled that then cannot start."""
    stranger = Live("abc", "orders", JobState.RUNNING, "RUNNING")
    want = replace(ORDERS, savepoint=savepoint)

    action = decided(want, others=(stranger,), compatibility=CompatibilityReport(same_vertices=True, exists=True))

    assert (action.verb, action.steps) == (Verb.ADOPT, (stop, Submit(want, predecessor="abc"), Settle()))
    assert action.restore is not None
    assert (action.restore.kind, action.restore.path) == restore


@pytest.mark.parametrize("strategy", [Strategy.LATEST, Strategy.NONE], ids=str)
def test_an_unmarked_job_with_another_graph_is_not_started_beside(strategy):
    """A second copy under the same name would write to the same sink; and to begin empty is no leave to end it."""
    stranger = Live("abc", "orders", JobState.RUNNING, "RUNNING")
    want = replace(ORDERS, savepoint=Savepoint(strategy))

    action = decided(want, others=(stranger,), compatibility=CompatibilityReport(same_vertices=False))

    assert (action.verb, action.reason, action.steps) == (Verb.BLOCKED, Reason.NAME_TAKEN, ())


def test_a_job_of_another_project_blocks_its_name():
    """Its owner is named."""
    theirs = running(ORDERS)
    assert theirs.marker is not None
    theirs = replace(theirs, marker=replace(theirs.marker, project="billing"))

    action = decided(ORDERS, others=(theirs,))

    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.OWNED_BY_ANOTHER)
    assert "billing" in action.note


def test_a_rename_goes_on_from_the_old_name():
    """`previous_name` keeps the state, and the old name is no orphan."""
    renamed = replace(ORDERS, name="orders-v2", previous_name="orders")

    [action] = planned(renamed, running(ORDERS), prune=True).actions

    assert (action.job, action.verb, action.reason) == ("orders-v2", Verb.RESTART, Reason.RENAMED)
    assert action.steps[0] == StopWithSavepoint("f00")


def test_a_field_that_somebody_else_owns_is_no_difference_and_is_kept_on_a_restart():
    """`ignore` holds for plan and apply alike."""
    scaled = running(replace(ORDERS, parallelism=8))
    wants = replace(ORDERS, ignore=("parallelism",))
    edits = replace(EDITED, ignore=("parallelism",))

    kept, restarted = decided(wants, scaled), decided(edits, scaled)

    assert kept.verb is Verb.KEEP
    submit = restarted.steps[1]
    assert isinstance(submit, Submit)
    assert submit.spec.parallelism == 8
    assert [change.path for change in restarted.changes] == ["statement"]


def test_one_option_that_somebody_else_owns_is_kept_and_the_others_compared():
    """`ignore: [options.slots]`, and the same for one key of the config."""
    live = running(replace(ORDERS, options={"slots": 8, "queue": "a"}, config={"table.x": "live"}))
    wants = replace(ORDERS, options={"slots": 2, "queue": "b"}, ignore=("options.slots", "config.table.x"))

    action = decided(wants, live)

    assert [change.path for change in action.changes] == ["options.queue"]
    submit = action.steps[1]
    assert isinstance(submit, Submit)
    assert submit.spec.options == {"slots": 8, "queue": "b"}
    assert submit.spec.config == {"table.x": "live"}


STOPPED_FOR_GOOD = Remembered("local", running(ORDERS, state=JobState.SUSPENDED, snapshot=SAVED))
RAN_WHEN_LAST_SEEN = Remembered("local", running(ORDERS, snapshot=SAVED))


def test_a_job_the_target_forgot_goes_on_from_the_savepoint_the_store_knows():
    """A JobManager that was restarted between stop and submit remembers nothing."""
    [action] = planned(ORDERS, remembered={"orders": (STOPPED_FOR_GOOD,)}).actions

    assert (action.verb, action.reason) == (Verb.RESUME, Reason.FORGOTTEN)
    assert action.steps == (Submit(ORDERS, predecessor="f00"), Settle())
    assert action.restore is not None
    assert action.restore.path == SAVED.path
    assert action.seen == "absent"


def test_a_job_that_was_forgotten_while_it_ran_is_not_started_from_an_old_savepoint():
    """Newer state may exist; where is for a person to say. The last known savepoint is reported."""
    [blocked] = planned(ORDERS, remembered={"orders": (RAN_WHEN_LAST_SEEN,)}).actions
    chooses = replace(ORDERS, savepoint=Savepoint(Strategy.PATH, SAVED.path))
    [chosen] = planned(chooses, remembered={"orders": (RAN_WHEN_LAST_SEEN,)}).actions

    assert (blocked.verb, blocked.reason) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE)
    assert SAVED.path in blocked.note
    assert chosen.restore is not None
    assert chosen.restore.path == SAVED.path


def test_a_job_in_a_restart_loop_is_cancelled_for_a_snapshot_that_a_person_names():
    """No savepoint can be taken of it. What a cancel would leave is named; going back there is a person's choice."""
    looping = running(ORDERS, state=JobState.STARTING, word="RESTARTING", snapshot=RETAINED)
    named = replace(EDITED, savepoint=Savepoint(Strategy.PATH, RETAINED.path))

    waits = decided(EDITED, looping)
    goes_on = decided(named, looping)

    assert (waits.verb, waits.reason) == (Verb.BLOCKED, Reason.IN_TRANSITION)
    assert RETAINED.path in waits.note
    assert goes_on.steps == (CancelJob("f00"), Submit(named, predecessor="f00"), Settle())
    assert goes_on.restore is not None
    assert goes_on.restore.path == RETAINED.path


def test_a_job_in_a_restart_loop_that_never_completed_a_checkpoint_is_replaced():
    """The everyday mistake: a new job fails at once, its manifest is mended. There is no state to wait for."""
    looping = running(ORDERS, state=JobState.STARTING, provably_empty=True)

    kept = decided(ORDERS, looping)
    mended = decided(EDITED, looping)

    assert kept.verb is Verb.KEEP
    assert mended.verb is Verb.RESTART
    assert mended.steps == (CancelJob("f00"), Submit(EDITED, predecessor="f00"), Settle())
    assert mended.restore is not None
    assert mended.restore.kind is RestoreKind.FRESH
