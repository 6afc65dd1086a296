"""Huawei Cloud Stream, simulated: API v1.0 over HTTP, as the public API reference and the official SDK describe it.

    with CsSimulator() as platform:
        ...                                  # point a `huawei-cs` target at platform.url
        platform.fail_job("orders")          # what the world does to it
        assert len(platform.running("orders")) == 1

Envelopes, field names, paging by job id, statuses and error bodies are the documented ones; where a code is not
documented, one is made up. Requests must be signed (see `headgate.testing.huawei`). Statuses move by looks, and every
GET is one. What nobody documents is simulated at its worst: a resume without a savepoint starts empty, and of a
job that runs nothing can be changed but its description.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from headgate.testing import huawei
from headgate.testing.cs_answers import CREATE_ONLY, JAR_FIELDS, SQL_FIELDS, gone, parts, refused
from headgate.testing.cs_jobs import ACTIVE, Job, refused_update, shown
from headgate.testing.huawei import HuaweiGate, gateway_error
from headgate.testing.server import Request, Response, SimulatedServer


class CsSimulator(SimulatedServer):
    """The platform. Attributes that a test may set make it misbehave:

    `gate`                 who may pass
    `takes`                how many looks each status lasts
    `largest_page`         rows a page holds at most, whatever is asked for
    `list_lags`            how many looks the statuses in the list are behind
    `savepoints_fail`      a stop with savepoint ends in job_cancel_fail, and the job runs on
    `loses_savepoints`     a stop with savepoint ends well, and there is none
    `successor_answers`    whether the successor's list, which knows of savepoints, is there
    `graphs_by_flink`      whether execution graphs are Flink's job object
    `edits_while_running`  whether a job that runs can be changed
    `edits_desc`           whether its description can, as the successor's can
    """

    def __init__(self) -> None:
        super().__init__()
        self.gate = HuaweiGate()
        self.takes = 1
        self.largest_page = 100
        self.list_lags = 0
        self.savepoints_fail = False
        self.loses_savepoints = False
        self.successor_answers = True
        self.graphs_by_flink = False
        self.edits_while_running = False
        self.edits_desc = True
        self.jobs: dict[int, Job] = {}
        self._next_id = 50_320
        self._moves = 0
        self._calls: list[tuple[str, re.Pattern[str], Callable[[Request, int], Response]]] = [
            ("GET", re.compile(r"/jobs"), self._list),
            ("GET", re.compile(r"/job/(\d+)"), self._detail),
            ("GET", re.compile(r"/job/(\d+)/execute_graph"), self._graph),
            ("GET", re.compile(r"/streaming/jobs"), self._successor),
            ("POST", re.compile(r"/sql_job"), self._create_sql),
            ("PATCH", re.compile(r"/sql_job"), self._update_sql),
            ("POST", re.compile(r"/jar_job"), self._create_jar),
            ("PATCH", re.compile(r"/jar_job"), self._update_jar),
            ("POST", re.compile(r"/job/(\d+)/run"), self._run),
            ("POST", re.compile(r"/job/(\d+)/stop"), self._stop),
            ("DELETE", re.compile(r"/job/(\d+)"), self._delete),
        ]

    # -- the outside ---------------------------------------------------------------------------------------------------

    def running(self, name: str) -> list[str]:
        """The ids of the Flink jobs that run under a name: more than one is what must never be."""
        return [engine for job in self._named(name) for engine in job.engines]

    def ages(self, name: str) -> int:
        """How many starts the state of the one running job has survived; -1 if none runs."""
        return next((job.age for job in self._named(name) if job.engines), -1)

    def fail_job(self, name: str, cause: str = "the disk is full") -> None:
        """The job fails for good."""
        for job in self._named(name):
            job.engines.clear()
            job.becomes("job_running_exception", self.ticks, cause)

    def finish_job(self, name: str) -> None:
        """The job has read all of its input."""
        for job in self._named(name):
            job.engines.clear()
            job.becomes("job_finish", self.ticks)

    def stop_in_console(self, name: str, *, savepoint: bool) -> None:
        """Somebody stops the job by hand."""
        for job in self._named(name):
            job.stop(self.ticks, savepoint=savepoint, takes=0)
            job.look(self.ticks)

    def start_stranger(self, name: str, **fields: Any) -> int:
        """Somebody else makes a job and runs it; its id. `fields` are those of a create request."""
        made = {"name": name, "run_mode": "shared_cluster", "sql_body": "INSERT INTO t SELECT a FROM s", **fields}
        made.setdefault("job_type", "flink_sql_job")
        job = self._made(made)
        job.run(self.ticks, resume=False, takes=0)
        job.look(self.ticks)
        return job.job_id

    def edit(self, name: str, **fields: Any) -> None:
        """Somebody changes a job by hand."""
        for job in self._named(name):
            job.take(fields)

    def forget(self, name: str) -> None:
        """Somebody deletes the job by hand."""
        for job in self._named(name):
            del self.jobs[job.job_id]

    def make(self, fields: Mapping[str, Any]) -> None:
        """Somebody makes a job, and does not run it."""
        self._made(fields)

    def move_list(self, readings: int) -> None:
        """The next so many readings of the list lose a job between two pages; it has several."""
        self._moves, self.largest_page = readings, 3 if readings else 100
        for number in range(8 if readings else 0):
            self._made({"name": f"moving-{self._next_id}-{number}", "job_type": "flink_sql_job"})

    def words(self, name: str) -> list[str]:
        """The statuses of the jobs of a name."""
        return [job.status for job in self._named(name)]

    def _named(self, name: str) -> list[Job]:
        return [job for job in self.jobs.values() if job.fields["name"] == name]

    # -- the platform --------------------------------------------------------------------------------------------------

    def throttled(self) -> Response:
        return huawei.throttled()

    def broken(self) -> Response:
        return refused("CS.10001", "INTERNAL_ERROR", "Internal error.")

    def mistaken(self, why: str) -> Response:
        return refused("CS.11002", "PARAMETER_INVALID", why)

    def answer(self, request: Request) -> Response:
        reported = self.gate.iam(request)
        if reported is not None:
            return reported
        if refusal := self.gate.refusal(request):
            return refusal
        found = re.fullmatch(r"/v1\.0/([^/]+)(/.+)", request.path)
        if found is None:
            return Response(404, gateway_error("APIG.0101", "The API does not exist or has not been published."))
        if found[1] != self.gate.project_id:
            return refused("CS.10006", "PROJECT_ID_NOT_MATCH", "The project ID is not that of the token.")
        if request.method == "GET":
            for job in self.jobs.values():
                job.look(self.ticks)
        for method, path, call in self._calls:
            match = path.fullmatch(found[2])
            if match and method == request.method:
                return call(request, int(match[1]) if match.groups() else 0)
        return Response(404, gateway_error("APIG.0101", "The API does not exist or has not been published."))

    def _list(self, request: Request, _: int) -> Response:
        query = request.query
        jobs = [job for job in self.jobs.values() if query.get("name", "") in str(job.fields["name"])]
        jobs = [job for job in jobs if query.get("status") in (None, job.status)]
        total = len(jobs)
        falling = query.get("order", "desc") == "desc"
        jobs.sort(key=lambda job: job.job_id, reverse=falling)
        if "cursor" in query:
            if self._moves and "name" not in query:
                self._moves -= 1
                gone = min(job.job_id for job in self.jobs.values() if job.fields["name"].startswith("moving-"))
                self._made(self.jobs.pop(gone).fields)
                jobs = [job for job in jobs if job.job_id != gone]
            below = falling == (query.get("next", "true") == "true")
            cursor = int(query["cursor"])
            jobs = [job for job in jobs if (job.job_id < cursor if below else job.job_id > cursor)]
        page = jobs[: min(int(query.get("limit", "20")), self.largest_page)]
        detailed = query.get("show_detail") == "true"
        rows = [shown(job, job.lagging(self.ticks - self.list_lags), detailed=detailed, row=True) for job in page]
        return self._said("The query of the job list succeeds.", {"total": total, "jobs": rows})

    def _detail(self, request: Request, job_id: int) -> Response:
        job = self.jobs.get(job_id)
        if job is None:
            return gone(job_id)
        return self._said("The query of job details succeeds.", shown(job, job.now, detailed=True, row=False))

    def _graph(self, request: Request, job_id: int) -> Response:
        job = self.jobs.get(job_id)
        if job is None:
            return gone(job_id)
        if not job.engines:
            return refused("CS.11010", "JOB_STATUS_ERROR", "The job is not running.")
        nodes = [
            {"id": 1, "type": "Source", "contents": "source", "parallelism": 1},
            {"id": 2, "contents": "sink", "parallelism": 1, "predecessors": [{"id": 1, "ship_strategy": "HASH"}]},
        ]
        if self.graphs_by_flink:
            vertices = [{"id": str(one["id"]), "name": one["contents"], "status": "RUNNING"} for one in nodes]
            reported: dict[str, Any] = {"jid": job.engines[0], "state": "RUNNING", "vertices": vertices}
            return self._said("ok", reported | {"plan": {"nodes": nodes}})
        return self._said("ok", {"execute_plan_items": json.dumps({"nodes": nodes})})

    def _successor(self, request: Request, _: int) -> Response:
        """DLI's job list, which the last SDK of Cloud Stream found on this host."""
        if not self.successor_answers:
            return Response(404, gateway_error("APIG.0101", "The API does not exist or has not been published."))
        name, offset = request.query.get("name", ""), int(request.query.get("offset", "0"))
        jobs = [job for job in reversed(self.jobs.values()) if name in str(job.fields["name"])]
        page = jobs[offset : offset + min(100, int(request.query.get("limit", "10")))]
        rows = [
            {"job_id": job.job_id, "name": job.fields["name"], "has_savepoint": job.savepoint is not None}
            for job in page
        ]
        return Response(
            200, {"is_success": "true", "message": "", "job_list": {"total_count": len(jobs), "jobs": rows}}
        )

    def _create_sql(self, request: Request, _: int) -> Response:
        body = request.json
        if not isinstance(body, dict):
            return refused("CS.10004", "JSON_FORMAT_ERROR", "The request body is not JSON.")
        return self._create(
            body | {"job_type": body.get("job_type", "flink_sql_job")}, SQL_FIELDS, ("name", "run_mode")
        )

    def _create_jar(self, request: Request, _: int) -> Response:
        body = _with_place(parts(request), self._next_id)
        required = ("name", "desc", "cluster_id", "manager_spu", "job_type")
        return self._create(body | {"run_mode": "exclusive_cluster"}, JAR_FIELDS | {"run_mode"}, required)

    def _create(self, body: dict[str, Any], known: frozenset[str], required: tuple[str, ...]) -> Response:
        wrong = [f"{key} is missing" for key in required if body.get(key) in (None, "")]
        wrong += [f"{key} is not known" for key in body if key not in known]
        if wrong:
            return refused("CS.11002", "PARAMETER_INVALID", "; ".join(wrong))
        if self._named(body["name"]):
            return refused("CS.11004", "JOB_NAME_EXIST", f"The job name {body['name']} already exists.")
        job = self._made(body)
        return self._said("A job is created successfully.", {"job_id": job.job_id, "status_name": job.status})

    def _made(self, body: Mapping[str, Any]) -> Job:
        job = Job(self._next_id, dict(body), created=self.ticks)
        self.jobs[job.job_id] = job
        self._next_id += 1
        return job

    def _update_sql(self, request: Request, _: int) -> Response:
        body = request.json
        if not isinstance(body, dict):
            return refused("CS.10004", "JSON_FORMAT_ERROR", "The request body is not JSON.")
        return self._update(body, SQL_FIELDS)

    def _update_jar(self, request: Request, _: int) -> Response:
        body = parts(request)
        if "manager_spu" not in body:
            return refused("CS.11002", "PARAMETER_INVALID", "manager_spu is missing")
        return self._update(_with_place(body, body.get("job_id", "")), JAR_FIELDS)

    def _update(self, body: dict[str, Any], known: frozenset[str]) -> Response:
        job = self.jobs.get(int(body.pop("job_id", 0)))
        if job is None:
            return gone(0)
        editable = self.edits_while_running or (self.edits_desc and body.keys() == {"desc"})
        wrong = refused_update(job, body, known - CREATE_ONLY, edits_while_running=editable)
        if wrong:
            return refused("CS.11010", "JOB_STATUS_ERROR", wrong)
        if any(other is not job for other in self._named(str(body.get("name", job.fields["name"])))):
            return refused("CS.11004", "JOB_NAME_EXIST", f"The job name {body['name']} already exists.")
        job.take(body)
        return self._said("The job is updated successfully.", {"update_time": job.now.at})

    def _run(self, request: Request, job_id: int) -> Response:
        job = self.jobs.get(job_id)
        if job is None:
            return gone(job_id)
        if job.status in ACTIVE or job.engines:
            return refused("CS.11010", "JOB_STATUS_ERROR", f"The job is {job.status}.")
        job.run(self.ticks, resume=request.query.get("resumeSavePoint") == "true", takes=self.takes)
        return self._said("The request to run the job is sent.")

    def _stop(self, request: Request, job_id: int) -> Response:
        job = self.jobs.get(job_id)
        if job is None:
            return gone(job_id)
        savepoint = request.query.get("triggerSavePoint") == "true"
        if job.status not in ("job_running", "job_submitting", "job_cancel_fail"):
            return refused("CS.11010", "JOB_STATUS_ERROR", f"The job is {job.status}.")
        if savepoint and job.fields["job_type"] == "flink_sql_job" and not job.fields.get("obs_bucket"):
            return refused("CS.11011", "OBS_BUCKET_EMPTY", "No OBS bucket for savepoints.")
        fails, loses = savepoint and self.savepoints_fail, self.loses_savepoints
        job.stop(self.ticks, savepoint=savepoint, takes=self.takes, fails=fails, loses=loses)
        return self._said("The request to stop the job is sent.")

    def _delete(self, request: Request, job_id: int) -> Response:
        if self.jobs.pop(job_id, None) is None:
            return gone(job_id)
        return self._said("The job is deleted.", message_id="CS.18000")

    def _said(self, message: str, payload: Any = None, *, message_id: str = "CS.10001") -> Response:
        envelope = {"message_id": message_id, "message": message, "current_time": 1_533_686_888_000 + self.ticks}
        return Response(200, envelope | ({} if payload is None else {"payload": payload}))


def _with_place(body: dict[str, Any], job_id: object) -> dict[str, Any]:
    """A jar that came with a request is kept by the service, under the name it came with."""
    return body | {"jar_url": f"cs-flink-jar/{job_id}/{body['jar']}"} if "jar" in body else body
