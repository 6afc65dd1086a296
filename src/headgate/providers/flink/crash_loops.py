"""Whether a job that Flink calls RUNNING does well: by the listing, and for what changed lately by its failures.

`GET /jobs/overview` lists for each job the tasks by state, and when a task last changed its state
(`last-modification`): every failure and every recovery changes it. So a job whose tasks have all run, unchanged, for
longer than any crash loop takes is healthy by the listing alone; a job that changed lately costs one request
(`GET /jobs/:id/exceptions`), once for each change. In one listing a job that fails every few seconds most often shows
as RUNNING with all its tasks; only its failures show it.

The history of failures holds 16 (`web.exception-history-size`). More are counted by the attempt number in the name of
the failed task (`... - execution #42`), which counts changes of parallelism too; the metric `numRestarts` is as old as
the last request for it.
https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/#jobs-jobid-exceptions
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from headgate.errors import ProviderError
from headgate.model.live_health import Condition, HealthWord
from headgate.providers.flink.causes import root_cause
from headgate.providers.http import Api
from headgate.providers.run_facts import Facts, run_key

_FACT = "failures"
_BEGAN = "loop-began"
# Failures further apart than this are two failures, not a loop.
_APART = 3600_000
_HISTORY = 16
# Nothing that changed longer ago can be part of a loop, see `_loops`.
_LONG_AGO = 2 * _APART
# How long a job has to run after its last failure at least, to be believed. The answers of a cluster are cached for
# `web.refresh-interval` (3 s by default), so what is read sooner after a change may be from before it.
_PROVEN = 60_000
_ATTEMPT = re.compile(r" - execution #(\d+)$")
# States in which Flink has nothing to recover from: it is at work on something that was asked for.
_ON_REQUEST = ("CANCELLING", "RECONCILING")


class CrashLoops:
    """The conditions of the jobs of one cluster."""

    def __init__(self, api: Api, facts: Facts) -> None:
        self._api = api
        self._facts = facts

    def condition(self, entry: Mapping[str, Any], word: str, now: int) -> Condition:
        """Of an active job: its line in `GET /jobs/overview`, its word, and the cluster's clock at that time."""
        if word in _ON_REQUEST:
            return Condition()
        tasks, last = entry.get("tasks"), entry.get("last-modification")
        if not isinstance(tasks, Mapping) or not isinstance(last, int):
            return Condition()
        changed = max(last, int(entry["start-time"]))
        running, total = _at_work(tasks)
        whole = word == "RUNNING" and 0 < running == total
        if whole and now - changed > _LONG_AGO:
            return Condition(HealthWord.HEALTHY)
        job_id, run = str(entry["jid"]), run_key(str(entry["jid"]), int(entry["start-time"]))
        try:
            known = self._failures(job_id, run, changed if whole else 0, now)
        except ProviderError:  # what it does is known all the same, only not how it does
            return Condition()
        if not whole and not known["at"]:
            word_for = HealthWord.STARTING if now - changed <= _PROVEN else HealthWord.DEGRADED
            return Condition(word_for, since=changed, restarts=0, cause=f"{running} of {total} tasks run")
        found = judged(known, now=now, whole=whole)
        return self._since(run, found, known["at"]) if found.degraded else found

    def _since(self, run: str, condition: Condition, at: list[int]) -> Condition:
        """The condition, with the beginning of its loop as an earlier look saw it, where Flink no longer reports it."""
        known = self._facts.get(run, _BEGAN) or {"last": 0, "since": 0}
        same = known["last"] >= condition.since - _APART
        if same and condition.or_before and 0 < known["since"] <= condition.since:
            condition = replace(condition, since=int(known["since"]), or_before=bool(known["or_before"]))
        began = {"last": at[0], "since": condition.since, "or_before": condition.or_before}
        self._facts.put(run, _BEGAN, began)
        return condition

    def _failures(self, job_id: str, run: str, changed: int, now: int) -> dict[str, Any]:
        """The failures of a run; those of one that has run since a last change (`changed`) are kept, 0: it does not."""
        known = self._facts.get(run, _FACT)
        if changed and known and known["seen"] == changed:
            return dict(known)
        found = failures(self._api.read(f"/jobs/{job_id}/exceptions"))
        if changed and now - changed > _PROVEN:
            self._facts.put(run, _FACT, {"seen": changed, **found})
        return found


def failures(answer: Any) -> dict[str, Any]:
    """Read `GET /jobs/:id/exceptions`: `at` (newest first), how many there were, and the newest one's cause.

    `all`: are these all failures since the start?
    """
    history = answer.get("exceptionHistory") if isinstance(answer, Mapping) else None
    entries = [one for one in (history or {}).get("entries") or () if isinstance(one, Mapping)]
    names = (str(one.get("taskName") or "") for one in entries)
    attempts = max((int(found[1]) + 1 for name in names if (found := _ATTEMPT.search(name))), default=0)
    trace = str(entries[0].get("stacktrace") or entries[0].get("exceptionName") or "") if entries else ""
    return {
        "at": sorted((int(one.get("timestamp") or 0) for one in entries), reverse=True),
        "count": max(len(entries), attempts) if len(entries) >= _HISTORY else len(entries),
        "all": attempts <= len(entries) < _HISTORY,
        "cause": root_cause(trace).splitlines()[0] if trace else "",
    }


def judged(known: Mapping[str, Any], *, now: int, whole: bool) -> Condition:
    """What failures say of a job; `whole`: all its tasks run."""
    at, count = [int(one) for one in known["at"]], int(known["count"])
    loop = _last_loop(at)
    if whole and not _loops(loop, now):
        return Condition(HealthWord.HEALTHY, restarts=count)
    return Condition(
        HealthWord.DEGRADED,
        since=loop[-1],
        or_before=len(loop) == len(at) and not known["all"],
        restarts=count,
        cause=str(known["cause"]),
    )


def _last_loop(at: list[int]) -> list[int]:
    """The newest failures, none of them long after the one before it."""
    found = at[:1]
    for before in at[1:]:
        if found[-1] - before > _APART:
            break
        found.append(before)
    return found


def _loops(loop: list[int], now: int) -> bool:
    """Has it failed more than once, and not run since for twice as long as it ever did between those failures?"""
    longest = max((later - before for later, before in pairwise(loop)), default=0)
    return len(loop) > 1 and now - loop[0] < max(_PROVEN, 2 * longest)


def _at_work(tasks: Mapping[str, Any]) -> tuple[int, int]:
    """How many tasks run, of those that have not read their input to its end."""
    running, finished, total = (int(tasks.get(state) or 0) for state in ("running", "finished", "total"))
    return running, total - finished
