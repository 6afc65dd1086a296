"""Everything a cluster says about its jobs, from one listing and what is known about each job already.

A job that is being started has no parameters yet (INITIALIZING, CREATED: Flink shows an empty description in their
place, for `web.refresh-interval` longer than it lasts), so a job that seems to carry nothing may still be ours. It is
believed once `GET /jobs/:id`, which is made from the same description, shows it further on.

What is known already is known of a run: the job id and the start time that the listing shows now. Ids are derived, so a
JobManager that has lost its memory gives the same id to another run, with another start time.

With high availability, a JobManager that takes over while a job that has ended is being cleaned up lists it without its
name, parameters, tasks and end (`end-time` 0), and answers `GET /jobs/:id` with a NullPointerException, until the job
expires (`ArchivedExecutionGraph.createSparseArchivedExecutionGraph`; seen on 2.2.1). It has ended, and is forgotten.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from headgate.errors import ProviderError, Rejected
from headgate.model.live import Live, Observation, Several, Snapshot
from headgate.providers.answer_fields import undocumented
from headgate.providers.definitions import ownership
from headgate.providers.flink import job_health, job_parameters
from headgate.providers.flink.crash_loops import CrashLoops
from headgate.providers.flink.ended_jobs import Endings
from headgate.providers.flink.job_parameters import Carried
from headgate.providers.flink.scaling import Scaling
from headgate.providers.flink.states import common_state
from headgate.providers.http import Api
from headgate.providers.run_facts import Facts, run_key

_AT_ONCE = 8
_NO_DESCRIPTION = ("INITIALIZING", "CREATED")
# Longer than Flink's own refresh interval of 3 s: what ended before that is described as it was in the end.
_PATIENCE = 5.0
_LOOK_EVERY = 0.25
_FACT = "user-config"


class Observing:
    """Looks at one cluster for one project."""

    def __init__(self, api: Api, facts: Facts, endings: Endings, scaling: Scaling, project: str) -> None:
        self._api = api
        self._facts = facts
        self._endings = endings
        self._scaling = scaling
        self._crash_loops = CrashLoops(api, facts)
        self._project = project
        self._started: set[str] = set()

    def started(self, job_id: str, carried: str) -> None:
        """A job was started with these parameters: known before the cluster shows them, of the run that it has now."""
        with contextlib.suppress(ProviderError):
            run = run_key(job_id, start_of(self._api.read(f"/jobs/{job_id}")))
            self._started.add(run)
            self._facts.put(run, _FACT, job_parameters.split(carried))

    def observe(self) -> Observation:
        """One listing; a job not known yet costs one request more, once, and two where it can be rescaled.

        One of ours whose tasks changed lately costs one more for each change: see `crash_loops`.
        """
        listed = _jobs(self._api.read("/jobs/overview"))
        self._facts.keep_only(self._started | set(map(_run, listed.values())))
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            # The cluster's clock when the listing was made, as far as a job that is active tells it.
            now = max((int(entry["start-time"]) + int(entry["duration"]) for entry in listed.values()), default=0)
            jobs = list(pool.map(lambda entry: self._described(entry, now), listed.values()))
            ours: dict[str, list[Live]] = {}
            others = []
            for live in jobs:
                if live.marker and live.marker.project == self._project:
                    ours.setdefault(live.marker.job, []).append(live)
                elif live.state.active:
                    others.append(live)
            names = sorted(ours)
            found = dict(zip(names, pool.map(lambda name: self._current(ours[name], listed, now), names), strict=True))
        self._facts.save()
        return Observation(found, tuple(sorted(others, key=lambda live: (live.name, live.job_id))))

    def carried(self, job_id: str, started_at: int, *, long_over: bool = False) -> Carried:
        """What a run of a job carries about itself; asked for once. `long_over` says that it ended some time ago."""
        run = run_key(job_id, started_at)
        known = self._facts.get(run, _FACT)
        if known is None:
            known = self._carried(job_id, long_over=long_over)
            if known is None:
                return Carried()
            self._facts.put(run, _FACT, known)
        return job_parameters.read(known)

    def carried_now(self, job_id: str) -> Carried:
        """What the job that has this id now carries, asked again: before a write, and where no run is known."""
        return job_parameters.read(self._carried(job_id, long_over=False) or {})

    def _carried(self, job_id: str, *, long_over: bool) -> dict[str, str] | None:
        return self._parameters(job_id) or ({} if long_over else self._believed(job_id))

    def _believed(self, job_id: str) -> dict[str, str] | None:
        """What a job carries that seems to carry nothing; waits a little for one that is being started, then None."""
        for _ in range(round(_PATIENCE / _LOOK_EVERY)):
            try:
                word = str(self._api.read(f"/jobs/{job_id}").get("state"))
            except Rejected:
                if common_state(job_health.status_word(self._api, job_id)).active:
                    raise
                return None
            if word not in _NO_DESCRIPTION:
                return self._parameters(job_id)
            threading.Event().wait(_LOOK_EVERY)
        return None

    def _parameters(self, job_id: str) -> dict[str, str]:
        answer = self._api.read(f"/jobs/{job_id}/config")
        execution = answer.get("execution-config", {}) if isinstance(answer, Mapping) else None
        config = execution.get("user-config", {}) if isinstance(execution, Mapping) else None
        if not isinstance(config, Mapping):
            raise undocumented(f"GET /jobs/{job_id}/config")
        return {str(key): str(value) for key, value in config.items() if key.startswith("headgate.")}

    def _described(self, entry: Mapping[str, Any], now: int) -> Live:
        job_id, word, end = str(entry["jid"]), str(entry["state"]), int(entry["end-time"])
        started_at = int(entry["start-time"])
        state = common_state(word)
        forgotten = not state.active and end <= 0
        long_over = 0 < end < now - 1000 * _PATIENCE
        carried = Carried() if forgotten else self.carried(job_id, started_at, long_over=long_over)
        return Live(
            job_id=job_id,
            name=carried.marker.job if carried.marker else str(entry["name"]),
            state=state,
            word=word,
            marker=carried.marker,
            applied=carried.applied,
            compiled=carried.compiled,
            started_at=started_at,
        )

    def _current(self, lives: list[Live], listed: Mapping[str, Mapping[str, Any]], now: int) -> Live | Several:
        """The job that a name stands for: the active one, else the newest that has ended."""
        if sum(live.state.active for live in lives) > 1:
            # The listing is cached: a predecessor that has just ended may still be shown as running.
            lives = [self._refreshed(live) for live in lives]

        def ended(live: Live) -> tuple[int, int]:
            """When it did; one that the listing still shows as running has only just."""
            at = int(listed[live.job_id]["end-time"])
            return (at if at > 0 else sys.maxsize, live.started_at)

        live, _ = ownership.current(lives[0].name, lives, ran_last=ended)
        if isinstance(live, Several):
            return live
        if live.state.active:
            live = replace(live, condition=self._crash_loops.condition(listed[live.job_id], live.word, now))
            live = _not_empty(self._endings.while_restarting(live)) if live.word == "RESTARTING" else live
            fixed = self.carried(live.job_id, live.started_at).fixed
            return live if fixed is None else self._scaling.observed(live, listed[live.job_id], fixed)
        live = _not_empty(self._endings.described(live, ended_at=int(listed[live.job_id]["end-time"])))
        fixed = self.carried(live.job_id, live.started_at).fixed
        return live if fixed is None else self._scaling.ended(live, fixed)

    def _refreshed(self, live: Live) -> Live:
        if not live.state.active:
            return live
        word = job_health.status_word(self._api, live.job_id)
        return replace(live, state=common_state(word), word=word)


def start_of(detail: Mapping[str, Any]) -> int:
    """When the run of a job was started, by `GET /jobs/:id`: as the listing says it. 0: it does not say."""
    at = detail.get("start-time")
    return at if isinstance(at, int) else 0


def _run(entry: Mapping[str, Any]) -> str:
    return run_key(str(entry["jid"]), int(entry["start-time"]))


def _not_empty(live: Live) -> Live:
    """A job that was given a snapshot has that state, whatever became of it before it could restore it."""
    given = live.marker.restored if live.marker else ""
    if not (live.provably_empty and given):
        return live
    kind = "checkpoint" if "/chk-" in given else "savepoint"
    return replace(live, provably_empty=False, snapshot=live.snapshot or Snapshot(given, kind))


def _jobs(answer: Any) -> dict[str, Mapping[str, Any]]:
    """The entries of an overview by job id. Raises Unavailable for what is none: it may be that of another server."""
    entries = answer.get("jobs") if isinstance(answer, Mapping) else None
    if not isinstance(entries, list) or not all(map(_is_job, entries)):
        raise undocumented("GET /jobs/overview")
    return {str(entry["jid"]): entry for entry in entries}


def _is_job(entry: Any) -> bool:
    if not isinstance(entry, Mapping) or not all(isinstance(entry.get(key), str) for key in ("jid", "name", "state")):
        return False
    return all(isinstance(entry.get(key), int) for key in ("start-time", "duration", "end-time"))
