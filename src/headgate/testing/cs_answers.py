"""What the simulated Cloud Stream understands in a request, and how it refuses one."""

from __future__ import annotations

import re
from typing import Any

from headgate.testing.server import Request, Response


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The fields of the create pages; an update takes the same, but for those that are chosen once.
SQL_FIELDS = _words(
    "name run_mode desc template_id cluster_id sql_body spu_number parallel_number checkpoint_enabled checkpoint_mode "
    "checkpoint_interval obs_bucket log_enabled smn_topic restart_when_exception idle_state_retention job_type "
    "edge_group_ids udf_jar_url dirty_data_strategy tags sys_enterprise_project_id"
)
JAR_FIELDS = _words(
    "name desc cluster_id manager_spu job_type spu_number parallel_number executor_number executor_spu log_enabled "
    "obs_bucket smn_topic jar jar_url config config_url main_class args restart_when_exception tags "
    "sys_enterprise_project_id"
)
CREATE_ONLY = _words("template_id job_type")
_PART = re.compile(rb'name="(?P<name>[^"]+)"(?:; filename="(?P<file>[^"]*)")?')


def refused(code: str, name: str, cause: str) -> Response:
    """An error in the shape of the service's own: always HTTP 400, and no envelope."""
    body = {"error_id": code, "error_name": name, "error_cause": cause, "error_suggestion": "", "error_json_opt": ""}
    return Response(400, body | {"error_time": 1_538_016_904_593})


def gone(job_id: int) -> Response:
    """The answer about a job that is not there."""
    return refused("CS.11001", "JOB_NOT_EXIST", f"The job {job_id} does not exist.")


def parts(request: Request) -> dict[str, Any]:
    """A multipart form: texts by name, and for a file the name it came with."""
    boundary = re.search(r"boundary=([^;]+)", request.headers.get("content-type", ""))
    found: dict[str, Any] = {}
    for piece in request.body.split(b"--" + boundary[1].encode())[1:-1] if boundary else []:
        head, _, content = piece.strip(b"\r\n").partition(b"\r\n\r\n")
        part = _PART.search(head)
        if part:
            text = part["file"] if part["file"] is not None else content
            found[part["name"].decode()] = text.decode()
    return found
