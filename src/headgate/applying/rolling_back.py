"""What to do about a start that did not settle: end it, and start again what ran before, from the same snapshot."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from headgate.applying.shared_observation import SharedObservation
from headgate.applying.steps import Carrier
from headgate.errors import Overtaken
from headgate.model.live import Absent, Live, Observed, Previous, Several
from headgate.model.plan import Action, CancelJob, Step, Submit, Verb
from headgate.planning import decide_rollback, look_up, our_job, started_from


def changed_something(action: Action) -> bool:
    """Was another version started than ran before, or the very first? Only then can going back help."""
    if action.fallback is not None:
        return True
    if action.want is None or action.verb in (Verb.KEEP, Verb.UPDATE, Verb.RESCALE):
        return False
    if action.live is None or action.live.marker is None:
        return True
    return bool(action.changes) or not started_from(action.want, action.live)


def rollback_of(
    action: Action, carrier: Carrier, observations: Mapping[str, SharedObservation], environ: Mapping[str, str]
) -> Action | None:
    """The action that undoes a start; None where nothing can be put in its place, or nothing was changed.

    A first start is ended. Left as it is: a job that took the place of one whose program is not known, one that ran
    before this run came and got further than its snapshot, and what was itself put back. Raises Overtaken where
    something runs that this run did not start, ProviderError where the target does not tell.
    """
    if action.want is None or not changed_something(action):
        return None
    starts = [step for step in action.steps if isinstance(step, Submit)]
    if any(step.as_it_was for step in starts) or (carrier.checkpointed and not starts):
        return None
    where = action.target
    failed, stranger = look_up(observations[where].since(time.monotonic()), action.job)
    if action.source and isinstance(failed, Absent):  # the new target refused it: it is where it was stopped
        where, previous_name = action.source, action.want.previous_name
        failed = our_job(observations[where].since(time.monotonic()), action.job, previous_name)
    _require_no_other(action, carrier, failed, stranger=stranger)
    if stranger or not isinstance(failed, Live) or failed.start_key not in _start_keys(action, carrier):
        return None
    if action.fallback is not None:
        return _of_what_failed(action.fallback, failed)
    if action.live is None or action.live.provably_empty:
        return decide_rollback(action.want, failed, None, None) if failed.state.active else None
    before = _previous(action, action.live, carrier)
    again = before.again(action.want, environ) if before else None
    return decide_rollback(action.want, failed, before, again, where=where) if again else None


def without_blame(action: Action) -> Action | None:
    """The rollback of a start that its own program did not bring down: its version is tried again.

    A first start has nothing to go back to, and is left in place: it gets going once the cluster has what it lacks.
    """
    if action.verb is Verb.CANCEL:
        return None
    steps = tuple(replace(step, quarantined="") if isinstance(step, Submit) else step for step in action.steps)
    return replace(action, steps=steps)


def _require_no_other(action: Action, carrier: Carrier, have: Observed, *, stranger: bool) -> None:
    """Raise Overtaken if something runs that this run did not start."""
    match have:
        case Several(jobs):
            raise _left_alone(f"now {' and '.join(job.job_id for job in jobs)} run, and neither was touched")
        case Live() if have.state.active and have.start_key not in _start_keys(action, carrier):
            who = "somebody else" if stranger else "another run"
            raise _left_alone(
                f"{who} has started job {have.job_id} in the meantime ({have.word}), which was left alone"
            )


def _left_alone(problem: str) -> Overtaken:
    return Overtaken(problem, hint="run `headgate plan` to see what is left to do")


def _start_keys(action: Action, carrier: Carrier) -> set[str]:
    """What this run started, or found: a start that was refused leaves what was there before."""
    return {carrier.start_key, action.live.start_key if action.live else ""} - {""}


def _of_what_failed(fallback: Action, failed: Live) -> Action:
    """A planned rollback, with the run that failed, which nobody knew when it was planned."""
    ends: tuple[Step, ...] = (CancelJob(failed.job_id),) if failed.state.active else ()
    starts = tuple(
        replace(step, predecessor=failed.run_id) if isinstance(step, Submit) else step
        for step in fallback.steps
        if not isinstance(step, CancelJob)
    )
    return replace(fallback, live=failed, steps=(*ends, *starts))


def _previous(action: Action, live: Live, carrier: Carrier) -> Previous | None:
    snapshot = carrier.savepoint or carrier.restored or (live.snapshot.path if live.snapshot else "")
    if live.applied is None or not snapshot:
        return None
    revision, commit = (live.marker.revision, live.marker.commit) if live.marker else ("", "")
    where = action.source or action.target
    return Previous(live.name, where, live.applied, revision, live.compiled, snapshot, commit)
