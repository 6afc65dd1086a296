"""Puts a plan together: every job of git and every job of ours that runs, each decided on its own, in name order."""

from __future__ import annotations

from dataclasses import replace

from headgate.model.live import Absent, JobState, Live, Observation, Observed, Unknown
from headgate.model.plan import Action, Plan, Submit
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Strategy
from headgate.model.warnings import about, grouped
from headgate.planning.actions import blocked
from headgate.planning.broken_manifests import blocked_by_their_manifests, hold_back_dependents, untold
from headgate.planning.checkpointing import without_checkpoints
from headgate.planning.compatibility import CompatibilityReport, lacking_a_place
from headgate.planning.deciding import (
    both,
    decide,
    decide_adoption,
    decide_forgotten,
    decide_lost,
    decide_moved,
)
from headgate.planning.drifting import drift_of
from headgate.planning.earlier_failures import in_view_of
from headgate.planning.last_seen import (
    applied_in,
    copy_warning,
    last_elsewhere,
    on_a_target_that_is_gone,
    secrets_of,
    seen_there,
    since_here,
)
from headgate.planning.live_jobs import each, look_up, our_job
from headgate.planning.one_cluster import each_run_once, homes_of
from headgate.planning.orphans import ended_orphans, orphans
from headgate.planning.plan_input import NO_HISTORY, JobHistory, PlanInput
from headgate.planning.renaming import renames_blocked

_NOT_HEARD = Unknown("the target did not report")


def plan(plan_input: PlanInput) -> Plan:
    """Decide what to do with every job. Pure: the same situation, in whatever order, gives the same plan."""
    plan_input = _each_run_once(plan_input)
    actions = [_decided(plan_input, plan_input.jobs[name]) for name in sorted(plan_input.jobs)]
    actions = renames_blocked(
        [*actions, *orphans(plan_input)], ended_orphans(plan_input), plan_input.only, plan_input.broken
    )
    actions += blocked_by_their_manifests(plan_input.broken, plan_input.jobs, plan_input.observed)
    actions = hold_back_dependents(actions, plan_input.broken)
    wanted = [action for action in actions if not plan_input.only or action.job in plan_input.only]
    return Plan(
        project=plan_input.project,
        actions=tuple(sorted(wanted, key=lambda action: (action.job, action.target))),
        environment=plan_input.environment,
        commit=plan_input.commit,
        created_at=plan_input.created_at,
        drift=tuple(
            (action.job, how)
            for action in actions
            if action.job not in plan_input.in_flight and (how := drift_of(action)) is not None
        ),
        unmanaged=_unmanaged(plan_input),
        unknown_targets=tuple(
            (target, seen) for target, seen in sorted(plan_input.observed.items()) if isinstance(seen, Unknown)
        ),
        interrupted=tuple(sorted({**plan_input.interrupted, **plan_input.in_flight}.items())),
        only=plan_input.only,
        errors=untold(wanted, plan_input.broken),
        warnings=grouped(
            about(
                [
                    *plan_input.warnings,
                    *lacking_a_place(wanted, plan_input.compatibility),
                    *without_checkpoints(wanted),
                ],
                plan_input.only,
            )
        ),
    )


def _each_run_once(plan_input: PlanInput) -> PlanInput:
    """The situation without what a target lists that another one lists, too: they are one cluster."""
    once = each_run_once(plan_input.observed, homes_of(plan_input.jobs))
    history = {
        job: replace(
            known,
            remembered=tuple(one for one in known.remembered if (one.target, one.job.job_id) not in once.left_out),
        )
        for job, known in plan_input.history.items()
    }
    return replace(plan_input, observed=once.observed, history=history, warnings=(*plan_input.warnings, *once.warnings))


def _decided(plan_input: PlanInput, want: JobSpec) -> Action:
    seen = plan_input.observed.get(want.target, _NOT_HEARD)
    report = plan_input.compatibility.get(want.name)
    report = replace(report, now=plan_input.now) if report else None
    history = plan_input.history.get(want.name, NO_HISTORY)
    if isinstance(seen, Unknown):
        return decide(want, seen)
    have, stranger = look_up(seen, want.name, want.previous_name)
    if stranger and isinstance(have, Live):
        return decide_adoption(want, have, report=report)
    if isinstance(have, Absent) or (isinstance(have, Live) and not have.state.active):
        moved = _moved(plan_input, want, have, history, report)
        if moved is not None:
            return in_view_of(plan_input, history, moved)
    elif copies := [one for one in _elsewhere(plan_input, want) if one[1].state.active]:
        copies = [*((want.target, live) for live in each(have)), *copies]
        return blocked(want, have, Reason.SEVERAL_LIVE, _both_named(copies))
    here = next((one for one in history.remembered if one.target == want.target), None)
    if isinstance(have, Absent) and here is not None:
        action = decide_forgotten(want, here.job, report=report, now=plan_input.now)
    else:
        action = decide(want, have, report=report, now=plan_input.now)
    if not action.note and any(isinstance(step, Submit) for step in action.steps):
        action = replace(action, note=_not_seen_there(plan_input, action, have, history))
    return in_view_of(plan_input, history, action)


def _not_seen_there(plan_input: PlanInput, action: Action, have: Observed, history: JobHistory) -> str:
    """What a person should know before a job is started: it may be on a target that says nothing."""
    if action.want is None or (isinstance(have, Live) and have.state.active):
        return ""
    since = since_here(action.want, have, history.remembered)
    last = last_elsewhere(action.want, have, history.remembered, targets=plan_input.observed, since=since)
    told = [copy_warning(last)] if last and last.target not in plan_input.observed else []
    if action.reason is Reason.NOT_RUNNING_YET:
        told += [] if history.remembered else [_silent_ones(plan_input, action.target)]
        told += [
            f"{secrets_of(live)} has a job of this name on target {target!r}"
            for target, live in _on_other_targets(plan_input, action.want)
            if live.state.active and not applied_in(plan_input.environment, live)
        ]
    return "; ".join(note for note in told if note)


def _silent_ones(plan_input: PlanInput, but: str) -> str:
    silent = [name for name, seen in sorted(plan_input.observed.items()) if isinstance(seen, Unknown)]
    told = " and ".join(repr(name) for name in silent if name != but)
    return f"target {told} does not answer: if this job was moved from there, there will be two" if told else ""


def _elsewhere(plan_input: PlanInput, want: JobSpec) -> list[tuple[str, Live]]:
    """The jobs of this name, or of the previous one, on the other targets that answered, by target.

    Not those that another environment has there.
    """
    known = plan_input.history.get(want.name, NO_HISTORY).remembered
    jobs = _on_other_targets(plan_input, want)
    return [one for one in jobs if applied_in(plan_input.environment, one[1]) or seen_there(known, *one)]


def _on_other_targets(plan_input: PlanInput, want: JobSpec) -> list[tuple[str, Live]]:
    found = []
    for target, seen in sorted(plan_input.observed.items()):
        if target != want.target and isinstance(seen, Observation):
            found += [(target, live) for live in each(our_job(seen, want.name, want.previous_name))]
    return found


def _both_named(copies: list[tuple[str, Live]]) -> str:
    return " and ".join(f"job {live.job_id} on target {target!r}" for target, live in copies)


def _moved(
    plan_input: PlanInput, want: JobSpec, have: Observed, history: JobHistory, report: CompatibilityReport | None
) -> Action | None:
    """The action if the job is, or was last, on another target; None if its place is here."""
    since = since_here(want, have, history.remembered)
    ended: tuple[str, Live, Observed] | None = None
    others = _elsewhere(plan_input, want)
    running = [one for one in others if one[1].state.active or one[1].held]
    if len(running) > 1:
        return blocked(want, have, Reason.SEVERAL_LIVE, _both_named(running))
    for target, there in running:
        return decide_moved(want, both(have, there), there, target, report=report, now=plan_input.now)
    for target, there in others:
        if there.snapshot and there.started_at > since:
            ended, since = (target, there, there), there.started_at
    last = last_elsewhere(want, have, history.remembered, targets=plan_input.observed, since=since)
    if last is not None and last.target not in plan_input.observed:
        return on_a_target_that_is_gone(want, last)
    if last is not None:
        silent = isinstance(plan_input.observed[last.target], Unknown)
        if silent and last.job.state is not JobState.SUSPENDED:
            why = f"it ran on target {last.target!r} when last seen, and that does not answer"
            return blocked(want, Unknown(""), Reason.LIVES_ELSEWHERE, why)
        if ended is None or last.target not in {target for target, _ in others}:
            ended = last.target, last.job, Absent()
    if ended is None or want.savepoint.strategy in (Strategy.NONE, Strategy.PATH):
        return None
    source, job, live = ended
    # As last seen, for the target has forgotten it since: only what it was suspended with was all of its state.
    if job.snapshot is None or (isinstance(live, Absent) and job.state is not JobState.SUSPENDED):
        return decide_lost(want, have, job, source, report=report)
    return decide_moved(want, both(have, live), job, source, report=report, now=plan_input.now)


def _unmanaged(plan_input: PlanInput) -> tuple[tuple[str, Live], ...]:
    """Jobs that run and are not ours, but for those a manifest adopts or is blocked by."""
    named = {(job.target, job.name) for job in plan_input.jobs.values()}
    return tuple(
        (target, live)
        for target, seen in sorted(plan_input.observed.items())
        if isinstance(seen, Observation)
        for live in seen.others
        if live.state.active and (target, live.name) not in named
    )
