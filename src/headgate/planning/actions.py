"""How an action is put together: what every rule of the rule book ends in."""

from __future__ import annotations

from dataclasses import replace

from headgate.model.live import Live, Observed
from headgate.model.plan import Action, Change, Restore, Step, StopWithSavepoint, Submit, Update, Verb
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec


def action_on(
    want: JobSpec,
    have: Observed,
    verb: Verb,
    reason: Reason,
    *,
    note: str = "",
    hint: str = "",
    steps: tuple[Step, ...] = (),
    restore: Restore | None = None,
    changes: tuple[Change, ...] = (),
) -> Action:
    """An action on a job that git has, decided on what was observed."""
    return Action(
        job=want.name,
        target=want.target,
        verb=verb,
        reason=reason,
        note=note,
        hint=hint,
        changes=changes,
        restore=restore,
        steps=steps,
        live=have if isinstance(have, Live) else None,
        seen=have.fingerprint,
        want=want,
    )


def submits(action: Action) -> bool:
    """Would this start the job?"""
    return any(isinstance(step, Submit) for step in action.steps)


def starts(action: Action) -> bool:
    """Would this start the job, or change it as it runs?"""
    return any(isinstance(step, Submit | Update) for step in action.steps)


def require_savable(action: Action) -> Action:
    """The action, blocked if it would stop a job with a savepoint that its platform has no way to make."""
    live, want = action.live, action.want
    if live is None or not live.unsavable or not any(isinstance(step, StopWithSavepoint) for step in action.steps):
        return action
    if want is not None:
        return blocked(want, live, Reason.NOT_SUPPORTED, live.unsavable, action.changes, hint=_GIVE_IT_UP)
    note, hint = live.unsavable, _GIVE_UP_AN_ORPHAN
    return replace(action, verb=Verb.BLOCKED, reason=Reason.NOT_SUPPORTED, note=note, hint=hint, steps=())


_GIVE_IT_UP = "if its state may be lost, say so with `savepoint: {strategy: none}`: it is cancelled then"
_GIVE_UP_AN_ORPHAN = (
    "if its state may be lost, put its manifest back with `state: suspended` and `savepoint: {strategy: none}`, apply, "
    "and take it out again: it is cancelled then"
)


def blocked(
    want: JobSpec, have: Observed, reason: Reason, note: str, changes: tuple[Change, ...] = (), *, hint: str = ""
) -> Action:
    """Nothing is done to the job, and why."""
    return action_on(want, have, Verb.BLOCKED, reason, note=note, hint=hint, changes=changes)
