"""What an ended job left to restore from, found out once: it never changes for a run that has ended.

It is kept under the job id, its start, its end and how it ended: another run with the same id is asked about again.

Checkpoint statistics come from a cache of `web.refresh-interval`, so those of a job that has just ended may be from
before its end: without the final savepoint, or with a checkpoint that is being deleted. They are read only once the
cluster's own clock (`now` in `GET /jobs/:id`, made for every answer) is past the end by that interval.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headgate.errors import Unavailable
from headgate.model.live import JobState, Live, Snapshot
from headgate.providers.flink import job_health
from headgate.providers.flink.last_snapshot import final_state, never_deployed, remains
from headgate.providers.flink.savepoint_triggers import Stops
from headgate.providers.http import Api
from headgate.providers.run_facts import Facts, run_key

_LOOK_EVERY = 0.3
_PATIENCE = 30.0
_FACT = "ending"


class Endings:
    """Describes ended jobs of one cluster."""

    def __init__(self, api: Api, facts: Facts, stops: Stops) -> None:
        self._api = api
        self._facts = facts
        self._stops = stops

    def described(self, live: Live, *, ended_at: int = 0) -> Live:
        """An ended job with its final state and its newest snapshot. `ended_at` as the listing says, if it does."""
        ending = self._ending(live, ended_at)
        if ending.get("savepoint"):
            snapshot = Snapshot(str(ending["savepoint"]), "savepoint", int(ending["ended"]))
            return replace(live, state=JobState.SUSPENDED, snapshot=snapshot)
        left = remains(ending["statistics"], checkpointing=bool(ending["nothing-else"]))
        return replace(live, state=final_state(live.state, left), snapshot=left.snapshot, provably_empty=left.empty)

    def final_savepoint(self, live: Live) -> str:
        """The savepoint of a stop that was the last thing a job did, however it ended; empty where there is none."""
        ending = self._ending(live, 0)
        if ending.get("savepoint"):
            return str(ending["savepoint"])
        remaining = remains(ending["statistics"], checkpointing=bool(ending["nothing-else"]))
        return remaining.snapshot.path if remaining.stopped and remaining.snapshot else ""

    def _ending(self, live: Live, ended_at: int) -> dict[str, Any]:
        run, fact = run_key(live.job_id, live.started_at) if ended_at > 0 else "", f"{_FACT} {live.word} {ended_at}"
        ending: dict[str, Any] | None = self._facts.get(run, fact)
        if ending is None:
            ending = self._found(live)
            self._facts.put(run, fact, ending)
        return ending

    def while_restarting(self, live: Live) -> Live:
        """A job in a restart loop: what would be left if it were cancelled, and whether it has anything to lose at all.

        It has nothing if it never got as far as a first checkpoint and restored none. Its own checkpoints are left
        where they are retained on cancellation, which is not Flink's default. Not kept: the job may still get there.
        """
        statistics = self._api.read(f"/jobs/{live.job_id}/checkpoints")
        config = job_health.checkpoint_config(self._api, live.job_id)
        left = remains(statistics, checkpointing=job_health.is_on(config))
        own = left.snapshot is not None and live.job_id in left.snapshot.path
        deleted = own and bool((config.get("externalization") or {}).get("delete_on_cancellation", True))
        return replace(live, provably_empty=left.empty, snapshot=None if deleted else left.snapshot)

    def _found(self, live: Live) -> dict[str, Any]:
        """Our own stop knows its savepoint at once; any other ending is read from settled statistics.

        Also that of a job which failed as it was stopped: it has the savepoint, and is not SUSPENDED.
        Raises Unavailable where the cluster describes another run of this id than the one that it listed.
        """
        job_id = live.job_id
        stop = self._stops.last(job_id)
        detail = self._settled_detail(job_id, wait=not stop.done)
        if live.started_at and int(detail.get("start-time", live.started_at)) != live.started_at:
            raise Unavailable(f"job {job_id} was started again while the cluster was asked about it")
        if stop.done:
            return {"savepoint": stop.path, "ended": max(0, int(detail.get("end-time", 0)))}
        statistics = self._api.read(f"/jobs/{job_id}/checkpoints")
        latest = statistics.get("latest") or {}
        never_ran = never_deployed(detail)
        return {
            "statistics": {
                "latest": {key: latest.get(key) for key in ("completed", "savepoint", "restored")},
                "counts": statistics.get("counts"),
            },
            "nothing-else": never_ran or job_health.checkpointing(self._api, job_id),
        }

    def _settled_detail(self, job_id: str, *, wait: bool) -> Mapping[str, Any]:
        """`GET /jobs/:id`, from a time when no cache is older than the job's end."""
        interval = int(self._api.read("/config").get("refresh-interval", 3000)) if wait else 0
        looks = round(_PATIENCE / _LOOK_EVERY)
        for _ in range(looks):
            detail: Mapping[str, Any] = self._api.read(f"/jobs/{job_id}")
            end = int(detail.get("end-time", -1))
            if not wait or (end > 0 and int(detail["now"]) - end > interval):
                return detail
            threading.Event().wait(_LOOK_EVERY)
        raise Unavailable(f"job {job_id} has ended, but the cluster still describes it as it was before")
