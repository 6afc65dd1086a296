"""How much one run may touch: `safety.max_restarts` and `safety.max_cancels`."""

from __future__ import annotations

from headgate.model.plan import Action, CancelJob, DeleteDefinition, Plan, Refusal, Step, StopWithSavepoint, Verb
from headgate.model.project import Allowance, Limit, Safety

_RESTARTS = {Verb.RESTART, Verb.SUSPEND, Verb.ADOPT}
# What a share allows at least: a team with three jobs edits two of them, and has to be able to merge that.
_RESTARTS_AT_LEAST = 3
_CANCELS_AT_LEAST = 1
_NOTHING_MORE = Allowance()


def refusals(plan: Plan, safety: Safety, allowance: Allowance = _NOTHING_MORE) -> tuple[Refusal, ...]:
    """Why this plan is more than one run may do; none where it is not. A share is of the jobs that are live.

    `allowance` is what a person consents to for this one run, whatever the limit is.
    """
    live = sum(1 for action in plan.actions if action.live is not None and action.live.state.active)
    found = (_of_restarts(plan, safety, allowance, live), _of_cancels(plan, safety, allowance, live))
    return tuple(one for one in found if one.most < one.number)


def _of_restarts(plan: Plan, safety: Safety, allowance: Allowance, live: int) -> Refusal:
    jobs = tuple(action.job for action in plan.actions if _restarts(action))
    most = _most(safety.max_restarts, live, _RESTARTS_AT_LEAST, allowance.restarts, len(jobs))
    return Refusal("max_restarts", str(safety.max_restarts), most, len(jobs), live, jobs)


def _of_cancels(plan: Plan, safety: Safety, allowance: Allowance, live: int) -> Refusal:
    ended = [action for action in plan.actions if action.verb is Verb.CANCEL]
    deleted = sum(1 for action in plan.actions for step in action.steps if isinstance(step, DeleteDefinition))
    most = _most(safety.max_cancels, live, _CANCELS_AT_LEAST, allowance.cancels, len(ended))
    jobs, prunes = tuple(action.job for action in ended), any(action.want is None for action in ended)
    return Refusal("max_cancels", str(safety.max_cancels), most, len(ended), live, jobs, deleted, prunes)


def _most(limit: Limit, live: int, at_least: int, consented: int, number: int) -> int:
    """How many jobs may be touched: all of this number, where there is no limit."""
    most = limit.most(live, at_least)
    return number if most is None else max(most, consented)


def _restarts(action: Action) -> bool:
    return action.verb in _RESTARTS and any(map(_ends_a_job, action.steps))


def _ends_a_job(step: Step) -> bool:
    return isinstance(step, StopWithSavepoint | CancelJob)
