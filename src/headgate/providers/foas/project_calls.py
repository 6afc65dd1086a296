"""The calls of the foas OpenAPI that headgate makes, each by its name there.

Paths begin with `/api/v2`. Arguments of writes go into the body, as a form or as JSON: the metadata and the SDKs say
the one, the documentation's Java sample the other. `.../instance` starts a job; `.../instances/ID` is everything else.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headgate.errors import Rejected
from headgate.providers import again, answer_fields
from headgate.providers.again import compared
from headgate.providers.answer_fields import undocumented
from headgate.providers.definitions.paging import Page, every_row
from headgate.providers.definitions.waiter import Patience
from headgate.providers.foas.forms import PLAIN_NAME
from headgate.providers.foas.wire import Instance, Job, items, member, number, text
from headgate.providers.http import Api, NotFound

_PAGE = 50
_READINGS = Patience(looks=4, first=0.1)
Row = Mapping[str, Any]
# What a list and its entries are called, and the field that distinguishes them.
_LISTS = {
    "ListJob": ("Jobs", "Job", "JobName"),
    "GetRefPackageJob": ("Jobs", "Job", "JobName"),
    "ListInstance": ("Instances", "Instance", "Id"),
    "ListPackage": ("Packages", "Package", "PackageName"),
}


class ProjectCalls:
    """One project of the service. `region` is sent as the SDKs send it; empty: not at all."""

    def __init__(
        self,
        api: Api,
        project: str,
        *,
        region: str = "",
        json_bodies: bool = False,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.project = project
        self.where = f"project {project}"
        self._api = api
        self._pause = pause
        self._located = {"RegionId": region} if region else {}
        self._headers = {"x-acs-region-id": region} if region else {}
        self._json = json_bodies
        self._root = f"/api/v2/projects/{_segment(project)}"

    # -- jobs ------------------------------------------------------------------------------------------------------

    def jobs(self) -> list[Job]:
        """ListJob: every job with all of its fields."""
        return self._jobs({})

    def job(self, name: str) -> Job | None:
        """The job of this very name. By list, because what GetJob answers for an absent one is not documented."""
        return next((job for job in self._jobs({"jobName": name}) if job.name == name), None)

    def _jobs(self, query: Mapping[str, str]) -> list[Job]:
        return [Job.of(row) for row in self._every("ListJob", "/jobs", {**query, "isShowFullField": "true"})]

    def create_job(self, name: str, fields: Mapping[str, str]) -> None:
        self._write("CreateJob", "POST", "/jobs", {"jobName": name, **fields})

    def update_job(self, name: str, fields: Mapping[str, str], before: Job) -> None:
        """Fields that are left out keep their value. `before` is the job as the fields were worked out from it.

        Where the reply is lost, the job is looked at before the fields are sent again.
        """

        def arrived() -> bool | None:
            now = self.job(name)
            return compared(_settable(now), fields, _settable(before)) if now else None

        again.sent(lambda: self._write("UpdateJob", "PUT", _job(name), fields), arrived)

    def validate_job(self, name: str) -> None:
        """Check the saved job. Raises `Rejected` with what the platform says of its SQL."""
        self._read("ValidateJob", f"{_job(name)}/validate")

    def commit_job(self, name: str, fields: Mapping[str, str]) -> None:
        """Publish what is saved. It carries none of it, so that sent twice it overwrites nothing."""
        self._write("CommitJob", "PUT", f"{_job(name)}/commit", fields, repeatable=True)

    def offline_job(self, name: str) -> None:
        """Withdraw what was committed, which is asked of a job before it is deleted. Twice is once."""
        self._write("OfflineJob", "PUT", f"{_job(name)}/offline", {}, repeatable=True)

    def delete_job(self, name: str) -> None:
        """Delete a job that is offline."""
        self._write("DeleteJob", "DELETE", _job(name), {})

    def begin_plan(self, name: str, hints: Mapping[str, str]) -> str:
        """GetRawPlanJson: begin to generate the plan of the saved job; the id of that session."""
        return text(self._read("GetRawPlanJson", f"{_job(name)}/planjson", hints), "SessionId")

    def plan(self, name: str, session: str) -> tuple[str, str]:
        """CheckRawPlanJson: (`success`, the plan), (`fail`, why), or another word while it is under way."""
        answer = self._read("CheckRawPlanJson", f"{_job(name)}/planjson/check", {"sessionId": session})
        reported = member(answer, "PlanJsonInfo")
        status = text(reported, "Status").casefold()
        return status, text(reported, "PlanJson" if status == "success" else "ErrorMessage")

    def start_job(self, name: str, parameters: str) -> int:
        """Start the committed job, empty; the id of the new instance."""
        answer = self._write("StartJob", "POST", f"{_job(name)}/instance", {"parameterJson": parameters})
        return number(answer, "instanceId")

    # -- instances -------------------------------------------------------------------------------------------------

    def instances(self, job_type: str, *, name: str = "", archived: bool = False) -> list[Instance]:
        """ListInstance: those of all jobs of a type, or of one job by its very name, newest last."""
        query = {"jobType": job_type} | ({"jobName": name} if name else {})
        query |= {"isArchived": "true"} if archived else {}
        every = [Instance.of(row) for row in self._every("ListInstance", "/instances", query)]
        if not all(each.id and each.job for each in every):
            # Left out, it would make a job that runs one that never ran.
            raise undocumented("ListInstance", where=self.where)
        found = [each for each in every if not name or each.job == name]
        return sorted(found, key=lambda each: (each.started_at, each.id))

    def modify_instance_state(self, instance: Instance, state: str, **flags: bool) -> None:
        """Ask an instance to be RUNNING, PAUSED or TERMINATED.

        The state is set, not toggled, so asking twice is once - but for RUNNING, which makes another instance of it.
        """
        fields = {"expectState": state} | {key: str(value).lower() for key, value in flags.items()}
        path = f"{_job(instance.job)}/instances/{instance.id}/expectstate"
        self._write("ModifyInstanceState", "PUT", path, fields, repeatable=state != "RUNNING")

    def checkpoints(self, instance: Instance) -> str:
        """GetInstanceCheckpoint: the engine's statistics, a JSON text."""
        answer = self._read("GetInstanceCheckpoint", f"{_job(instance.job)}/instances/{instance.id}/checkpoints")
        return text(answer, "Checkpoints")

    # -- packages, queues, folders ---------------------------------------------------------------------------------

    def jobs_using(self, package: str) -> list[Row]:
        """GetRefPackageJob: every job whose committed form uses a package, as the service tells it."""
        return self._every("GetRefPackageJob", f"/packages/{_segment(package)}/jobs", {})

    def has_package(self, name: str) -> bool:
        """Is a package of this very name registered? ListPackage itself finds by parts of names."""
        rows = self._every("ListPackage", "/packages", {"packageName": name})
        return any(text(row, "PackageName") == name for row in rows)

    def queues(self) -> list[tuple[str, str]]:
        """ListProjectBindQueue: (cluster, queue) pairs this project may use, sorted."""
        answer = self._read("ListProjectBindQueue", "/queues")
        return sorted((text(row, "ClusterId"), text(row, "QueueName")) for row in items(answer, "Queues", "Queue"))

    def folder(self, path: str) -> int:
        """GetFolder: the id of a folder, 0 if there is none."""
        try:
            return number(member(self._read("GetFolder", "/folders", {"path": path}), "Folder"), "FolderId")
        except NotFound:
            return 0

    def create_folder(self, path: str) -> int:
        return number(self._write("CreateFolder", "POST", "/folders", {"path": path}), "FolderId")

    # -- shared ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        self._api.close()

    def _read(self, action: str, path: str, query: Mapping[str, str] | None = None) -> Any:
        params, headers = {**self._located, **(query or {})}, {"x-acs-action": action, **self._headers}
        return self._api.call("GET", f"{self._root}{path}", writes=False, params=params or None, headers=headers)

    def _write(
        self, action: str, method: str, path: str, fields: Mapping[str, str], *, repeatable: bool = False
    ) -> Any:
        return self._api.call(
            method,
            f"{self._root}{path}",
            writes=True,
            repeatable=repeatable,
            params=self._located or None,
            headers={"x-acs-action": action, **self._headers},
            body=dict(fields) if self._json else None,
            form=None if self._json else fields,
        )

    def _every(self, action: str, path: str, query: Mapping[str, str]) -> list[Row]:
        """Every entry of a list in pages. Raises `Unavailable` if no reading of it is whole, never a part of it."""
        (wrapper, item, key), number_of_page = _LISTS[action], 0

        def named(row: Row) -> str:
            return text(row, key)

        def read(before: Sequence[Row]) -> Page[Row]:
            nonlocal number_of_page
            number_of_page = number_of_page + 1 if before else 1
            answer = self._read(action, path, {**query, "pageIndex": str(number_of_page), "pageSize": str(_PAGE)})
            rows, total = items(answer, wrapper, item), answer_fields.number(member(answer, "TotalCount"))
            if total is None or not all(map(named, rows)):
                raise undocumented(action, where=self.where)
            return Page(rows, total)

        return every_row(read, named, what=action, where=self.where, readings=_READINGS, pause=self._pause)


def _settable(job: Job) -> dict[str, str]:
    """The fields of a job that come back as they were sent: versions, clusters and queues may have been filled in."""
    content = job.content
    reported = {"code": content.code, "properties": content.properties, "planJson": content.plan_json}
    return reported | {"packages": ",".join(content.packages), "description": job.description}


def _job(name: str) -> str:
    return f"/jobs/{_segment(name)}"


def _segment(name: str) -> str:
    """A name as it stands in a path. Raises `Rejected` for one whose signed form nobody documents."""
    if not re.fullmatch(PLAIN_NAME, name):
        raise Rejected(f"{name!r} cannot be asked for: only letters, digits, `_`, `.` and `-` can stand in a path")
    return name
