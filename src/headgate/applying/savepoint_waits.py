"""Waiting for a savepoint and for the end of a job.

Every wait reports what it waits for and heeds an interrupt. A request that the platform does not know while the job
runs was lost with the process that had taken it (a failover): it is made again, which a provider promises to be safe. A
platform that is silent meanwhile is given the time that a look may take, not more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from headgate.applying.patience import Patience
from headgate.applying.step_errors import Interrupted, SavepointFailed
from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.health import Health, SavepointProgress
from headgate.model.live import JobState
from headgate.planning import each
from headgate.providers.port import Provider

# How a job is that was cancelled, and that its target does not know any more.
FORGOTTEN = Health(JobState.STOPPED, "forgotten")
Waiting = Callable[[str], None]
Found = TypeVar("Found")

_SAME_SAVEPOINT = "run again: headgate waits for this same savepoint, it does not ask for another"
_LOOKS_FIRST = "run `headgate plan`: it shows what the job left to start from"


def stopped_with_savepoint(provider: Provider, job_id: str, patience: Patience, waiting: Waiting) -> SavepointProgress:
    """Stop a job with a savepoint and wait until both are there: the savepoint, and the end of the job.

    Raises SavepointFailed where there is no savepoint, Interrupted, or OutcomeUnknown where it is not known yet.
    """
    provider.stop_with_savepoint(job_id)
    path = ""

    def look() -> SavepointProgress | None:
        nonlocal path
        progress = provider.stop_progress(job_id)
        if progress.failed:
            raise no_savepoint(job_id, progress)
        if progress.done:
            return progress
        path = progress.path
        if progress.lost:
            waiting(f"the target does not know of the stop of job {job_id}, which runs: it is asked again")
            provider.stop_with_savepoint(job_id)
        else:
            waiting(_awaited(job_id, path))
        return None

    found = _looked(look, patience, waiting)
    if found is not None:
        return found
    if patience.interrupted.is_set():
        awaited = _awaited(job_id, path)
        raise Interrupted(f"job {job_id} was asked to stop, which continues without headgate; not there yet: {awaited}")
    made = f"savepoint {path} is complete, but job {job_id} has not ended" if path else ""
    problem = made or f"the savepoint of job {job_id} is not complete"
    raise OutcomeUnknown(f"{problem} after {patience.stop:.0f} s", hint=_SAME_SAVEPOINT)


def no_savepoint(job_id: str, progress: SavepointProgress) -> SavepointFailed:
    """The error for a savepoint that could not be taken; with how the job is now, as far as it is known."""
    match progress.job:
        case JobState.RUNNING:
            after, hint = "which runs on", ""
        case JobState.STARTING:
            after, hint = "which is starting again", "run again once the job runs"
        case JobState.UNKNOWN | JobState.STOPPING:
            after, hint = "and how the job is now is not known", "run `headgate plan` to see how it is"
        case state:
            after, hint = f"which does not run any more (it is {state})", _LOOKS_FIRST
    problem = f"no savepoint could be taken of job {job_id}, {after}: {progress.failed}"
    return SavepointFailed(problem, hint=progress.hint or hint)


def ended(provider: Provider, job_id: str, patience: Patience, waiting: Waiting) -> Health:
    """Wait for the end of a job that was cancelled. Raises Interrupted, or OutcomeUnknown.

    A JobManager that takes over may recover the job without its cancellation: a job that does not stop is cancelled
    again. Or it does not know the job any more: FORGOTTEN, where it does not list the job as one that runs either.
    """
    asked = time.monotonic()

    def look() -> Health | None:
        nonlocal asked
        try:
            health = provider.health(job_id)
        except Rejected:
            if _runs(provider, job_id):
                raise
            return FORGOTTEN
        if not health.state.active:
            return health
        if health.state is JobState.STOPPING or time.monotonic() - asked < patience.ask_again:
            waiting(f"the end of job {job_id}, which is {health.word}")
            return None
        waiting(f"job {job_id} is {health.word} after it was cancelled: it is cancelled again")
        asked = time.monotonic()
        with suppress(Rejected):  # it was asked before, and may be on its way
            provider.cancel(job_id)
        return None

    found = _looked(look, patience, waiting)
    if found is not None:
        return found
    if patience.interrupted.is_set():
        raise Interrupted(f"job {job_id} was cancelled and has not ended yet")
    raise OutcomeUnknown(f"job {job_id} has not ended after {patience.stop:.0f} s")


def _runs(provider: Provider, job_id: str) -> bool:
    """Does the target list this job, or its definition, as one that runs?"""
    seen = provider.observe()
    listed = [live for have in (*seen.jobs.values(), *seen.others) for live in each(have)]
    return any(live.job_id == job_id and live.state.active for live in listed)


def _looked(look: Callable[[], Found | None], patience: Patience, waiting: Waiting) -> Found | None:
    """What a look finds at last; None: the time was up, or we were interrupted. Long silence is raised."""
    silent_since = -1.0
    for gone in patience.looks(patience.stop, heed_interrupt=True):
        try:
            found = look()
        except (Unavailable, OutcomeUnknown) as trouble:
            silent_since = gone if silent_since < 0 else silent_since
            if gone - silent_since >= patience.confirm:
                raise
            waiting(trouble.problem)
            continue
        if found is not None:
            return found
        silent_since = -1.0
    return None


def _awaited(job_id: str, path: str) -> str:
    if path:
        return f"the end of job {job_id}, savepoint {path} is complete"
    return f"the savepoint of job {job_id}"
