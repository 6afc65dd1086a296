"""What a platform is asked about a spec that would be started there: the last word in a decision."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from headgate.applying import Memory
from headgate.errors import ProviderError, Rejected, Unavailable
from headgate.model.live import JobState, Kept, Live, Snapshot
from headgate.model.plan import Action, OperatorVerdict, PlatformVerdict, StateVerdict, Submit, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Strategy
from headgate.planning import CompatibilityReport, is_lost
from headgate.providers.port import Provider, Support

_REFUSALS = {Reason.STATEMENT_REJECTED, Reason.DEPENDENCY_MISSING, Reason.PLANNER_FAILED}


def report_on(draft: Action, provider: Provider, source: Provider | None, memory: Memory) -> CompatibilityReport:
    """Ask the platform about the start in a draft; a platform's trouble is part of the answer.

    `source` is the platform the job moves away from. `memory` is what the store knows of it.
    """
    known, job_ids = _remembered(draft, memory)
    try:
        if is_lost(draft):
            return _left_of_lost(draft, source or provider, known, job_ids)
        report = _on_the_program(draft, provider, source)
        if report.platform.blocked or _is_changed_in_place(draft, report.platform):
            return report
        return _with_storage(replace(report, silent=memory.silent), draft, provider, source, known, job_ids)
    except Rejected as problem:
        reason, hint = _refusal(problem)
        return CompatibilityReport(rejected=problem.problem, refusal=reason, where=problem.where, hint=hint)
    except ProviderError as problem:
        return CompatibilityReport(unavailable=problem.problem, where=problem.where, hint=problem.hint)


def _on_the_program(draft: Action, provider: Provider, source: Provider | None) -> CompatibilityReport:
    """What the platform makes of the program, compiled only where it is to be started."""
    spec, live = next(step.spec for step in draft.steps if isinstance(step, Submit)), draft.live
    platform = _moving(draft, provider, source) if source else provider.platform_verdict(spec, live, draft.changes)
    if platform.blocked or _is_changed_in_place(draft, platform):
        return CompatibilityReport(platform=platform)
    compiled, old = provider.compile(spec), provider.compiled_form.topology(live.compiled) if live else None
    same, comparable = None, old is not None and compiled.topology is not None
    if live and not live.remembered and platform.state is None and not comparable:
        same = _same_graph(source or provider, provider, live, spec)
    drops = provider.capabilities.drop_state is Support.YES
    return CompatibilityReport(compiled, old, same, platform=platform, drops=drops)


def _is_changed_in_place(draft: Action, platform: PlatformVerdict) -> bool:
    return bool(draft.changes) and {change.path for change in draft.changes} <= platform.in_place


def _with_storage(
    report: CompatibilityReport,
    draft: Action,
    provider: Provider,
    source: Provider | None,
    known: tuple[Snapshot, ...],
    job_ids: tuple[str, ...],
) -> CompatibilityReport:
    """The report with what storage has of the state that the start needs."""
    path = draft.restore.path if draft.restore else ""
    exists = provider.exists(path) if path and source is None else None
    kept = _kept_since(draft, provider, source) or _kept(draft, provider, known)
    ran = draft.live is None and kept is not None and (kept.existed or bool(kept.snapshots))
    return replace(report, kept=kept, exists=exists, retained=_retained(draft, provider, job_ids) if ran else ())


def _left_of_lost(
    action: Action, provider: Provider, known: tuple[Snapshot, ...], job_ids: tuple[str, ...]
) -> CompatibilityReport:
    """What storage has of a job that ran when it was last seen. What the store alone knows counts if it is there."""
    kept, exists = _kept_under_a_name(action, provider), None
    if not (kept and kept.snapshots):
        there = next((one for one in known if provider.exists(one.path) is not False), None)
        kept = replace(kept or Kept(), snapshots=(there,)) if there else kept
        exists = False if known and not there else None
    return CompatibilityReport(kept=kept, exists=exists, retained=_retained(action, provider, job_ids))


def _retained(action: Action, provider: Provider, job_ids: tuple[str, ...]) -> tuple[Snapshot, ...]:
    config = action.want.config if action.want else {}
    found = [one for name in names_of(action) for one in provider.retained(name, job_ids, config)]
    return tuple(sorted({one.path: one for one in found}.values(), key=lambda one: one.at, reverse=True))


def _remembered(action: Action, memory: Memory) -> tuple[tuple[Snapshot, ...], tuple[str, ...]]:
    """The savepoints of a job that the store knows, newest first, and the ids it was last seen under."""
    names, target = names_of(action), (action.source if is_lost(action) else "") or action.target
    known = next((found for name in names if (found := memory.snapshots(name, target))), ())
    runs = [one for name in names for one in memory.remembered(name, (target,))] if action.live is None else []
    return known, tuple(one.job.job_id for one in runs)


def _refusal(problem: Rejected) -> tuple[Reason, str]:
    """Why a platform refused, and what to do about it. What it did not say of the statement is no fault of that."""
    if problem.code in _REFUSALS:
        return Reason(problem.code), problem.hint
    return Reason.NOT_COMPILED, problem.hint or "the target refused the question itself; its message says why"


def names_of(action: Action) -> tuple[str, ...]:
    """The names that a job may be known under: that of the job it goes on from, its own, and the one before."""
    live, previous_name = action.live.name if action.live else "", action.want.previous_name if action.want else ""
    return tuple(dict.fromkeys(name for name in (live, action.job, previous_name) if name))


def _kept_since(action: Action, provider: Provider, source: Provider | None) -> Kept | None:
    """What storage knows of a job that goes on from its last savepoint: it may know a later one.

    Storage is asked in every case: the store, another target or the listing of this one may name that savepoint.
    """
    live, want = action.live, action.want
    if want is None or want.savepoint.strategy is not Strategy.LATEST or live is None:
        return None
    if not (live.state is JobState.SUSPENDED or live.remembered):
        return None
    return _kept_there(live, provider, source) if source else provider.kept(live.name)


def _kept_there(live: Live, provider: Provider, source: Provider) -> Kept | None:
    """What storage knows of a job that left its target: that of its new one, where its own does not answer any more.

    The new one reads the same storage if it shows the very savepoint that the job was stopped with.
    """
    with contextlib.suppress(Unavailable):
        if kept := source.kept(live.name):
            return kept
    here = provider.kept(live.name)
    same = here is not None and live.snapshot is not None and live.snapshot.path in {one.path for one in here.snapshots}
    return here if same else None


def _kept(action: Action, provider: Provider, known: tuple[Snapshot, ...]) -> Kept | None:
    """What storage and store know of the job's savepoints; asked for where it decides something."""
    earliest = action.want is not None and action.want.savepoint.strategy is Strategy.EARLIEST
    if action.live is not None and not earliest:
        return None
    kept = _kept_under_a_name(action, provider)
    if not known:
        return kept
    snapshots = {one.path: one for one in (*known, *(kept.snapshots if kept else ()))}
    newest_first = sorted(snapshots.values(), key=lambda one: one.at, reverse=True)
    while earliest and newest_first and provider.exists(newest_first[-1].path) is False:
        newest_first.pop()  # the store still knows what storage has no longer
    return Kept(kept.existed if kept else False, tuple(newest_first), kept.started_at if kept else 0)


def _kept_under_a_name(action: Action, provider: Provider) -> Kept | None:
    """What storage knows of a job under the first of its names that it knows."""
    reported = None
    for name in names_of(action):
        reported = provider.kept(name) or reported
        if reported and (reported.existed or reported.snapshots):
            return reported
    return reported


def _same_graph(there: Provider, here: Provider, live: Live, spec: JobSpec) -> bool | None:
    """Are the vertex ids of a job those of the spec run as written? None: nobody can tell."""
    wanted = set(here.compiled_form.vertices(spec))
    if not wanted:
        return None
    try:
        vertices = there.graph(live.job_id).vertices
    except Rejected:
        return None
    return {vertex.id for vertex in vertices} == wanted


def _moving(action: Action, provider: Provider, source: Provider) -> PlatformVerdict:
    """Can this target read what the other one wrote? Where nobody can tell, that is said."""
    spec = next(step.spec for step in action.steps if isinstance(step, Submit))
    platform = provider.platform_verdict(spec, None, ())
    if platform.blocked:
        return platform
    theirs, ours = source.capabilities.savepoint_format, provider.capabilities.savepoint_format
    if theirs != ours:
        why = f"{provider.name!r} cannot read the savepoints of {source.name!r}: another platform, another format"
        return _state_is(Verdict.LOST, why)
    readable = _readable(action, provider, source)
    if readable is None:
        return _state_is(
            Verdict.UNKNOWN, f"nobody can tell whether {provider.name!r} reads the files of {source.name!r}"
        )
    if not readable:
        return _state_is(Verdict.LOST, f"{provider.name!r} does not see where {source.name!r} keeps its savepoints")
    return replace(platform, note=f"{provider.name!r} reads the savepoints of {source.name!r}")


def _readable(action: Action, provider: Provider, source: Provider) -> bool | None:
    """Does this target see the files of the other one? Reported by a snapshot that is there, or the traces of a
    start.
    """
    path = action.restore.path if action.restore else ""
    name = action.live.name if action.live else action.job  # what it was called where it ran
    theirs = None if path else source.kept(name)
    if theirs and theirs.snapshots:
        path = theirs.snapshots[0].path
    if path:
        return provider.exists(path)
    ours = provider.kept(name)
    if ours is not None and ours.existed:
        return True
    # A trace that is missing proves something only among targets that leave the same traces.
    same_kind = ours is not None and theirs is not None and type(source) is type(provider)
    return False if same_kind else None


def _state_is(verdict: Verdict, why: str) -> PlatformVerdict:
    return PlatformVerdict(state=StateVerdict(verdict, (OperatorVerdict("all operators", verdict, why),)), note=why)
