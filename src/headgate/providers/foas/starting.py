"""Starting a job: its definition first, then a resumption that keeps its state, or a start that begins empty.

Every step can be cut off, and the same submission again goes on from there: the attempt that is under way is left on
the job, in its description, before anything is started, and an instance that is not the one it succeeds shows that it
was.
What a stop and a start would lose is never stopped and started unless the submission says that it starts empty.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.live import JobState, Marker
from headgate.model.plan import RestoreKind, Verdict
from headgate.model.spec import JobSpec, Sql
from headgate.providers import marking
from headgate.providers.foas import definition, keeping, programs, snapshots
from headgate.providers.foas.definition import Place
from headgate.providers.foas.properties import Asked
from headgate.providers.foas.service import Service
from headgate.providers.foas.states import state_of, word_of
from headgate.providers.foas.wire import Instance, Job
from headgate.providers.port import Submission

_LOOKS = 120
# Looks for a start that was asked for by a run before this one, and may not be shown yet.
_LATE_LOOKS = 5
_AT = re.compile(r"line (\d+), column (\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Starting:
    """Submits for one headgate project. `poll` seconds go by between looks at what the platform was asked for."""

    service: Service
    project: str
    place: Place
    poll: float
    pause: Callable[[float], None] = time.sleep

    def submit(self, submission: Submission) -> str:
        """The port's `submit`; the name of the job."""
        spec = submission.spec
        if why := programs.unfit(spec):
            raise Rejected(why, where=str(spec.source))
        job = self.service.job(spec.name)
        if job is None:
            self._require_nothing_to_lose(submission)
            job = self._created(submission)
        current = self.current(job)
        tried = self._tried(job, submission)
        if tried and state_of(current) is JobState.STOPPING:
            self._await(job, lambda now: state_of(now) is not JobState.STOPPING, "stopped")
            current = self.current(job)
        if tried and self._was_started(current, submission):
            return spec.name
        self._require_free(job, current, submission)
        if tried and self._shown(job, current, _LATE_LOOKS):
            return spec.name
        empty = self._begins_empty(job, current, submission, tried=tried)
        # A marker that restores nothing says, too, that this attempt may give up the state of its predecessor.
        self._define(job, current, spec, replace(submission.marker, restored="") if empty else submission.marker)
        try:
            if empty or current is None:
                self._start(job, current, spec)
            else:
                self._resume(job, current)
        except Rejected:
            # Perhaps because it was started already, by a run whose reply was lost.
            if not (tried and self._shown(job, current, _LATE_LOOKS)):
                raise
        return spec.name

    def current(self, job: Job) -> Instance | None:
        """The newest instance of a job; None if it was never started, or all that was has been archived."""
        found = self.service.instances(job.job_type, name=job.name)
        return found[-1] if found else None

    # -- what is there already ------------------------------------------------------------------------------------

    def _tried(self, job: Job, submission: Submission) -> bool:
        """Did an earlier run get as far as leaving this attempt on the job?"""
        marker = marking.read(job.description)
        ours = marker is not None and (marker.project, marker.job) == (self.project, submission.spec.name)
        return ours and marker is not None and marker.start_key == submission.marker.start_key

    @staticmethod
    def _was_started(current: Instance | None, submission: Submission) -> bool:
        return current is not None and (_goes_on(current) or current.run != submission.marker.predecessor)

    def _require_free(self, job: Job, current: Instance | None, submission: Submission) -> None:
        """A job that is another's, or that runs, is left alone."""
        marker = marking.read(job.description)
        adopted = submission.live is not None and submission.live.job_id == job.name
        if marker is None and not adopted:
            raise Rejected(
                f"there is a job {job.name!r} that headgate did not make",
                where=self._where,
                hint="rename the job in git, or the one in the console",
            )
        if marker is not None and (marker.project, marker.job) != (self.project, submission.spec.name):
            raise Rejected(f"job {job.name!r} is job {marker.job!r} of project {marker.project!r}", where=self._where)
        state = state_of(current)
        if state is JobState.STOPPING:
            raise Unavailable(f"job {job.name!r} is still {word_of(current)}", where=self._where)
        if state.active:
            raise Rejected(f"job {job.name!r} is {word_of(current)} already", where=self._where)

    def _require_nothing_to_lose(self, submission: Submission) -> None:
        if submission.restore.kind is not RestoreKind.FRESH:
            raise Rejected(
                f"there is no job {submission.spec.name!r} any more, and its state was part of it",
                where=self._where,
                hint="start it empty with `savepoint: {strategy: none}`",
            )

    def _begins_empty(self, job: Job, current: Instance | None, submission: Submission, *, tried: bool) -> bool:
        """Is this a start, not a resumption? Raises `Rejected` where state would be lost that was to be kept."""
        restore = submission.restore
        if restore.kind is RestoreKind.FRESH:
            return True
        marker = marking.read(job.description)
        if tried and marker is not None and not marker.restored:
            return True
        if current is None or not snapshots.is_here(restore.path, self.service.project, current, marker):
            raise Rejected(
                f"the state {restore.path} is not there: job {job.name!r} is {word_of(current)}",
                where=self._where,
                hint="only a job that is paused has state; start it empty with `savepoint: {strategy: none}`",
            )
        ran = definition.applied(job, current.content, self.place)
        verdict = keeping.verdict(ran, submission.spec) if ran else None
        if verdict is None or verdict.verdict is not Verdict.LOST:
            return False
        if not restore.allow_non_restored:
            why = "; ".join(f"{each.name}: {each.why}" for each in verdict.operators if each.verdict is Verdict.LOST)
            raise Rejected(f"the state of job {job.name!r} would be lost: {why}", where=self._where)
        return True

    # -- the definition -------------------------------------------------------------------------------------------

    def _created(self, submission: Submission) -> Job:
        spec = submission.spec
        options = definition.filled_options(spec)
        folder = self.folder(spec)
        fields = {
            "jobType": definition.job_type(options),
            "apiType": programs.api_type(spec.program),
            "engineVersion": "current",
            "folderId": str(folder or self.service.folder("/")),
            **self._queue(options),
            **definition.fields(spec, submission.marker, definition.asked(spec, folder_id=folder), job=None),
        }
        self.service.create_job(spec.name, fields)
        for _ in self._looks():
            if job := self.service.job(spec.name):
                return job
        raise OutcomeUnknown(f"job {spec.name!r} was created and is not shown yet", where=self._where)

    def _queue(self, options: Mapping[str, Any]) -> dict[str, str]:
        """A cluster and a queue for a new job: the manifest's, the target's, else one the project may use."""
        cluster = str(options.get("clusterId", self.place.cluster_id))
        queue = str(options.get("queueName", self.place.queue_name))
        if not (cluster and queue):
            bound = self.service.queues()
            fitting = [pair for pair in bound if pair[0] == (cluster or pair[0]) and pair[1] == (queue or pair[1])]
            if not fitting:
                raise Rejected("no queue is bound to the project that the job could use", where=self._where)
            cluster, queue = fitting[0]
        return {"clusterId": cluster, "queueName": queue}

    def folder(self, spec: JobSpec) -> int:
        """The id of the folder a spec asks for, made if need be; 0 if it asks for none."""
        path = str(definition.filled_options(spec).get("folder", ""))
        return (self.service.folder(path) or self.service.create_folder(path)) if path else 0

    def _define(self, job: Job, current: Instance | None, spec: JobSpec, marker: Marker) -> None:
        """Make the saved job equal to the spec, with a plan made for it, and commit it."""
        digest, keeps_plan = definition.plan_of(spec), definition.has_plan(job, spec)
        is_sql = isinstance(spec.program, Sql)
        folder = self.folder(spec)
        wanted = definition.asked(spec, plan=digest if keeps_plan else "", folder_id=folder)
        fields = definition.fields(spec, marker, wanted, job=job)
        if is_sql and keeps_plan:
            fields["planJson"] = definition.tuned(spec, job.content.plan_json)
        self.service.update_job(job.name, fields, job)
        if is_sql:
            self._validate(job.name, spec)
        if is_sql and not keeps_plan:
            plan = definition.tuned(spec, self._generated(job.name, spec))
            made = definition.fields(spec, marker, replace(wanted, plan_of=digest), job=job)
            defined = replace(job, content=replace(job.content, properties=fields["properties"]))
            self.service.update_job(job.name, {"planJson": plan, "properties": made["properties"]}, defined)
        asked = [Asked.read(one.properties) for one in (job.content, *([current.content] if current else []))]
        stated = any(one is not None and one.options.get("autoscale") for one in asked)
        self.service.commit_job(job.name, _commit(definition.filled_options(spec), stated=stated))

    def _validate(self, name: str, spec: JobSpec) -> None:
        try:
            self.service.validate_job(name)
        except Rejected as refused:
            place = _AT.search(refused.problem)
            where = spec.source.at(int(place[1]), int(place[2])) if place else str(spec.source)
            hint = "the job is left as it is, its state too; mend the statement and run again"
            raise Rejected(refused.problem, where=where, hint=hint, code="statement-rejected") from refused

    def _generated(self, name: str, spec: JobSpec) -> str:
        """A plan the platform makes for the saved job. It is not stored by that."""
        options = definition.plan_options(spec.options)
        hints = {"autoconfEnable": str(bool(options.get("autoconf"))).lower()}
        if "expectedCore" in options:
            hints |= {"expectedCore": str(options["expectedCore"]), "expectedGB": str(options["expectedGB"])}
        session = self.service.begin_plan(name, hints)
        for _ in self._looks():
            status, told = self.service.plan(name, session)
            if status == "success":
                return told
            if status == "fail":
                raise Rejected(f"the platform made no plan: {told}", where=str(spec.source), code="statement-rejected")
        raise Unavailable(f"the plan of job {name!r} takes too long", where=self._where)

    # -- starts ---------------------------------------------------------------------------------------------------

    def _start(self, job: Job, before: Instance | None, spec: JobSpec) -> None:
        if before is not None and state_of(before) is JobState.SUSPENDED:
            self.give_up(job, before)
        offset = spec.options.get("startOffset")
        parameters = json.dumps({"startOffset": str(offset)} if offset else {}, separators=(",", ":"))
        started = self.service.start_job(job.name, parameters)
        self._await(job, lambda now: now is not None and now.id == started, "started")

    def give_up(self, job: Job, paused: Instance) -> None:
        """Stop what is paused, unless a run before this one has."""
        try:
            self.service.modify_instance_state(paused, "TERMINATED")
        except Rejected:
            if state_of(self.current(job)) is not JobState.STOPPED:
                raise
        self._await(job, lambda now: state_of(now) is JobState.STOPPED, "stopped")

    def _resume(self, job: Job, paused: Instance) -> None:
        self.service.modify_instance_state(paused, "RUNNING", isFlush=True)
        self._await(job, lambda now: now is not None and (now.id != paused.id or _goes_on(now)), "resumed")

    def _shown(self, job: Job, before: Instance | None, looks: int) -> bool:
        """Has another instance come up?"""
        for _ in self._looks(looks):
            now = self.current(job)
            if now is not None and (before is None or now.id != before.id or _goes_on(now)):
                return True
        return False

    def _await(self, job: Job, reached: Callable[[Instance | None], bool], what: str) -> None:
        """Old states are shown for a while after a change, so what was asked for is waited for."""
        for _ in self._looks():
            if reached(self.current(job)):
                return
        raise OutcomeUnknown(f"job {job.name!r} was asked for and is not shown as {what}", where=self._where)

    def _looks(self, most: int = _LOOKS) -> Iterator[int]:
        for number in range(most):
            if number:
                self.pause(self.poll)
            yield number

    @property
    def _where(self) -> str:
        return f"project {self.service.project}"


def _goes_on(instance: Instance) -> bool:
    """Does it run, or begin to?"""
    return state_of(instance).active and state_of(instance) is not JobState.STOPPING


def _commit(options: Mapping[str, Any], *, stated: bool) -> dict[str, str]:
    """The arguments of CommitJob: automatic tuning; none if the manifest `stated` it before; else what there is."""
    scale = options.get("autoscale")
    if not scale:
        return {"isOnOff": "false"} if stated else {}
    fields = {"isOnOff": "true", "maxCU": str(scale["maxCU"])}
    if scale.get("configure"):
        fields["configure"] = json.dumps(scale["configure"], separators=(",", ":"))
    if scale.get("recommendOnly"):
        fields["recommendOnly"] = "true"
    for number, period in enumerate(scale.get("suspendPeriods", ()), start=1):
        fields |= {f"suspendPeriodParam.{number}.{key}": value for key, value in sorted(period.items())}
    return fields
