"""A manifest that returns resumes the job it had, also beside another pruned job with the same program."""

from __future__ import annotations

from dataclasses import replace

from headgate.model.live import JobState, Live, Snapshot
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from tests.planning.given import ORDERS, planned, running

TWIN = replace(ORDERS, name="twin")


def pruned(spec: JobSpec, job_id: str, *, started_at: int, stopped_at: int, run: str = "") -> Live:
    """A job that was stopped with a savepoint."""
    snapshot = Snapshot(f"s3://savepoints/{spec.name}", "savepoint", stopped_at)
    live = running(spec, job_id=job_id, state=JobState.SUSPENDED, snapshot=snapshot, started_at=started_at)
    return replace(live, run=run)


def back(*lives: Live) -> tuple[Verb, str, str]:
    """What is planned for `orders`, which is in git again, and the path that it restores."""
    plan = planned(ORDERS, {live.name: live for live in lives})
    [action] = [action for action in plan.actions if action.job == "orders"]
    return action.verb, action.reason, action.restore.path if action.restore else ""


def test_a_job_that_has_a_definition_of_its_own_resumes_from_it():
    """A rename keeps the definition, so two definitions are two jobs, whichever was started last."""
    own = pruned(ORDERS, "10", started_at=1_000, stopped_at=2_000, run="10/1")
    twin = pruned(TWIN, "14", started_at=3_000, stopped_at=4_000, run="14/1")

    assert back(own, twin) == (Verb.RESUME, Reason.RUNNING_IN_GIT, "s3://savepoints/orders")


def test_a_job_that_ran_beside_its_twin_resumes_from_its_own_savepoint():
    """On Flink, where a rename is another job: one that was stopped after the other was started is not it renamed."""
    own = pruned(ORDERS, "f00", started_at=1_000, stopped_at=5_000)
    twin = pruned(TWIN, "f01", started_at=3_000, stopped_at=6_000)

    assert back(own, twin) == (Verb.RESUME, Reason.RUNNING_IN_GIT, "s3://savepoints/orders")


def test_a_rename_that_is_taken_back_is_still_one():
    """The state of the old name is old: the job has run under the new one since."""
    old = pruned(ORDERS, "f00", started_at=1_000, stopped_at=2_000)
    renamed = pruned(TWIN, "f01", started_at=3_000, stopped_at=4_000)

    assert back(old, renamed) == (Verb.BLOCKED, Reason.LIKELY_RENAME, "")
