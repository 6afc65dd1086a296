"""The API of the simulated service, one method a call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from headgate.testing.foas import job_calls, plans, project_calls
from headgate.testing.foas.answers import Refused, answered, camel_case, error
from headgate.testing.foas.jobs import EPOCH, SimulatedInstance, SimulatedJob, texts
from headgate.testing.foas.signatures import Gateway
from headgate.testing.server import Request, Response, SimulatedServer

_ROOT = r"/api/v2/projects/(?P<project>[^/]+)"
_JOB = rf"{_ROOT}/jobs/(?P<job>[^/]+)"
_INSTANCE = rf"{_JOB}/instances/(?P<instance>-?\d+)"
_PACKAGE = rf"{_ROOT}/packages/(?P<package>[^/]+)"
_STATEMENT = "CREATE TABLE s (a INT) WITH (type = 'random');\nINSERT INTO t SELECT a FROM s"


class FoasSimulator(SimulatedServer):
    """One project of the service. Attributes that a test may set:

    `rejects`           a word no statement may contain: ValidateJob says where it stands
    `lag`               looks for which the old state is shown after a change
    `pause_looks`       looks a pause takes, `start_looks` a start, `plan_looks` the generation of a plan
    `checkpoint_after`  looks until a job that runs has completed its first checkpoint
    `largest_page`      how many entries a page holds at most
    `camel_case`        keys begin with a small letter, as in some samples of the documentation
    `torn_pages`        how many of the next listings of more than one page lack their last page
    `engine`            the version that `current` and `beta` stand for
    """

    def __init__(
        self,
        project: str = "demo_prj",
        *,
        key_id: str = "testid",
        secret: str = "testsecret",  # noqa: S107 - the one everybody signs samples with
        token: str = "",
        host: str = "foas.cn-shanghai.aliyuncs.com",
    ) -> None:
        super().__init__()
        self.project = project
        self.host = host
        self.gateway = Gateway(key_id, secret, token)
        self.rejects = ""
        self.lag = 1
        self.pause_looks = 2
        self.start_looks = 1
        self.plan_looks = 1
        self.checkpoint_after = 3
        self.largest_page = 100
        self.camel_case = False
        self.torn_pages = 0
        self.engine = "blink-3.6.0"
        self.engine_versions = ["blink-3.6.0", "blink-3.4.4", "blink-2.2.4"]
        self.queues = [("cluster-1", "root.demo")]
        self.folders = {"/": 1}
        self.jobs: dict[str, SimulatedJob] = {}
        self.packages: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, plans.PlanSession] = {}
        self._last_id = 6

    # -- what the world does, and what a test looks at ------------------------------------------------------------

    def running(self, name: str) -> list[str]:
        """The ids of all instances of a job that the engine runs."""
        job = self.jobs.get(name)
        return [str(each.id) for each in job.instances if each.lives] if job else []

    def ages(self, name: str) -> int:
        """How many starts the state of a job has survived."""
        current = self.jobs[name].current
        assert current is not None  # noqa: S101 - a test asks about a job it has started
        return current.age

    def parameters(self, name: str) -> list[str]:
        """The `parameterJson` of every start of a job."""
        return list(self.jobs[name].parameters)

    def fail_job(self, name: str, message: str = "the disk is full\n\tat blink") -> None:
        """The job fails for good."""
        self._end(name, "FAILED", message)

    def finish_job(self, name: str) -> None:
        """The job has read all of its input."""
        self._end(name, "SUCCESS", "")

    def press(self, name: str, state: str) -> None:
        """Somebody presses a button in the console: the newest instance is to be in that state, and is at once."""
        with self._lock:
            current = self.jobs[name].current
            assert current is not None  # noqa: S101
            current.actual = current.expected = state
            current.operated_at = self.now()

    def edit(self, name: str, *, commit: bool = False, **fields: str) -> None:
        """Somebody edits a job in the console; fields are named as the API answers them, as `PlanJson`."""
        with self._lock:
            job = self.jobs[name]
            job.content |= {key: value for key, value in fields.items() if key in job.content}
            job.description = fields.get("Description", job.description)
            if commit:
                job.committed = dict(job.content)

    def start_stranger(
        self, name: str, *, code: str = _STATEMENT, description: str = "", job_type: str = "FLINK_STREAM", **fields: str
    ) -> SimulatedJob:
        """Somebody who is not headgate makes a job and starts it."""
        with self._lock:
            fields = {"code": code, "engineVersion": self.engine, "planJson": plans.plan(code), **fields}
            cluster, queue = self.queues[0]
            content = texts({"clusterId": cluster, "queueName": queue, **fields})
            api_type = fields.get("apiType", "SQL")
            job = SimulatedJob(name, self.next_id(), job_type, api_type, content, description, modified_at=self.now())
            job.committed = dict(content)
            self.jobs[name] = job
            self.launch(job, age=0).actual, job.stale = "RUNNING", 0
            return job

    def _end(self, name: str, state: str, message: str) -> None:
        with self._lock:
            current = self.jobs[name].current
            assert current is not None  # noqa: S101
            current.actual = current.expected = state
            current.ended_at = self.now()
            if message:
                current.error_at, current.error = self.now(), message

    # -- serving ---------------------------------------------------------------------------------------------------

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

    # -- what the calls do to jobs ---------------------------------------------------------------------------------

    def now(self) -> int:
        """The platform's time, which goes on with every request; milliseconds since the epoch."""
        return EPOCH + 1000 * self.ticks

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def look(self, job: SimulatedJob) -> SimulatedInstance | None:
        """The newest instance of a job as it is shown, and time goes by for it."""
        return job.look(checkpoint_after=self.checkpoint_after)

    def launch(self, job: SimulatedJob, *, age: int, flush: bool = True) -> SimulatedInstance:
        """A new instance, of what is committed, or of what ran before."""
        job.change(self.lag)
        content = job.committed if flush or job.current is None else job.current.content
        return job.launch(self.next_id(), self.now(), age=age, wait=self.start_looks, content=content or job.content)

    def pause(self, job: SimulatedJob, instance: SimulatedInstance, *, checkpoint: bool) -> None:
        job.change(self.lag)
        instance.expected, instance.wait, instance.operated_at = "PAUSED", self.pause_looks, self.now()
        instance.checkpoints += checkpoint

    def terminate(self, job: SimulatedJob, instance: SimulatedInstance) -> None:
        job.change(self.lag)
        instance.expected, instance.wait, instance.operated_at = "TERMINATED", 1, self.now()

    def resume(self, job: SimulatedJob, instance: SimulatedInstance, *, flush: bool) -> None:
        """From the last checkpoint that succeeded, in whichever instance; from nothing if there is none."""
        kept = instance.checkpoints or instance.age
        self.launch(job, age=instance.age + 1 if kept else 0, flush=flush)


Call = Callable[[FoasSimulator, Request, Mapping[str, str]], Mapping[str, Any]]
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
