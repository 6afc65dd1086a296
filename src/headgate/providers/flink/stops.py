"""Stops with savepoint, each under a derived trigger id: asking again finds the same savepoint, never makes another.

An attempt that failed (its job runs on) is over, and the next one goes by the next id. Attempts are counted from 0
without gaps, so any process can find the last one by asking the cluster.
"""

from __future__ import annotations

import hashlib
from typing import Any

from headgate.model.health import SavepointProgress
from headgate.providers.flink import watching
from headgate.providers.http import Api, NotFound


class Stops:
    """The stops of the jobs of one cluster; `directory` None leaves the place to the cluster."""

    def __init__(self, api: Api, directory: str | None) -> None:
        self._api = api
        self._directory = directory
        self._first: dict[str, int] = {}

    def ask(self, job_id: str) -> None:
        """Ask for a stop, unless one is under way or done."""
        attempt, last = self._look(job_id)
        if last.asked and not last.failed:
            return
        request: dict[str, Any] = {"drain": False, "triggerId": _trigger(job_id, attempt)}
        if self._directory:
            request["targetDirectory"] = self._directory
        self._api.call("POST", f"/jobs/{job_id}/stop", writes=True, repeatable=True, body=request)
        self._first[job_id] = attempt

    def last(self, job_id: str) -> SavepointProgress:
        """How far the last stop that was asked for is; nothing asked if there was none."""
        return self._look(job_id)[1]

    def _look(self, job_id: str) -> tuple[int, SavepointProgress]:
        """The last attempt if it is under way or done, else the number of the next one; and how the last one went."""
        attempt, last = self._first.get(job_id, 0), SavepointProgress()
        while True:
            try:
                answer = self._api.read(f"/jobs/{job_id}/savepoints/{_trigger(job_id, attempt)}")
            except NotFound:
                return attempt, last
            last = watching.stop_progress(answer)
            if not last.failed:
                return attempt, last
            attempt += 1


def _trigger(job_id: str, attempt: int) -> str:
    return hashlib.sha256(f"headgate stop {job_id} {attempt}".encode()).hexdigest()[:32]
