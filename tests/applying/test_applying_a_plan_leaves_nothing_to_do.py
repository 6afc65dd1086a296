"""Convergence, on a model of a platform: whatever happened, applying the plan leads to an empty plan.

And on the way: never two copies of a job, and no operator that the plan called kept starts again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from headgate import Headgate
from headgate.applying import Memory, Patience
from headgate.model.outcome import Outcome
from headgate.model.plan import Plan, Verb, Verdict
from headgate.model.project import Project, Target
from headgate.model.spec import DesiredState, JobSpec, Savepoint, Sql, Strategy
from headgate.store import NoStore
from headgate.testing.memory import MemoryPlatform

TARGET = "memory"
NAMES = st.sampled_from(["orders", "refunds", "totals"])
STATEMENTS = st.sampled_from(
    [
        "INSERT INTO sink SELECT id, COUNT(*) FROM orders GROUP BY id",
        "INSERT INTO sink SELECT id, COUNT(*) FROM orders WHERE id > 3 GROUP BY id",
        "INSERT INTO sink SELECT id, SUM(price) FROM orders GROUP BY id",
        "INSERT INTO sink SELECT price, COUNT(*) FROM orders GROUP BY price",
    ]
)
CONSENTS = st.sets(st.sampled_from(["partial", "lost", "unknown"]))


@st.composite
def specs(draw: st.DrawFn) -> JobSpec:
    return JobSpec(
        name=draw(NAMES),
        target=TARGET,
        program=Sql(draw(STATEMENTS)),
        parallelism=draw(st.integers(1, 3)),
        desired_state=draw(st.sampled_from(DesiredState)),
        savepoint=Savepoint(draw(st.sampled_from([Strategy.LATEST, Strategy.NONE])), accept=frozenset(draw(CONSENTS))),
    )


COMMITS = st.lists(specs(), max_size=3, unique_by=lambda spec: spec.name).map(
    lambda found: {spec.name: spec for spec in found}
)
MISHAPS = st.lists(st.tuples(st.sampled_from(["fail", "finish", "lose-replies", "interrupt"]), NAMES), max_size=2)


def headgate_for(jobs: Mapping[str, JobSpec], platform: MemoryPlatform) -> Headgate:
    project = Project(platform.project, Path(), jobs, {TARGET: Target(TARGET, "memory", None)})
    made = Headgate(project)
    made._providers[TARGET] = platform
    nothing = Memory(NoStore(), project=platform.project, commit="", run_id="", tell=lambda trouble: None)
    made._remembering = lambda: nothing  # type: ignore[method-assign]
    return made


def impatient(*, interrupted: bool = False) -> Patience:
    patience = Patience(stop=2, settle=2, stable=0, confirm=2, first_look=0)
    if interrupted:
        patience.interrupted.set()
    return patience


def run(jobs: Mapping[str, JobSpec], platform: MemoryPlatform, *, interrupted: bool = False) -> Plan:
    """Plan and apply once; what was promised of state is checked against what became of it."""
    headgate = headgate_for(jobs, platform)
    before = {name: platform.ages(name) for name in jobs if platform.running(name)}
    plan = headgate.plan(prune=True)
    for result in headgate.apply(plan, patience=impatient(interrupted=interrupted)).results:
        name, state = result.action.job, result.action.state
        assert len(platform.running(name)) <= 1
        if result.outcome is Outcome.APPLIED and state and name in before and platform.running(name):
            kept = {one.name for one in state.operators if one.verdict is Verdict.KEPT}
            after = platform.ages(name)
            assert all(after[operator] > before[name][operator] for operator in kept & before[name].keys())
    return plan


@settings(max_examples=150, deadline=None)
@given(history=st.lists(st.tuples(COMMITS, MISHAPS), min_size=1, max_size=4))
def test_whatever_happens_a_run_or_two_later_there_is_nothing_left_to_do(
    history: list[tuple[dict[str, JobSpec], list[tuple[str, str]]]],
):
    """Commits, failures behind our back, lost replies, interrupts: a re-run gets there, or says what blocks it."""
    platform = MemoryPlatform()
    for jobs, mishaps in history:
        interrupted = False
        for mishap, name in mishaps:
            match mishap:
                case "fail":
                    platform.fail(name)
                case "finish":
                    platform.finish(name)
                case "lose-replies":
                    platform.lost_replies = 2
                case "interrupt":
                    interrupted = True
        run(jobs, platform, interrupted=interrupted)
        platform.lost_replies = 0
        run(jobs, platform)

        settled = headgate_for(jobs, platform).plan(prune=True)
        assert not settled.has_changes
        for action in settled.actions:
            assert action.verb in (Verb.KEEP, Verb.BLOCKED)
            if action.verb is Verb.KEEP and action.want and action.want.desired_state is DesiredState.SUSPENDED:
                assert not platform.running(action.job)


@settings(max_examples=100, deadline=None)
@given(jobs=COMMITS, later=COMMITS, order=st.randoms(use_true_random=False))
def test_a_plan_does_not_depend_on_the_order_of_its_input(
    jobs: dict[str, JobSpec], later: dict[str, JobSpec], order: object
):
    """The same jobs on the same platform: the same actions, in the same order, with the same fingerprint."""
    platform = MemoryPlatform()
    run(jobs, platform)
    shuffled = list(later.items())
    order.shuffle(shuffled)  # type: ignore[attr-defined]

    one = headgate_for(later, platform).plan()
    other = headgate_for(dict(shuffled), platform).plan()

    assert replace(one, created_at="") == replace(other, created_at="")
    assert one.fingerprint == other.fingerprint
