"""Savepoints of jobs, each under a trigger id that is not drawn: asking again finds the same one, never makes another.

A stop goes by an id derived from its job. An attempt that failed is over, and the next one goes by the next id.
Attempts are counted from 0 without gaps, so any process can find the last one by asking the cluster. An attempt that
the cluster does not know (any more) is asked for under its own id once more: where it was known after all, that is the
same operation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from headgate.model.health import SavepointProgress
from headgate.providers.flink import job_health
from headgate.providers.http import Api, NotFound


class Stops:
    """The savepoints that are taken on one cluster.

    `place` says where one goes, empty to leave that to the cluster; it is asked only if one is about to be asked for.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._first: dict[str, int] = {}

    def ask(self, job_id: str, place: Callable[[], str]) -> None:
        """Ask for a stop, unless one is under way or done."""
        attempt, last = self._look(job_id)
        if last.asked and not _is_over(last):
            return
        request: dict[str, Any] = {"drain": False, "triggerId": _trigger(job_id, attempt)}
        if directory := place():
            request["targetDirectory"] = directory
        self._api.call("POST", f"/jobs/{job_id}/stop", writes=True, repeatable=True, body=request)
        self._first[job_id] = attempt

    def last(self, job_id: str) -> SavepointProgress:
        """How far the last stop that was asked for is; nothing asked if there was none."""
        return self._look(job_id)[1]

    def take(self, job_id: str, key: str, place: Callable[[], str]) -> None:
        """Ask for a savepoint of a job that goes on, unless the one of this key was asked for."""
        if self.taken(job_id, key).asked:
            return
        request: dict[str, Any] = {"cancel-job": False, "triggerId": key}
        if directory := place():
            request["target-directory"] = directory
        self._api.call("POST", f"/jobs/{job_id}/savepoints", writes=True, repeatable=True, body=request)

    def taken(self, job_id: str, key: str) -> SavepointProgress:
        """How far the savepoint of this key is; nothing asked if the cluster does not know it."""
        try:
            return job_health.savepoint_progress(self._api.read(f"/jobs/{job_id}/savepoints/{key}"))
        except NotFound:
            return SavepointProgress()

    def _look(self, job_id: str) -> tuple[int, SavepointProgress]:
        """The last attempt if it is under way or done, else the number of the next one; and how the last one went."""
        attempt, last = self._first.get(job_id, 0), SavepointProgress()
        while True:
            found = self.taken(job_id, _trigger(job_id, attempt))
            if not found.asked:
                return attempt, last
            last = found
            if not _is_over(last):
                return attempt, last
            attempt += 1


def _is_over(progress: SavepointProgress) -> bool:
    """Has Flink given this attempt up? It may have made its savepoint before."""
    return bool(progress.failed or progress.warning)


def _trigger(job_id: str, attempt: int) -> str:
    return hashlib.sha256(f"headgate stop {job_id} {attempt}".encode()).hexdigest()[:32]
