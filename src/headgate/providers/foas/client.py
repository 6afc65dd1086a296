"""One project of the service, as `definitions` sees it: a job's id is its name, and a run of it is an instance.

The marker is in the description, so a job that runs can be adopted without a restart. A stop with savepoint is a pause,
and what it leaves is the paused job; only a resumption continues from it. A start without state ends what is paused
first, and leaves a marker that restores nothing before it does: so a later call knows that state may be given up.

Unverified: the service was not met, and is hardly sold any more. Its documents leave open whether bodies are forms or
JSON (`body`), where the region goes, its error codes, the largest page, how many requests a second it allows, whether
`jobName` finds parts of names, what it answers for a job that is not there, whether a job is shown as saved or as
committed, which states a resumption goes through, and whether a paused job can be started: here it is stopped first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from headgate.errors import OutcomeUnknown, Rejected
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import JobState, Live, Marker, Snapshot
from headgate.model.plan import Change, PlatformVerdict, RestoreKind, Verdict
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from headgate.providers.definitions.client import Client, Traits
from headgate.providers.definitions.definition import Definition
from headgate.providers.definitions.last_applied import marker_in
from headgate.providers.definitions.start_once import Wanted
from headgate.providers.definitions.waiter import Patience, Waiter
from headgate.providers.foas import compatibility, plan_json, programs, spec, states
from headgate.providers.foas.pauses import completed_checkpoints, pause
from headgate.providers.foas.project_calls import ProjectCalls
from headgate.providers.foas.properties import parsed
from headgate.providers.foas.saved_job import SavedJob
from headgate.providers.foas.spec import Place
from headgate.providers.foas.states import state_of, word_of
from headgate.providers.foas.wire import BATCH, Instance, Job
from headgate.providers.http import NotFound
from headgate.providers.port import Capabilities, Support

_FORMAT = "foas"
_CHECKPOINTS = {"blink.checkpoint.mode", "blink.checkpoint.interval.ms"}
_LOOKS = 120
_ONLY_PAUSED = "only a job that is paused has state; start it empty with `savepoint: {strategy: none}`"


@dataclass(frozen=True, slots=True)
class Row:
    """A job as it is saved, and one instance of it: None where it has none that counts."""

    job: Job
    instance: Instance | None


class FoasClient(Client):
    """One project. Facts from the OpenAPI metadata, SDKs and documentation, frozen since 2021."""

    capabilities = Capabilities(
        savepoint=Support.NO,
        drop_state=Support.NO,
        delete_definition=Support.YES,
        state_outlives=Support.NO,
        mark_in_place=Support.YES,
        savepoint_format=_FORMAT,
    )

    def __init__(self, name: str, calls: ProjectCalls, *, place: Place = Place(), poll: float = 1.0) -> None:  # noqa: B008 - frozen
        self.name = name
        # A paused job is its own state: no other project, not even one of this platform, can read it.
        self.capabilities = replace(type(self).capabilities, savepoint_format=f"{_FORMAT}:{calls.project}")
        self.traits = Traits(patience=Patience(_LOOKS, first=poll, factor=1.0, longest=poll), looks_after_refusal=5)
        self.calls = calls
        self._place = place
        self._waiter = Waiter()
        self._saved = SavedJob(calls, place, self.traits.patience, self._waiter)
        # The last instance of jobs that have archived ones only: it cannot change until there is another one.
        self._archived: dict[str, Instance | None] = {}

    def close(self) -> None:
        self.calls.close()

    # -- looking ---------------------------------------------------------------------------------------------------

    def list(self) -> tuple[Definition, ...]:
        """One listing of instances for each type of job there is; archived ones only for marked jobs without any."""
        jobs = self.calls.jobs()
        instances: dict[str, list[Instance]] = {}
        for job_type in sorted({job.job_type for job in jobs}):
            for instance in self.calls.instances(job_type):
                instances.setdefault(instance.job, []).append(instance)
        return tuple(one for job in jobs for one in self._runs(job, instances.get(job.name, [])))

    def candidates(self, wanted: Wanted) -> tuple[Definition, ...]:
        # Where planning saw a job without instances, archived ones are none of its runs.
        return self._named(wanted.job, archives=wanted.predecessor != wanted.job)

    def get(self, definition_id: str) -> Definition:
        found = self._named(definition_id)
        if not found:
            raise NotFound(f"there is no job {definition_id!r}", where=self.name)
        return found[-1]

    def health(self, definition: Definition) -> Health:
        """The engine counts no tasks, so a job that runs is one task; and no restarts, only when it last failed.

        Checkpoints are on if a parameter asks for them, or one completed. That they are off is never reported: what the
        engine does without such a parameter is not documented.
        """
        instance: Instance | None = definition.row.instance
        runs = int(definition.status is JobState.RUNNING)
        failed = instance is not None and instance.error_at > instance.started_at
        cause = instance.error.strip().splitlines()[0] if instance and failed and instance.error.strip() else ""
        completed = self._checkpoints(instance) if instance and runs else None
        asked = instance is not None and bool(_CHECKPOINTS & parsed(instance.content.properties).keys())
        on = True if completed or asked else None
        return Health(definition.status, definition.word, runs, 1, checkpointing=on, checkpoints=completed, cause=cause)

    def graph(self, definition: Definition) -> Graph:
        plans = [one.content.plan_json for one in (definition.row.instance, definition.row.job) if one]
        return Graph(definition.id, definition.name, plan_json.vertices(next(filter(None, plans), "")))

    def detail(self, definition: Definition) -> dict[str, Any]:
        """`Job` as it is saved, and `Instance`, what was launched last."""
        row: Row = definition.row
        return {"Job": dict(row.job.raw), "Instance": dict(row.instance.raw) if row.instance else None}

    def references(self, package: str) -> tuple[str, ...]:
        """Jobs whose committed form uses the package; it may be written as in a manifest, `package:NAME`."""
        rows = self.calls.jobs_using(package.removeprefix(programs.SCHEME))
        return tuple(sorted(Job.of(row).name for row in rows))

    def exists(self, path: str) -> bool | None:
        name = states.job_of(path, self.calls.project)
        job = self.calls.job(name) if name else None
        instances = self.calls.instances(job.job_type, name=name) if job else []
        marker = marker_in(job.description) if job else None
        return bool(instances) and states.has_state(path, self.calls.project, instances[-1], marker)

    def stop_progress(self, definition: Definition) -> SavepointProgress:
        """How far the pause is: derived from what the instance is, and is asked to be."""
        if definition.row.instance is None:
            return SavepointProgress()
        if definition.snapshot is not None:
            return SavepointProgress(True, True, definition.snapshot.path)
        if not definition.status.active:
            failed = f"the job is {definition.word}, and has no state any more"
            return SavepointProgress(asked=True, failed=failed, job=definition.status)
        return SavepointProgress(asked=definition.row.instance.expected == "PAUSED")

    # -- what a spec would become ----------------------------------------------------------------------------------

    def unfit(self, wanted: JobSpec) -> str:
        return programs.unfit(wanted)

    def kind(self, wanted: JobSpec) -> str:
        return f"{spec.job_type(spec.filled_options(wanted))} {programs.api_type(wanted.program)}"

    def compile(self, wanted: JobSpec) -> Compiled:
        """Only packages can be looked for beforehand: a statement is checked once it is stored, when it is started."""
        for package in () if programs.unfit(wanted) else programs.packages_of(wanted):
            if not self.calls.has_package(package):
                hint = "upload the file to OSS and register it as a package of the project"
                raise Rejected(f"there is no package {package!r}", where=str(wanted.source), hint=hint)
        return Compiled(why="the platform checks a statement only as part of a job, when that is started")

    def platform_verdict(self, wanted: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        return compatibility.platform_verdict(wanted, live, changes)

    def require_state(self, wanted: Wanted, definition: Definition | None) -> None:
        """State that was not to be lost is there, in a job that is paused, and this start does not lose it."""
        self._starts_empty(wanted, definition)

    # -- single effects --------------------------------------------------------------------------------------------

    def create(self, wanted: Wanted, beside: tuple[Definition, ...]) -> str:
        try:
            self._saved.create(wanted.spec, wanted.marker)
        except Rejected:
            # No code is documented for a name that is taken.
            if self.calls.job(wanted.job) is None:
                raise
            return ""
        return wanted.job

    def update(self, definition: Definition, wanted: JobSpec, marker: Marker, start: Wanted | None = None) -> None:
        row: Row = definition.row
        if start is None:
            self._saved.mark(row.job, wanted, marker)
            return
        marker = replace(marker, restored="") if self._starts_empty(start, definition) else marker
        self._saved.define(row.job, row.instance, wanted, marker)

    def run(self, definition: Definition, wanted: Wanted, beside: tuple[Definition, ...]) -> bool:
        before: Instance | None = definition.row.instance
        if before is not None and not self._starts_empty(wanted, definition):
            self.calls.modify_instance_state(before, "RUNNING", isFlush=True)
            return False
        if before is not None and definition.status is JobState.SUSPENDED:
            self._give_up(before, definition.row.job)
        offset = wanted.spec.options.get("startOffset")
        parameters = json.dumps({"startOffset": str(offset)} if offset else {}, separators=(",", ":"))
        self.calls.start_job(definition.name, parameters)
        return False

    def stop(self, definition: Definition, *, savepoint: bool) -> None:
        """A pause that keeps the state, or an end.

        A job that was resumed is paused in both cases: it is the only place where the state it was resumed from still
        is, and a start of its previous revision needs that.
        """
        job: Job = definition.row.job
        if savepoint:
            pause(self.calls, job, definition.row.instance)
            return
        resumed = definition.owner is not None and bool(definition.owner.restored) and job.job_type != BATCH
        for instance in self.calls.instances(job.job_type, name=job.name):
            if state_of(instance).active:
                self.calls.modify_instance_state(instance, "PAUSED" if resumed else "TERMINATED")

    def delete(self, definition: Definition) -> None:
        """A paused job is stopped first, which gives up its state, and then taken offline."""
        if definition.status is JobState.SUSPENDED:
            self._give_up(definition.row.instance, definition.row.job)
        self.calls.offline_job(definition.name)
        self.calls.delete_job(definition.name)

    # -- the rest --------------------------------------------------------------------------------------------------

    def _named(self, name: str, *, archives: bool = True) -> tuple[Definition, ...]:
        job = self.calls.job(name)
        return self._runs(job, self.calls.instances(job.job_type, name=name), archives=archives) if job else ()

    def _runs(self, job: Job, instances: Sequence[Instance], *, archives: bool = True) -> tuple[Definition, ...]:
        """A job and its newest run; each run that is active, where there are several: batch jobs may run twice."""
        marker = marker_in(job.description)
        if instances:
            self._archived.pop(job.name, None)
        elif marker is not None and archives and (last := self._last_archived(job)):
            instances = [last]
        if not instances:
            # Archived instances are looked for in marked jobs only: of others it is not known that they never ran.
            return (self._definition(job, None, marker),)
        active = [each for each in instances if state_of(each).active]
        return tuple(self._definition(job, each, marker) for each in active or instances[-1:])

    def _last_archived(self, job: Job) -> Instance | None:
        if job.name not in self._archived:
            found = self.calls.instances(job.job_type, name=job.name, archived=True)
            self._archived[job.name] = found[-1] if found else None
        return self._archived[job.name]

    def _definition(self, job: Job, instance: Instance | None, marker: Marker | None) -> Definition:
        state = state_of(instance)
        snapshot = None
        if instance is not None and state is JobState.SUSPENDED:
            snapshot = Snapshot(states.path_of(self.calls.project, instance), "savepoint", instance.operated_at)
        live = Live(
            job_id=job.name,
            name=job.name,
            state=state,
            word=word_of(instance),
            marker=marker,
            applied=spec.applied(job, instance.content if instance else None, self._place),
            started_at=instance.started_at if instance else 0,
            snapshot=snapshot,
            provably_empty=_is_empty(job, instance, marker),
            run=instance.run if instance else "",
            markable=True,
        )
        never_ran = instance is None and marker is not None
        return Definition(live, never_ran, kind=f"{job.job_type} {job.api_type}", row=Row(job, instance))

    def _starts_empty(self, wanted: Wanted, definition: Definition | None) -> bool:
        """Is this a start, not a resumption? Raises `Rejected` where state would be lost that was to be kept."""
        restore = wanted.submission.restore
        if restore.kind is RestoreKind.FRESH:
            return True
        if definition is None:
            problem = f"there is no job {wanted.job!r} any more, and its state was part of it"
            hint = "start it empty with `savepoint: {strategy: none}`"
            raise Rejected(problem, where=self.name, hint=hint, code="snapshot-missing")
        if wanted.is_for(definition) and definition.owner is not None and not definition.owner.restored:
            return True  # an earlier call of this start has decided so, and may have given the state up since
        row: Row = definition.row
        paused = row.instance if definition.status is JobState.SUSPENDED else None
        if paused is None or not states.has_state(restore.path, self.calls.project, paused, definition.owner):
            problem = f"the state {restore.path} is not there: job {wanted.job!r} is {definition.word}"
            raise Rejected(problem, where=self.name, hint=_ONLY_PAUSED, code="snapshot-missing")
        ran = spec.applied(row.job, paused.content, self._place)
        verdict = compatibility.verdict(ran, wanted.spec) if ran else None
        if verdict is None or verdict.verdict is not Verdict.LOST:
            return False
        if not restore.allow_non_restored:
            why = "; ".join(f"{each.name}: {each.why}" for each in verdict.operators if each.verdict is Verdict.LOST)
            problem = f"the state of job {wanted.job!r} would be lost: {why}"
            raise Rejected(problem, where=self.name, hint="consent to that with `savepoint.accept: [lost]`")
        return True

    def _give_up(self, paused: Instance, job: Job) -> None:
        """Stop what is paused, unless an earlier call has; it is started only once that shows."""

        def over() -> bool | None:
            found = self.calls.instances(job.job_type, name=job.name)
            return (bool(found) and state_of(found[-1]) is JobState.STOPPED) or None

        try:
            self.calls.modify_instance_state(paused, "TERMINATED")
        except Rejected:
            if not over():
                raise
        if not self._waiter.until(self.traits.patience, over):
            problem = f"the end of what was paused of job {job.name!r} was asked for, and is not shown"
            raise OutcomeUnknown(problem, where=self.name, hint="run again")

    def _checkpoints(self, instance: Instance) -> int | None:
        try:
            return completed_checkpoints(self.calls.checkpoints(instance))
        except Rejected:
            return None


def _is_empty(job: Job, instance: Instance | None, marker: Marker | None) -> bool:
    """Is there nothing to lose: a batch job, one that never ran, or one that a start of ours ended to start empty?"""
    if instance is None:
        return marker is not None
    if job.job_type == BATCH:
        return True
    ours = marker if marker and marker.start_key and not marker.restored else None
    return ours is not None and instance.actual == "TERMINATED" and ours.predecessor == instance.run
