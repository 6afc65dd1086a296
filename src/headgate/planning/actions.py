"""How an action is put together: what every rule of the rule book ends in."""

from __future__ import annotations

from headgate.model.live import Live, Observed
from headgate.model.plan import Action, Change, Restore, Step, Verb
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


def blocked(
    want: JobSpec, have: Observed, reason: Reason, note: str, changes: tuple[Change, ...] = (), *, hint: str = ""
) -> Action:
    """Nothing is done to the job, and why."""
    return action_on(want, have, Verb.BLOCKED, reason, note=note, hint=hint, changes=changes)
