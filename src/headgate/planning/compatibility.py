"""The second look at a start: what the platform said about the spec that would be started.

Evidence can only block an action, say what becomes of state, name the snapshot that is restored, or show that no
restart is needed; so changed and new jobs alone are asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from headgate.model.formatting import moment_of
from headgate.model.live import Absent, Kept, Live, Snapshot
from headgate.model.plan import (
    Action,
    Impact,
    OperatorVerdict,
    PlatformVerdict,
    Restore,
    RestoreKind,
    Settle,
    StateVerdict,
    Update,
    Verb,
    Verdict,
)
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Strategy
from headgate.model.topology import Compiled, Topology
from headgate.model.warnings import PLACE_HINT, ProjectWarning, WarningCode
from headgate.planning.actions import blocked, require_savable, submits
from headgate.planning.forgotten_jobs import left_of_it, way_on
from headgate.planning.restore_points import NothingToRestore, earliest_of
from headgate.planning.state_verdicts import consents, judge, unchanged_program

_NOT_COMPILED = Compiled()
_NOT_ASKED = PlatformVerdict()
_MADE_ELSEWHERE = (
    "the job that made this snapshot is not known here, so what becomes of its state is not known before the start"
)
_PLATFORM_DECIDES = "by consent; what the platform takes up of it, only the start shows"


@dataclass(frozen=True, slots=True)
class CompatibilityReport:
    """What a platform said about a spec that would be started.

    `old` is the topology the live job carries. `same_vertices` tells whether its vertex ids are those of the spec run
    as written; None where that was not asked. `rejected` and `unavailable` hold the platform's message, `refusal` the
    reason of a rejection, `where` the line or request it is about, `hint` what to look at first. `kept` is what storage
    knows of the job, `exists` whether there is a snapshot at the path that would be restored; None: it could not be
    found out. `drops` says whether the platform can be asked to drop state that no operator claims any more, `silent`
    why the store, which knows what the target has forgotten, does not answer. `retained` are the checkpoints that
    outlived a job which its target has forgotten, newest first.
    """

    compiled: Compiled = _NOT_COMPILED
    old: Topology | None = None
    same_vertices: bool | None = None
    rejected: str = ""
    refusal: Reason = Reason.STATEMENT_REJECTED
    unavailable: str = ""
    where: str = ""
    hint: str = ""
    platform: PlatformVerdict = _NOT_ASKED
    kept: Kept | None = None
    exists: bool | None = None
    drops: bool = True
    silent: str = ""
    retained: tuple[Snapshot, ...] = ()


def asks_the_platform(draft: Action) -> bool:
    """Is it worth a question? It would start something new, or storage may say more of a job that is lost."""
    return is_lost(draft) or (draft.reason is not Reason.ROLLED_BACK and submits(draft))


def lacking_a_place(actions: Iterable[Action], reports: Mapping[str, CompatibilityReport]) -> Iterator[ProjectWarning]:
    """A warning for each job that would be started where the folder for its savepoints cannot be made."""
    for action in actions:
        kept = reports[action.job].kept if action.job in reports else None
        if kept and kept.obstacle and submits(action):
            problem = (
                f"the folder for the savepoints of jobs on target {action.target!r} cannot be made: {kept.obstacle}"
            )
            yield ProjectWarning(WarningCode.SAVEPOINT_DIR_UNUSABLE, problem, action.target, PLACE_HINT, (action.job,))


def is_lost(action: Action) -> bool:
    """Is this about a job of git that its target has forgotten, and that ran when it was last seen?"""
    if action.live is not None or action.want is None or action.steps:
        return False
    return action.reason is Reason.NOTHING_TO_RESTORE or (action.reason is Reason.MOVED and bool(action.source))


def judged(draft: Action, report: CompatibilityReport, *, now: int = 0) -> Action:
    """The draft with its state verdict and its snapshot, or changed to one in place, or blocked. `now`: milliseconds.

    What was observed, and where the job comes from, stays as it was drafted.
    """
    want = draft.want
    if want is None:  # an orphan starts nothing
        return draft
    final = _adopted(draft, want, report, now) if _is_taken_over(draft) else _judged(draft, want, report, now)
    return replace(final, seen=draft.seen, source=draft.source, fallback=draft.fallback if final.steps else None)


def _judged(draft: Action, want: JobSpec, report: CompatibilityReport, now: int) -> Action:
    """In this order: what was refused, what cannot be done, what needs no restart, what it costs in state."""
    have, platform = draft.live or Absent(), report.platform
    if message := report.rejected or report.unavailable:
        reason = report.refusal if report.rejected else Reason.NOT_COMPILED
        return replace(blocked(want, have, reason, message, draft.changes, hint=report.hint), where=report.where)
    if platform.blocked:
        return blocked(want, have, platform.blocked, platform.note, draft.changes)
    if draft.changes and {change.path for change in draft.changes} <= platform.in_place and _runs_on(draft):
        return _in_place(draft, want, platform)
    action = require_savable(draft)
    if action.verb is Verb.BLOCKED:
        return action
    try:
        action = replace(action, restore=_located(action, want, report, now))
    except NothingToRestore as nothing:
        return blocked(want, have, nothing.reason, nothing.why, action.changes, hint=nothing.hint)
    return _with_state(action, want, report)


def _with_state(action: Action, want: JobSpec, report: CompatibilityReport) -> Action:
    """The action with its state verdict; blocked where that needs a consent which the manifest does not give."""
    stated, empty = report.platform.state, _starts_empty(action)
    verdict = stated if stated and not empty else _verdict(action, report)
    action = replace(action, state=verdict, compiled=report.compiled)
    harmless = verdict.verdict in (Verdict.KEPT, Verdict.NONE) or empty or (action.live is None and not stated)
    return action if harmless else _consented(action, want, verdict, drops=report.drops)


def _is_taken_over(draft: Action) -> bool:
    """Would this restart somebody else's job to make it ours, with only its graph to tell that it is the same?"""
    live = draft.live
    return draft.verb is Verb.ADOPT and live is not None and not (live.markable and live.applied is not None)


def _adopted(draft: Action, want: JobSpec, report: CompatibilityReport, now: int) -> Action:
    """That the state of a job is not wanted does not make it ours: its graph is compared all the same."""
    # An adopted job keeps the operator ids it was started with, so its statements are run as they are written.
    report = replace(report, old=None, compiled=replace(report.compiled, plan=""))
    if _starts_empty(draft):
        with_state = _judged(replace(draft, restore=Restore(RestoreKind.SAVEPOINT)), want, report, now)
        if not with_state.steps:
            return with_state
    return _judged(draft, want, report, now)


def _located(action: Action, want: JobSpec, report: CompatibilityReport, now: int) -> Restore | None:
    """What is restored, now that storage was asked. Raises NothingToRestore."""
    restore = action.restore
    if action.live is None and want.savepoint.strategy in (Strategy.LATEST, Strategy.EARLIEST):
        _require_new(want, restore, report, now)
        _require_asked(report)
        if want.savepoint.strategy is Strategy.EARLIEST and report.kept and report.kept.snapshots:
            restore = earliest_of(report.kept)
    elif want.savepoint.strategy is Strategy.EARLIEST:
        restore = earliest_of(report.kept)
    elif want.savepoint.strategy is Strategy.LATEST and action.live:
        _require_last(action.live, report.kept)
    if restore and restore.path and report.exists is False:
        raise NothingToRestore(Reason.SNAPSHOT_MISSING, f"there is no snapshot at {restore.path}")
    return restore


def _require_new(want: JobSpec, restore: Restore | None, report: CompatibilityReport, now: int) -> None:
    """A job that nobody remembers, but whose traces are in the target's storage, has run here: it is not new."""
    kept = report.kept
    fresh = restore is None or restore.kind is RestoreKind.FRESH
    if kept is None or not fresh or not (kept.existed or kept.snapshots):
        return
    if want.savepoint.strategy is Strategy.EARLIEST and kept.snapshots:
        return
    raise NothingToRestore(
        Reason.NOTHING_TO_RESTORE,
        "the target has forgotten this job, but its storage shows that it ran there: "
        f"{left_of_it(kept, report.retained, now)}; the job's last state may be a later one. "
        "Name what to start from with savepoint.strategy: path",
        hint=way_on(kept, report.retained),
    )


def _require_asked(report: CompatibilityReport) -> None:
    """A job that is not there is new if storage, or the store, says so; that neither was asked says nothing."""
    if report.silent and report.kept is None:
        why = f"the store does not answer, so nobody knows whether this job has run before: {report.silent}"
        raise NothingToRestore(Reason.PAST_UNKNOWN, why)


def _require_last(known: Live, kept: Kept | None) -> None:
    """The final savepoint of a job is its last state, unless storage knows of a later one.

    Nor is what the store alone remembers proof of anything: another run, with a store of its own, may have gone on from
    there since. Storage shows that by a later savepoint, or a later start, whatever came of it. Where it cannot be
    asked, a person says what to start from.
    """
    if kept is None and known.remembered:
        end = f"was stopped with {known.snapshot.kind} {known.snapshot.path}" if known.snapshot else f"is {known.word}"
        raise NothingToRestore(
            Reason.PAST_UNKNOWN,
            f"only the store remembers this job: it {end}. The target does not list the job and keeps no trace of its "
            "savepoints, so it is not known whether it has run since. "
            "Name what to start from with savepoint.strategy: path",
            hint=f"`savepoint: {{strategy: path, path: '{known.snapshot.path}'}}` starts from it"
            if known.snapshot
            else "",
        )
    if known.snapshot is None or kept is None:
        return
    path, reported = known.snapshot.path, {one.path: one.at for one in kept.snapshots}
    taken_at, newest = reported.get(path, known.snapshot.at), next(iter(kept.snapshots), known.snapshot)
    if newest.path != path and (path in reported or newest.at > taken_at):
        since = f"storage has a later one, {newest.path}: it has run since"
    elif known.remembered and kept.started_at > taken_at:
        since = f"storage shows that it was started again at {moment_of(kept.started_at)}"
    else:
        return
    raise NothingToRestore(
        Reason.NOTHING_TO_RESTORE,
        f"it was stopped with savepoint {path} when last seen, and {since}. "
        "Name the one to start from with savepoint.strategy: path",
    )


def _runs_on(action: Action) -> bool:
    """Can what runs be changed as it runs? A job that is adopted can where its platform lets us mark it."""
    if action.live is None or action.source:
        return False
    adopted = action.verb is Verb.ADOPT and action.live.markable and action.live.state.active
    return adopted or action.verb is Verb.RESTART


def _in_place(action: Action, want: JobSpec, platform: PlatformVerdict) -> Action:
    """No restart: the platform changes the job as it runs."""
    submitted = next((step.spec for step in action.steps if hasattr(step, "spec")), want)
    kept = OperatorVerdict("all operators", Verdict.KEPT, platform.note or "the job is not restarted")
    verb = Verb.RESCALE if {change.path for change in action.changes} == {"parallelism"} else Verb.UPDATE
    return replace(
        action,
        verb=Verb.ADOPT if action.verb is Verb.ADOPT else verb,
        changes=tuple(replace(change, impact=Impact.UPDATE) for change in action.changes),
        state=StateVerdict(Verdict.KEPT, (kept,)),
        restore=None,
        steps=(Update(submitted), Settle()),
    )


def _consented(action: Action, want: JobSpec, verdict: StateVerdict, *, drops: bool) -> Action:
    """The action if the manifest consents to all that becomes of state, else blocked."""
    needed, accepted = consents(verdict), want.savepoint.accept
    missing = [one for one in needed if one.value not in accepted]
    if missing or action.restore is None:
        return _not_consented(action, missing[0] if missing else verdict.verdict, needed)
    if verdict.verdict is Verdict.LOST and not verdict.ids and not verdict.fresh_from:
        return replace(action, restore=Restore(RestoreKind.FRESH, note="starts empty: savepoint.accept has lost"))
    if not drops:
        note = "; ".join(part for part in (action.restore.note, _PLATFORM_DECIDES) if part)
        return replace(action, restore=replace(action.restore, note=note))
    # What cannot be judged may turn out to be lost: whether it may be, the manifest says in its own word.
    may_be_lost = {Verdict.PARTIAL, Verdict.LOST} & set(accepted if Verdict.UNKNOWN in needed else needed)
    return replace(action, restore=replace(action.restore, allow_non_restored=bool(may_be_lost)))


def _not_consented(action: Action, verdict: Verdict, needed: tuple[Verdict, ...]) -> Action:
    """Blocked, with the words that the manifest would have to say where more than one is needed."""
    hint = action.hint
    if len(needed) > 1 and Verdict.WRONG not in needed:
        hint = f"to go ahead: `savepoint: {{accept: [{', '.join(one.value for one in needed)}]}}`"
    held = replace(action, verb=Verb.BLOCKED, steps=(), restore=None, hint=hint)
    if action.reason is Reason.MOVED:
        return held
    return replace(
        held, reason=Reason.NAME_TAKEN if action.verb is Verb.ADOPT else Reason(f"state-{verdict.value}"), note=""
    )


def _verdict(action: Action, report: CompatibilityReport) -> StateVerdict:
    if action.live is None and _starts_empty(action):
        return StateVerdict(Verdict.NONE)
    if action.live is None:
        # That the manifest names the snapshot is the consent: unknown is shown here, and blocks nothing.
        return StateVerdict(Verdict.UNKNOWN, (OperatorVerdict("all operators", Verdict.UNKNOWN, _MADE_ELSEWHERE),))
    if _starts_empty(action):
        return StateVerdict(Verdict.NONE if action.live.provably_empty else Verdict.LOST)
    no_plans = report.old is None or report.compiled.topology is None
    touched = {change.path.partition(".")[0] for change in action.changes}
    if no_plans and not touched & {"statement", "jar", "manifest"}:
        return unchanged_program(same_vertices=report.same_vertices, why=report.compiled.why)
    return judge(report.old, report.compiled, same_vertices=report.same_vertices)


def _starts_empty(action: Action) -> bool:
    return action.restore is None or action.restore.kind is RestoreKind.FRESH
