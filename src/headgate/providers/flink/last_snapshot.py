"""What a job that is no longer active left behind, read from its checkpoint statistics.

`latest.completed` and `latest.savepoint` carry `discarded`: a checkpoint deleted when the job ended says so (seen on
1.20 and 2.2). A job stopped with a savepoint ends FINISHED, its savepoint of type SYNC_SAVEPOINT the last of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headgate.model.live import JobState, Snapshot

# Flink's word for a vertex of which no task was deployed.
_NEVER_STARTED = -1


@dataclass(frozen=True, slots=True)
class Remains:
    """`stopped` says that the job ended by a stop with savepoint; `empty` that it provably left nothing."""

    snapshot: Snapshot | None
    stopped: bool
    empty: bool


def remains(statistics: Mapping[str, Any], *, checkpointing: bool) -> Remains:
    """Read the answer of `GET /jobs/:id/checkpoints` of a job that has ended."""
    latest = statistics.get("latest") or {}
    ended = [entry for entry in (latest.get("completed"), latest.get("savepoint")) if entry]
    kept = [_snapshot(entry) for entry in ended if entry.get("external_path") and not entry.get("discarded")]
    newest = max(kept, key=lambda snapshot: snapshot.at, default=None)
    restored = latest.get("restored") or {}
    if newest is None and not ended and restored.get("external_path"):
        kind = "savepoint" if restored.get("is_savepoint") else "checkpoint"
        newest = Snapshot(str(restored["external_path"]), kind, int(restored.get("restore_timestamp", 0)))
    final: Mapping[str, Any] = max(ended, key=lambda entry: int(entry.get("trigger_timestamp", 0)), default={})
    completed = int((statistics.get("counts") or {}).get("completed", 0))
    return Remains(
        snapshot=newest,
        stopped=final.get("checkpoint_type") == "SYNC_SAVEPOINT",
        empty=checkpointing and completed == 0 and not restored,
    )


def never_deployed(detail: Mapping[str, Any]) -> bool:
    """Does `GET /jobs/:id` prove that no task of the job ever ran? It never got that far, or never got a slot.

    A vertex starts when its first task is deployed, and says so of its last attempt only: none may have been before.
    """
    timestamps = detail.get("timestamps") or {}
    if not timestamps.get("RUNNING"):
        return True
    vertices: Sequence[Mapping[str, Any]] = detail.get("vertices") or ({},)
    started = (int(vertex.get("start-time", 0)) for vertex in vertices)
    return not timestamps.get("RESTARTING") and all(at == _NEVER_STARTED for at in started)


def final_state(state: JobState, left: Remains) -> JobState:
    """A job that Flink calls FINISHED because it was stopped with a savepoint is SUSPENDED: it can go on."""
    return JobState.SUSPENDED if state is JobState.FINISHED and left.stopped else state


def _snapshot(entry: Mapping[str, Any]) -> Snapshot:
    kind = "savepoint" if entry.get("is_savepoint") else "checkpoint"
    return Snapshot(str(entry["external_path"]), kind, int(entry.get("latest_ack_timestamp", 0)))
