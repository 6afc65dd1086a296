"""Where a job was seen last, as the store tells it: what a target that is silent, forgetful or gone does not.

One live copy means one place: of all targets that a job was ever on, only the one it was seen on last may have it.
"""

from __future__ import annotations

from collections.abc import Container

from headgate.model.live import Absent, JobState, Live, Observed, Remembered, Unknown
from headgate.model.plan import Action
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState, JobSpec, Strategy
from headgate.planning.actions import blocked

_BRING_BACK = "put that target back in headgate.yaml until the job is moved"
_NAME_IT = "name what to start from with `savepoint: {strategy: path, path: ...}`, or `strategy: none` to start empty"


def since_here(want: JobSpec, have: Observed, remembered: tuple[Remembered, ...]) -> int:
    """When the job was last known to be where git wants it, in milliseconds; -1: never."""
    started = have.started_at if isinstance(have, Live) else -1
    return max([started, *(one.at for one in remembered if one.target == want.target)])


def last_elsewhere(
    want: JobSpec, have: Observed, remembered: tuple[Remembered, ...], *, targets: Container[str], since: int
) -> Remembered | None:
    """The job on another target, if that is where it was seen last, after `since`.

    The very job that is there now may be remembered under a name that its target had before: none of `targets`.
    """
    here = have.job_id if isinstance(have, Live) else ""
    others = [one for one in remembered if one.target != want.target and one.at > since]
    others = [one for one in others if one.target in targets or one.job.job_id != here]
    return max(others, key=lambda one: one.at, default=None)


def on_a_target_that_is_gone(want: JobSpec, one: Remembered) -> Action | None:
    """The action for a job whose last target headgate.yaml no longer has, so nobody can ask there.

    None where nothing would be started, or where the manifest says itself what to start from: that is the word of a
    person that the old one is at its end.
    """
    if want.savepoint.strategy in (Strategy.NONE, Strategy.PATH):
        return None
    where = f"on target {one.target!r} when last seen, which headgate.yaml no longer has"
    if one.job.state.active:
        hint = f"{_BRING_BACK}; or end it there, and {_NAME_IT}"
        return blocked(want, Unknown(""), Reason.LIVES_ELSEWHERE, f"it ran {where}", hint=hint)
    if want.desired_state is DesiredState.SUSPENDED:
        return None
    if one.job.state is not JobState.SUSPENDED or one.job.snapshot is None:
        return blocked(
            want, Absent(), Reason.MOVED, f"it was {one.job.state} {where}", hint=f"{_NAME_IT}; or {_BRING_BACK}"
        )
    path = one.job.snapshot.path
    hint = f"`savepoint: {{strategy: path, path: {path}}}` starts from it; or {_BRING_BACK}"
    return blocked(want, Absent(), Reason.MOVED, f"it was suspended with savepoint {path} {where}", hint=hint)


def seen_there(remembered: tuple[Remembered, ...], target: str, live: Live) -> bool:
    """Was this very job seen on that target before, by a run that counted it among its own?"""
    return any((one.target, one.job.job_id) == (target, live.job_id) for one in remembered)


def applied_in(environment: str, live: Live) -> bool:
    """Does its marker say that the job was applied in this environment?"""
    return live.marker is not None and live.marker.environment == environment


def environment_of(live: Live) -> str:
    """The environment that a job was applied in, for people."""
    named = live.marker.environment if live.marker else ""
    return f"environment {named!r}" if named else "the project without an environment"


def copy_warning(one: Remembered) -> str:
    """What a person should know who has a job started that may run on, on a target that nobody can ask."""
    if not one.job.state.active:
        return ""
    return (
        f"job {one.job.job_id} ran on target {one.target!r} when last seen, which headgate.yaml no longer has: "
        "if it has not been ended there, there will be two"
    )
