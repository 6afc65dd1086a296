"""What the store knows of the past of the jobs in a plan: asked about few jobs, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from headgate.applying import Memory
from headgate.errors import ProviderError
from headgate.model.formatting import moment
from headgate.model.live import Absent, JobState, Live, Observation, Previous, Remembered
from headgate.model.plan import Action, Plan, StopWithSavepoint, Submit, Update
from headgate.model.reasons import Reason
from headgate.model.spec import AppliedSpec, JobSpec
from headgate.planning import JobHistory, PlanInput, look_up, plan, started_from
from headgate.providers.port import Provider
from headgate.store import Applied, Intent

_WORKED = ("applied", "rolled-back")


def with_past(
    plan_input: PlanInput, memory: Memory, providers: Mapping[str, Provider], environ: Mapping[str, str]
) -> PlanInput:
    """The situation with what the store knows of jobs their target does not have, and of jobs that would be changed."""
    at_work = {
        job: f"{lock.holder} is at work on it since {moment(lock.since)}" for job, lock in memory.at_work().items()
    }
    interrupted = {job: _told(intents[-1]) for job, intents in memory.unfinished.items() if job not in at_work}
    plan_input = replace(
        plan_input, history=_remembered(plan_input, memory, providers), in_flight=at_work, interrupted=interrupted
    )
    history = dict(plan_input.history)
    for action in _concerned(plan(plan_input), memory):
        if action.want is not None:
            found = history.get(action.job, JobHistory())
            found = _of_changed(action, action.want, found, memory, environ)
            history[action.job] = _tried(action, action.want, found, memory) if plan_input.loops else found
    return replace(plan_input, history=history)


def _concerned(draft: Plan, memory: Memory) -> list[Action]:
    """The actions whose past may change what is decided."""
    return [
        action
        for action in draft.actions
        if action.job in memory.unfinished
        or action.reason is Reason.REVISION_FAILING
        or (action.live is not None and action.live.state in (JobState.STARTING, JobState.FAILED))
        or any(isinstance(step, Submit | Update) for step in action.steps)
    ]


def _remembered(plan_input: PlanInput, memory: Memory, providers: Mapping[str, Provider]) -> dict[str, JobHistory]:
    """What is known of the jobs that do not run on their target, which did answer: of each target they were ever on."""
    missing = [(spec, have) for spec in plan_input.jobs.values() if (have := _at_home(plan_input, spec)) is not None]
    places = memory.places() if missing else {}
    found = {}
    for spec, have in missing:
        names = [one for one in (spec.name, spec.previous_name) if one]
        if isinstance(have, Live) and all({spec.target}.issuperset(places.get(one, ())) for one in names):
            continue  # it is there to be looked at, and was never anywhere else
        known = _seen_last([told for one in names for told in memory.remembered(one, places.get(one, ()))])
        unfinished = [intent for one in names for intent in memory.unfinished.get(one, ())]
        stops = [intent for intent in unfinished if intent.step == StopWithSavepoint.name]
        if known:
            found[spec.name] = JobHistory(tuple(_finished(one, stops, providers) for one in known))
    return found


def _seen_last(known: Iterable[Remembered]) -> tuple[Remembered, ...]:
    """Of each target what was seen there last, by target: an earlier job by one of the two names is not this one."""
    last = {one.target: one for one in sorted(known, key=lambda one: one.at)}
    return tuple(last[target] for target in sorted(last))


def _at_home(plan_input: PlanInput, spec: JobSpec) -> Live | Absent | None:
    """A job that does not run, as its target tells it; None: it runs there, or may, or its place is taken."""
    seen = plan_input.observed.get(spec.target)
    if not isinstance(seen, Observation):
        return None
    have, stranger = look_up(seen, spec.name, spec.previous_name)
    if isinstance(have, Absent):
        return have
    return have if isinstance(have, Live) and not stranger and not have.state.active else None


def _finished(one: Remembered, stops: list[Intent], providers: Mapping[str, Provider]) -> Remembered:
    """A job that was being stopped when its run was killed and its platform forgot it: storage has its savepoint."""
    asked = next((stop for stop in reversed(stops) if (stop.job_id, stop.target) == (one.job.job_id, one.target)), None)
    if asked is None or not one.job.state.active or one.target not in providers:
        return one
    try:
        kept = providers[one.target].kept(one.job.name)
    except ProviderError:
        return one
    newest = kept.snapshots[0] if kept and kept.snapshots else None
    if newest is None or newest.at < asked.at.timestamp() * 1000:
        return one
    return replace(one, job=replace(one.job, state=JobState.SUSPENDED, snapshot=newest))


def _of_changed(
    action: Action, want: JobSpec, history: JobHistory, memory: Memory, environ: Mapping[str, str]
) -> JobHistory:
    failing = memory.failing(action.job)
    history = replace(history, unsettled=action.live.start_key if action.live and memory.unsettled(action) else "")
    if failing is not None and failing.revision == want.manifest_hash:
        history = replace(history, failing=failing.revision, failing_why=f"{failing.why} ({moment(failing.at)})")
    if stood_in := _stood_in(action, want, memory, given_up=bool(history.failing)):
        again = stood_in.again(want, environ)
        if again is None or (again.revision, again.target) != (want.revision, want.target):
            return replace(history, previous=stood_in, again=again)
    if not (history.failing or history.unsettled):
        return history
    revisions = memory.history(action.job, want.previous_name)
    if not history.failing and _settled_before(want, action.live, revisions):
        return history
    previous = _previous(action.live, want, revisions) if action.live else None
    if previous is None:
        return history
    return replace(history, previous=previous, again=previous.again(want, environ))


def _tried(action: Action, want: JobSpec, history: JobHistory, memory: Memory) -> JobHistory:
    """How often in a row the version in git was started, failed by the infrastructure, and stood in for since."""
    if action.live is None or action.live.state is not JobState.RUNNING:
        return history
    revisions = memory.history(want.name, want.previous_name)
    tries = 0
    for stood_in, tried in zip(revisions[::2], revisions[1::2], strict=False):
        if (stood_in.outcome, tried.outcome, tried.revision) != ("rolled-back", "unclear", want.revision):
            break
        tries += 1
    return replace(history, tries=tries, tried_at=round(revisions[0].at.timestamp() * 1000)) if tries else history


def _stood_in(action: Action, want: JobSpec, memory: Memory, *, given_up: bool) -> Previous | None:
    """The revision that a rollback chose, where it does not run: it is started again.

    It is what ran before a version that is `given_up`, too, where nothing was started since that shows itself.
    Where that start never began, a platform may still tell what ran before it, so the history is asked first.
    """
    live = action.live
    marker = live.marker if live else None
    if live is None or marker is None or live.applied is None:
        return None
    if marker.quarantined != want.manifest_hash and (not given_up or started_from(want, live)):
        return None
    if live.state.active or live.state is JobState.FINISHED or not (live.snapshot or live.provably_empty):
        return None
    snapshot = live.snapshot.path if live.snapshot else ""
    revisions = memory.history(want.name, want.previous_name) if marker.predecessor == live.run_id else ()
    intended = next((one for one in revisions if one.revision == marker.revision), None)
    if intended is not None:
        return _again(intended, want, snapshot)
    where = action.source or want.target
    return Previous(live.name, where, live.applied, marker.revision, live.compiled, snapshot, marker.commit)


def _is_of(want: JobSpec, live: Live | None, entry: Applied) -> bool:
    """Is this entry of the manifest in git, or of what it was, with the fields of other owners, when it was started?"""
    these = {want.revision}
    if live is not None and live.marker is not None and started_from(want, live):
        these.add(live.marker.revision)
    return entry.revision in these and entry.target == want.target


def _settled_before(want: JobSpec, live: Live | None, history: tuple[Applied, ...]) -> bool:
    """Is this version the last that worked? Then it was started again, not changed, and going back mends nothing."""
    last = next((one for one in history if one.outcome in _WORKED), None)
    return last is not None and _is_of(want, live, last)


def _previous(live: Live, want: JobSpec, history: tuple[Applied, ...]) -> Previous | None:
    """What ran before a live job that is the failing version, from the history, newest first."""
    marker = live.marker
    if marker is None or not marker.restored or not started_from(want, live):
        return None
    before = next((one for one in history if one.outcome in _WORKED and not _is_of(want, live, one)), None)
    return _again(before, want, marker.restored) if before else None


def _again(earlier: Applied, want: JobSpec, snapshot: str) -> Previous | None:
    """An entry of the history, to be started once more from a snapshot; None where the record is damaged."""
    manifest = earlier.manifest
    name, compiled = str(manifest.get("name", want.name)), str(manifest.get("compiled", ""))
    applied = AppliedSpec.remembered(manifest)
    if applied is None:
        return None
    return Previous(name, earlier.target, applied, earlier.revision, compiled, snapshot, earlier.commit)


def _told(intent: Intent) -> str:
    return f"a run that began {intent.step} at {moment(intent.at)} never saw its end"
