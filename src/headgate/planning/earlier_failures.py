"""What an earlier start that did not settle means for the next: not tried again, waited for, or rolled back."""

from __future__ import annotations

from dataclasses import replace

from headgate.model.live import Absent, JobState, Live, Unknown
from headgate.model.plan import Action, Settle, Submit, Update, Verb
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.planning.actions import blocked
from headgate.planning.backoff import put_off
from headgate.planning.deciding import decide_rollback, started_from
from headgate.planning.live_jobs import our_job
from headgate.planning.plan_input import JobHistory, PlanInput


def in_view_of(plan_input: PlanInput, history: JobHistory, action: Action) -> Action:
    """The action, unless what it would start is known not to settle, or what is there has yet to."""
    want, live, retry = action.want, action.live, plan_input.retry
    if want is None:
        return action
    avoided = {
        manifest_hash
        for manifest_hash in (history.failing, live.marker.quarantined if live and live.marker else "")
        if manifest_hash
    }
    starts = any(isinstance(step, Submit | Update) for step in action.steps)
    if want.manifest_hash in avoided and not retry:
        gone_back = bool(action.source) and live is not None and live.state.active
        if live is not None and not gone_back and started_from(want, live) and _to_be_ended(live, history):
            return _undone(plan_input, history, action, want, live)
        if starts and live is not None and _stands_in(live, want, history):
            return _undone(plan_input, history, action, want, live)
        if starts:
            note = history.failing_why or "it did not settle when it was started, and was rolled back"
            held = blocked(want, live or Absent(), Reason.REVISION_FAILING, note, action.changes)
            return replace(held, source=action.source, seen=action.seen)
    if plan_input.loops and live is not None:
        action = put_off(action, want, live, tries=history.tries, tried_at=history.tried_at, now=plan_input.now)
    if live is None or history.unsettled != live.start_key or _has_state_of_its_own(live):
        return action
    undone = _undone(plan_input, history, action, want, live) if _to_be_ended(live, history) else None
    if action.verb is Verb.KEEP and live.state.active:
        return replace(action, reason=Reason.NOT_SETTLED_YET, steps=(Settle(),), fallback=undone)
    if starts and undone is not None and not live.state.active and not action.changes:
        # The run that started it, or was about to, was killed: the cause of its end is not known. It is tried once
        # more, and what it dies of then decides whether it is given up for what ran before.
        return replace(action, fallback=undone)
    return action


def _undone(plan_input: PlanInput, history: JobHistory, action: Action, want: JobSpec, live: Live) -> Action:
    """What goes back to what ran before, on the target where that ran; blocked where that cannot be looked at."""
    where = action.source or want.target
    home = history.previous.target if history.previous and history.again else where
    if home == where:
        return decide_rollback(want, live, history.previous, history.again, where=where)
    look = plan_input.observed.get(home, Unknown("headgate.yaml no longer has it"))
    if isinstance(look, Unknown):
        why = f"what ran before it ran on target {home!r}, which cannot be looked at: {look.why}"
        return blocked(want, live, Reason.REVISION_FAILING, why, hint=look.hint)
    there = our_job(look, want.name, want.previous_name)
    return decide_rollback(want, live, history.previous, history.again, where=where, home=there)


def _has_state_of_its_own(live: Live) -> bool:
    """Did this job get further than the snapshot it was started from? Then it ran, even if unseen."""
    return live.snapshot is not None and live.marker is not None and live.snapshot.path != live.marker.restored


def _to_be_ended(live: Live, history: JobHistory) -> bool:
    """A start that did not settle is rolled back; the very first one, with nothing before it, is ended if it loops."""
    if history.previous is not None and history.again is not None:
        return True
    first = live.marker is not None and not live.marker.predecessor
    return first and live.state is JobState.STARTING


def _stands_in(live: Live, want: JobSpec, history: JobHistory) -> bool:
    """Is this the job of a rollback that never got going, or has ended since? It is started again as it was.

    So is the job that ran before the version which is given up, where its rollback left no trace of itself: Flink does
    not say whose a job is that failed while it was set up.
    """
    if history.previous is None or history.again is None or live.state.active or live.marker is None:
        return False
    return live.marker.quarantined == want.manifest_hash or (
        history.failing == want.manifest_hash and not started_from(want, live)
    )
