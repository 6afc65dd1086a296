"""The alibaba-foas adapter: a project of Alibaba Cloud Realtime Compute with its Blink engine.

A job's id is its name, which can never change; a run is an instance. The marker is in the description, so whose a job
is can be said without touching what runs. A stop with savepoint is a pause, and what it leaves is the paused job.

Unverified: the service was not met, and is hardly sold any more. Its papers leave open whether bodies are forms or JSON
(`body`), where the region goes, whether it takes V3 signatures (`signature`), its error codes, the largest page, how
many requests a second it allows, whether `jobName` finds parts of names, what it says of a job that is not there,
whether a job is shown as saved or as committed, which states a resumption goes through, and whether a paused job can
be started: here it is stopped first.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from headgate.errors import Rejected
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import JobState, Live, Marker, Observation
from headgate.model.plan import Change, PlatformVerdict
from headgate.model.project import Target
from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from headgate.providers import again, marking
from headgate.providers.compiled_form import CompiledForm
from headgate.providers.definition_deletion import require_deletable
from headgate.providers.foas import definition, plans, programs, prospects, snapshots
from headgate.providers.foas.credentials import HOW, credentials
from headgate.providers.foas.definition import Place
from headgate.providers.foas.endpoints import endpoint
from headgate.providers.foas.forms import FoasTarget
from headgate.providers.foas.observing import Observing
from headgate.providers.foas.properties import Asked, parsed
from headgate.providers.foas.service import Service
from headgate.providers.foas.signing import V1, V3
from headgate.providers.foas.starting import Starting
from headgate.providers.foas.states import state_of, word_of
from headgate.providers.foas.stops import Stops, completed_checkpoints
from headgate.providers.foas.trouble import judge
from headgate.providers.foas.wire import Instance, Job
from headgate.providers.http import Api, NotFound, Tls
from headgate.providers.no_storage import NoStorage
from headgate.providers.odd_answers import reports_odd_answers
from headgate.providers.port import Capabilities, Submission, Support

_FORMAT = "foas"
_CHECKPOINTS = {"blink.checkpoint.mode", "blink.checkpoint.interval.ms"}


@reports_odd_answers
class FoasProvider(NoStorage):
    """One project of the service. Facts from its OpenAPI metadata, SDKs and documentation, frozen since 2021."""

    compiled_form = CompiledForm()
    capabilities = Capabilities(
        compile=Support.NO,
        savepoint=Support.NO,
        savepoint_path=Support.NO,
        drop_state=Support.NO,
        delete_definition=Support.YES,
        state_outlives=Support.NO,
        mark_in_place=Support.YES,
        update_in_place=Support.YES,
        savepoint_format=_FORMAT,
    )

    def __init__(
        self,
        name: str,
        service: Service,
        *,
        project: str,
        place: Place = Place(),  # noqa: B008 - frozen
        poll: float = 1.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        # A paused job is its own state: no other project, not even one of this platform, can read it.
        self.capabilities = replace(type(self).capabilities, savepoint_format=f"{_FORMAT}:{service.project}")
        self._service = service
        self._project = project
        self._place = place
        self._observing = Observing(service, project, place)
        self._starting = Starting(service, project, place, poll, pause)
        self._stops = Stops(service)
        self._types: dict[str, str] = {}

    def close(self) -> None:
        self._service.close()

    # -- looking ---------------------------------------------------------------------------------------------------

    def observe(self) -> Observation:
        return self._observing.observe(self._service.jobs())

    def compile(self, spec: JobSpec) -> Compiled:
        """Only packages can be looked for beforehand: a statement is checked once it is stored, when it is started."""
        if not programs.unfit(spec):
            for package in programs.packages_of(spec):
                if not self._service.has_package(package):
                    hint = "upload the file to OSS and register it as a package of the project"
                    raise Rejected(f"there is no package {package!r}", where=str(spec.source), hint=hint)
        return Compiled(why="the platform checks a statement only as part of a job, when that is started")

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        return prospects.platform_verdict(spec, live, changes)

    def exists(self, path: str) -> bool | None:
        name = snapshots.job_of(path, self._service.project)
        job = self._service.job(name) if name else None
        current = self._starting.current(job) if job else None
        if job is None or current is None:
            return False
        return snapshots.goes_on(path, self._service.project, current, marking.read(job.description))

    def health(self, job_id: str) -> Health:
        """The engine counts no tasks, so a job that runs is one task; and no restarts, only when it last failed.

        Checkpoints are on if a parameter asks for them, or one completed. That they are off is never told: what the
        engine does without such a parameter is not documented.
        """
        instance = self._current(job_id)
        state = state_of(instance)
        runs = int(state is JobState.RUNNING)
        failed = instance is not None and instance.error_at > instance.started_at
        cause = instance.error.strip().splitlines()[0] if instance and failed and instance.error.strip() else ""
        completed = self._checkpoints(instance) if instance and runs else None
        asked = instance is not None and bool(_CHECKPOINTS & parsed(instance.content.properties).keys())
        on = True if completed or asked else None
        return Health(state, word_of(instance), runs, 1, checkpointing=on, checkpoints=completed, cause=cause)

    def graph(self, job_id: str) -> Graph:
        job = self._known(job_id)
        instance = self._starting.current(job)
        plan = instance.content.plan_json if instance and instance.content.plan_json else job.content.plan_json
        return Graph(job_id, job.name, plans.vertices(plan))

    def detail(self, job_id: str) -> dict[str, Any]:
        """`Job` as it is saved, and `Instance`, what was launched last."""
        job = self._known(job_id)
        instance = self._starting.current(job)
        return {"Job": dict(job.raw), "Instance": dict(instance.raw) if instance else None}

    def references(self, package: str) -> tuple[str, ...]:
        """Jobs whose committed form uses the package; it may be written as in a manifest, `package:NAME`."""
        rows = self._service.jobs_using(package.removeprefix(programs.SCHEME))
        return tuple(sorted(Job.of(row).name for row in rows))

    # -- single effects --------------------------------------------------------------------------------------------

    def submit(self, submission: Submission) -> str:
        return self._starting.submit(submission)

    def update(self, live: Live, spec: JobSpec, marker: Marker) -> None:
        """Leave the marker on the job, and what else is kept beside it; what runs is not touched."""
        job = self._known(live.job_id)
        theirs = marking.read(job.description)
        if theirs is not None and theirs.project != self._project:
            raise Rejected(f"job {job.name!r} belongs to project {theirs.project!r}", where=self.name)
        changes = {"description": marking.left(job.description, marker)}
        left = Asked.read(job.content.properties)
        folder = self._starting.folder(spec)
        wanted = definition.asked(spec, plan=left.plan_of if left else "", folder_id=folder)
        if left is not None or folder or "startOffset" in spec.options:
            changes["properties"] = definition.fields(spec, marker, wanted, job=job)["properties"]
        if folder:
            changes["folderId"] = str(folder)
        self._service.update_job(job.name, changes, job)

    def stop_with_savepoint(self, job_id: str) -> None:
        job = self._known(job_id)
        self._stops.pause(job, self._starting.current(job))

    def stop_progress(self, job_id: str) -> SavepointProgress:
        return self._stops.progress(self._current(job_id))

    def cancel(self, job_id: str) -> None:
        job = self._known(job_id)
        for instance in self._service.instances(job.job_type, name=job.name):
            if state_of(instance).active:
                self._stops.end(job, instance)

    def take_savepoint(self, job_id: str, key: str) -> None:
        raise Rejected(
            "Blink takes no savepoints of a running job without stopping it",
            where=self.name,
            hint="`state: suspended` pauses the job with its state",
        )

    def savepoint_progress(self, job_id: str, key: str) -> SavepointProgress:
        return SavepointProgress()

    def delete_definition(self, live: Live) -> None:
        """A paused job is stopped first, which gives up its state, and then taken offline."""
        job = self._service.job(live.job_id)
        if job is None:
            return
        current = self._starting.current(job)
        marker = marking.read(job.description)
        require_deletable(job.name, word_of(current), marker, live, runs=state_of(current).active)
        if current is not None and state_of(current) is JobState.SUSPENDED:
            self._starting.give_up(job, current)
        self._service.offline_job(job.name)
        again.sent(lambda: self._service.delete_job(job.name), lambda: self._service.job(job.name) is None)

    def dispose(self, path: str) -> None:
        raise Rejected("the state of a paused job goes with the job, and is not deleted by itself", where=self.name)

    def _checkpoints(self, instance: Instance) -> int | None:
        try:
            return completed_checkpoints(self._service.checkpoints(instance))
        except Rejected:
            return None

    def _known(self, job_id: str) -> Job:
        job = self._service.job(job_id)
        if job is None:
            raise NotFound(f"there is no job {job_id!r}", where=self.name)
        self._types[job_id] = job.job_type
        return job

    def _current(self, job_id: str) -> Instance | None:
        """The newest instance of a job, in one request once the type of the job is known, which it keeps for ever."""
        if job_id in self._types and (found := self._service.instances(self._types[job_id], name=job_id)):
            return found[-1]
        return self._observing.newest(self._known(job_id))


def open_foas(target: Target, *, project: str, cache: Path | None) -> FoasProvider:
    """A provider for a `targets:` entry with `provider: alibaba-foas`. Raises `Unauthorised` without credentials."""
    form: FoasTarget = target.settings
    known = credentials(form, os.environ, where=target.name)
    api = Api(
        target.name,
        form.endpoint or endpoint(form.region),
        tls=Tls(ca=form.ca or "", verify=form.verify),
        timeout=form.timeout,
        max_answer_mib=form.max_answer_mib,
        secrets=Secrets({**known.secrets(), **target.secrets.values}),
        concurrency=form.concurrency,
        per_second=form.requests_per_second,
        sign=V3(known) if form.signature == "v3" else V1(known),
        judge=judge,
        credentials=HOW,
    )
    service = Service(api, form.project, region=form.region, json_bodies=form.body == "json")
    place = Place(form.cluster_id, form.queue_name)
    return FoasProvider(target.name, service, project=project, place=place, poll=form.poll_interval)
