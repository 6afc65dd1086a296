"""How an action is put together: what every rule of the rule book ends in."""

from __future__ import annotations

from dataclasses import replace

from headgate.model.live import Absent, Live, Observed, Previous
from headgate.model.plan import (
    Action,
    CancelJob,
    Change,
    Impact,
    Restore,
    Settle,
    StateVerdict,
    Step,
    StopWithSavepoint,
    Submit,
    Update,
    Verb,
    Verdict,
)
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from headgate.planning.diffing import diff
from headgate.planning.live_jobs import both
from headgate.planning.restore_points import kind_of_path, nothing_to_lose

_NOTHING = Absent()


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


def rolled_back(
    want: JobSpec,
    failed: Live,
    previous: Previous | None,
    again: JobSpec | None,
    *,
    where: str = "",
    home: Observed = _NOTHING,
) -> Action:
    """End a start that did not settle and start `again`, the spec of the previous revision, from the same snapshot.

    Without a previous one, what did not settle is only ended. `where` is the target that has what did not settle, if it
    is not the manifest's. The previous revision is started where it ran, and `home` is what was observed there.
    """
    where = where or want.target
    if previous is None or again is None:
        return action_on(want, failed, Verb.CANCEL, Reason.ROLLED_BACK, steps=ending(failed))
    submit = Submit(
        again,
        failed.run_id,
        revision=previous.revision,
        commit=previous.commit,
        quarantined=want.manifest_hash,
        as_it_was=True,
    )
    kind = kind_of_path(previous.snapshot)
    snapshot = Restore(kind, previous.snapshot, "what the start that did not settle was given")
    restore = snapshot if previous.snapshot else nothing_to_lose()
    changes = diff(failed.applied, again) if failed.applied else ()
    action = action_on(want, failed, Verb.RESTART, Reason.ROLLED_BACK, steps=(*ending(failed), submit, Settle()))
    compiled = Compiled(previous.compiled)
    action = replace(action, restore=restore, state=StateVerdict(Verdict.KEPT), changes=changes, compiled=compiled)
    if again.target == where:
        return replace(action, target=where)
    moved = Change("target", where, again.target, Impact.RESTART)
    return replace(action, target=again.target, source=where, changes=(moved, *changes), seen=both(home, failed))


def ending(failed: Live) -> tuple[Step, ...]:
    """The steps that end a job without keeping anything, if it may run."""
    return (CancelJob(failed.job_id),) if failed.state.active else ()
