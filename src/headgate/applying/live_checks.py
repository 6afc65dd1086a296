"""Looks at the live job around its writes: it is as the plan saw it, what is given up is worth nothing, and afterwards
it is as git asks.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from headgate.applying.patience import Patience
from headgate.applying.shared_observation import SharedObservation
from headgate.applying.step_errors import Interrupted, StepFailed
from headgate.applying.step_results import StepResults
from headgate.errors import OutcomeUnknown, PlanRefused, Unavailable
from headgate.model.live import Absent, Live, Observed, Several
from headgate.model.plan import (
    Action,
    CancelJob,
    DeleteDefinition,
    RestoreKind,
    Settle,
    StopWithSavepoint,
    Submit,
    Verb,
)
from headgate.model.reasons import Reason
from headgate.model.spec import Strategy
from headgate.planning import both, in_sync, is_newest, look_up, our_job
from headgate.providers.port import Provider

_REVIEW = "run `headgate plan` again and review the new plan"


class Stale(PlanRefused):
    """The live job is not as the plan saw it: it was changed, stopped or started in between. It was left alone.

    Run `headgate plan` again and review the new plan.
    """

    code = "plan-stale"


def require_as_seen(action: Action, observations: Mapping[str, SharedObservation]) -> None:
    """Look just before the first write. Raises Stale if the job moved since it was planned."""
    have, _ = look_up(observations[action.target].now(), action.job, _previous_name(action))
    if _only_waited_for(action, have):
        return
    seen, now = have.fingerprint, have
    if action.source:
        now = _there(action, observations[action.source])
        seen = both(have, now)
    if seen != action.seen:
        before = f"{action.live.job_id} {action.live.word}" if action.live else "absent"
        raise Stale(
            f"job {action.job!r} moved after the plan was made: it was {before}, it is {_shown(have)}",
            where=action.target,
            hint=_REVIEW,
        )
    if edits := _edits(action.live, now):
        problem = f"job {action.job!r} was edited after the plan was made: {edits}"
        raise Stale(problem, where=action.target, hint=_REVIEW)


def _edits(planned: Live | None, now: Observed) -> str:
    """What was changed in a job that runs on, values left out that may be secret.

    The fingerprint of a plan does not say it, for a digest of a platform's own fields could be one of a password. A
    field that somebody else owns (`ignore`) is started as it was planned, so it must not have moved either.
    """
    if planned is None or not isinstance(now, Live) or planned.applied == now.applied:
        return ""
    was, now_is = (live.applied.fields() if live.applied else {} for live in (planned, now))
    moved = [key for key in sorted(was.keys() | now_is.keys()) if was.get(key) != now_is.get(key)]
    shown = {"parallelism": f"parallelism was {was.get('parallelism')}, is {now_is.get('parallelism')}"}
    return ", ".join(shown.get(key, key) for key in moved)


def _previous_name(action: Action) -> str:
    return action.want.previous_name if action.want else ""


def _only_waited_for(action: Action, have: Observed) -> bool:
    """Is this the very start that is waited for, with nothing else to do? That it got further is what it should."""
    if not isinstance(have, Live) or action.live is None or not have.state.active:
        return False
    same = have.job_id == action.live.job_id and have.marker == action.live.marker
    return same and all(isinstance(step, Settle) for step in action.steps)


def _there(action: Action, observation: SharedObservation) -> Observed:
    """The job on the target it moves away from; absent where it left that before, and the target is silent since."""
    try:
        return our_job(observation.now(), action.job, _previous_name(action))
    except Unavailable:
        if any(isinstance(step, StopWithSavepoint | CancelJob) for step in action.steps):
            raise
        return Absent()


def require_nothing_lost(action: Action, observations: Mapping[str, SharedObservation], patience: Patience) -> None:
    """Look again at a job that was cancelled for it had nothing to lose, before its successor starts empty.

    Between the last look and the cancel it may have recovered and completed a checkpoint. Raises StepFailed then, and
    OutcomeUnknown where the target does not report it.
    """
    live = action.live
    if live is None or not _was_given_up(action):
        return
    observation, previous_name = (
        observations[action.source or action.target],
        action.want.previous_name if action.want else "",
    )
    for _ in patience.looks(patience.confirm, heed_interrupt=True):
        try:
            have = our_job(observation.since(time.monotonic()), action.job, previous_name)
        except Unavailable:
            continue
        if not isinstance(have, Live) or have.run_id != live.run_id or have.state.active:
            continue  # a listing may be late
        if have.provably_empty:
            return
        left = f", it left {have.snapshot.kind} {have.snapshot.path}" if have.snapshot else ""
        raise StepFailed(
            f"job {live.job_id} had nothing to lose when it was planned, and completed a checkpoint before it was "
            f"cancelled{left}: it is not started empty",
            hint="run again: it is started from what it left, or `headgate plan` says what is missing",
        )
    if patience.interrupted.is_set():
        raise Interrupted(f"job {live.job_id} was cancelled, and whether it had anything to lose is not known yet")
    raise OutcomeUnknown(
        f"job {live.job_id} was cancelled, and the target does not report whether it had anything to lose by then",
        where=action.target,
        hint="run `headgate plan` to see what is left",
    )


def require_newest(action: Action, so_far: StepResults, provider: Provider) -> None:
    """Look at storage before a rollback starts the previous revision, where the target has forgotten what it ended.

    With its memory the target may have lost what the job has written since. Raises OutcomeUnknown where storage does
    not show that the snapshot is still the newest, and that nothing was started after the job.
    """
    live, want, restore = action.live, action.want, action.restore
    is_rollback = action.reason is Reason.ROLLED_BACK and not action.requested
    if not (is_rollback and so_far.forgotten) or live is None or want is None:
        return
    path = restore.path if restore else ""
    kept, retained = provider.kept(live.name), provider.retained(live.name, (live.job_id,), want.config)
    if not is_newest(path, kept, retained, of=live):
        raise OutcomeUnknown(
            f"job {live.job_id} was cancelled and the target has forgotten it: whether {path or 'nothing'} is the last "
            "of its state is not known",
            where=action.source or action.target,
            hint="run `headgate plan`: it shows what storage has of the job",
        )


def _was_given_up(action: Action) -> bool:
    """Is a job cancelled and its successor started empty because there was nothing to lose, not by consent?"""
    fresh = action.restore is not None and action.restore.kind is RestoreKind.FRESH
    asked_for = action.want is None or action.want.savepoint.strategy is not Strategy.LATEST
    cancels = any(isinstance(step, CancelJob) for step in action.steps)
    return fresh and cancels and not asked_for and action.reason is not Reason.ROLLED_BACK


def require_done(
    action: Action, done: StepResults, observations: Mapping[str, SharedObservation], patience: Patience
) -> None:
    """Success: the next plan would find nothing left to do. Raises OutcomeUnknown, or Interrupted.

    A platform may take a while until its listing shows what it has done.
    """
    observation = observations[action.source if action.source and not _starts(action) else action.target]
    reported = "nothing"
    for _ in patience.looks(patience.confirm, heed_interrupt=True):
        try:
            have, _ = look_up(observation.since(time.monotonic()), action.job, _previous_name(action))
        except Unavailable as trouble:
            reported = trouble.problem
            continue
        if _nothing_left(action, done, have) and _has_left(action, observations):
            return
        reported = _shown(have)
    problem = f"every step was done, but the target still reports of job {action.job!r}: {reported}"
    unseen = Interrupted if patience.interrupted.is_set() else OutcomeUnknown
    raise unseen(problem, where=action.target, hint="run `headgate plan` to see what is left")


def _has_left(action: Action, observations: Mapping[str, SharedObservation]) -> bool:
    """Does the target that a job was moved away from no longer report it as running? Silence proves nothing."""
    if not action.source or not _starts(action):
        return True
    try:
        there = our_job(observations[action.source].since(time.monotonic()), action.job, "")
    except Unavailable:
        return True
    return not (isinstance(there, Live | Several) and (isinstance(there, Several) or there.state.active))


def _nothing_left(action: Action, done: StepResults, have: Observed) -> bool:
    if action.live and any(isinstance(step, DeleteDefinition) for step in action.steps):
        return not (isinstance(have, Live) and have.job_id == action.live.job_id)
    if action.want is None or action.verb is Verb.CANCEL:
        return not (isinstance(have, Live) and have.state.active)
    if action.reason is Reason.ROLLED_BACK:
        return isinstance(have, Live) and have.job_id == done.job_id
    return in_sync(action.want, have)


def _starts(action: Action) -> bool:
    return any(isinstance(step, Submit) for step in action.steps)


def _shown(have: Observed) -> str:
    return f"{have.job_id} {have.word}" if isinstance(have, Live) else type(have).__name__.lower()
