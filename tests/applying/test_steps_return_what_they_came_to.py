"""A step is given what the steps before it came to, and returns what it came to itself: nothing else is remembered."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from headgate.applying.step_results import (
    Cancelled,
    Deleted,
    Settled,
    Started,
    StepResult,
    StepResults,
    Stopped,
    Updated,
)
from headgate.applying.steps import Steps
from headgate.errors import Rejected
from headgate.model.plan import Action, Restore, RestoreKind, Submit, Verb
from headgate.testing.memory import MemoryPlatform
from tests.applying.place import ORDERS, patience


def folded(*results: StepResult) -> StepResults:
    so_far = StepResults()
    for result in results:
        so_far = so_far.plus(result)
    return so_far


def test_a_savepoint_goes_from_the_stop_to_the_report() -> None:
    """With what it was made for: the job that was started from it, and whether that one has settled."""
    done = folded(Stopped("s3://b/1"), Started("j2", "key", restored_from="s3://b/1"), Settled("j2", "running"))

    assert (done.savepoint, done.job_id, done.start_key, done.restored_from) == ("s3://b/1", "j2", "key", "s3://b/1")
    assert not done.finished


def test_a_warning_of_one_step_is_not_lost_in_the_next() -> None:
    """Both are in the report."""
    done = folded(Stopped("s3://b/1", "it failed as it was stopped"), Started("j2", "key", warning="no folder"))

    assert done.warning == "it failed as it was stopped; no folder"


@pytest.mark.parametrize("result", [Started("j2", "key", used_up=True), Deleted(used_up=True)])
def test_a_savepoint_that_was_used_up_is_not_reported(result: Started | Deleted) -> None:
    """Nobody can start from it."""
    assert folded(Stopped("s3://b/1"), result).savepoint == ""


@pytest.mark.parametrize("result", [Cancelled("CANCELED"), Updated("j1", "key", "c0ffee"), Settled("j1", "running")])
def test_a_result_is_never_changed(result: Any) -> None:
    """What one step said is what the next one reads, in whatever thread."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.detail = "something else"


class Secretive(MemoryPlatform):
    """Does not say whether a snapshot is there."""

    def exists(self, path: str) -> bool | None:
        raise Rejected("you may not list this folder", where=self.name)


def test_a_start_is_none_the_worse_for_a_look_that_is_refused_after_it() -> None:
    """The job runs: whether an old savepoint is still there decides nothing about it, and it is not forgotten."""
    platform = Secretive()
    action = Action("orders", "memory", Verb.RESTART, "spec-changed", restore=Restore(RestoreKind.FRESH))
    steps = Steps(action, platform, platform, "payments", "", "c0ffee", patience(), lambda detail: None)
    stopped, submit = folded(Stopped("memory:/1")), Submit(ORDERS)

    done = stopped.plus(steps.carry_out(submit, steps.about_to(submit, stopped)))

    assert platform.running("orders") == [done.job_id]
    assert done.savepoint == "memory:/1"
