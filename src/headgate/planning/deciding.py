"""The rule book: what to do with one job, from what git wants, what was observed and what the platform said of it.

Read from the top: what is not known blocks, what is not ours is not touched, and only then are git and the target
compared. A start or restart is decided twice: first by what was observed, then again with the `Evidence` of a compile,
which can only block it or say what becomes of its state - so changed and new jobs alone are compiled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from headgate.model.live import Absent, JobState, Live, Observed, Several, Unknown
from headgate.model.plan import (
    Action,
    CancelJob,
    Change,
    Impact,
    Restore,
    RestoreKind,
    Settle,
    StateVerdict,
    Step,
    StopWithSavepoint,
    Submit,
    Verb,
    Verdict,
)
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, RunState, Strategy
from headgate.model.topology import Compiled, Topology
from headgate.planning.diffing import diff
from headgate.planning.judging import judge, unchanged_program
from headgate.planning.restoring import (
    NothingToRestore,
    nothing_to_lose,
    restore_of_ended,
    restore_of_new,
    restore_of_running,
)

_NOT_COMPILED = Compiled()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a platform said about a spec that would be started.

    `old` is the topology the live job carries. `same_vertices` tells whether its vertex ids are those of the spec run
    as written; None where that was not asked. `rejected` and `unavailable` hold the platform's message, `where` the
    line or request it is about.
    """

    compiled: Compiled = _NOT_COMPILED
    old: Topology | None = None
    same_vertices: bool | None = None
    rejected: str = ""
    unavailable: str = ""
    where: str = ""


def decide(want: JobSpec, have: Observed, *, evidence: Evidence | None = None) -> Action:
    """What to do with a job that git has. `have` is what its target said about a job of ours by this name."""
    match have:
        case Unknown(why):
            return _blocked(want, have, Reason.LIVE_UNKNOWN, why)
        case Several(jobs):
            return _blocked(want, have, Reason.SEVERAL_LIVE, " and ".join(job.job_id for job in jobs))
        case Absent():
            action = _first_start(want)
        case Live() if have.state is JobState.UNKNOWN:
            return _blocked(want, have, Reason.LIVE_UNKNOWN, f"the platform says {have.word!r}")
        case Live() if have.state.active:
            action = _of_active(want, have)
        case Live():
            action = _of_ended(want, have)
    starts = any(isinstance(step, Submit) for step in action.steps)
    return _judged(action, have, evidence) if starts and evidence else action


def decide_adoption(want: JobSpec, found: Live, *, evidence: Evidence | None = None) -> Action:
    """What to do when a job of this name runs that does not bear this project's marker."""
    if found.marker is not None:
        return _blocked(want, found, Reason.OWNED_BY_ANOTHER, f"project {found.marker.project!r}")
    if want.state is RunState.SUSPENDED or found.state is not JobState.RUNNING:
        return _blocked(want, found, Reason.NAME_TAKEN, f"job {found.job_id} is {found.word}")
    steps = _restart_steps(want, found)
    restore = Restore(RestoreKind.SAVEPOINT, note="taken when the job is stopped")
    action = _action(want, found, Verb.ADOPT, Reason.UNMARKED, steps=steps, restore=restore)
    if evidence is None:
        return action
    # An adopted job keeps the operator ids it was started with, so its statements are run as they are written.
    return _judged(action, found, replace(evidence, old=None, compiled=replace(evidence.compiled, plan="")))


def decide_forgotten(want: JobSpec, known: Live, *, evidence: Evidence | None = None) -> Action:
    """What to do when the target does not know a job that the store does.

    Its final savepoint is a start; anything else is only told, because newer state may have been lost with the target's
    memory. What was observed stays "absent".
    """
    final = known.state is JobState.SUSPENDED and known.snapshot is not None
    chosen = want.savepoint.strategy in (Strategy.NONE, Strategy.PATH)
    if want.state is RunState.RUNNING and not final and not chosen:
        told = f"; its last known {known.snapshot.kind} is {known.snapshot.path}" if known.snapshot else ""
        why = f"job {known.job_id} was {known.state} when last seen, and the target has forgotten it{told}"
        return _blocked(want, Absent(), Reason.NOTHING_TO_RESTORE, why)
    ended = known if final else replace(known, state=JobState.STOPPED, word="forgotten")
    action = decide(want, ended, evidence=evidence)
    reason = Reason.FORGOTTEN if action.verb in (Verb.SUBMIT, Verb.RESUME) else action.reason
    return replace(action, reason=reason, seen=Absent().fingerprint)


def decide_moved(want: JobSpec, target: str, *, snapshot: str) -> Action:
    """A job whose state is on another target is not started empty here."""
    where = f"its state is on target {target!r}" + (f", at {snapshot}" if snapshot else "")
    return _blocked(want, Absent(), Reason.MOVED, where)


def decide_orphan(job: str, target: str, have: Live | Several, *, prune: bool) -> Action:
    """What to do with a job of ours that runs and is not in git."""
    if isinstance(have, Several):
        note = " and ".join(live.job_id for live in have.jobs)
        return Action(job, target, Verb.BLOCKED, Reason.SEVERAL_LIVE, note, seen=have.fingerprint)
    if not prune:
        return Action(job, target, Verb.KEEP, Reason.LEFT_GIT, live=have, seen=have.fingerprint)
    if have.state is not JobState.RUNNING:
        return Action(job, target, Verb.BLOCKED, Reason.IN_TRANSITION, have.word, live=have, seen=have.fingerprint)
    steps = (StopWithSavepoint(have.job_id),)
    return Action(job, target, Verb.CANCEL, Reason.PRUNED, steps=steps, live=have, seen=have.fingerprint)


def _first_start(want: JobSpec) -> Action:
    if want.state is RunState.SUSPENDED:
        return _action(want, Absent(), Verb.KEEP, Reason.NOT_RUNNING_BY_CHOICE)
    steps = (Submit(want), Settle())
    return _action(want, Absent(), Verb.SUBMIT, Reason.NOT_RUNNING_YET, steps=steps, restore=restore_of_new(want))


def _of_active(want: JobSpec, have: Live) -> Action:
    changes = _changes(want, have)
    if have.state is JobState.STOPPING:
        return _blocked(want, have, Reason.IN_TRANSITION, have.word)
    if want.state is RunState.SUSPENDED:
        if have.state is not JobState.RUNNING:
            return _blocked(want, have, Reason.IN_TRANSITION, have.word)
        return _action(want, have, Verb.SUSPEND, Reason.SUSPENDED_IN_GIT, steps=(StopWithSavepoint(have.job_id),))
    if not changes:
        return _action(want, have, Verb.KEEP, Reason.IN_SYNC)
    try:
        restore = restore_of_running(want)
    except NothingToRestore as nothing:
        return _blocked(want, have, Reason(nothing.reason), nothing.why, changes)
    if have.state is not JobState.RUNNING and have.provably_empty and want.savepoint.strategy is Strategy.LATEST:
        restore = nothing_to_lose()
    if have.state is not JobState.RUNNING and restore.kind is not RestoreKind.FRESH:
        return _blocked(want, have, Reason.IN_TRANSITION, have.word, changes)
    reason = Reason.RENAMED if have.name != want.name else Reason.SPEC_CHANGED
    steps = _restart_steps(want, have)
    return _action(want, have, Verb.RESTART, reason, steps=steps, restore=restore, changes=changes)


def _of_ended(want: JobSpec, have: Live) -> Action:
    changes = _changes(want, have)
    if want.state is RunState.SUSPENDED:
        return _action(want, have, Verb.KEEP, Reason.NOT_RUNNING_BY_CHOICE)
    if have.state is JobState.FINISHED and not changes:
        return _action(want, have, Verb.KEEP, Reason.FINISHED)
    try:
        restore = restore_of_ended(want, have)
    except NothingToRestore as nothing:
        return _blocked(want, have, Reason(nothing.reason), nothing.why, changes)
    verb, reason = {
        JobState.SUSPENDED: (Verb.RESUME, Reason.RUNNING_IN_GIT),
        JobState.FAILED: (Verb.SUBMIT, Reason.FAILED),
        JobState.FINISHED: (Verb.SUBMIT, Reason.SPEC_CHANGED),
    }.get(have.state, (Verb.SUBMIT, Reason.STOPPED_OUTSIDE))
    steps = (Submit(_effective(want, have), succeeds=have.run_id), Settle())
    return _action(want, have, verb, reason, steps=steps, restore=restore, changes=changes)


def _restart_steps(want: JobSpec, have: Live) -> tuple[Step, ...]:
    stop: Step = StopWithSavepoint(have.job_id)
    if have.state is not JobState.RUNNING:
        stop = CancelJob(have.job_id)
    return stop, Submit(_effective(want, have), succeeds=have.run_id), Settle()


def _changes(want: JobSpec, have: Live) -> tuple[Change, ...]:
    renamed = (Change("name", have.name, want.name, Impact.RESTART),) if have.name != want.name else ()
    if have.applied is not None:
        return (*renamed, *diff(have.applied, _effective(want, have)))
    if have.marker is not None and have.marker.revision == want.revision:
        return renamed
    return (*renamed, Change("manifest", "(the job carries none that can be read)", "", Impact.RESTART))


def _effective(want: JobSpec, have: Live) -> JobSpec:
    """The spec with the fields that somebody else owns as they are live: the same for plan and apply."""
    return have.applied.over(want, want.ignore) if have.applied and want.ignore else want


def _judged(action: Action, have: Observed, evidence: Evidence) -> Action:
    """The action with its state verdict, or blocked by what the platform said."""
    assert action.want is not None  # noqa: S101 - only actions of jobs in git start anything
    want = action.want
    if message := evidence.rejected or evidence.unavailable:
        reason = Reason.STATEMENT_REJECTED if evidence.rejected else Reason.NOT_COMPILED
        return replace(_blocked(want, have, reason, message, action.changes), where=evidence.where)
    verdict = _verdict(action, evidence)
    action = replace(action, state=verdict, compiled=evidence.compiled)
    if verdict.verdict in (Verdict.KEPT, Verdict.NONE) or _starts_empty(action):
        return action
    if verdict.verdict.value in want.savepoint.accept and action.restore:
        return replace(action, restore=replace(action.restore, allow_non_restored=True))
    reason = Reason.NAME_TAKEN if action.verb is Verb.ADOPT else Reason(f"state-{verdict.verdict.value}")
    return replace(action, verb=Verb.BLOCKED, reason=reason, note="", steps=(), restore=None)


def _verdict(action: Action, evidence: Evidence) -> StateVerdict:
    if action.live is None:
        return StateVerdict(Verdict.NONE)
    if _starts_empty(action):
        return StateVerdict(Verdict.NONE if action.live.provably_empty else Verdict.LOST)
    no_plans = evidence.old is None or evidence.compiled.topology is None
    touched = {change.path.partition(".")[0] for change in action.changes}
    if no_plans and not touched & {"statement", "jar", "manifest"}:
        return unchanged_program(same_vertices=evidence.same_vertices, why=evidence.compiled.why)
    return judge(evidence.old, evidence.compiled, same_vertices=evidence.same_vertices)


def _starts_empty(action: Action) -> bool:
    return action.restore is None or action.restore.kind is RestoreKind.FRESH


def _action(
    want: JobSpec,
    have: Observed,
    verb: Verb,
    reason: Reason,
    *,
    note: str = "",
    steps: tuple[Step, ...] = (),
    restore: Restore | None = None,
    changes: tuple[Change, ...] = (),
) -> Action:
    return Action(
        job=want.name,
        target=want.target,
        verb=verb,
        reason=reason,
        note=note,
        changes=changes,
        restore=restore,
        steps=steps,
        live=have if isinstance(have, Live) else None,
        seen=have.fingerprint,
        want=want,
    )


def _blocked(want: JobSpec, have: Observed, reason: Reason, note: str, changes: tuple[Change, ...] = ()) -> Action:
    return _action(want, have, Verb.BLOCKED, reason, note=note, changes=changes)
