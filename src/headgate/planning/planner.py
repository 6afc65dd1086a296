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
from headgate.planning.compatibility import Evidence, lacking_a_place
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
    environment_of,
    last_elsewhere,
    on_a_target_that_is_gone,
    seen_there,
    since_here,
)
from headgate.planning.live_jobs import each, look_up, our_job
from headgate.planning.one_cluster import each_run_once, homes_of
from headgate.planning.orphans import ended_orphans, orphans
from headgate.planning.plan_input import NO_PAST, Past, Situation
from headgate.planning.renaming import renames_blocked

_NOT_HEARD = Unknown("the target did not report")


def plan(situation: Situation) -> Plan:
    """Decide what to do with every job. Pure: the same situation, in whatever order, gives the same plan."""
    situation = _each_run_once(situation)
    actions = [_decided(situation, situation.jobs[name]) for name in sorted(situation.jobs)]
    actions = renames_blocked(
        [*actions, *orphans(situation)], ended_orphans(situation), situation.only, situation.broken
    )
    actions += blocked_by_their_manifests(situation.broken, situation.jobs, situation.observed)
    actions = hold_back_dependents(actions, situation.broken)
    wanted = [action for action in actions if not situation.only or action.job in situation.only]
    return Plan(
        project=situation.project,
        actions=tuple(sorted(wanted, key=lambda action: (action.job, action.target))),
        environment=situation.environment,
        commit=situation.commit,
        created_at=situation.created_at,
        drift=tuple(
            (action.job, how)
            for action in actions
            if action.job not in situation.in_flight and (how := drift_of(action)) is not None
        ),
        unmanaged=_unmanaged(situation),
        unknown_targets=tuple(
            (target, seen) for target, seen in sorted(situation.observed.items()) if isinstance(seen, Unknown)
        ),
        interrupted=tuple(sorted({**situation.interrupted, **situation.in_flight}.items())),
        only=situation.only,
        errors=untold(wanted, situation.broken),
        warnings=grouped(
            about(
                [*situation.warnings, *lacking_a_place(wanted, situation.evidence), *without_checkpoints(wanted)],
                situation.only,
            )
        ),
    )


def _each_run_once(situation: Situation) -> Situation:
    """The situation without what a target lists that another one lists, too: they are one cluster."""
    once = each_run_once(situation.observed, homes_of(situation.jobs))
    past = {
        job: replace(
            known,
            remembered=tuple(one for one in known.remembered if (one.target, one.job.job_id) not in once.left_out),
        )
        for job, known in situation.past.items()
    }
    return replace(situation, observed=once.observed, past=past, warnings=(*situation.warnings, *once.warnings))


def _decided(situation: Situation, want: JobSpec) -> Action:
    seen = situation.observed.get(want.target, _NOT_HEARD)
    evidence = situation.evidence.get(want.name)
    evidence = replace(evidence, now=situation.now) if evidence else None
    past = situation.past.get(want.name, NO_PAST)
    if isinstance(seen, Unknown):
        return decide(want, seen)
    have, stranger = look_up(seen, want.name, want.previous_name)
    if stranger and isinstance(have, Live):
        return decide_adoption(want, have, evidence=evidence)
    if isinstance(have, Absent) or (isinstance(have, Live) and not have.state.active):
        moved = _moved(situation, want, have, past, evidence)
        if moved is not None:
            return in_view_of(situation, past, moved)
    elif copies := [one for one in _elsewhere(situation, want) if one[1].state.active]:
        copies = [*((want.target, live) for live in each(have)), *copies]
        return blocked(want, have, Reason.SEVERAL_LIVE, _both_named(copies))
    here = next((one for one in past.remembered if one.target == want.target), None)
    if isinstance(have, Absent) and here is not None:
        action = decide_forgotten(want, here.job, evidence=evidence, now=situation.now)
    else:
        action = decide(want, have, evidence=evidence, now=situation.now)
    if not action.note and any(isinstance(step, Submit) for step in action.steps):
        action = replace(action, note=_not_seen_there(situation, action, have, past))
    return in_view_of(situation, past, action)


def _not_seen_there(situation: Situation, action: Action, have: Observed, past: Past) -> str:
    """What a person should know before a job is started: it may be on a target that says nothing."""
    if action.want is None or (isinstance(have, Live) and have.state.active):
        return ""
    since = since_here(action.want, have, past.remembered)
    last = last_elsewhere(action.want, have, past.remembered, targets=situation.observed, since=since)
    told = [copy_warning(last)] if last and last.target not in situation.observed else []
    if action.reason is Reason.NOT_RUNNING_YET:
        told += [] if past.remembered else [_silent_ones(situation, action.target)]
        told += [
            f"{environment_of(live)} has a job of this name on target {target!r}"
            for target, live in _on_other_targets(situation, action.want)
            if live.state.active and not applied_in(situation.environment, live)
        ]
    return "; ".join(note for note in told if note)


def _silent_ones(situation: Situation, but: str) -> str:
    silent = [name for name, seen in sorted(situation.observed.items()) if isinstance(seen, Unknown)]
    told = " and ".join(repr(name) for name in silent if name != but)
    return f"target {told} does not answer: if this job was moved from there, there will be two" if told else ""


def _elsewhere(situation: Situation, want: JobSpec) -> list[tuple[str, Live]]:
    """The jobs of this name, or of the previous one, on the other targets that answered, by target.

    Not those that another environment has there.
    """
    known = situation.past.get(want.name, NO_PAST).remembered
    jobs = _on_other_targets(situation, want)
    return [one for one in jobs if applied_in(situation.environment, one[1]) or seen_there(known, *one)]


def _on_other_targets(situation: Situation, want: JobSpec) -> list[tuple[str, Live]]:
    found = []
    for target, seen in sorted(situation.observed.items()):
        if target != want.target and isinstance(seen, Observation):
            found += [(target, live) for live in each(our_job(seen, want.name, want.previous_name))]
    return found


def _both_named(copies: list[tuple[str, Live]]) -> str:
    return " and ".join(f"job {live.job_id} on target {target!r}" for target, live in copies)


def _moved(situation: Situation, want: JobSpec, have: Observed, past: Past, evidence: Evidence | None) -> Action | None:
    """The action if the job is, or was last, on another target; None if its place is here."""
    since = since_here(want, have, past.remembered)
    ended: tuple[str, Live, Observed] | None = None
    others = _elsewhere(situation, want)
    running = [one for one in others if one[1].state.active or one[1].held]
    if len(running) > 1:
        return blocked(want, have, Reason.SEVERAL_LIVE, _both_named(running))
    for target, there in running:
        return decide_moved(want, both(have, there), there, target, evidence=evidence, now=situation.now)
    for target, there in others:
        if there.snapshot and there.started_at > since:
            ended, since = (target, there, there), there.started_at
    last = last_elsewhere(want, have, past.remembered, targets=situation.observed, since=since)
    if last is not None and last.target not in situation.observed:
        return on_a_target_that_is_gone(want, last)
    if last is not None:
        silent = isinstance(situation.observed[last.target], Unknown)
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
        return decide_lost(want, have, job, source, evidence=evidence)
    return decide_moved(want, both(have, live), job, source, evidence=evidence, now=situation.now)


def _unmanaged(situation: Situation) -> tuple[tuple[str, Live], ...]:
    """Jobs that run and are not ours, but for those a manifest adopts or is blocked by."""
    named = {(job.target, job.name) for job in situation.jobs.values()}
    return tuple(
        (target, live)
        for target, seen in sorted(situation.observed.items())
        if isinstance(seen, Observation)
        for live in seen.others
        if live.state.active and (target, live.name) not in named
    )
