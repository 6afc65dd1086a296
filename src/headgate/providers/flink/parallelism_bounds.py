"""How wide a job may become: what the platform would make of another parallelism or another max parallelism.

State is split into as many key groups as the max parallelism it was made with. Flink refuses to restore it wider than
that, and under any other max parallelism that is given explicitly (both seen on 1.20 and 2.2). A vertex without state
takes the max parallelism of its new job, so where the vertices differ, those that stored something decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.errors import Rejected
from headgate.model.live import Live
from headgate.model.plan import PlatformVerdict, StateVerdict, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Strategy
from headgate.providers.flink import vertex_parallelism
from headgate.providers.http import Api, NotFound

OPTION = "pipeline.max-parallelism"
PARALLELISM = "parallelism"


def configured(spec: JobSpec) -> int | None:
    """The max parallelism that a manifest gives, None if it leaves that to Flink."""
    written = spec.secrets.fill(spec.config.get(OPTION, "")).strip()
    return int(written) if written.isdecimal() and int(written) > 0 else None


def of_manifest(spec: JobSpec) -> PlatformVerdict:
    """What a manifest says about itself: nobody starts a job wider than its own max parallelism."""
    most = configured(spec)
    if most is None or spec.parallelism <= most:
        return PlatformVerdict()
    note = f"parallelism {spec.parallelism} is above {OPTION} {most} in the manifest"
    return PlatformVerdict(blocked=Reason.ABOVE_MAX_PARALLELISM, note=note)


def of_live(api: Api, spec: JobSpec, live: Live, touched: set[str], fixed: frozenset[int] | None) -> PlatformVerdict:
    """What the state of a live job allows; nothing is known of one that never ran, or that is forgotten."""
    if spec.savepoint.strategy not in (Strategy.LATEST, Strategy.EARLIEST):
        return PlatformVerdict()
    try:
        detail: Mapping[str, Any] = api.read(f"/jobs/{live.job_id}")
    except NotFound:
        return PlatformVerdict()
    most = vertex_parallelism.limits(detail)
    if not most or not (detail.get("timestamps") or {}).get("RUNNING"):
        return PlatformVerdict()
    wanted = configured(spec)
    if f"config.{OPTION}" in touched and wanted is not None:
        found = _decisive(api, live.job_id, most)
        if set(found) != {wanted}:
            return PlatformVerdict(state=_refused(found, wanted))
    known = live.applied.parallelism if live.applied else 0
    spread = vertex_parallelism.followers(vertex_parallelism.running(detail), most, known=known, fixed=fixed)
    if spread and spec.parallelism > min(spread.values()):
        bound = min(_decisive(api, live.job_id, spread))
        if spec.parallelism > bound:
            note = f"parallelism {spec.parallelism} is above {bound}, the max parallelism its state was made for"
            return PlatformVerdict(blocked=Reason.ABOVE_MAX_PARALLELISM, note=note)
    return PlatformVerdict()


def _decisive(api: Api, job_id: str, chosen: Mapping[str, int]) -> list[int]:
    """The limits among the `chosen` that count: all if they are equal, else those of vertices with state."""
    if len(set(chosen.values())) == 1:
        return sorted(set(chosen.values()))
    stateful = _with_state(api, job_id)
    return sorted({limit for vertex, limit in chosen.items() if vertex in stateful} or set(chosen.values()))


def _with_state(api: Api, job_id: str) -> set[str]:
    """The vertices that stored something in the newest completed checkpoint or savepoint."""
    try:
        latest = api.read(f"/jobs/{job_id}/checkpoints").get("latest") or {}
        newest = latest.get("completed") or latest.get("savepoint")
        if not newest:
            return set()
        tasks = api.read(f"/jobs/{job_id}/checkpoints/details/{newest['id']}").get("tasks") or {}
    except Rejected:
        return set()
    return {str(vertex) for vertex, task in tasks.items() if int(task.get("state_size", 0)) > 0}


def _refused(found: list[int], wanted: int) -> StateVerdict:
    was = " and ".join(map(str, found))
    why = f"its state was made for a max parallelism of {was}, and Flink refuses to restore it under {wanted}"
    return StateVerdict.of_all(Verdict.LOST, why)
