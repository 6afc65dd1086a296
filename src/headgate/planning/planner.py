"""Makes the plan: the decisions about all jobs side by side, one round of questions after the other, in one pass.

What the store knows is asked first. Once no decision needs it any more the platforms are asked, all at once: not about
a job that is left alone anyway, because of another job or because the run is about others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from headgate.model.live import Live, Observation, Unknown
from headgate.model.plan import Action, Plan
from headgate.model.warnings import about, grouped
from headgate.planning.broken_manifests import blocked_by_their_manifests, hold_back_dependents, unreported
from headgate.planning.checkpointing import without_checkpoints
from headgate.planning.compatibility import CompatibilityReport, asks_the_platform, lacking_a_place
from headgate.planning.drifting import drift_of
from headgate.planning.job_decision import decided
from headgate.planning.one_cluster import each_run_once, homes_of
from headgate.planning.orphans import ended_orphans, orphans
from headgate.planning.plan_input import PlanInput
from headgate.planning.questions import Asking, Compatibility, Question, Rounds
from headgate.planning.renaming import renames_blocked


def plan(plan_input: PlanInput) -> Rounds[Plan]:
    """Decide what to do with every job. Pure: the same input and answers, in whatever order, give the same plan."""
    plan_input = plan_input.with_each_run_once(each_run_once(plan_input.observed, homes_of(plan_input.jobs)))
    decisions = [_Decision(decided(plan_input, plan_input.jobs[name])) for name in sorted(plan_input.jobs)]
    while waiting := [one for one in decisions if one.question and not isinstance(one.question, Compatibility)]:
        answers = yield tuple(one.question for one in waiting if one.question)
        for decision, answer in zip(waiting, answers, strict=True):
            decision.hear(answer)
    asking = _to_be_asked(plan_input, decisions)
    reports = (yield tuple(question for _, question in asking)) if asking else ()
    for (decision, _), report in zip(asking, reports, strict=True):
        decision.hear(report)
    actions = _in_view_of_each_other(plan_input, decisions)
    by_job = {question.draft.job: report for (_, question), report in zip(asking, reports, strict=True)}
    return _put_together(plan_input, actions, by_job)


class _Decision:
    """The decision about one job on its way: it waits for the answer to a question, or has come to an action."""

    def __init__(self, asking: Asking[Action]) -> None:
        self._asking = asking
        self.question: Question[Any] | None = None
        self._action: Action | None = None
        self.hear(None)

    def hear(self, answer: Any) -> None:
        """Go on with the answer to what was asked; with None, begin."""
        try:
            self.question = self._asking.send(answer)
        except StopIteration as end:
            self.question, self._action = None, end.value

    @property
    def draft(self) -> Action:
        """What it has come to, or would without an answer of the platform."""
        if isinstance(self.question, Compatibility):
            return self.question.draft
        assert self._action is not None  # noqa: S101 - the store is asked before the drafts are looked at
        return self._action


def _to_be_asked(plan_input: PlanInput, decisions: list[_Decision]) -> list[tuple[_Decision, Compatibility]]:
    """The decisions that wait for their platform and that no other job stands in the way of."""
    drafts = _in_view_of_each_other(plan_input, decisions)
    start = {draft.job for draft in drafts if draft.want is not None and asks_the_platform(draft)}
    start = start & plan_input.only if plan_input.only else start
    waiting = [(one, one.question) for one in decisions if isinstance(one.question, Compatibility)]
    return [(one, question) for one, question in waiting if question.draft.job in start]


def _in_view_of_each_other(plan_input: PlanInput, decisions: list[_Decision]) -> list[Action]:
    """The actions on all jobs, where one depends on another, or is most likely the same under a new name, held back."""
    actions = [*(decision.draft for decision in decisions), *orphans(plan_input)]
    actions = renames_blocked(actions, ended_orphans(plan_input), plan_input.only, plan_input.broken)
    actions += blocked_by_their_manifests(plan_input.broken, plan_input.jobs, plan_input.observed)
    return hold_back_dependents(actions, plan_input.broken)


def _put_together(plan_input: PlanInput, actions: list[Action], reports: Mapping[str, CompatibilityReport]) -> Plan:
    wanted = [action for action in actions if not plan_input.only or action.job in plan_input.only]
    warnings = [*plan_input.warnings, *lacking_a_place(wanted, reports), *without_checkpoints(wanted)]
    return Plan(
        project=plan_input.project,
        actions=tuple(sorted(wanted, key=lambda action: (action.job, action.target))),
        environment=plan_input.environment,
        commit=plan_input.commit,
        created_at=plan_input.created_at,
        drift=tuple(_drift(plan_input, actions)),
        unmanaged=tuple(_unmanaged(plan_input)),
        unknown_targets=tuple(
            (target, seen) for target, seen in sorted(plan_input.observed.items()) if isinstance(seen, Unknown)
        ),
        interrupted=plan_input.interrupted,
        only=plan_input.only,
        errors=unreported(wanted, plan_input.broken),
        warnings=grouped(about(warnings, plan_input.only)),
    )


def _drift(plan_input: PlanInput, actions: Iterable[Action]) -> Iterator[tuple[str, str]]:
    """The jobs that left what git asks for by themselves, and how; not those that another run is at work on."""
    for action in actions:
        if action.job not in plan_input.at_work and (how := drift_of(action)) is not None:
            yield action.job, how


def _unmanaged(plan_input: PlanInput) -> Iterator[tuple[str, Live]]:
    """Jobs that run and are not ours, but for those a manifest adopts or is blocked by."""
    named = {(job.target, job.name) for job in plan_input.jobs.values()}
    for target, look in sorted(plan_input.observed.items()):
        if isinstance(look, Observation):
            others = [live for live in look.others if live.state.active]
            yield from ((target, live) for live in others if (target, live.name) not in named)
