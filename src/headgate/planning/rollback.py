"""Rollback: when the previous revision is started again, and how. All of its rules are here.

Three moments ask for it, each with rules of its own, read from the top; the first that applies decides:

1. A plan is made, and an earlier start of the job did not settle: `in_view_of_earlier_starts`. Or its rollback was cut
   off, and the target has forgotten the job since: `of_a_forgotten_job`.
2. A start of this very run did not settle, or was refused: `undoing`.
3. A person asks for an earlier revision: `to_an_earlier_revision`.

Whatever asked for it, what is done is the same (`actions.rolled_back`): what did not settle is ended, and the previous
revision is started from the snapshot that the failed start was given. Which revision that is, `previous_revision` finds
out. A manifest that did not settle is quarantined: it is not tried again until it changes, or a person says `--retry`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from headgate.errors import Overtaken, UsageError
from headgate.model.formatting import short
from headgate.model.live import Absent, JobState, Live, Observed, Previous, Several, Unknown
from headgate.model.plan import (
    Action,
    CancelJob,
    Settle,
    Step,
    Submit,
    Update,
    Verb,
)
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState, JobSpec
from headgate.model.store_records import Applied, Failing
from headgate.planning.actions import action_on, blocked, ending, rolled_back, starts, submits
from headgate.planning.backoff import put_off
from headgate.planning.compatibility import judged
from headgate.planning.deciding import decide, started_from
from headgate.planning.job_history import JobHistory, history_of
from headgate.planning.live_jobs import our_job
from headgate.planning.plan_input import PlanInput
from headgate.planning.previous_revision import as_it_ran, newest_that_worked, numbered
from headgate.planning.questions import Asking, Compatibility, asked

_NOTHING = Absent()


# -- 1. an earlier start did not settle --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Case:
    """A draft for a job of git, and what is known of the starts before it."""

    plan_input: PlanInput
    draft: Action
    want: JobSpec
    history: JobHistory

    @property
    def live(self) -> Live | None:
        return self.draft.live

    @property
    def is_quarantined(self) -> bool:
        """Did the manifest in git not settle? The store says so, or the job that was started in its place."""
        marker = self.live.marker if self.live else None
        by_marker = marker is not None and marker.quarantined == self.want.manifest_hash
        return (self.history.quarantined or by_marker) and not self.plan_input.retry

    @property
    def is_unsettled(self) -> bool:
        """Has nobody seen this job settle? One that got further than the snapshot it was started from ran, unseen."""
        live = self.live
        ran = live and live.snapshot and live.marker and live.snapshot.path != live.marker.restored
        return self.history.unsettled and not ran


def in_view_of_earlier_starts(plan_input: PlanInput, draft: Action) -> Asking[Action]:
    """The draft, unless an earlier start of the job did not settle, or has yet to."""
    if draft.want is None:
        return draft
    history = yield from history_of(plan_input, draft, draft.want)
    case = _Case(plan_input, draft, draft.want, history)
    action = next((decided for rule in _RULES if (decided := rule(case)) is not None), draft)
    # What is left alone is where it was observed, also where it was to be moved.
    return replace(action, source=draft.source, seen=draft.seen) if action.verb is Verb.BLOCKED else action


def of_a_forgotten_job(plan_input: PlanInput, want: JobSpec, known: Live) -> Asking[Action | None]:
    """What is left of a rollback that a run began and did not end, where the target has forgotten the job meanwhile.

    None where the store has no unfinished step of one, for git's manifest, on this target. That the job is gone is
    known; that nothing was started after it, storage has to say (`decide_forgotten`).
    """
    begun = plan_input.unfinished.get(want.name, ())
    if plan_input.retry or not any((one.undoes, one.target) == (known.job_id, want.target) for one in begun):
        return None
    gone = replace(known, state=JobState.STOPPED, word="forgotten")
    draft = blocked(want, gone, Reason.NOTHING_TO_RESTORE, "")
    history = yield from history_of(plan_input, draft, want)
    case = _Case(plan_input, draft, want, history)
    if not (case.is_quarantined and history.has_previous and started_from(want, gone)):
        return None
    undone = _undone(case, gone)
    return None if undone.source or undone.verb is Verb.BLOCKED else replace(undone, seen=_NOTHING.fingerprint)


def _end_the_quarantined_job_that_is_there(case: _Case) -> Action | None:
    """A job of a quarantined manifest is still there: it is undone, unless a move has gone back already."""
    live = case.live
    if not case.is_quarantined or live is None or (case.draft.source and live.state.active):
        return None
    return _undone(case, live) if started_from(case.want, live) and _can_be_undone(case, live) else None


def _start_its_stand_in_again(case: _Case) -> Action | None:
    """What runs in place of a quarantined manifest has ended, or never got going: it is started again as it was."""
    live = case.live
    if not case.is_quarantined or live is None or not starts(case.draft):
        return None
    return _undone(case, live) if _stands_in(case, live) else None


def _do_not_try_a_quarantined_manifest(case: _Case) -> Action | None:
    """Nothing else that would start a quarantined manifest is done."""
    if not case.is_quarantined or not starts(case.draft):
        return None
    note = case.history.why or "it did not settle when it was started, and was rolled back"
    return blocked(case.want, case.live or _NOTHING, Reason.REVISION_FAILING, note, case.draft.changes)


def _let_some_time_pass(case: _Case) -> Action | None:
    """A loop waits before it stops a job that runs for one more try of what the infrastructure failed."""
    history, now = case.history, case.plan_input.now
    if not case.plan_input.loops or case.live is None:
        return None
    later = put_off(case.draft, case.want, case.live, tries=history.tries, tried_at=history.tried_at, now=now)
    return later if later is not case.draft else None


def _wait_for_a_start_that_nobody_saw_settle(case: _Case) -> Action | None:
    """A job that is as git asks, and that a run started which was cut off, is waited for; if it fails, it is undone."""
    live = case.live
    if not case.is_unsettled or live is None or case.draft.verb is not Verb.KEEP or not live.state.active:
        return None
    return replace(case.draft, reason=Reason.NOT_SETTLED_YET, steps=(Settle(),), fallback=_fallback(case, live))


def _try_a_start_that_was_cut_off_once_more(case: _Case) -> Action | None:
    """A job of git's that ended unseen, nobody knows of what, is started once more, and undone if that fails."""
    live = case.live
    if not case.is_unsettled or live is None or live.state.active or case.draft.changes or not starts(case.draft):
        return None
    fallback = _fallback(case, live)
    return replace(case.draft, fallback=fallback) if fallback else None


_RULES: tuple[Callable[[_Case], Action | None], ...] = (
    _end_the_quarantined_job_that_is_there,
    _start_its_stand_in_again,
    _do_not_try_a_quarantined_manifest,
    _let_some_time_pass,
    _wait_for_a_start_that_nobody_saw_settle,
    _try_a_start_that_was_cut_off_once_more,
)


def _undone(case: _Case, live: Live) -> Action:
    """What goes back to the previous revision, on the target where that ran; blocked where that cannot be looked at."""
    want, history = case.want, case.history
    where = case.draft.source or want.target
    home = history.previous.target if history.previous and history.has_previous else where
    if home == where:
        return rolled_back(want, live, history.previous, history.again, where=where)
    look = case.plan_input.observed.get(home, Unknown("headgate.yaml no longer has it"))
    if isinstance(look, Unknown):
        why = f"the previous revision ran on target {home!r}, which cannot be looked at: {look.why}"
        return blocked(want, live, Reason.REVISION_FAILING, why, hint=look.hint)
    there = our_job(look, want.name, want.previous_name)
    return rolled_back(want, live, history.previous, history.again, where=where, home=there)


def _fallback(case: _Case, live: Live) -> Action | None:
    """What undoes the job if it fails; None where nothing can, or where that cannot be looked at before."""
    undone = _undone(case, live) if _can_be_undone(case, live) else None
    return None if undone is None or undone.verb is Verb.BLOCKED else undone


def _can_be_undone(case: _Case, live: Live) -> bool:
    """A start with a revision before it is rolled back; the very first one is ended, if it is in a loop."""
    if case.history.has_previous:
        return True
    first = live.marker is not None and not live.marker.predecessor
    return first and live.state is JobState.STARTING


def _stands_in(case: _Case, live: Live) -> bool:
    """Is this the job of a rollback that never got going, or has ended since?

    So is the job that ran before the quarantined manifest, where its rollback left no trace of itself: Flink does not
    say whose a job is that failed while it was set up.
    """
    if not case.history.has_previous or live.state.active or live.marker is None:
        return False
    by_store = case.history.quarantined and not started_from(case.want, live)
    return live.marker.quarantined == case.want.manifest_hash or by_store


# -- 2. a start of this run did not settle -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FailedStart:
    """How far a start got. `snapshot` is what it was given, or was to be given; `checkpointed`: it went on from there.

    `start_key` is the one it was asked for under; empty where it was not asked for.
    """

    start_key: str = ""
    snapshot: str = ""
    checkpointed: bool = False


def changed_something(action: Action) -> bool:
    """Was another manifest started than ran before, or the very first? Only then can going back help."""
    if action.fallback is not None:
        return True
    if action.want is None or action.verb in (Verb.KEEP, Verb.UPDATE, Verb.RESCALE):
        return False
    if action.live is None or action.live.marker is None:
        return True
    return bool(action.changes) or not started_from(action.want, action.live)


def may_be_undone(action: Action, failed: FailedStart) -> bool:
    """Not where nothing was changed, where what was started is itself a rollback, or where it ran before and goes on.

    Going back from a job that took checkpoints before this run came would lose what it did since.
    """
    if action.want is None or not changed_something(action):
        return False
    submits = [step for step in action.steps if isinstance(step, Submit)]
    return not any(step.as_it_was for step in submits) and (bool(submits) or not failed.checkpointed)


def undoing(
    action: Action, failed: FailedStart, have: Observed, *, stranger: bool, where: str, environ: Mapping[str, str]
) -> Action | None:
    """The action that undoes a start of this run, given what is there now, on target `where`; None: it is left so.

    Raises Overtaken where something runs that this run did not start.
    """
    want = action.want
    _require_no_other(action, failed, have, stranger=stranger)
    # Nothing is undone that this run did not start.
    if want is None or stranger or not isinstance(have, Live) or have.start_key not in _start_keys(action, failed):
        return None
    # What the plan foresaw is done.
    if action.fallback is not None:
        return _of_what_failed(action.fallback, have)
    # A first start, or one that replaced a job with nothing to lose, is only ended.
    if action.live is None or action.live.provably_empty:
        return rolled_back(want, have, None, None) if have.state.active else None
    # The previous revision is started again, if it is known and its secrets are there.
    before = _replaced(action, action.live, failed)
    again = before.again(want, environ) if before else None
    return rolled_back(want, have, before, again, where=where) if again else None


def without_quarantine(undo: Action) -> Action | None:
    """The rollback of a start that its own program did not bring down: its manifest is tried again.

    A first start has nothing to go back to, and is left in place: it gets going once the cluster has what it lacks.
    """
    if undo.verb is Verb.CANCEL:
        return None
    steps = tuple(replace(step, quarantined="") if isinstance(step, Submit) else step for step in undo.steps)
    return replace(undo, steps=steps)


def _require_no_other(action: Action, failed: FailedStart, have: Observed, *, stranger: bool) -> None:
    """Raise Overtaken if something runs that this run did not start."""
    match have:
        case Several(jobs):
            raise _left_alone(f"now {' and '.join(job.job_id for job in jobs)} run, and neither was touched")
        case Live() if have.state.active and have.start_key not in _start_keys(action, failed):
            who = "somebody else" if stranger else "another run"
            raise _left_alone(
                f"{who} has started job {have.job_id} in the meantime ({have.word}), which was left alone"
            )


def _left_alone(problem: str) -> Overtaken:
    return Overtaken(problem, hint="run `headgate plan` to see what is left to do")


def _start_keys(action: Action, failed: FailedStart) -> set[str]:
    """What this run started, or found: a start that was refused leaves what was there before."""
    return {failed.start_key, action.live.start_key if action.live else ""} - {""}


def _of_what_failed(fallback: Action, failed: Live) -> Action:
    """A planned rollback, with the run that failed, which nobody knew when it was planned."""
    starts_again = tuple(
        replace(step, predecessor=failed.run_id) if isinstance(step, Submit) else step
        for step in fallback.steps
        if not isinstance(step, CancelJob)
    )
    return replace(fallback, live=failed, steps=(*ending(failed), *starts_again))


def _replaced(action: Action, live: Live, failed: FailedStart) -> Previous | None:
    """What this run stopped to start another; None where its program, or a snapshot of it, is not known."""
    snapshot = failed.snapshot or (live.snapshot.path if live.snapshot else "")
    if live.applied is None or not snapshot:
        return None
    revision, commit = (live.marker.revision, live.marker.commit) if live.marker else ("", "")
    where = action.source or action.target
    return Previous(live.name, where, live.applied, revision, live.compiled, snapshot, commit)


# -- 3. a person asks for it -------------------------------------------------------------------------------------------


def to_an_earlier_revision(
    want: JobSpec,
    live: Live,
    history: tuple[Applied, ...],
    number: int | None,
    failing: Failing | None,
    *,
    environ: Mapping[str, str],
) -> Asking[Action]:
    """The action that puts an earlier revision in the place of a live job, its state judged like that of any edit.

    It is the one with this `number` in the history; without one, the newest that worked and does not run. Raises
    UsageError where there is no such revision, where git does not ask for the job to run, or for lack of a secret.
    """
    # Asking twice, as CI that tries again does, is asking once: from there only a number goes further back.
    if number is None and live.marker is not None and live.marker.quarantined == want.manifest_hash:
        note = f"it is rolled back already: revision {live.marker.revision} runs; `--to N` goes further back"
        return action_on(want, live, Verb.KEEP, Reason.ROLLED_BACK, note=note)
    to = newest_that_worked(want, live, history, failing) if number is None else numbered(want, live, history, number)
    # A job that git wants suspended does not run, so there is nothing to go back from.
    if want.desired_state is DesiredState.SUSPENDED:
        hint = "write `state: running` and apply, then ask again; or put the earlier manifest back in git"
        raise UsageError(f"job {want.name!r} is suspended in git: nothing runs to go back from", hint=hint)
    again = as_it_ran(want, to, environ)
    draft = decide(again, live)
    action = judged(draft, (yield from asked(Compatibility(draft)))) if submits(draft) else draft
    if action.verb is Verb.BLOCKED or not action.steps:
        return replace(action, want=want)
    steps = tuple(_of_earlier(step, to, want) for step in action.steps)
    note = f"to number {to.number} of the history, commit {short(to.commit) or 'unknown'}"
    return replace(action, want=want, steps=steps, reason=Reason.ROLLED_BACK, note=note, requested=True)


def _of_earlier(step: Step, to: Applied, want: JobSpec) -> Step:
    """A step that starts an entry of the history in the place of what git wants."""
    match step:
        case Submit():
            return replace(step, revision=to.revision, commit=to.commit, quarantined=want.manifest_hash)
        case Update():
            return replace(step, revision=to.revision, commit=to.commit)
        case _:
            return step
