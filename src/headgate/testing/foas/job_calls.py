"""Calls about jobs, their plans and their instances."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from headgate.testing.foas import plans
from headgate.testing.foas.answers import Refused, arguments, page, required
from headgate.testing.foas.jobs import SimulatedInstance, SimulatedJob, texts
from headgate.testing.foas.plans import PlanSession
from headgate.testing.foas.platform import FoasPlatform
from headgate.testing.server import Request

Names = Mapping[str, str]
Answer = Mapping[str, Any]
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_SETTABLE = ("code", "planJson", "properties", "packages", "engineVersion", "clusterId", "queueName")


# -- jobs --------------------------------------------------------------------------------------------------------------


def list_jobs(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    query = request.query
    full = query.get("isShowFullField", "true").lower() != "false"
    found = [
        job.saved(full=full)
        for job in platform.jobs.values()
        if query.get("jobName", "") in job.name and query.get("jobType", job.job_type).upper() == job.job_type
    ]
    return _torn(platform, request, page(request, found, "Jobs", "Job", largest=platform.largest_page))


def get_job(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    job = platform.jobs.get(names["job"])
    return {"Job": {**job.saved(full=True), "ProjectName": platform.project} if job else None}


def create_job(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    body = arguments(request)
    name = required(body, "jobName")
    if name in platform.jobs:
        raise Refused(400, "InvalidJob.Duplicate", f"job {name} exists already")
    job_type, api_type = required(body, "jobType").upper(), required(body, "apiType").upper()
    required(body, "code")
    if job_type not in ("FLINK_STREAM", "FLINK_BATCH") or api_type not in ("SQL", "DATASTREAM"):
        raise Refused(400, "InvalidJobType", "The specified parameter jobType or apiType is not valid.")
    cluster, queue = platform.queues[0]
    content = texts({"clusterId": cluster, "queueName": queue, "engineVersion": "current", **body})
    job = SimulatedJob(name, platform.next_id(), job_type, api_type, content, created_at=platform.now())
    _take(platform, job, body)
    platform.jobs[name] = job
    return {}


def update_job(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    job = _job(platform, names)
    body = arguments(request)
    job.content |= {key[0].upper() + key[1:]: body[key] for key in _SETTABLE if key in body}
    _take(platform, job, body)
    return {}


def validate_job(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    code = _job(platform, names).content["Code"]
    if "STATEMENT SET" in plans.logic(code).upper():
        raise Refused(400, "SqlParseError", 'Encountered "STATEMENT" at line 1, column 7.')
    for number, line in enumerate(code.splitlines(), start=1):
        if platform.rejects and platform.rejects in line:
            column = line.index(platform.rejects) + 1
            place = f"From line {number}, column {column} to line {number}, column {column + len(platform.rejects)}"
            raise Refused(400, "SqlValidateError", f"{place}: Object '{platform.rejects}' not found")
    return {"JobInOut": {"Inputs": {"Input": []}, "Outputs": {"Output": []}, "Dims": {"Dim": []}}}


def commit_job(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    job = _job(platform, names)
    body = arguments(request)
    if body.get("isOnOff", "false").lower() == "true":
        required(body, "maxCU")
    job.committed = dict(job.content)
    job.autoscale = body if "isOnOff" in body else job.autoscale
    return {}


def offline_job(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    job = _job(platform, names)
    if job.current and not job.current.over:
        raise Refused(400, "InvalidJob.Running", f"job {job.name} has to be stopped first")
    job.committed = None
    return {}


def delete_job(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    job = _job(platform, names)
    if job.committed:
        raise Refused(400, "InvalidJob.Committed", f"job {job.name} has to be taken offline first")
    del platform.jobs[job.name]
    return {}


# -- plans -------------------------------------------------------------------------------------------------------------


def get_raw_plan_json(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    job, query = _job(platform, names), request.query
    if ("expectedCore" in query) is not ("expectedGB" in query):
        raise Refused(400, "InvalidExpectedCore", "expectedCore and expectedGB go together")
    core = float(query["expectedCore"]) if "expectedCore" in query else None
    autoconf = query.get("autoconfEnable", "false").lower() == "true"
    broken = bool(platform.rejects) and platform.rejects in job.content["Code"]
    session = f"session-{platform.next_id()}"
    made = plans.plan(job.content["Code"], core=core, autoconf=autoconf)
    platform.sessions[session] = PlanSession(platform.plan_looks, made, "the statement is wrong" if broken else "")
    return {"SessionId": session}


def check_raw_plan_json(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    session = platform.sessions.get(required(request.query, "sessionId"))
    if session is None:
        raise Refused(400, "InvalidSessionId", "The specified parameter sessionId is not valid.")
    if session.looks:
        session.looks -= 1
        return {"PlanJsonInfo": {"Status": "Session in run", "PlanJson": None, "ErrorMessage": None}}
    if session.error:
        return {"PlanJsonInfo": {"Status": "fail", "PlanJson": None, "ErrorMessage": session.error}}
    return {"PlanJsonInfo": {"Status": "success", "PlanJson": session.plan, "ErrorMessage": None}}


# -- instances ---------------------------------------------------------------------------------------------------------


def start_job(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    job = _job(platform, names)
    if job.committed is None:
        raise Refused(400, "InvalidJob.NotCommitted", f"job {job.name} has to be committed first")
    current = job.current
    if job.job_type == "FLINK_STREAM" and current is not None and not current.over:
        raise Refused(400, "InvalidInstance.Running", f"job {job.name} has an instance that is not stopped")
    job.parameters.append(arguments(request).get("parameterJson", ""))
    return {"instanceId": platform.launch(job, age=0).id}


def list_instances(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    query = request.query
    job_type = required(query, "jobType").upper()
    archived = query.get("isArchived", "false").lower() == "true"
    found: list[SimulatedInstance] = []
    for job in platform.jobs.values():
        if job.job_type == job_type and query.get("jobName", "") in job.name:
            found += [each for each in job.instances if each.archived] if archived else _unarchived(platform, job)
    rows = [each.shown() for each in found]
    return _torn(platform, request, page(request, rows, "Instances", "Instance", largest=platform.largest_page))


def get_instance(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    instance = _instance(platform, names)
    return {"Instance": instance.shown() if instance else None}


def get_run_summary(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    instance = _instance(platform, names)
    return {"RunSummary": _summary(instance) if instance else None}


def batch_get_run_summary(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    """Jobs that do not exist, or were never committed, are left out without a word."""
    asked = required(request.query, "jobNames").split(",")
    required(request.query, "jobType")
    jobs = [platform.jobs[name] for name in asked if name in platform.jobs and platform.jobs[name].committed]
    shown = [instance for job in jobs if (instance := platform.look(job))]
    return {"RunSummarys": {"RunSummary": [_summary(each) for each in shown]}}


def modify_instance_state(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    job, body = _job(platform, names), arguments(request)
    state = required(body, "expectState").upper()
    number = int(names["instance"])
    instance = job.current if number == -1 else next((each for each in job.instances if each.id == number), None)
    if instance is None or instance.archived or instance.over:
        raise Refused(400, "InvalidInstance.NotFound", f"job {job.name} has no instance {number} that is not over")
    triggers = body.get("triggerCheckpoint", "false").lower() == "true"
    if triggers and not _takes_checkpoints(instance.content["EngineVersion"]):
        raise Refused(400, "InvalidEngineVersion", "triggerCheckpoint needs an engine version of 3.5 or newer")
    match state:
        case "PAUSED" if job.job_type == "FLINK_STREAM":
            if instance.expected != "PAUSED":
                platform.pause(job, instance, checkpoint=triggers)
        case "TERMINATED":
            platform.terminate(job, instance)
        case "RUNNING" if instance.actual == "PAUSED":
            platform.resume(job, instance, flush=body.get("isFlush", "true").lower() == "true")
        case "RUNNING" if instance.expected == "RUNNING":
            pass
        case _:
            raise Refused(400, "InvalidExpectState", f"an instance that is {instance.actual} cannot be {state}")
    return {}


def get_detail(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    instance = _instance(platform, names)
    vertices = json.loads(instance.content["PlanJson"] or "{}").get("nodes", []) if instance else []
    return {"Detail": json.dumps({"vertices": vertices})}


def get_config(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    instance = _instance(platform, names)
    lines = instance.content["Properties"].splitlines() if instance else []
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return {"Config": json.dumps({key: value for key, _, value in pairs})}


def get_checkpoints(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    instance = _instance(platform, names)
    completed = instance.checkpoints if instance else 0
    return {"Checkpoints": json.dumps({"counts": {"completed": completed, "failed": 0, "in_progress": 0}})}


def get_exceptions(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    instance = _instance(platform, names)
    return {"Exceptions": json.dumps({"root-exception": instance.error if instance else "", "all-exceptions": []})}


def get_final_state(platform: FoasPlatform, request: Request, names: Names) -> Answer:
    instance = _instance(platform, names)
    return {"Finalstate": "SUCCEEDED" if instance and instance.actual == "SUCCESS" else "UNDEFINED"}


# -- shared ------------------------------------------------------------------------------------------------------------


def _job(platform: FoasPlatform, names: Names) -> SimulatedJob:
    if names["job"] not in platform.jobs:
        raise Refused(404, "InvalidJob.NotFound", f"job {names['job']} does not exist")
    return platform.jobs[names["job"]]


def _instance(platform: FoasPlatform, names: Names) -> SimulatedInstance | None:
    job, number = _job(platform, names), int(names["instance"])
    if number == -1:
        return platform.look(job)
    return next((each for each in job.instances if each.id == number), None)


def _unarchived(platform: FoasPlatform, job: SimulatedJob) -> list[SimulatedInstance]:
    shown = platform.look(job)
    if job.job_type == "FLINK_STREAM":
        return [shown] if shown else []
    return [each for each in job.instances if not each.archived]


def _take(platform: FoasPlatform, job: SimulatedJob, body: Mapping[str, str]) -> None:
    """What is set on a job beside its content; a version that stands for another one is that one from now on."""
    if job.content["EngineVersion"] in ("current", "beta"):
        job.content["EngineVersion"] = platform.engine
    if job.content["EngineVersion"] not in platform.engine_versions:
        raise Refused(400, "InvalidEngineVersion", f"there is no engine version {job.content['EngineVersion']}")
    job.description = body.get("description", job.description)
    job.folder_id = int(body.get("folderId", job.folder_id))
    job.modified_at = platform.now()


def _summary(instance: SimulatedInstance) -> dict[str, Any]:
    shown = instance.shown()
    fields = ("ActualState", "ExpectState", "LastErrorTime", "LastErrorMessage", "EngineJobHandler", "InputDelay")
    return {"Id": instance.id, "JobName": instance.job, **{key: shown[key] for key in fields}}


def _takes_checkpoints(version: str) -> bool:
    found = _VERSION.search(version)
    return found is not None and tuple(map(int, found.groups())) >= (3, 5, 0)


def _torn(platform: FoasPlatform, request: Request, answer: dict[str, Any]) -> dict[str, Any]:
    """The list moved between two pages: its last page tells an entry of the one before again."""
    if platform.torn_pages and answer["PageIndex"] > 1 and answer["PageIndex"] == answer["TotalPage"]:
        platform.torn_pages -= 1
        wrapper, item = ("Jobs", "Job") if "Jobs" in answer else ("Instances", "Instance")
        first = page(request, [], wrapper, item, largest=platform.largest_page)
        return {**answer, wrapper: first[wrapper]}
    return answer
