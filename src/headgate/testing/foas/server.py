"""The simulated service with its API: which call answers which request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from headgate.testing.foas import job_calls, project_calls
from headgate.testing.foas.answers import Refused, answered, camel_case, error
from headgate.testing.foas.platform import FoasPlatform
from headgate.testing.server import Request, Response

_ROOT = r"/api/v2/projects/(?P<project>[^/]+)"
_JOB = rf"{_ROOT}/jobs/(?P<job>[^/]+)"
_INSTANCE = rf"{_JOB}/instances/(?P<instance>-?\d+)"
_PACKAGE = rf"{_ROOT}/packages/(?P<package>[^/]+)"


class FoasSimulator(FoasPlatform):
    """One project of the service, which answers as its API does. What a test may set is said by `FoasPlatform`."""

    def throttled(self) -> Response:
        body = {"RequestId": "r", "HostId": self.host, "Code": "Throttling.User", "Message": "Request was denied."}
        return Response(400, body, {"x-acs-retry-after": "1"})

    def broken(self) -> Response:
        body = {"RequestId": "r", "HostId": self.host, "Code": "ServiceUnavailable", "Message": "The server is busy."}
        return Response(503, body)

    def mistaken(self, why: str) -> Response:
        return Response(400, {"RequestId": "r", "HostId": self.host, "Code": "InvalidParameter", "Message": why})

    def answer(self, request: Request) -> Response:
        try:
            if refusal := self.gateway.refusal(request):
                raise Refused(refusal.status, refusal.code, refusal.message)
            for method, pattern, call in CALLS:
                found = re.fullmatch(pattern, request.path)
                if found and method == request.method:
                    body = self._called(call, request, found.groupdict())
                    return answered(request, camel_case(body) if self.camel_case else body)
            raise Refused(404, "InvalidApi.NotFound", "Specified api is not found, please check your url and method.")
        except Refused as refused:
            return error(request, self.host, refused)

    def _called(self, call: Call, request: Request, names: Mapping[str, str]) -> Mapping[str, Any]:
        if names.get("project", self.project) != self.project:
            raise Refused(404, "InvalidProject.NotFound", f"project {names['project']} does not exist")
        return call(self, request, names)


Call = Callable[[FoasPlatform, Request, Mapping[str, str]], Mapping[str, Any]]
CALLS: tuple[tuple[str, str, Call], ...] = (
    ("GET", "/api/v2/projects", project_calls.list_projects),
    ("GET", "/api/v2/clusters/(?P<cluster>[^/]+)/engineversions", project_calls.list_engine_versions),
    ("GET", rf"{_ROOT}/queues", project_calls.list_queues),
    ("GET", rf"{_ROOT}/folders", project_calls.get_folder),
    ("POST", rf"{_ROOT}/folders", project_calls.create_folder),
    ("GET", rf"{_ROOT}/packages", project_calls.list_packages),
    ("POST", rf"{_ROOT}/packages", project_calls.create_package),
    ("DELETE", _PACKAGE, project_calls.delete_package),
    ("GET", rf"{_PACKAGE}/jobs", project_calls.get_ref_package_job),
    ("GET", rf"{_ROOT}/jobs", job_calls.list_jobs),
    ("POST", rf"{_ROOT}/jobs", job_calls.create_job),
    ("GET", _JOB, job_calls.get_job),
    ("PUT", _JOB, job_calls.update_job),
    ("DELETE", _JOB, job_calls.delete_job),
    ("GET", rf"{_JOB}/validate", job_calls.validate_job),
    ("PUT", rf"{_JOB}/commit", job_calls.commit_job),
    ("PUT", rf"{_JOB}/offline", job_calls.offline_job),
    ("GET", rf"{_JOB}/planjson", job_calls.get_raw_plan_json),
    ("GET", rf"{_JOB}/planjson/check", job_calls.check_raw_plan_json),
    ("POST", rf"{_JOB}/instance", job_calls.start_job),
    ("GET", rf"{_ROOT}/instances", job_calls.list_instances),
    ("GET", rf"{_ROOT}/runsummary", job_calls.batch_get_run_summary),
    ("GET", _INSTANCE, job_calls.get_instance),
    ("GET", rf"{_INSTANCE}/runsummary", job_calls.get_run_summary),
    ("PUT", rf"{_INSTANCE}/expectstate", job_calls.modify_instance_state),
    ("GET", rf"{_INSTANCE}/details", job_calls.get_detail),
    ("GET", rf"{_INSTANCE}/config", job_calls.get_config),
    ("GET", rf"{_INSTANCE}/checkpoints", job_calls.get_checkpoints),
    ("GET", rf"{_INSTANCE}/exceptions", job_calls.get_exceptions),
    ("GET", rf"{_INSTANCE}/finalstate", job_calls.get_final_state),
)
