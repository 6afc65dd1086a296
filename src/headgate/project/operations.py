"""What a person asks for: a savepoint of a job that goes on, and the return to an earlier revision."""

from __future__ import annotations

import uuid
from dataclasses import replace

from headgate.applying import Memory, Patience
from headgate.applying.memory import SAVEPOINT
from headgate.applying.savepoint_waits import no_savepoint
from headgate.errors import ManifestError, OutcomeUnknown, Rejected, UsageError
from headgate.model.broken_manifests import mistakes_of
from headgate.model.health import SavepointProgress
from headgate.model.live import JobState, Live, Observation, Observed, Several
from headgate.model.plan import Plan
from headgate.model.project import Project
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.planning import look_up
from headgate.providers.port import Provider, Support
from headgate.store import Intent


def ours(seen: Observation, job: str, target: str) -> Live:
    """The live job of ours by this name. Raises UsageError: what is only looked at may be somebody else's."""
    have, stranger = look_up(seen, job)
    live = there(have, job, target)
    if not stranger:
        return live
    if live.marker is None:
        whose, reason = "no marker: no headgate project started it", Reason.UNMARKED
    else:
        whose, reason = f"the marker of another project, {live.marker.project!r}", Reason.OWNED_BY_ANOTHER
    problem = f"job {job!r} ({live.job_id}) on target {target!r} has {whose}"
    raise UsageError(problem, hint=f"it was left alone; `headgate explain {reason}`")


def there(have: Observed, job: str, target: str) -> Live:
    """The one live job. Raises UsageError where there is none, or more than one."""
    match have:
        case Live():
            return have
        case Several(jobs):
            problem = f"job {job!r} runs more than once on target {target!r}: {', '.join(one.job_id for one in jobs)}"
            raise UsageError(problem, hint=f"`headgate explain {Reason.SEVERAL_LIVE}`")
        case _:
            hint = f"`headgate plan {job}` shows whether `apply` starts it, and from which state; then ask again"
            raise UsageError(f"job {job!r} is not on target {target!r}", hint=hint)


def in_git(job: str, project: Project) -> JobSpec:
    """The manifest that a revision would stand in for.

    Raises UsageError for a job that has left git, ManifestError for one whose manifest, as far as is known, is one that
    does not load.
    """
    if job not in project.jobs:
        if own := project.broken_for(job):
            raise ManifestError(mistakes_of(own))
        hint = "bring its manifest back (`git revert` of the commit that removed it), then ask again"
        raise UsageError(f"job {job!r} has left git: there is no manifest to go back from", hint=hint)
    return project.jobs[job]


def take_savepoint(job: str, live: Live, provider: Provider, memory: Memory, patience: Patience) -> SavepointProgress:
    """Take a savepoint of a job that runs, until it is done. One that an earlier run began is waited for.

    Raises LockHeld, Rejected, SavepointFailed, or OutcomeUnknown where it is not complete in time.
    """
    if provider.capabilities.savepoint is not Support.YES:
        raise Rejected(
            f"target {provider.name!r} takes savepoints only of jobs that it stops",
            hint="`state: suspended` stops the job with its state kept",
        )
    if live.state is not JobState.RUNNING:
        raise Rejected(f"job {job!r} is {live.word}: a savepoint is taken of a job that runs", where=provider.name)
    with memory.locked(job):
        begun = [intent for intent in memory.unfinished.get(job, ()) if _is_of(intent, live)]
        key = begun[-1].effect_key if begun else uuid.uuid4().hex  # drawn: the next one is to be another savepoint
        named = Intent("", job, provider.name, "", SAVEPOINT, live.job_id, key)
        intent = begun[-1].id if begun else memory.intend(named)
        provider.take_savepoint(live.job_id, key)
        for _ in patience.looks(patience.stop, heed_interrupt=True):
            progress = provider.savepoint_progress(live.job_id, key)
            if progress.failed:
                memory.conclude(intent)
                raise no_savepoint(live.job_id, progress)
            if progress.done:
                memory.took(job, provider.name, live, progress)
                memory.conclude(intent)
                return progress
    raise OutcomeUnknown("the savepoint is not complete yet", hint="run again: headgate waits for this same savepoint")


def as_requested(plan: Plan) -> Plan:
    """A plan that a person asked for: the rollbacks in it are what was wanted, and no sign that git is not live."""
    return replace(plan, actions=tuple(replace(one, requested=True) for one in plan.actions))


def _is_of(intent: Intent, live: Live) -> bool:
    return intent.step == SAVEPOINT and intent.job_id == live.job_id
