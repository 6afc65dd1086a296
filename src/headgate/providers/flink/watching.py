"""How a Flink job is doing: few requests while it starts, the deeper ones once it looks well.

`/jobs/:id/status` is fresh; `/jobs/:id` and `/checkpoints` answer from a cache of `web.refresh-interval`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headgate.model.health import Graph, Health, SavepointProgress, Vertex
from headgate.model.live import JobState
from headgate.providers.flink import stop_failures
from headgate.providers.flink.crash_loops import failures
from headgate.providers.flink.rejection import root_cause
from headgate.providers.flink.states import common_state
from headgate.providers.http import Api

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
    if word in ("INITIALIZING", "CREATED", "RECONCILING"):
        return Health(state, word)
    running = total = 0
    periodic: bool | None = None
    completed: int | None = None
    if state is JobState.RUNNING:
        detail = api.read(f"/jobs/{job_id}")
        running, total = _tasks(detail)
        if not 0 < running == total:
            return Health(state, word, running, total)
        if rescaling := pending(detail):
            return Health(state, word, *rescaling)
        periodic = checkpointing(api, job_id)
        if periodic:
            statistics = api.read(f"/jobs/{job_id}/checkpoints").get("counts") or {}
            completed = int(statistics.get("completed", 0))
    failures, cause = _failures(api.read(f"/jobs/{job_id}/exceptions"))
    return Health(state, word, running, total, periodic, completed, failures, cause)


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
    """How often the job failed, and the root cause of the newest failure."""
    found = failures(answer)
    trace = str(answer.get("root-exception") or "")
    return found["count"], found["cause"] or (root_cause(trace).splitlines()[0] if trace else "")
