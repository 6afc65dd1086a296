"""The model that other tests lean on keeps the promises of a provider, and breaks where a real platform would."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.applying import Executor, Patience
from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.model.live import JobState, Live
from headgate.model.outcome import Report
from headgate.model.plan import Action, Plan, Restore, RestoreKind, Submit, Verb
from headgate.model.spec import JobSpec, Savepoint, Sql
from headgate.planning import CompatibilityReport, PlanInput, answered, plan
from headgate.project.answers import platforms_alone
from headgate.providers.port import Provider
from headgate.testing.memory import MemoryPlatform

ORDERS = JobSpec("orders", "memory", Sql("INSERT INTO sink SELECT id, COUNT(*) FROM orders GROUP BY id"))
FILTERED = replace(ORDERS, program=Sql("INSERT INTO sink SELECT id, COUNT(*) FROM orders WHERE id > 7 GROUP BY id"))
SUMMED = replace(ORDERS, program=Sql("INSERT INTO sink SELECT id, SUM(price) FROM orders GROUP BY id"))
QUICK = Patience(stop=1.0, settle=1.0, stable=0.0, confirm=1.0, first_look=0.001)


def planned(platform: MemoryPlatform, spec: JobSpec) -> Plan:
    provider: Provider = platform
    plan_input = PlanInput("payments", {spec.name: spec}, {"memory": provider.observe()})

    def report(draft: Action) -> CompatibilityReport:
        want = next(step.spec for step in draft.steps if isinstance(step, Submit))
        old = provider.compiled_form.topology(draft.live.compiled) if draft.live else None
        return CompatibilityReport(provider.compile(want), old)

    return answered(plan(plan_input), platforms_alone(report))


def applied(platform: MemoryPlatform, spec: JobSpec) -> Report:
    return Executor({"memory": platform}, patience=QUICK).apply(planned(platform, spec))


def test_a_job_is_started_once_and_then_kept() -> None:
    """The same spec again is no difference: this is what convergence tests stand on."""
    platform = MemoryPlatform()

    first = applied(platform, ORDERS)

    assert first.exit_code == 0
    assert len(platform.running("orders")) == 1
    assert not planned(platform, ORDERS).has_changes


def test_state_survives_an_edit_of_a_filter() -> None:
    """Operators that stay take over their ids, and with them their state, although every compile hands out others."""
    platform = MemoryPlatform()
    applied(platform, ORDERS)

    report = applied(platform, FILTERED)

    assert report.exit_code == 0
    assert set(platform.ages("orders").values()) == {1}
    assert platform.writes == ["submit orders", "stop orders", "submit orders"]


def test_an_aggregate_that_changed_loses_its_state_only_by_consent() -> None:
    """The model shows the verdict that the planner must act on."""
    platform = MemoryPlatform()
    applied(platform, ORDERS)

    refused = planned(platform, SUMMED)
    accepted = applied(platform, replace(SUMMED, savepoint=Savepoint(accept=frozenset({"partial"}))))

    assert refused.actions[0].verb is Verb.BLOCKED
    assert accepted.exit_code == 0
    assert platform.ages("orders") == {"source orders": 1, "aggregate id , SUM ( price ) by id": 0, "sink sink": 1}


def test_a_start_under_the_wrong_ids_fails_as_it_would_for_real() -> None:
    """A planner that forgets the ids must not pass its tests here."""
    platform = MemoryPlatform()
    applied(platform, ORDERS)
    action = planned(platform, FILTERED).actions[0]
    assert action.state is not None
    forgetful = replace(action, state=replace(action.state, ids={}))

    report = Executor({"memory": platform}, patience=QUICK).apply(Plan("payments", (forgetful,)))

    assert report.results[0].code == "rolled-back"
    assert "cannot be restored" in report.results[0].detail


def test_a_failed_job_goes_on_from_its_last_checkpoint() -> None:
    """What is left of a job is what a real platform retains."""
    platform = MemoryPlatform()
    applied(platform, ORDERS)
    platform.fail("orders")

    action = planned(platform, ORDERS).actions[0]
    report = applied(platform, ORDERS)

    assert action.restore is not None
    assert action.restore.kind is RestoreKind.CHECKPOINT
    assert report.exit_code == 0
    assert set(platform.ages("orders").values()) == {1}


def test_a_submit_that_is_asked_twice_starts_once() -> None:
    """The port promises it, because replies get lost."""
    platform = MemoryPlatform()
    platform.lost_replies = 1

    first = applied(platform, ORDERS)
    second = applied(platform, ORDERS)

    assert first.results[0].code == OutcomeUnknown.code
    assert second.exit_code == 0
    assert len(platform.running("orders")) == 1


def test_a_stop_leaves_a_savepoint_and_a_cancel_a_checkpoint() -> None:
    """They are different states to resume from, and different words in every plan."""
    platform = MemoryPlatform()
    applied(platform, ORDERS)
    [first] = platform.running("orders")

    platform.stop_with_savepoint(first)

    stopped = platform.observe().jobs["orders"]
    assert isinstance(stopped, Live)
    assert (stopped.state, stopped.snapshot) == (JobState.SUSPENDED, platform.jobs[first].live.snapshot)
    assert platform.stop_progress(first).path in platform.snapshots
    platform.start_stranger("other")
    [other] = platform.running("other")
    platform.cancel(other)
    assert platform.jobs[other].live.state is JobState.STOPPED
    assert "checkpoint" in platform.jobs[other].live.snapshot.path  # type: ignore[union-attr]


def test_a_silent_platform_answers_nothing() -> None:
    """Unavailable, whatever is asked: nothing happened."""
    platform = MemoryPlatform()
    applied(platform, ORDERS)
    [job_id] = platform.running("orders")
    platform.silent = "no connection"

    for ask in (platform.observe, lambda: platform.health(job_id), lambda: platform.stop_with_savepoint(job_id)):
        with pytest.raises(Unavailable):
            ask()

    assert platform.running("orders") == [job_id]


def test_what_is_not_there_is_refused() -> None:
    """Unknown jobs and snapshots are errors, never a fresh start."""
    platform = MemoryPlatform()
    plan = planned(platform, ORDERS)
    [action] = plan.actions
    lost = replace(action, restore=Restore(RestoreKind.SAVEPOINT, "memory:/gone"))

    report = Executor({"memory": platform}, patience=QUICK).apply(replace(plan, actions=(lost,)))

    assert report.results[0].code == Rejected.code
    assert not platform.running("orders")
    with pytest.raises(ProviderError):
        platform.cancel("nobody")
