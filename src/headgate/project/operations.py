"""What a person asks for: a savepoint of a job that goes on, and the return to an earlier revision."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from headgate.applying import Memory, Patience
from headgate.applying.memory import SAVEPOINT
from headgate.applying.savepoint_waits import no_savepoint
from headgate.errors import ManifestError, OutcomeUnknown, Rejected, UsageError
from headgate.model.broken_manifests import mistakes_of
from headgate.model.formatting import short
from headgate.model.live import JobState, Live, Observation, Observed, Several
from headgate.model.plan import Action, Plan, Step, Submit, Update, Verb
from headgate.model.project import Project
from headgate.model.reasons import Reason
from headgate.model.spec import AppliedSpec, DesiredState, JobSpec
from headgate.planning import decide, look_up
from headgate.planning.actions import action_on
from headgate.planning.compatibility import CompatibilityReport
from headgate.providers.port import Provider, Support
from headgate.store import Applied, Failing, Intent


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
    problem = f"job {job!r} ({live.job_id}) on target {target!r} bears {whose}"
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


def take_savepoint(job: str, live: Live, provider: Provider, memory: Memory, patience: Patience) -> str:
    """Take a savepoint of a job that runs, and return its path. One that an earlier run began is waited for.

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
                memory.took(job, provider.name, live, progress.path)
                memory.conclude(intent)
                return progress.path
    raise OutcomeUnknown("the savepoint is not complete yet", hint="run again: headgate waits for this same savepoint")


def was_cut_off(want: JobSpec, live: Live, history: tuple[Applied, ...], number: int | None) -> bool:
    """Was this very rollback begun, and never got as far as a job that runs? Then there is nothing left to choose."""
    marker = live.marker
    if marker is None or marker.quarantined != want.manifest_hash or live.state.active:
        return False
    revisions = [one for one in history if one.is_revision]
    return number is None or any((one.number, one.revision) == (number, marker.revision) for one in revisions)


def chosen_revision(
    want: JobSpec, live: Live, history: tuple[Applied, ...], number: int | None, failing: Failing | None
) -> Applied | None:
    """The entry of the history to go back to: `number`, or the newest that worked and is not what runs now.

    None if what runs was put in the place of the version in git already: asking twice, as CI that tries again does, is
    asking once. From there only a number goes further back.
    """
    runs, avoided = (live.marker.revision, live.marker.quarantined) if live.marker else ("", "")
    if number is None:
        if avoided == want.manifest_hash:
            return None
        worked = [one for one in history if one.outcome in ("applied", "rolled-back") and one.revision != runs]
        bad = {avoided, failing.revision if failing else ""}
        found = next((one for one in worked if want.manifest_hash_of(one.revision) not in bad), None)
        if found is None:
            raise UsageError(f"no earlier revision of {want.name!r} is known", hint=f"`headgate history {want.name}`")
        return found
    found = next((one for one in history if one.number == number), None)
    if found is None:
        raise UsageError(f"there is no number {number} in the history", hint=f"`headgate history {want.name}`")
    if not found.is_revision:
        problem = f"number {number} of the history is no revision to go back to: it is {found.outcome!r}"
        raise UsageError(problem, hint=f"`headgate history {want.name}`")
    if found.revision == runs:
        raise UsageError(f"number {number} is the revision that runs", hint=f"`headgate history {want.name}`")
    return found


def already_there(want: JobSpec, live: Live) -> Action:
    """Nothing is left to go back from."""
    revision = live.marker.revision if live.marker else ""
    note = f"it is rolled back already: revision {revision} runs; `--to N` goes further back"
    return action_on(want, live, Verb.KEEP, Reason.ROLLED_BACK, note=note)


def rollback_action(
    want: JobSpec,
    live: Live,
    to: Applied | None,
    environ: Mapping[str, str],
    ask: Callable[[Action], CompatibilityReport],
) -> Action:
    """The action that puts an earlier revision in the place of a live job, its state judged like that of any edit.

    Nothing is done without one: it is there already.
    Raises UsageError where git does not ask for it to run, or the environment for an earlier revision is not there.
    """
    if to is None:
        return already_there(want, live)
    if want.desired_state is DesiredState.SUSPENDED:
        hint = "write `state: running` and apply, then ask again; or put the earlier manifest back in git"
        raise UsageError(f"job {want.name!r} is suspended in git: nothing runs to go back from", hint=hint)
    applied = AppliedSpec.remembered(to.manifest)
    if applied is None:
        problem = f"number {to.number} of the history is damaged: what it ran is not known"
        raise UsageError(problem, hint=f"`headgate history {want.name}`")
    again = applied.again(want, name=want.name, environ=environ)
    if again is None:
        names = ", ".join(sorted(applied.env.keys() - environ.keys() - want.secrets.values.keys()))
        raise UsageError(f"number {to.number} uses environment variables that are not set: {names}", hint="set them")
    draft = decide(again, live)
    starts = any(isinstance(step, Submit) for step in draft.steps)
    action = decide(again, live, report=ask(draft)) if starts else draft
    if action.verb is Verb.BLOCKED or not action.steps:
        return replace(action, want=want)
    steps = tuple(_of_earlier(step, to, want) for step in action.steps)
    note = f"to number {to.number} of the history, commit {short(to.commit) or 'unknown'}"
    return replace(action, want=want, steps=steps, reason=Reason.ROLLED_BACK, note=note, requested=True)


def as_requested(plan: Plan) -> Plan:
    """A plan that a person asked for: the rollbacks in it are what was wanted, and no sign that git is not live."""
    return replace(plan, actions=tuple(replace(one, requested=True) for one in plan.actions))


def _of_earlier(step: Step, to: Applied, want: JobSpec) -> Step:
    """A step that starts an entry of the history in the place of what git wants."""
    match step:
        case Submit():
            return replace(step, revision=to.revision, commit=to.commit, quarantined=want.manifest_hash)
        case Update():
            return replace(step, revision=to.revision, commit=to.commit)
        case _:
            return step


def _is_of(intent: Intent, live: Live) -> bool:
    return intent.step == SAVEPOINT and intent.job_id == live.job_id
