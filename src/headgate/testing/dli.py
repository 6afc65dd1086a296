"""A simulated Huawei Cloud DLI: the jobs API v1.0 as its pages and its SDK describe it, quirks included.

    with DliSimulator() as dli:
        ...                                  # targets: {dli: {provider: huawei-dli, endpoint: dli.url, ...}}
        assert dli.running("orders") == ["..."]

Everything wrong is a 400 with an error code; `is_success` is text here and a boolean there; run and stop answer with
bare lists and only ask; a list tells old news; signatures are verified. The official client is pointed at it in the
tests, and must be content. What is not documented is done the awkward way: names need not be unique, `name=` finds
parts of names, a detailed list does not tell savepoints.
"""

from __future__ import annotations

import json
import re
from typing import Any

from headgate.testing.dli_jobs import ENDED, JAR_JOB, SQL_JOBS, Jobs, SimulatedJob
from headgate.testing.dli_requests import (
    JAR_CREATE,
    JAR_UPDATE,
    SQL_CREATE,
    SQL_UPDATE,
    WHILE_RUNNING,
    Refused,
    checked,
)
from headgate.testing.huawei import HuaweiGate, gateway_error, throttled
from headgate.testing.server import Request, Response, SimulatedServer

BUCKET = "flink-state"


class DliSimulator(SimulatedServer):
    """One project of DLI, and IAM at the same address. Attributes that a test may set:

    `gate`          who may pass: keys, tokens, projects
    `jobs`          the world behind it; `jobs.savepoints_fail`, `jobs.stops_lose_state`, `jobs.version`, ...
    `list_lag`      how many requests late the list is, `status_lag` how many a job's own status is
    `unique_names`  whether a second definition of a name is refused
    `edits_desc`    whether name and description of a running job can be changed
    `buckets`       the buckets that DLI may use
    `moves`         how many readings of the list lose a row between their first and their second page
    `graphs`        job id to the whole answer of execute-graph, in place of the simulator's own
    """

    def __init__(self, gate: HuaweiGate | None = None) -> None:
        super().__init__()
        self.gate = gate or HuaweiGate()
        self.jobs = Jobs(self.gate.project_id)
        self.list_lag = 2
        self.status_lag = 2
        self.unique_names = False
        self.edits_desc = True
        self.buckets = {BUCKET}
        self.moves = self._moved = 0
        self.graphs: dict[int, Any] = {}

    # -- from outside --------------------------------------------------------------------------------------------------

    def running(self, name: str) -> list[str]:
        """The ids of the Flink jobs that run under this name: more than one is one too many."""
        return [one.jid for one in self.jobs.engines if self.jobs.all[one.job_id].name == name]

    def ages(self, name: str) -> int:
        """How many starts the state of the one job of this name has survived."""
        [age] = [one.age for one in self.jobs.engines if self.jobs.all[one.job_id].name == name]
        return age

    def definitions(self, name: str) -> list[SimulatedJob]:
        """All definitions of this name, deleted ones left out."""
        return [job for job in self.jobs.all.values() if job.name == name and not job.deleted]

    def fail_job(self, name: str, why: str = "the disk is full") -> None:
        for job in self._with_engine(name):
            self.jobs.ended(job, "job_running_exception", why)

    def finish_job(self, name: str) -> None:
        for job in self._with_engine(name):
            self.jobs.ended(job, "job_finish")

    def start_stranger(self, name: str, *, sql: str = "INSERT INTO t SELECT a FROM s", **fields: Any) -> int:
        """Somebody creates and runs a job in the console; its id."""
        body = {"name": name, "desc": "made by hand", "sql_body": sql, "queue_name": "flink", "obs_bucket": BUCKET}
        body |= {"run_mode": "exclusive_cluster", **fields}
        job = self.jobs.create(fields.get("job_type", "flink_opensource_sql_job"), body)
        self.jobs.run(job, resume=False)
        self.jobs.advance(self.ticks + self.jobs.submitting)
        self.ticks += self.jobs.submitting + self.list_lag
        return job.id

    def edit(self, name: str, **fields: Any) -> None:
        """Somebody changes fields of a job in the console."""
        [job] = self.definitions(name)
        self.jobs.change(job, fields)

    def be(self, name: str, status: str) -> None:
        """The job gets this status, whatever it was doing."""
        [job] = self.definitions(name)
        job.status, job.ahead = status, []
        self.jobs.note(job)

    def _with_engine(self, name: str) -> list[SimulatedJob]:
        known = {one.job_id for one in self.jobs.engines}
        return [job for job in self.definitions(name) if job.id in known]

    # -- HTTP ----------------------------------------------------------------------------------------------------------

    def writes(self, request: Request) -> bool:
        reads = ("/v3/auth/tokens", "/gen-graph", "/jobs/metrics")
        return request.method != "GET" and not request.path.endswith(reads)

    def throttled(self) -> Response:
        return throttled()

    def broken(self) -> Response:
        return Response(400, {"error_code": "DLI.0999", "error_msg": "System internal error."})

    def mistaken(self, why: str) -> Response:
        return Response(400, {"error_code": "DLI.0001", "error_msg": why})

    def answer(self, request: Request) -> Response:
        self.jobs.advance(self.ticks)
        if answered := self.gate.iam(request) or self.gate.refusal(request):
            return answered
        project = self.gate.project_id
        if request.headers.get("x-project-id", project) != project or f"/{project}/" not in request.path:
            return Response(403, gateway_error("APIG.0302", "The project id does not match."))
        path = request.path.partition(f"/{project}/")[2]
        for method, pattern, handle in _ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                try:
                    return Response(200, handle(self, request, *found.groups()))
                except Refused as refused:
                    return Response(400, {"error_code": refused.code, "error_msg": str(refused)})
        return Response(404, gateway_error("APIG.0101", "The API does not exist or has not been published."))

    def _job(self, job_id: str) -> SimulatedJob:
        job = self.jobs.all.get(int(job_id))
        if job is None or job.deleted:
            raise Refused("DLI.16001", f"Job {job_id} does not exist")
        return job

    def _list(self, request: Request) -> Any:
        query = request.query
        limit, offset = int(query.get("limit", "10")), int(query.get("offset", "0"))
        if not 0 < limit <= 100:
            raise Refused("DLI.0001", "limit must be between 1 and 100")
        detail = query.get("show_detail", "false") == "true"
        rows = [(job, row) for job in self.jobs.all.values() if (row := self.jobs.reported(job, self.list_lag))]
        rows = [(job, row) for job, row in rows if query.get("name", "") in row["name"]]
        for key in ("status", "job_type", "queue_name"):
            rows = [(job, row) for job, row in rows if query.get(key) in (None, row[key])]
        rows.sort(key=lambda pair: pair[1]["job_id"], reverse=query.get("order", "desc") == "desc")
        if offset == 0:
            self._moved = min(1, self.moves)
            self.moves -= self._moved
        elif self._moved:
            rows = rows[1:]
        shown = [job.brief(row) if not detail else _detailed(row) for job, row in rows[offset : offset + limit]]
        listed = {"total_count": len(rows), "jobs": shown}
        return {"is_success": "true", "message": "Querying of the job list succeeds.", "job_list": listed}

    def _detail(self, request: Request, job_id: str) -> Any:
        job = self._job(job_id)
        row = job.row(self.gate.project_id)
        before = self.jobs.reported(job, self.status_lag) or job.news[0][1] or row
        row |= {key: before[key] for key in ("status", "start_time", "has_savepoint")}
        return {"is_success": "true", "message": "Job detail query succeeds.", "job_detail": row}

    def _execute_graph(self, request: Request, job_id: str) -> Any:
        job = self._job(job_id)
        if job.id in self.graphs:
            return self.graphs[job.id]
        engine = next((one for one in self.jobs.engines if one.job_id == job.id), None)
        if engine is None:
            raise Refused("DLI.0001", f"Job {job_id} is not running")
        graph = {"jid": engine.jid, "name": "", "isStoppable": False, "state": engine.state}
        graph |= {"start-time": engine.since, "end-time": -1, "duration": self.jobs.now - engine.since}
        return {"is_success": "true", "message": "Querying the job execution graph succeeds.", "execute_graph": graph}

    def _gen_graph(self, request: Request, job_id: str) -> Any:
        job, asked = self._job(job_id), request.json
        if asked.get("flink_version", job.fields["flink_version"]) not in ("1.10", "1.12"):
            raise Refused("DLI.0007", "Static stream graphs are supported for Flink 1.10 and 1.12 only")
        sql, parallelism = str(asked["sql_body"]), int(asked.get("parallel_number", 1))
        for number, line in enumerate(sql.splitlines(), 1):
            if (column := line.find(self.jobs.broken_word)) >= 0:
                near = f'Encountered "{self.jobs.broken_word}" at line {number}, column {column + 1}.'
                raise Refused("DLI.0004", f"SQL parse failed. {near}")
        return {"is_success": True, "message": "", "error_code": "", "stream_graph": _stream_graph(sql, parallelism)}

    def _create_sql(self, request: Request) -> Any:
        body = checked(request.json, SQL_CREATE, {}, self.buckets)
        job_type = body.get("job_type", "flink_opensource_sql_job")
        if job_type not in SQL_JOBS:
            raise Refused("DLI.0001", f"job_type {job_type} is invalid")
        if body.get("run_mode", "shared_cluster") == "shared_cluster" and job_type != "flink_sql_job":
            raise Refused("DLI.0001", f"run_mode shared_cluster does not support {job_type}")
        return self._created(job_type, body, success="true")

    def _create_jar(self, request: Request) -> Any:
        return self._created(JAR_JOB, checked(request.json, JAR_CREATE, {}, self.buckets), success=True)

    def _created(self, job_type: str, body: dict[str, Any], *, success: str | bool) -> Any:
        name = body.get("name")
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,57}", name):
            raise Refused("DLI.0001", "name is invalid")
        if self.unique_names and self.definitions(name):
            raise Refused("DLI.0006", f"Job {name} already exists")
        job = self.jobs.create(job_type, body)
        reported = {"job_id": job.id, "status_name": "job_init", "status_desc": ""}
        return {"is_success": success, "message": "A DLI job is created successfully.", "job": reported}

    def _update(self, request: Request, kind: str, job_id: str) -> Any:
        job = self._job(job_id)
        if (job.job_type == JAR_JOB) != (kind == "flink-jobs"):
            raise Refused("DLI.0001", f"Job {job_id} is a {job.job_type}")
        body = checked(request.json, JAR_UPDATE if kind == "flink-jobs" else SQL_UPDATE, job.fields, self.buckets)
        if job.status not in ENDED:
            allowed = WHILE_RUNNING | {"name", "desc"} if self.edits_desc else WHILE_RUNNING
            if fixed := sorted(body.keys() - allowed):
                raise Refused("DLI.0007", f"{', '.join(fixed)} cannot be changed while the job is {job.status}")
        same = job.fields.get("obs_bucket") == body.get("obs_bucket", "")
        if kind == "flink-jobs" and body.get("obs_bucket") and same:
            raise Refused("DLI.0001", "obs_bucket is not changed")
        self.jobs.change(job, body)
        return {"is_success": kind == "flink-jobs" or "true", "message": "updated", "job": {"update_time": job.updated}}

    def _run(self, request: Request) -> Any:
        asked = request.json
        for job in map(self._job, map(str, asked["job_ids"])):
            if job.status not in ENDED:
                raise Refused("DLI.0001", f"Job {job.id} is {job.status} and cannot be run")
            self.jobs.run(job, resume=asked.get("resume_savepoint", False))
        said = "The request for submitting DLI jobs is delivered successfully."
        return [{"is_success": "true", "message": said} for _ in asked["job_ids"]]

    def _stop(self, request: Request) -> Any:
        asked = request.json
        for job in map(self._job, map(str, asked["job_ids"])):
            if job.status not in ("job_running", "job_submitting", "job_cancel_fail"):
                raise Refused("DLI.0001", f"Job {job.id} is {job.status} and cannot be stopped")
            self.jobs.stop(job, savepoint=asked.get("trigger_savepoint", False))
        said = "The request for stopping DLI jobs is successfully delivered."
        return [{"is_success": "true", "message": said} for _ in asked["job_ids"]]

    def _delete(self, request: Request, job_id: str) -> Any:
        self.jobs.delete(self._job(job_id))
        return {"is_success": "true", "message": "The job is deleted successfully."}

    def _savepoint(self, request: Request, job_id: str) -> Any:
        job, asked = self._job(job_id), request.json
        if job.status != "job_running" or asked.get("action") != "TRIGGER" or "://" in asked["savepoint_path"]:
            raise Refused("DLI.0001", f"The input parameter is invalid, or job {job_id} is {job.status}")
        self.jobs.savepoint(job, asked["savepoint_path"])
        inner = {"is_success": "true", "message": "api.msg.deal_savepoint_success"}
        return {"is_success": True, "message": json.dumps(inner, separators=(",", ":"))}

    def _import_savepoint(self, request: Request, job_id: str) -> Any:
        job, asked = self._job(job_id), request.json
        path = asked["savepoint_path"]
        if str(asked["job_id"]) != job_id or job.status not in ENDED:
            raise Refused("DLI.0001", f"Job {job_id} is {job.status}")
        if path not in self.jobs.storage:
            raise Refused("DLI.0001", f"There is no _metadata in {path}")
        job.saved = self.jobs.storage[path]
        self.jobs.note(job)
        return {"is_success": True, "message": "The savepoint is imported successfully."}

    def _tags(self, request: Request, job_id: str) -> Any:
        return {"tags": [{"key": key, "value": value} for key, value in sorted(self._job(job_id).tags.items())]}

    def _change_tags(self, request: Request, job_id: str, verb: str) -> Any:
        tags = self._job(job_id).tags
        for tag in request.json["tags"]:
            tags.pop(tag["key"], None)
            if verb == "create":
                tags[tag["key"]] = tag["value"]
        return None


def _detailed(row: dict[str, Any]) -> dict[str, Any]:
    """What the list tells of a row with `show_detail`."""
    return {key: value for key, value in row.items() if key not in ("has_savepoint", "savepoint_path")}


def _stream_graph(sql: str, parallelism: int) -> str:
    """A source and a sink, as the page's sample has them."""
    tables = re.findall(r"(?:from|into)\s+(\w+)", sql, re.IGNORECASE) or ["sink", "source"]
    sink, source = f"0a448493b4782967b150582570{len(sql):06}", "bc764cd8ddf7a0cff126f51c16239658"
    edge = {"num": 0, "id": source, "ship_strategy": "FORWARD", "exchange": "pipelined_bounded"}
    ids = {"operator": "", "operator_strategy": "", "optimizer_properties": {}}
    nodes = [
        {"id": sink, "parallelism": 1, "description": f"Sink: {tables[0]}", "inputs": [edge], **ids},
        {"id": source, "parallelism": parallelism, "description": f"Source: {tables[-1]}", **ids},
    ]
    return json.dumps({"jid": "44334c4259f6714bddef1ac525364052", "name": "InternalJob", "nodes": nodes})


_ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("GET", r"streaming/jobs", DliSimulator._list),
    ("GET", r"streaming/jobs/(\d+)", DliSimulator._detail),
    ("GET", r"streaming/jobs/(\d+)/execute-graph", DliSimulator._execute_graph),
    ("POST", r"streaming/jobs/(\d+)/gen-graph", DliSimulator._gen_graph),
    ("POST", r"streaming/sql-jobs", DliSimulator._create_sql),
    ("POST", r"streaming/flink-jobs", DliSimulator._create_jar),
    ("PUT", r"streaming/(sql-jobs|flink-jobs)/(\d+)", DliSimulator._update),
    ("POST", r"streaming/jobs/run", DliSimulator._run),
    ("POST", r"streaming/jobs/stop", DliSimulator._stop),
    ("DELETE", r"streaming/jobs/(\d+)", DliSimulator._delete),
    ("POST", r"streaming/jobs/(\d+)/savepoint", DliSimulator._savepoint),
    ("POST", r"streaming/jobs/(\d+)/import-savepoint", DliSimulator._import_savepoint),
    ("GET", r"dli_flink_job/(\d+)/tags", DliSimulator._tags),
    ("POST", r"dli_flink_job/(\d+)/tags/(create|delete)", DliSimulator._change_tags),
)
