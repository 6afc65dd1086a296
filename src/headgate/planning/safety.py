"""How much one run may touch: `safety.max_restarts` and `safety.max_cancels`."""

from __future__ import annotations

from headgate.model.plan import CancelJob, Plan, Step, StopWithSavepoint, Verb
from headgate.model.project import Safety

_RESTARTS = {Verb.RESTART, Verb.SUSPEND, Verb.ADOPT}


def _ends_a_job(step: Step) -> bool:
    return isinstance(step, StopWithSavepoint | CancelJob)


def over_limit(plan: Plan, safety: Safety) -> str:
    """Why this plan is more than one run may do, or an empty text. A share is of the jobs that are live."""
    live = sum(1 for action in plan.actions if action.live is not None and action.live.state.active)
    restarts = sum(1 for action in plan.actions if action.verb in _RESTARTS and any(map(_ends_a_job, action.steps)))
    cancels = sum(1 for action in plan.actions if action.verb is Verb.CANCEL)
    if not safety.max_restarts.allows(restarts, live):
        return f"{restarts} of {live} live jobs would be restarted; safety.max_restarts is {safety.max_restarts}"
    if not safety.max_cancels.allows(cancels, live):
        return f"{cancels} of {live} live jobs would be cancelled; safety.max_cancels is {safety.max_cancels}"
    return ""
