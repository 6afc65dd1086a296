"""Puts a plan together: every job of git and every job of ours that runs, each decided on its own, in name order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from headgate.model.live import Absent, JobState, Live, Observation, Observed, Remembered, Several, Unknown
from headgate.model.plan import Action, Plan, Submit
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, RunState, Strategy
from headgate.planning.deciding import (
    Evidence,
    decide,
    decide_adoption,
    decide_forgotten,
    decide_moved,
    decide_orphan,
)

_NOT_HEARD = Unknown("the target did not report")


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a plan depends on.

    `observed` holds an answer, or an Unknown, for every target that was asked; `remembered` what the store knows of
    jobs that their target does not have.
    """

    project: str
    jobs: Mapping[str, JobSpec]
    observed: Mapping[str, Observation | Unknown]
    prune: bool = False
    only: frozenset[str] = frozenset()
    environment: str = ""
    commit: str = ""
    created_at: str = ""
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    remembered: Mapping[str, tuple[Remembered, ...]] = field(default_factory=dict)

    def with_evidence(self, evidence: Mapping[str, Evidence]) -> Situation:
        """The same situation, now with what the platforms said about the jobs that would be started."""
        return replace(self, evidence=evidence)


def plan(situation: Situation) -> Plan:
    """Decide what to do with every job. Pure: the same situation, in whatever order, gives the same plan."""
    actions = [_decided(situation, situation.jobs[name]) for name in sorted(situation.jobs)]
    actions += _orphans(situation)
    drift = tuple(
        (action.job, action.reason) for action in actions if action.reason in (Reason.FAILED, Reason.STOPPED_OUTSIDE)
    )
    wanted = [action for action in actions if not situation.only or action.job in situation.only]
    return Plan(
        project=situation.project,
        actions=tuple(sorted(wanted, key=lambda action: (action.job, action.target))),
        environment=situation.environment,
        commit=situation.commit,
        created_at=situation.created_at,
        drift=drift,
        unmanaged=_unmanaged(situation),
        unknown_targets=tuple(
            (target, seen.why) for target, seen in sorted(situation.observed.items()) if isinstance(seen, Unknown)
        ),
    )


def needs_evidence(draft: Plan) -> tuple[Action, ...]:
    """The actions of a draft that would start something: the only ones worth a compile."""
    return tuple(action for action in draft.actions if any(isinstance(step, Submit) for step in action.steps))


def look_up(seen: Observation, name: str, previous_name: str = "") -> tuple[Observed, bool]:
    """What one look at a target says about a name, and whether that job is a stranger (bears another marker, or none).

    A job of ours that runs goes first, then a stranger that runs under the name, then ours that has ended.
    """
    ours = seen.jobs.get(name)
    if ours is None or not _active(ours):
        namesake = next((other for other in seen.others if other.name == name), None)
        if namesake:
            return namesake, True
    if ours is None and previous_name:
        ours = seen.jobs.get(previous_name)
    return ours or Absent(), False


def _decided(situation: Situation, want: JobSpec) -> Action:
    seen = situation.observed.get(want.target, _NOT_HEARD)
    evidence = situation.evidence.get(want.name)
    if isinstance(seen, Unknown):
        return decide(want, seen)
    have, stranger = look_up(seen, want.name, want.previous_name)
    if isinstance(have, Absent) or (isinstance(have, Live) and not have.state.active):
        elsewhere = _elsewhere(situation, want)
        if elsewhere:
            action = decide(want, Unknown(""))
            return replace(action, reason=Reason.LIVES_ELSEWHERE, note=elsewhere)
    if stranger and isinstance(have, Live):
        return decide_adoption(want, have, evidence=evidence)
    if isinstance(have, Absent):
        return _of_absent(situation, want, evidence)
    return decide(want, have, evidence=evidence)


def _of_absent(situation: Situation, want: JobSpec, evidence: Evidence | None) -> Action:
    """Absent is new only if no target and no store has ever had it."""
    known = situation.remembered.get(want.name, ())
    here = next((one for one in known if one.target == want.target), None)
    if here is not None:
        return decide_forgotten(want, here.job, evidence=evidence)
    chosen = want.savepoint.strategy in (Strategy.NONE, Strategy.PATH) or want.state is RunState.SUSPENDED
    if not chosen:
        for target, seen in sorted(situation.observed.items()):
            ended = seen.jobs.get(want.name) if isinstance(seen, Observation) else None
            if isinstance(ended, Live) and ended.snapshot:
                return decide_moved(want, target, snapshot=ended.snapshot.path)
        for one in known:
            return decide_moved(want, one.target, snapshot=one.job.snapshot.path if one.job.snapshot else "")
    return decide(want, Absent(), evidence=evidence)


def _active(have: Live | Several) -> bool:
    return isinstance(have, Several) or have.state.active


def _elsewhere(situation: Situation, want: JobSpec) -> str:
    """Where else a job of ours by this name runs, or may run: a second copy must not start. Empty: nowhere."""
    for target, seen in sorted(situation.observed.items()):
        if target != want.target and isinstance(seen, Observation):
            have = seen.jobs.get(want.name)
            if have is not None and _active(have):
                return f"it runs on target {target!r}"
    for one in situation.remembered.get(want.name, ()):
        silent = isinstance(situation.observed.get(one.target), Unknown)
        if one.target != want.target and silent and one.job.state is not JobState.SUSPENDED:
            return f"it ran on target {one.target!r} when last seen, and that does not answer"
    return ""


def _orphans(situation: Situation) -> list[Action]:
    """Jobs of ours that run and are not in git: not under their name, and not as what a rename takes over."""
    here = {(job.target, job.name) for job in situation.jobs.values()}
    here |= {(job.target, job.previous_name) for job in situation.jobs.values() if job.previous_name}
    moved = {job.name for job in situation.jobs.values()}
    actions = []
    for target, seen in sorted(situation.observed.items()):
        if isinstance(seen, Unknown):
            continue
        for name, have in sorted(seen.jobs.items()):
            if (target, name) not in here and name not in moved and _active(have):
                actions.append(decide_orphan(name, target, have, prune=situation.prune))
    return actions


def _unmanaged(situation: Situation) -> tuple[tuple[str, Live], ...]:
    """Jobs that run and are not ours, but for those a manifest adopts or is blocked by."""
    named = {(job.target, job.name) for job in situation.jobs.values()}
    return tuple(
        (target, live)
        for target, seen in sorted(situation.observed.items())
        if isinstance(seen, Observation)
        for live in seen.others
        if (target, live.name) not in named
    )
