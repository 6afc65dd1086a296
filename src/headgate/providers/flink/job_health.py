"""How a Flink job is doing: few requests while it starts, the deeper ones once it looks well.

`/jobs/:id/status` is fresh; `/jobs/:id` and `/checkpoints` answer from a cache of `web.refresh-interval`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headgate.model.failure_origin import Blame
from headgate.model.health import Graph, Health, SavepointProgress, Vertex
from headgate.model.live import JobState
from headgate.providers.flink import failure_causes, stop_failures
from headgate.providers.flink.causes import root_cause
from headgate.providers.flink.crash_loops import failures
from headgate.providers.flink.states import common_state
from headgate.providers.http import Api

NOT_DEPLOYED = "no task has been deployed yet, as when slots are lacking"

# Flink writes "checkpointing is off" as the largest long.
_NEVER = 2**62


def status_word(api: Api, job_id: str) -> str:
    """Flink's own word for the state of a job, fresh. Raises NotFound for a job the cluster does not know."""
    return str(api.read(f"/jobs/{job_id}/status")["status"])


def checkpointing(api: Api, job_id: str) -> bool:
    """Are periodic checkpoints on for this job?"""
    return is_on(checkpoint_config(api, job_id))


def checkpoint_config(api: Api, job_id: str) -> Mapping[str, Any]:
    """`GET /jobs/:id/checkpoints/config`: `interval` in milliseconds, what becomes of checkpoints when the job ends."""
    found: Mapping[str, Any] = api.read(f"/jobs/{job_id}/checkpoints/config")
    return found


def is_on(config: Mapping[str, Any]) -> bool:
    return 0 < int(config.get("interval", 0)) < _NEVER


# Tasks that run as asked and how many are to run, of a job in `GET /jobs/:id` that is not as wide as it should be.
Pending = Callable[[Mapping[str, Any]], tuple[int, int] | None]


def health(api: Api, job_id: str, pending: Pending) -> Health:
    """The health of a job; failures are counted once it runs, or has stopped running."""
    word = status_word(api, job_id)
    state = common_state(word)
    if word == "CREATED":  # the adaptive scheduler waits for slots in this state
        return Health(state, word, cause=NOT_DEPLOYED, blame=Blame.INFRASTRUCTURE)
    if word in ("INITIALIZING", "RECONCILING"):
        return Health(state, word)
    running = total = 0
    periodic: bool | None = None
    completed: int | None = None
    if state is JobState.RUNNING:
        detail = api.read(f"/jobs/{job_id}")
        running, total = _tasks(detail)
        if not 0 < running == total:
            waits = total > 0 and not _deployed(detail)
            cause, blame = (NOT_DEPLOYED, Blame.INFRASTRUCTURE) if waits else ("", Blame.UNKNOWN)
            return Health(state, word, running, total, cause=cause, blame=blame)
        if rescaling := pending(detail):
            return Health(state, word, *rescaling)
        periodic = checkpointing(api, job_id)
        if periodic:
            statistics = api.read(f"/jobs/{job_id}/checkpoints").get("counts") or {}
            completed = int(statistics.get("completed", 0))
    failed, trace = _failures(api.read(f"/jobs/{job_id}/exceptions"))
    cause = root_cause(trace).splitlines()[0] if trace else ""
    blame = failure_causes.blame_of(trace)
    return Health(state, word, running, total, periodic, completed, failed, cause, blame)


def savepoint_progress(answer: Mapping[str, Any]) -> SavepointProgress:
    """Read `GET /jobs/:id/savepoints/:triggerId`: COMPLETED is not success, the operation says which."""
    if answer["status"]["id"] != "COMPLETED":
        return SavepointProgress(asked=True)
    operation = answer.get("operation") or {}
    if "location" in operation:
        return SavepointProgress(asked=True, done=True, path=str(operation["location"]))
    return stop_failures.failed(str((operation.get("failure-cause") or {}).get("stack-trace", "")))


def graph(answer: Mapping[str, Any]) -> Graph:
    """Read the execution graph out of `GET /jobs/:id`."""
    states = {str(vertex["id"]): str(vertex["status"]) for vertex in answer.get("vertices", ())}
    names = {str(vertex["id"]): str(vertex["name"]) for vertex in answer.get("vertices", ())}
    most = {str(vertex["id"]): max(0, int(vertex["maxParallelism"])) for vertex in answer.get("vertices", ())}
    vertices = tuple(
        Vertex(
            id=str(node["id"]),
            name=names.get(str(node["id"]), str(node.get("description", ""))),
            parallelism=int(node["parallelism"]),
            status=states.get(str(node["id"]), ""),
            inputs=tuple((str(link["id"]), str(link.get("ship_strategy", ""))) for link in node.get("inputs", ())),
            max_parallelism=most.get(str(node["id"]), 0),
        )
        for node in answer["plan"]["nodes"]
    )
    return Graph(str(answer["jid"]), str(answer["name"]), vertices)


def _tasks(detail: Mapping[str, Any]) -> tuple[int, int]:
    """How many tasks run, of those that are not over: a job that reads something to its end goes on without it."""
    counts = [vertex.get("tasks") or {} for vertex in detail.get("vertices", ())]
    running = sum(int(each.get("RUNNING", 0)) for each in counts)
    return running, sum(int(count) for each in counts for state, count in each.items() if state != "FINISHED")


def _failures(answer: Mapping[str, Any]) -> tuple[int, str]:
    """How often the job failed, and the stack trace of the newest failure."""
    entries = (answer.get("exceptionHistory") or {}).get("entries") or []
    trace = str(entries[0].get("stacktrace", "")) if entries else str(answer.get("root-exception") or "")
    return failures(answer)["count"], trace


def _deployed(detail: Mapping[str, Any]) -> bool:
    """Was any task given a slot yet? A task is SCHEDULED until it has one, and FAILED or CANCELED after a failure."""
    counts = [vertex.get("tasks") or {} for vertex in detail.get("vertices", ())]
    return any(int(count) for each in counts for state, count in each.items() if state not in ("CREATED", "SCHEDULED"))
