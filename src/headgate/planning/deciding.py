"""The rule book: what to do with one job, from what git wants and what was observed.

Read from the top: what is not known blocks, what is not ours is not touched, and only then are git and the target
compared. What comes out is a draft where something would be started: its platform has the last word (`compatibility`).
"""

from __future__ import annotations

from dataclasses import replace

from headgate.model.live import Absent, JobState, Live, Observed, Several, Unknown
from headgate.model.plan import (
    Action,
    CancelJob,
    Change,
    DeleteDefinition,
    Impact,
    OperatorVerdict,
    RestoreKind,
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
from headgate.model.spec import DesiredState, JobSpec, Strategy
from headgate.planning.actions import action_on, blocked, require_savable
from headgate.planning.diffing import diff
from headgate.planning.forgotten_jobs import is_newest, left_of_it, way_on
from headgate.planning.questions import Asking, Compatibility, asked
from headgate.planning.restore_points import (
    NothingToRestore,
    nothing_to_lose,
    restore_of_ended,
    restore_of_new,
    restore_of_running,
)


def decide(want: JobSpec, have: Observed, *, now: int = 0) -> Action:
    """What to do with a job that git has. `have` is what its target said about a job of ours by this name."""
    match have:
        case Unknown(why, hint):
            return blocked(want, have, Reason.LIVE_UNKNOWN, why, hint=hint)
        case Several(jobs):
            return blocked(want, have, Reason.SEVERAL_LIVE, " and ".join(job.job_id for job in jobs))
        case Absent():
            return _first_start(want)
        case Live() if have.state is JobState.UNKNOWN:
            doubt = have.doubt or Unknown(f"the platform says {have.word!r}")
            return blocked(want, have, Reason.LIVE_UNKNOWN, doubt.why, hint=doubt.hint)
        case Live() if have.state.active:
            return _of_active(want, have)
        case Live():
            return _of_ended(want, have, now)


def decide_adoption(want: JobSpec, found: Live) -> Action:
    """What to do when a job of this name is there that does not have this project's marker."""
    if found.marker is not None:
        return blocked(want, found, Reason.OWNED_BY_ANOTHER, f"project {found.marker.project!r}")
    if found.markable and found.applied is not None:
        return _marked(want, found)
    if want.desired_state is DesiredState.SUSPENDED or found.state is not JobState.RUNNING:
        return blocked(want, found, Reason.NAME_TAKEN, f"job {found.job_id} is {found.word}")
    steps, restore = restart_steps(want, found), restore_of_running(want)
    changes = diff(found.applied, _effective(want, found)) if found.applied is not None else ()
    return action_on(want, found, Verb.ADOPT, Reason.UNMARKED, steps=steps, restore=restore, changes=changes)


def decide_forgotten(want: JobSpec, known: Live, *, rollback: Action | None = None, now: int = 0) -> Asking[Action]:
    """What to do when the target does not know a job that the store does.

    Its final savepoint is a start, and that it has read all of its input is an end; anything else is only reported,
    because newer state may have been lost with the target's memory. What was observed stays "absent". `rollback` is
    what is left of one that was cut off: it continues if storage shows that nothing has come after the job.
    """
    final = known.state is JobState.FINISHED or (known.state is JobState.SUSPENDED and known.snapshot is not None)
    chosen = want.savepoint.strategy is not Strategy.LATEST
    if want.desired_state is DesiredState.RUNNING and not final and not chosen:
        why = f"job {known.job_id} was {known.state} when last seen, and the target has forgotten it"
        held = blocked(want, Absent(), Reason.NOTHING_TO_RESTORE, why)
        return (yield from _of_lost(held, known, now, rollback=rollback))
    ended = known if final else replace(known, state=JobState.STOPPED, word="forgotten")
    action = decide(want, ended, now=now)
    reason = Reason.FORGOTTEN if action.verb in (Verb.SUBMIT, Verb.RESUME) else action.reason
    return replace(action, reason=reason, seen=Absent().fingerprint)


def decide_lost(want: JobSpec, have: Observed, known: Live, source: str, *, now: int = 0) -> Asking[Action]:
    """What to do when the job was last on another target, which has forgotten it, and was not suspended there: ask."""
    why = f"job {known.job_id} was {known.state} on target {source!r} when last seen, which has forgotten it"
    return (yield from _of_lost(replace(blocked(want, have, Reason.MOVED, why), source=source), known, now))


def _of_lost(held: Action, known: Live, now: int, *, rollback: Action | None = None) -> Asking[Action]:
    """Nothing is done about a job that ran when it was last seen and is gone: what storage has of it is reported.

    But for one that was being rolled back: that continues from the snapshot which is still the newest.
    """
    last = f"; its last known {known.snapshot.kind} is {known.snapshot.path}" if known.snapshot else ""
    report = yield from asked(Compatibility(replace(held, note=f"{held.note}{last}")))
    if trouble := report.rejected or report.unavailable:
        note = f"{held.note}{last}; what storage has of it could not be asked: {trouble}"
        return replace(held, note=note, hint=report.hint)
    if rollback and rollback.restore and is_newest(rollback.restore.path, report.kept, report.retained, of=known):
        return rollback
    # What storage does not tell, the store may: where it was last seen to leave something that is not known to be gone.
    unsaid = last if report.kept is None and not report.retained and report.exists is not False else ""
    note = f"{held.note}{unsaid}; {left_of_it(report.kept, report.retained, now)}"
    return replace(held, note=note, hint=way_on(report.kept, report.retained))


def decide_moved(want: JobSpec, seen: str, there: Live, source: str, *, now: int = 0) -> Action:
    """What to do when the job is, or was, on another target: it is stopped there and started here, never both.

    `there` is the job as `source` tells it, or as it was last seen there; `seen` the fingerprint of both answers.
    """
    why = f"from target {source!r}"
    moved = decide(want, there, now=now)
    if want.desired_state is DesiredState.RUNNING and not moved.steps:  # not changed, but for its place
        if there.state.active and there.state is not JobState.RUNNING:
            return blocked(want, there, Reason.IN_TRANSITION, f"{there.word} on target {source!r}", moved.changes)
        if moved.verb is Verb.BLOCKED:
            return replace(moved, note=f"{moved.note}, on target {source!r}")
        restore = restore_of_running(want) if there.state.active else restore_of_ended(want, there, now=now)
        steps = restart_steps(want, there) if there.state.active else _start_steps(want, there)
        moved = action_on(want, there, Verb.RESTART, Reason.MOVED, steps=steps, restore=restore)
    if any(isinstance(step, Submit) for step in moved.steps):
        moved = replace(moved, reason=Reason.MOVED, note=why)
    if not moved.steps:
        return replace(moved, source=source, seen=seen)
    change = Change("target", source, want.target, Impact.RESTART)
    return replace(moved, source=source, changes=(change, *moved.changes), seen=seen)


def decide_orphan(
    job: str, target: str, have: Live | Several, *, prune: bool, deletes: bool = False, state_outlives: bool = True
) -> Action:
    """What to do with a job of ours that is not in git: it is kept, or stopped, or its definition is deleted as well.

    `deletes`: its target keeps a definition of it that is to be deleted. `state_outlives`: its state can be read then.
    """
    if isinstance(have, Several):
        note = " and ".join(live.job_id for live in have.jobs)
        return Action(job, target, Verb.BLOCKED, Reason.SEVERAL_LIVE, note, seen=have.fingerprint)
    if not prune:
        return Action(job, target, Verb.KEEP, Reason.LEFT_GIT, live=have, seen=have.fingerprint)
    deletion = (DeleteDefinition(have.job_id),) if deletes else ()
    state = _state_of_deleted(have, outlives=state_outlives) if deletes else None
    if not have.state.active:
        verb, reason = (Verb.CANCEL, Reason.PRUNED) if deletes else (Verb.KEEP, Reason.LEFT_GIT)
        return Action(job, target, verb, reason, state=state, steps=deletion, live=have, seen=have.fingerprint)
    if have.state is not JobState.RUNNING:
        return Action(job, target, Verb.BLOCKED, Reason.IN_TRANSITION, have.word, live=have, seen=have.fingerprint)
    steps = (StopWithSavepoint(have.job_id), *deletion)
    pruned = Action(job, target, Verb.CANCEL, Reason.PRUNED, state=state, steps=steps, live=have, seen=have.fingerprint)
    return require_savable(pruned)


def _state_of_deleted(have: Live, *, outlives: bool) -> StateVerdict | None:
    """What becomes of the state of a job whose definition is deleted; None: no state of it is known."""
    if not have.state.active and have.snapshot is None:
        return StateVerdict(Verdict.NONE) if have.provably_empty else None
    if outlives:
        kept = "the savepoint of its stop" if have.snapshot is None else f"{have.snapshot.kind} {have.snapshot.path}"
        verdict, why = Verdict.KEPT, f"{kept} is not deleted"
    else:
        verdict, why = Verdict.LOST, "the platform keeps it with the definition, and no start can read it afterwards"
    return StateVerdict(verdict, (OperatorVerdict("all operators", verdict, why),))


def changes_of(want: JobSpec, have: Live) -> tuple[Change, ...]:
    """What differs between a live job and what git asks for."""
    renamed = (Change("name", have.name, want.name, Impact.RESTART),) if have.name != want.name else ()
    if have.applied is not None:
        return (*renamed, *diff(have.applied, _effective(want, have)))
    if have.marker is not None and have.marker.revision == want.revision:
        return renamed
    return (*renamed, Change("manifest", "(the job carries none that can be read)", "", Impact.RESTART))


def started_from(want: JobSpec, have: Live) -> bool:
    """Is this a job of the manifest in git? Fields that somebody else owns (`ignore`) may be others."""
    if have.marker is not None and have.marker.revision == want.revision:
        return True
    return have.applied is not None and not diff(have.applied, _effective(want, have))


def in_sync(want: JobSpec, have: Observed) -> bool:
    """Would nothing be done about this job? The same answer as that of `decide`, without saying what differs."""
    if not isinstance(have, Live):
        return isinstance(have, Absent) and want.desired_state is DesiredState.SUSPENDED
    if want.desired_state is DesiredState.SUSPENDED:
        return not have.state.active
    if have.state is not JobState.FINISHED and not have.state.active:
        return False
    if have.applied is None:
        return have.name == want.name and have.marker is not None and have.marker.revision == want.revision
    return have.name == want.name and have.applied.unfilled(want).fields() == _effective(want, have).fields()


def restart_steps(want: JobSpec, have: Live) -> tuple[Step, ...]:
    """A job that runs is stopped with a savepoint, but where the manifest says that its state is not wanted."""
    keeps = have.state is JobState.RUNNING and want.savepoint.strategy is not Strategy.NONE
    stop: Step = StopWithSavepoint(have.job_id) if keeps else CancelJob(have.job_id)
    return (stop, *_start_steps(want, have))


def _start_steps(want: JobSpec, have: Live) -> tuple[Step, ...]:
    return Submit(_effective(want, have), predecessor=have.run_id), Settle()


def _first_start(want: JobSpec) -> Action:
    if want.desired_state is DesiredState.SUSPENDED:
        return action_on(want, Absent(), Verb.KEEP, Reason.NOT_RUNNING_BY_CHOICE)
    steps = (Submit(want), Settle())
    return action_on(want, Absent(), Verb.SUBMIT, Reason.NOT_RUNNING_YET, steps=steps, restore=restore_of_new(want))


def _of_active(want: JobSpec, have: Live) -> Action:
    changes = changes_of(want, have)
    if have.state is JobState.STOPPING:
        return blocked(want, have, Reason.IN_TRANSITION, have.word)
    if want.desired_state is DesiredState.SUSPENDED:
        return _suspended(want, have)
    if not changes:
        return action_on(want, have, Verb.KEEP, Reason.IN_SYNC)
    restore = restore_of_running(want)
    if have.state is not JobState.RUNNING and have.provably_empty and want.savepoint.strategy is Strategy.LATEST:
        restore = nothing_to_lose()
    named = want.savepoint.strategy is Strategy.PATH
    if have.state is not JobState.RUNNING and restore.kind is not RestoreKind.FRESH and not named:
        return blocked(want, have, Reason.IN_TRANSITION, _way_out(have), changes)
    reason = Reason.RENAMED if have.name != want.name else Reason.SPEC_CHANGED
    steps = restart_steps(want, have)
    return action_on(want, have, Verb.RESTART, reason, steps=steps, restore=restore, changes=changes)


def _suspended(want: JobSpec, have: Live) -> Action:
    """It is stopped with a savepoint. Where none can be made it is cancelled, if that loses nothing, or by consent.

    With a savepoint even then if there can be one: a caller that changes the manifest back has lost nothing.
    """
    if have.state is not JobState.RUNNING:
        return _suspended_in_a_loop(want, have)
    if have.unsavable and want.savepoint.strategy is Strategy.NONE:
        given_up = action_on(want, have, Verb.SUSPEND, Reason.SUSPENDED_IN_GIT, steps=(CancelJob(have.job_id),))
        return replace(given_up, state=StateVerdict(Verdict.LOST), note=have.unsavable)
    steps = (StopWithSavepoint(have.job_id),)
    return require_savable(action_on(want, have, Verb.SUSPEND, Reason.SUSPENDED_IN_GIT, steps=steps))


def _suspended_in_a_loop(want: JobSpec, have: Live) -> Action:
    """A job that restarts can give no savepoint."""
    match want.savepoint.strategy:
        case Strategy.NONE:
            note = "no savepoint is taken: savepoint.strategy is none"
        case Strategy.PATH if have.snapshot and have.snapshot.path == want.savepoint.path:
            note = f"no savepoint is taken: {have.snapshot.path} outlives the cancel"
        case Strategy.LATEST if have.provably_empty:
            note = nothing_to_lose().note
        case _:
            return blocked(want, have, Reason.IN_TRANSITION, _way_out(have))
    return action_on(want, have, Verb.SUSPEND, Reason.SUSPENDED_IN_GIT, note=note, steps=(CancelJob(have.job_id),))


def _way_out(have: Live) -> str:
    """What a person needs who is tired of waiting for a job that restarts: what a cancel would leave of it."""
    if have.snapshot is None:
        return have.word
    left = f"its newest {have.snapshot.kind} that outlives a cancel is {have.snapshot.path}"
    return f"{have.word}; {left}: `savepoint: {{strategy: path, path: ...}}` cancels it, to go on from there"


def _of_ended(want: JobSpec, have: Live, now: int) -> Action:
    changes = changes_of(want, have)
    if want.desired_state is DesiredState.SUSPENDED:
        return action_on(want, have, Verb.KEEP, Reason.NOT_RUNNING_BY_CHOICE)
    if have.state is JobState.FINISHED and not changes:
        return action_on(want, have, Verb.KEEP, Reason.FINISHED)
    if have.held:
        return blocked(want, have, Reason.NOT_SUPPORTED, have.held, changes)
    try:
        restore = restore_of_ended(want, have, now=now)
    except NothingToRestore as nothing:
        return blocked(want, have, nothing.reason, nothing.why, changes)
    verb, reason = {
        JobState.SUSPENDED: (Verb.RESUME, Reason.RUNNING_IN_GIT),
        JobState.FAILED: (Verb.SUBMIT, Reason.FAILED),
        JobState.FINISHED: (Verb.SUBMIT, Reason.SPEC_CHANGED),
    }.get(have.state, (Verb.SUBMIT, Reason.STOPPED_OUTSIDE))
    return action_on(want, have, verb, reason, steps=_start_steps(want, have), restore=restore, changes=changes)


def _marked(want: JobSpec, found: Live) -> Action:
    """Adoption where the platform can be informed whose a job is: a job that is as git asks never notices."""
    plain = decide(want, found)
    if plain.verb is Verb.KEEP:
        spec = _effective(want, found)
        steps: tuple[Step, ...] = (Update(spec), Settle()) if found.state.active else (Update(spec),)
        return replace(plain, verb=Verb.ADOPT, reason=Reason.UNMARKED, steps=steps)
    if plain.verb is Verb.BLOCKED:
        return plain
    return replace(plain, verb=Verb.ADOPT, reason=Reason.UNMARKED)


def _effective(want: JobSpec, have: Live) -> JobSpec:
    """The spec with the fields that somebody else owns as they are live: the same for plan and apply."""
    return have.applied.unfilled(want).over(want, want.ignore) if have.applied and want.ignore else want
