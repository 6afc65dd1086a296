"""Where a job of git is: on its target, on another one, or nobody knows. It is stopped there and started here.

One live copy means one place, so before a job is started it is looked for everywhere: on the targets that answer, and
where the store saw it last.
"""

from __future__ import annotations

from dataclasses import dataclass

from headgate.model.live import Absent, JobState, Live, Observation, Observed, Remembered, Unknown
from headgate.model.plan import Action
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Strategy
from headgate.planning.actions import blocked
from headgate.planning.deciding import decide_lost, decide_moved
from headgate.planning.last_seen import (
    applied_in,
    copy_warning,
    environment_of,
    last_elsewhere,
    on_a_target_that_is_gone,
    seen_there,
    since_here,
)
from headgate.planning.live_jobs import both, each, our_job
from headgate.planning.plan_input import PlanInput
from headgate.planning.questions import Asking

Seen = tuple[Remembered, ...]


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a job ended that is to run here: `job` as it was last seen, `have` as its target reports it now."""

    target: str
    job: Live
    have: Observed

    @property
    def left_its_state(self) -> bool:
        """Only what it was suspended with was all of its state, where its target has forgotten it since."""
        forgotten = isinstance(self.have, Absent)
        return self.job.snapshot is not None and (not forgotten or self.job.state is JobState.SUSPENDED)


def copies_elsewhere(plan_input: PlanInput, want: JobSpec, have: Observed) -> Action | None:
    """Blocked, if a job that runs where git wants it runs on another target, too."""
    others = [(target, live) for target, live in _elsewhere(plan_input, want, ()) if live.state.active]
    return _several(want, have, [*((want.target, live) for live in each(have)), *others]) if others else None


def moved_here(plan_input: PlanInput, want: JobSpec, have: Observed, remembered: Seen) -> Asking[Action | None]:
    """The action for a job that does not run here and is, or was last, on another target; None: its place is here."""
    others = _elsewhere(plan_input, want, remembered)
    running = [(target, live) for target, live in others if live.state.active or live.held]
    # It runs in several other places: a person says which is right.
    if len(running) > 1:
        return _several(want, have, running)
    # It runs in one: it is stopped there and started here.
    for target, there in running:
        return decide_moved(want, both(have, there), there, target, now=plan_input.now)
    ended = _last_ended(others, since_here(want, have, remembered))
    since = ended.job.started_at if ended else since_here(want, have, remembered)
    last = last_elsewhere(want, have, remembered, targets=plan_input.observed, since=since)
    if last is not None:
        # It was last on a target that nobody can ask any more, or that does not answer: it may still run there.
        if last.target not in plan_input.observed:
            return on_a_target_that_is_gone(want, last)
        if held := _may_run_there(plan_input, want, last):
            return held
        # It was last on a target that has forgotten it since.
        if ended is None or all(target != last.target for target, _ in others):
            ended = _Origin(last.target, last.job, Absent())
    # It has ended there, and what it left is wanted here.
    if ended is None or want.savepoint.strategy in (Strategy.NONE, Strategy.PATH):
        return None
    if not ended.left_its_state:
        return (yield from decide_lost(want, have, ended.job, ended.target, now=plan_input.now))
    return decide_moved(want, both(have, ended.have), ended.job, ended.target, now=plan_input.now)


def doubts(plan_input: PlanInput, action: Action, have: Observed, remembered: Seen) -> str:
    """What a person should know before a job is started here: it may be on a target that says nothing."""
    want = action.want
    if want is None or (isinstance(have, Live) and have.state.active):
        return ""
    since = since_here(want, have, remembered)
    last = last_elsewhere(want, have, remembered, targets=plan_input.observed, since=since)
    notes = [copy_warning(last)] if last and last.target not in plan_input.observed else []
    if action.reason is Reason.NOT_RUNNING_YET:
        notes += [] if remembered else [_silent_targets(plan_input, action.target)]
        notes += [
            f"{environment_of(live)} has a job of this name on target {target!r}"
            for target, live in _on_other_targets(plan_input, want)
            if live.state.active and not applied_in(plan_input.environment, live)
        ]
    return "; ".join(note for note in notes if note)


def _last_ended(others: list[tuple[str, Live]], since: int) -> _Origin | None:
    """The job that was started last, of those that ended with a snapshot on another target, after `since`."""
    left = [(target, live) for target, live in others if live.snapshot and live.started_at > since]
    target, live = max(left, key=lambda one: one[1].started_at, default=("", None))
    return _Origin(target, live, live) if live is not None else None


def _may_run_there(plan_input: PlanInput, want: JobSpec, last: Remembered) -> Action | None:
    """Blocked, where the target that had the job last does not answer, and the job was not suspended there."""
    if not isinstance(plan_input.observed[last.target], Unknown) or last.job.state is JobState.SUSPENDED:
        return None
    why = f"it ran on target {last.target!r} when last seen, and that does not answer"
    return blocked(want, Unknown(""), Reason.LIVES_ELSEWHERE, why)


def _silent_targets(plan_input: PlanInput, but: str) -> str:
    silent = [name for name, seen in sorted(plan_input.observed.items()) if isinstance(seen, Unknown)]
    named = " and ".join(repr(name) for name in silent if name != but)
    return f"target {named} does not answer: if this job was moved from there, there will be two" if named else ""


def _elsewhere(plan_input: PlanInput, want: JobSpec, remembered: Seen) -> list[tuple[str, Live]]:
    """The jobs of this name, or of the previous one, on the other targets that answered, by target.

    Not those that another environment has there.
    """
    jobs = _on_other_targets(plan_input, want)
    return [one for one in jobs if applied_in(plan_input.environment, one[1]) or seen_there(remembered, *one)]


def _on_other_targets(plan_input: PlanInput, want: JobSpec) -> list[tuple[str, Live]]:
    found = []
    for target, seen in sorted(plan_input.observed.items()):
        if target != want.target and isinstance(seen, Observation):
            found += [(target, live) for live in each(our_job(seen, want.name, want.previous_name))]
    return found


def _several(want: JobSpec, have: Observed, copies: list[tuple[str, Live]]) -> Action:
    named = " and ".join(f"job {live.job_id} on target {target!r}" for target, live in copies)
    return blocked(want, have, Reason.SEVERAL_LIVE, named)
