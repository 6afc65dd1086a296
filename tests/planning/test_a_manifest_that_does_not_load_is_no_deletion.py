"""A manifest that does not load blocks the jobs it may concern, and nothing is concluded from what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.errors import Mistake
from headgate.model.broken_manifests import BrokenManifest
from headgate.model.live import JobState, Snapshot, Unknown
from headgate.model.plan import Plan, Verb
from headgate.model.spec import DesiredState, Sql
from tests.planning.given import COUNT, EDITED, ORDERS, SOURCE, compiles_to, planned, running

MISTAKE = Mistake("jobs/x.yaml:2:1", "unknown key `statment`", "did you mean `statement`?")
X = replace(ORDERS, name="x", program=Sql("INSERT INTO sink SELECT id FROM x"))
NAMED = BrokenManifest((MISTAKE,), names=("x",))
NAMELESS = BrokenManifest((MISTAKE,))
EVIDENCE = compiles_to(SOURCE, COUNT)


def decisions(plan: Plan) -> dict[str, tuple[Verb, str]]:
    """Verb and reason of every job."""
    return {action.job: (action.verb, str(action.reason)) for action in plan.actions}


def test_the_job_that_a_broken_manifest_names_is_blocked_and_the_others_go_on() -> None:
    """Where it runs it runs on, and the plan says what to mend, and where."""
    plan = planned(EDITED, {"orders": running(ORDERS), "x": running(X)}, broken=(NAMED,), compatibility=EVIDENCE)

    assert decisions(plan) == {"orders": (Verb.RESTART, "spec-changed"), "x": (Verb.BLOCKED, "manifest-invalid")}
    blocked = plan.actions[1]
    assert (blocked.where, blocked.note, blocked.hint) == (MISTAKE.where, MISTAKE.problem, MISTAKE.hint)
    assert (blocked.target, blocked.seen) == ("local", running(X).fingerprint)
    assert plan.errors == ()


def test_a_broken_manifest_of_a_job_that_does_not_run_starts_nothing() -> None:
    """It is shown all the same: a person waits for it."""
    plan = planned(ORDERS, {"orders": running(ORDERS)}, broken=(replace(NAMED, target="local"),))

    assert decisions(plan)["x"] == (Verb.BLOCKED, "manifest-invalid")
    assert (plan.actions[1].target, plan.actions[1].seen) == ("local", "absent")


def test_a_silent_target_may_have_the_job_of_a_broken_manifest() -> None:
    """It was not seen, which is not the same as that it is not there."""
    plan = planned({}, Unknown("no connection"), broken=(NAMED,))

    assert [(action.job, action.seen) for action in plan.actions] == [("x", "unknown")]


def test_every_mistake_of_a_broken_manifest_is_reported() -> None:
    """One at a time would be one run for each."""
    second = Mistake("jobs/x.yaml:5:3", "expected a list, found text")
    plan = planned({}, {}, broken=(replace(NAMED, mistakes=(MISTAKE, second)),))

    assert plan.actions[0].note == "unknown key `statment`\njobs/x.yaml:5:3: expected a list, found text"


@pytest.mark.parametrize("prune", [False, True], ids=["kept", "pruning"])
def test_where_no_name_can_be_read_every_live_job_without_a_manifest_is_blocked(prune: bool) -> None:
    """Each of them may be the one; those that have a manifest are not."""
    plan = planned(ORDERS, {"orders": running(ORDERS), "x": running(X)}, broken=(NAMELESS,), prune=prune)

    assert decisions(plan) == {"orders": (Verb.KEEP, "in-sync"), "x": (Verb.BLOCKED, "manifest-invalid")}
    assert not plan.has_changes
    assert plan.errors == (MISTAKE,)


def test_where_no_manifest_loads_the_one_that_does_not_is_reported() -> None:
    """ "There are no manifests" would send people to look at the checkout."""
    plan = planned({}, {"x": running(X)}, broken=(NAMELESS,), prune=True)

    assert decisions(plan) == {"x": (Verb.BLOCKED, "manifest-invalid")}
    assert plan.actions[0].where == MISTAKE.where


def test_nothing_is_pruned_while_any_manifest_does_not_load() -> None:
    """A rename may be in the file that cannot be read, or a move of the job to it."""
    gone = replace(ORDERS, name="gone", program=Sql("INSERT INTO sink SELECT 1 FROM gone"))
    live = {"orders": running(ORDERS), "gone": running(gone, job_id="f01")}

    asked, unasked = (planned(ORDERS, live, broken=(NAMED,), prune=prune) for prune in (True, False))

    assert decisions(asked)["gone"] == (Verb.BLOCKED, "manifest-invalid")
    assert decisions(unasked)["gone"] == (Verb.KEEP, "left-git")
    assert not asked.has_changes


def test_the_previous_name_in_a_broken_manifest_protects_the_job_that_has_it() -> None:
    """It is being renamed, as far as can be read: it has not left git."""
    renaming = BrokenManifest((MISTAKE,), names=("new",), previous_names=("x",))

    plan = planned(ORDERS, {"orders": running(ORDERS), "x": running(X)}, broken=(renaming,), prune=True)

    assert decisions(plan) == {"orders": (Verb.KEEP, "in-sync"), "new": (Verb.BLOCKED, "manifest-invalid")}
    assert plan.actions[0].live is not None
    assert plan.actions[0].live.name == "x"


def test_no_rename_is_guessed_while_a_manifest_does_not_load() -> None:
    """Whether the old job has left git is not known. The new one does not start either: it may be the same job."""
    new = replace(ORDERS, name="new")

    plan = planned(new, {"orders": running(ORDERS)}, broken=(NAMED,), compatibility=EVIDENCE, prune=True)

    assert decisions(plan)["new"] == (Verb.BLOCKED, "manifest-invalid")
    assert not plan.has_changes
    assert "likely-rename" not in {action.reason for action in plan.actions}


def test_a_job_with_the_program_of_one_whose_manifest_is_broken_is_new() -> None:
    """That one is in git: the two are no rename, and start as two jobs always do."""
    twin = replace(X, name="twin")

    plan = planned(twin, {"x": running(X)}, broken=(NAMED,), compatibility=EVIDENCE)

    assert decisions(plan)["twin"] == (Verb.SUBMIT, "not-running-yet")


def test_the_state_of_an_ended_job_is_not_given_up_while_a_manifest_does_not_load() -> None:
    """Its manifest may be the one that cannot be read, or the new job may be its new name."""
    ended = running(ORDERS, state=JobState.SUSPENDED, snapshot=Snapshot("s3://s/1", "savepoint"))

    plan = planned(replace(ORDERS, name="new"), {"orders": ended}, broken=(NAMELESS,), compatibility=EVIDENCE)

    assert decisions(plan)["new"] == (Verb.BLOCKED, "manifest-invalid")


@pytest.mark.parametrize("broken", [NAMED, NAMELESS], ids=["named", "nameless"])
def test_what_depends_on_a_broken_manifest_is_not_started(broken: BrokenManifest) -> None:
    """Nor what depends on that; what runs of them runs on, and what does not need them starts."""
    first = replace(ORDERS, depends_on=("x",))
    second = replace(X, name="second", depends_on=("orders",))
    free = replace(X, name="free", program=Sql("INSERT INTO sink SELECT 2 FROM free"))
    jobs = {"orders": first, "second": second, "free": free}

    plan = planned(jobs, {}, broken=(broken,), compatibility=EVIDENCE)

    found = decisions(plan)
    assert found["orders"] == found["second"] == (Verb.BLOCKED, "manifest-invalid")
    assert found["free"] == (Verb.SUBMIT, "not-running-yet")


def test_what_depends_on_a_broken_manifest_and_runs_is_not_restarted() -> None:
    """It would stop, and then wait for what cannot start."""
    edited = replace(EDITED, depends_on=("x",))

    plan = planned(edited, {"orders": running(ORDERS)}, broken=(NAMED,), compatibility=EVIDENCE)

    assert decisions(plan)["orders"] == (Verb.BLOCKED, "manifest-invalid")
    assert plan.actions[0].seen == running(ORDERS).fingerprint


def test_what_depends_on_a_broken_manifest_may_stop() -> None:
    """A stop needs nothing else to be in order."""
    suspended = replace(ORDERS, depends_on=("x",), desired_state=DesiredState.SUSPENDED)

    plan = planned(suspended, {"orders": running(ORDERS)}, broken=(NAMED,))

    assert decisions(plan)["orders"] == (Verb.SUSPEND, "suspended-in-git")


def test_a_plan_for_one_job_names_a_broken_manifest_and_does_not_wait_for_it() -> None:
    """Operations on another job are not hindered by it."""
    plan = planned(ORDERS, {}, broken=(NAMED,), only=frozenset({"orders"}), compatibility=EVIDENCE)

    assert decisions(plan) == {"orders": (Verb.SUBMIT, "not-running-yet")}
    assert plan.errors == (MISTAKE,)
