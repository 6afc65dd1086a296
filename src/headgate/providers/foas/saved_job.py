"""Making the saved job equal to a spec: its fields, a plan that the platform makes for it, and a commit.

A plan is generated for the job as it is saved, so the order is: fields, check of the statement, plan, commit. Each step
finds what an earlier call did of it, and half a definition is never committed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from headgate.errors import Rejected, Unavailable
from headgate.model.live import Marker
from headgate.model.spec import JobSpec, Sql
from headgate.providers.definitions.waiter import Patience, Waiter
from headgate.providers.foas import programs, spec
from headgate.providers.foas.project_calls import ProjectCalls
from headgate.providers.foas.properties import Asked
from headgate.providers.foas.spec import Place
from headgate.providers.foas.wire import Instance, Job

_AT = re.compile(r"line (\d+), column (\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SavedJob:
    """Writes the jobs of one project; `place` is where those go that do not say. A plan has `patience` to be made."""

    calls: ProjectCalls
    place: Place
    patience: Patience
    waiter: Waiter

    def create(self, wanted: JobSpec, marker: Marker) -> None:
        """A job with the marker, without a plan and not committed."""
        options = spec.filled_options(wanted)
        folder = self._folder(wanted)
        fields = {
            "jobType": spec.job_type(options),
            "apiType": programs.api_type(wanted.program),
            "engineVersion": "current",
            "folderId": str(folder or self.calls.folder("/")),
            **self._queue(options),
            **spec.fields(wanted, marker, spec.asked(wanted, folder_id=folder), job=None),
        }
        self.calls.create_job(wanted.name, fields)

    def define(self, job: Job, current: Instance | None, wanted: JobSpec, marker: Marker) -> None:
        """Make the saved job equal to the spec, with a plan made for it, and commit it."""
        digest, keeps_plan = spec.plan_of(wanted), spec.has_plan(job, wanted)
        is_sql = isinstance(wanted.program, Sql)
        asked = spec.asked(wanted, plan=digest if keeps_plan else "", folder_id=self._folder(wanted))
        fields = spec.fields(wanted, marker, asked, job=job)
        if is_sql and keeps_plan:
            fields["planJson"] = spec.tuned(wanted, job.content.plan_json)
        self.calls.update_job(job.name, fields, job)
        if is_sql:
            self._validate(job.name, wanted)
        if is_sql and not keeps_plan:
            plan = spec.tuned(wanted, self._generated(job.name, wanted))
            made = spec.fields(wanted, marker, replace(asked, plan_of=digest), job=job)
            defined = replace(job, content=replace(job.content, properties=fields["properties"]))
            self.calls.update_job(job.name, {"planJson": plan, "properties": made["properties"]}, defined)
        before = [Asked.read(one.properties) for one in (job.content, *([current.content] if current else []))]
        stated = any(one is not None and one.options.get("autoscale") for one in before)
        self.calls.commit_job(job.name, _commit(spec.filled_options(wanted), stated=stated))

    def mark(self, job: Job, wanted: JobSpec, marker: Marker) -> None:
        """Leave the marker on the job, and what else is kept beside it; what runs is not touched."""
        changes = {"description": spec.described(job, marker)}
        left = Asked.read(job.content.properties)
        folder = self._folder(wanted)
        asked = spec.asked(wanted, plan=left.plan_of if left else "", folder_id=folder)
        if left is not None or folder or "startOffset" in wanted.options:
            changes["properties"] = spec.fields(wanted, marker, asked, job=job)["properties"]
        if folder:
            changes["folderId"] = str(folder)
        self.calls.update_job(job.name, changes, job)

    def _queue(self, options: Mapping[str, Any]) -> dict[str, str]:
        """A cluster and a queue for a new job: the manifest's, the target's, else one the project may use."""
        cluster = str(options.get("clusterId", self.place.cluster_id))
        queue = str(options.get("queueName", self.place.queue_name))
        if not (cluster and queue):
            bound = self.calls.queues()
            fitting = [pair for pair in bound if pair[0] == (cluster or pair[0]) and pair[1] == (queue or pair[1])]
            if not fitting:
                hint = "bind a queue to the project in the console, or name another cluster or queue"
                raise Rejected(
                    "no queue is bound to the project that the job could use", where=self.calls.where, hint=hint
                )
            cluster, queue = fitting[0]
        return {"clusterId": cluster, "queueName": queue}

    def _folder(self, wanted: JobSpec) -> int:
        """The id of the folder a spec asks for, made if need be; 0 if it asks for none."""
        path = str(spec.filled_options(wanted).get("folder", ""))
        return (self.calls.folder(path) or self.calls.create_folder(path)) if path else 0

    def _validate(self, name: str, wanted: JobSpec) -> None:
        try:
            self.calls.validate_job(name)
        except Rejected as refused:
            place = _AT.search(refused.problem)
            where = wanted.source.at(int(place[1]), int(place[2])) if place else str(wanted.source)
            hint = "the job is left as it is, its state too; mend the statement and run again"
            raise Rejected(refused.problem, where=where, hint=hint, code="statement-rejected") from refused

    def _generated(self, name: str, wanted: JobSpec) -> str:
        """A plan the platform makes for the saved job. It is not stored by that."""
        options = spec.plan_options(wanted.options)
        hints = {"autoconfEnable": str(bool(options.get("autoconf"))).lower()}
        if "expectedCore" in options:
            hints |= {"expectedCore": str(options["expectedCore"]), "expectedGB": str(options["expectedGB"])}
        session = self.calls.begin_plan(name, hints)
        for _ in self.waiter.looks(self.patience):
            status, plan = self.calls.plan(name, session)
            if status == "success":
                return plan
            if status == "fail":
                problem = f"the platform made no plan: {plan}"
                raise Rejected(problem, where=str(wanted.source), code="statement-rejected")
        raise Unavailable(f"the plan of job {name!r} takes too long", where=self.calls.where, hint="run again")


def _commit(options: Mapping[str, Any], *, stated: bool) -> dict[str, str]:
    """The arguments of CommitJob: automatic tuning; none if the manifest `stated` it before; else what there is."""
    scale = options.get("autoscale")
    if not scale:
        return {"isOnOff": "false"} if stated else {}
    fields = {"isOnOff": "true", "maxCU": str(scale["maxCU"])}
    if scale.get("configure"):
        fields["configure"] = json.dumps(scale["configure"], separators=(",", ":"))
    fields |= {"recommendOnly": "true"} if scale.get("recommendOnly") else {}
    for number, period in enumerate(scale.get("suspendPeriods", ()), start=1):
        fields |= {f"suspendPeriodParam.{number}.{key}": value for key, value in sorted(period.items())}
    return fields
