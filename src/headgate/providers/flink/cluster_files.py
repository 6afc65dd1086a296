"""What the cluster's file systems hold, asked of the runner inside the JobManager: it reads whatever Flink reads there.

The runner is called through the plan endpoint, so nothing is submitted; what it found comes back as the plan's name.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.live import Kept, Snapshot
from headgate.model.spec import Sql
from headgate.providers.flink import runner
from headgate.providers.flink.causes import root_cause
from headgate.providers.flink.jars import Jars
from headgate.providers.http import Api, NotFound

_LOOK_EVERY = 0.2
_PATIENCE = 60.0
_RUNNER = Sql("")
# How many ids that follow one from another are looked at: a cluster without memory takes the first.
_IDS = 3


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
        snapshots, sign = _snapshots(found), _sign(found)
        if sign.elsewhere:
            snapshots += _snapshots(self._look(sign.elsewhere) or {})
        obstacle = str(found.get("obstacle", ""))
        return Kept(bool(found["exists"]), _newest_first(snapshots), sign.started_at, obstacle, sign.started_as)

    def no_place(self, home: str, sign: str) -> str:
        """Why the folder of a job that was started is not there: it cannot be made. Empty: it is there.

        A start leaves its sign itself, and a failure is a line in the log of the JobManager; so it is looked for, and
        left once more where it is not.
        """
        found = self._look(home)
        if found is not None and found["exists"]:
            return ""
        answer = self._ask("mark", "\n".join((home, *sign.split("\n")[1:])))
        return str(answer.get("failed") or answer.get("unsupported") or "")

    def retained(self, home: str, job_ids: tuple[str, ...], directory: str) -> tuple[Snapshot, ...]:
        """The checkpoints of the last runs of a job: of these ids in this directory, and of what the sign names.

        A start that found its id taken went on to the next one that follows from it, so those are looked at too.
        """
        sign = _sign((self._look(home) if home else None) or {})
        folders = {f"{directory}/{job_id}" for job_id in job_ids if directory}
        folders |= {f"{sign.checkpoints}/{job_id}" for job_id in sign.started_as if sign.checkpoints}
        found = (self._look(folder) or {} for folder in sorted(folders))
        return _newest_first([one for each in found for one in _snapshots(each, "checkpoint")])

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
        reported = json.loads(self._jars.plan(_RUNNER, request)["name"])
        answer: Mapping[str, Any] = reported[0]
        return answer


@dataclass(frozen=True, slots=True)
class _Sign:
    """What the last start of a job left in its folder: see `savepoint_folders.Homes.sign`."""

    elsewhere: str = ""
    started_at: int = 0
    job_id: str = ""
    checkpoints: str = ""

    @property
    def started_as(self) -> tuple[str, ...]:
        """The ids that this start can have come to."""
        ids = [self.job_id] if self.job_id else []
        while ids and len(ids) < _IDS:
            ids.append(next_id(ids[-1]))
        return tuple(ids)


def next_id(job_id: str) -> str:
    """The id that a start goes on to where a cluster does not take this one again: all who ask find the same."""
    return hashlib.sha256(job_id.encode()).hexdigest()[:32]


def _sign(found: Mapping[str, Any]) -> _Sign:
    """The sign in a folder that was looked at; older ones say less."""
    elsewhere, _, started_at, job_id, checkpoints = (*str(found.get("sign", "")).split("\n"), *[""] * 5)[:5]
    return _Sign(elsewhere, int(started_at) if started_at.isdecimal() else 0, job_id, checkpoints)


def _snapshots(found: Mapping[str, Any], kind: str = "savepoint") -> list[Snapshot]:
    return [Snapshot(str(one["path"]), kind, int(one["at"])) for one in found.get("snapshots", ())]


def _newest_first(snapshots: list[Snapshot]) -> tuple[Snapshot, ...]:
    return tuple(sorted(snapshots, key=lambda snapshot: snapshot.at, reverse=True))
