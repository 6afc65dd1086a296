"""What the cluster's file systems hold, asked of the runner inside the JobManager: it reads whatever Flink reads there.

The runner is called through the plan endpoint, so nothing is submitted; what it found comes back as the plan's name.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.live import Kept, Snapshot
from headgate.model.spec import Sql
from headgate.providers.flink import runner
from headgate.providers.flink.jars import Jars
from headgate.providers.flink.rejection import root_cause
from headgate.providers.http import Api, NotFound

_LOOK_EVERY = 0.2
_PATIENCE = 60.0
_RUNNER = Sql("")


class Storage:
    """The files that the JobManager of one cluster can read."""

    def __init__(self, api: Api, jars: Jars) -> None:
        self._api = api
        self._jars = jars

    def kept(self, home: str) -> Kept | None:
        """What the folder of a job says of it. None: the JobManager reads no such paths."""
        found = self._look(home)
        if found is None:
            return None
        snapshots = _snapshots(found)
        elsewhere, _, started_at = (*str(found.get("sign", "")).split("\n"), "", "", "")[:3]
        if elsewhere:
            snapshots += _snapshots(self._look(elsewhere) or {})
        newest_first = sorted(snapshots, key=lambda snapshot: snapshot.at, reverse=True)
        began = int(started_at) if started_at.isdecimal() else 0
        return Kept(existed=bool(found["exists"]), snapshots=tuple(newest_first), started_at=began)

    def exists(self, path: str) -> bool | None:
        """Is there a complete snapshot at this path? None: the JobManager reads no such paths."""
        found = self._look(path)
        return None if found is None else "at" in found

    def mark(self, sign: str) -> None:
        """Leave the sign of a start, best effort: a failure is a line in the JobManager's log."""
        self._ask("mark", sign)

    def unmark(self, sign: str) -> None:
        """Take the sign of a start back that came to nothing: that of the start before it is there again."""
        self._ask("unmark", sign)

    def dispose(self, path: str) -> None:
        """Delete a snapshot and wait until it is gone."""
        if self.exists(path) is False:
            return
        request = {"savepoint-path": path}
        # Deleting twice deletes once; the second only fails, and then the path is looked at.
        asked = self._api.call("POST", "/savepoint-disposal", writes=True, repeatable=True, body=request)
        failure = self._disposal(str(asked["request-id"]), path)
        if failure and self.exists(path) is not False:
            raise Rejected(f"the savepoint {path} could not be deleted: {failure}", where=path)

    def _disposal(self, request_id: str, path: str) -> str:
        """Why a disposal failed, once it is over; empty if it did not."""
        for _ in range(round(_PATIENCE / _LOOK_EVERY)):
            try:
                answer = self._api.read(f"/savepoint-disposal/{request_id}")
            except NotFound:
                return "the cluster has forgotten that it was asked to"
            if answer["status"]["id"] == "COMPLETED":
                cause = (answer.get("operation") or {}).get("failure-cause") or {}
                return root_cause(str(cause.get("stack-trace", ""))) if cause else ""
            threading.Event().wait(_LOOK_EVERY)
        raise OutcomeUnknown(f"the savepoint {path} is not deleted after {_PATIENCE:.0f} s", where=path)

    def _look(self, path: str) -> Mapping[str, Any] | None:
        """What is at a path, None if such paths cannot be read at all. Raises Unavailable where this one cannot be."""
        found = self._ask("look", path)
        if "failed" in found:
            raise Unavailable(f"the JobManager could not read {path}: {found['failed']}", where=path)
        return None if "unsupported" in found else found

    def _ask(self, mode: str, text: str) -> Mapping[str, Any]:
        request = {"entryClass": runner.ENTRY_CLASS, "programArgsList": [mode, text], "parallelism": 1}
        told = json.loads(self._jars.plan(_RUNNER, request)["name"])
        answer: Mapping[str, Any] = told[0]
        return answer


def _snapshots(found: Mapping[str, Any]) -> list[Snapshot]:
    return [Snapshot(str(one["path"]), "savepoint", int(one["at"])) for one in found.get("snapshots", ())]
