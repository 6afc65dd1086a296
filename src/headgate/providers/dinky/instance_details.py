"""What a start of a task left behind when it ended, and how an instance is doing.

Savepoints are rows of the task, not of a start: those taken since the start belong to it, but for the one it was itself
restored from. Flink's own statistics, as Dinky last saw them, add checkpoints - which are there after the end only if
the job was configured to retain them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headgate.model.health import Graph, Health, Vertex
from headgate.model.live import JobState, Snapshot
from headgate.providers.answer_fields import number
from headgate.providers.dinky.wire import Instance, Taken, inside, rows, text

_RETENTION = "execution.checkpointing.externalized-checkpoint-retention"
_INTERVAL = "execution.checkpointing.interval"
_SURVIVES = {
    "RETAIN_ON_CANCELLATION": (JobState.FAILED, JobState.STOPPED),
    "DELETE_ON_CANCELLATION": (JobState.FAILED,),
}
_CHECKPOINTS = ("jobDataDto", "checkpoints")
_JOB_CONFIG = ("history", "configJson")


@dataclass(frozen=True, slots=True)
class Remains:
    """`stopped` says that the job ended with a savepoint, which is then `snapshot`; `empty` that it left no state."""

    snapshot: Snapshot | None = None
    stopped: bool = False
    empty: bool = False


def remains(
    instance: Instance,
    detail: Mapping[str, Any],
    taken: Sequence[Taken],
    milliseconds: Callable[[datetime | None], int],
) -> Remains:
    """Read JobInfoDetail and the savepoints of the task, oldest first."""
    restored, since = _restored(detail), instance.created
    latest = inside(detail, *_CHECKPOINTS, "latest")
    own = [
        one
        for one in taken
        if one.path and one.path != restored and (not since or not one.created or one.created >= since)
    ]
    found = [Snapshot(one.path, "savepoint", milliseconds(one.created)) for one in own]
    if instance.state in (JobState.FINISHED, JobState.STOPPED) and own and own[-1].kind in ("stop", "cancel"):
        return Remains(found[-1], stopped=True)
    newest = max((*found, *_counted(latest, instance, _config(detail))), key=lambda snapshot: snapshot.at, default=None)
    if newest and instance.state is JobState.FINISHED and newest.kind == "savepoint" and not own:
        # Stopped with a savepoint that Dinky could not write down: it was the last thing that happened.
        return Remains(newest, stopped=True)
    if newest is None and restored:
        nothing_new = latest and not latest.get("completed") and not latest.get("savepoint")
        return Remains(Snapshot(restored, "savepoint", 0) if nothing_new else None)
    counts = inside(detail, *_CHECKPOINTS, "counts")
    none_completed = _INTERVAL in _config(detail) and "completed" in counts and number(counts["completed"]) == 0
    return Remains(newest, empty=newest is None and none_completed)


def variables(detail: Mapping[str, Any]) -> dict[str, str]:
    """The variables that an instance was started with."""
    reported = inside(detail, *_JOB_CONFIG, "variables")
    return {str(key): text(value) for key, value in reported.items()}


def health(instance: Instance, detail: Mapping[str, Any]) -> Health:
    """How an instance is doing: Flink's task counts where Dinky passes them on, else one task that stands for all."""
    running = instance.state is JobState.RUNNING
    counts = inside(detail, "jobDataDto", "job", "status-counts")
    tasks = sum(number(count) or 0 for count in counts.values())
    completed = number(inside(detail, *_CHECKPOINTS, "counts").get("completed"))
    if not completed and inside(detail, *_CHECKPOINTS, "latest").get("completed"):
        completed = 1
    # That checkpoints are off is never reported: the cluster's own configuration may set an interval.
    return Health(
        state=instance.state,
        word=instance.word,
        tasks_running=(number(counts.get("RUNNING")) or 0) if tasks else int(running),
        tasks=tasks or int(running),
        checkpointing=True if completed or _INTERVAL in _config(detail) else None,
        checkpoints=completed,
        restarts=number(inside(detail, "instance").get("failedRestartCount")),
        cause=_cause(instance, detail),
    )


def graph(job_id: str, name: str, plan: Mapping[str, Any]) -> Graph:
    """Flink's own plan of a job: `{nodes: [{id, parallelism, description, inputs: [{id, ship_strategy}]}]}`."""
    vertices = tuple(
        Vertex(
            id=text(node.get("id")),
            name=text(node.get("description")) or text(node.get("operator")),
            parallelism=number(node.get("parallelism")) or 1,
            inputs=tuple((text(link.get("id")), text(link.get("ship_strategy"))) for link in rows(node.get("inputs"))),
        )
        for node in rows(plan.get("nodes"))
    )
    return Graph(job_id, name, vertices)


def running_plan(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """The plan of the job that runs, where Dinky passes it on."""
    return inside(detail, "jobDataDto", "job", "plan")


def _restored(detail: Mapping[str, Any]) -> str:
    """The snapshot that an instance was started from."""
    restored = inside(detail, *_CHECKPOINTS, "latest", "restored")
    return text(inside(detail, *_JOB_CONFIG).get("savePointPath")) or text(restored.get("external_path"))


def _counted(latest: Mapping[str, Any], instance: Instance, config: Mapping[str, Any]) -> Iterator[Snapshot]:
    """The savepoint and the checkpoint that Flink completed last, as far as they are there after the end."""
    retained = instance.state in _SURVIVES.get(text(config.get(_RETENTION)).upper(), ())
    for entry, kind in ((inside(latest, "savepoint"), "savepoint"), (inside(latest, "completed"), "checkpoint")):
        kept = kind == "savepoint" or (retained and entry.get("discarded") is not True)
        if kept and (path := text(entry.get("external_path"))):
            yield Snapshot(path, kind, number(entry.get("latest_ack_timestamp")) or 0)


def _cause(instance: Instance, detail: Mapping[str, Any]) -> str:
    root = text(inside(detail, "jobDataDto", "exceptions").get("root-exception"))
    reported = root or instance.error or text(inside(detail, "history").get("error"))
    return next((line.strip() for line in reported.splitlines() if line.strip()), "")[:500]


def _config(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """The Flink options an instance was started with, a flat map."""
    return inside(detail, *_JOB_CONFIG, "configJson")
