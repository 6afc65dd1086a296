"""Facts about runs that never change, kept on disk so that a plan asks for them once.

A fact belongs to one run: a job id and when that run was started, as the platform reports both now. An id alone is not
enough. Ids are derived, so a cluster that has lost its memory gives the same id again, to another run. What a platform
says now is therefore always asked for with the run that it lists now, and a run that it no longer lists is forgotten.

One file a target under the project's `.headgate/cache/`. Losing it costs requests, nothing else: a file that cannot be
read, or that another version of headgate wrote, is an empty one. What is kept is what the platform shows of a job,
placeholders where its manifest has them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any

from headgate.private_files import private_folder, write_private

# 1 knew facts by job id alone.
_FORMAT = 2


def run_key(job_id: str, started_at: int) -> str:
    """What a fact belongs to: one run of a job. Empty where the platform does not say when it was started.

    No fact is kept then: nothing distinguishes that run from the next one with its id.
    """
    return f"{job_id} {started_at}" if started_at > 0 else ""


class Facts:
    """A JSON document per run (`run_key`). `folder` None: in memory only; `where` distinguishes the targets."""

    def __init__(self, folder: Path | None, provider: str, where: str) -> None:
        name = hashlib.sha256(where.encode()).hexdigest()[:16]
        self._file = folder / f"{provider}-{name}.json" if folder else None
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Any]] = {}
        self._changed = False
        if self._file:
            with contextlib.suppress(OSError, ValueError, AttributeError, TypeError, KeyError):
                document = json.loads(self._file.read_text("utf-8"))
                if document["format"] == _FORMAT:
                    self._known = dict(document["runs"])

    def get(self, run: str, fact: str) -> Any | None:
        with self._lock:
            return self._known.get(run, {}).get(fact)

    def put(self, run: str, fact: str, value: Any) -> None:
        if not run:
            return
        with self._lock:
            self._known.setdefault(run, {})[fact] = value
            self._changed = True

    def keep_only(self, runs: set[str]) -> None:
        """Forget the runs that the platform does not list."""
        with self._lock:
            gone = self._known.keys() - runs
            for run in gone:
                del self._known[run]
            self._changed = self._changed or bool(gone)

    def save(self) -> None:
        """Write the file again, whole or not at all."""
        with self._lock:
            if not (self._file and self._changed):
                return
            with contextlib.suppress(OSError):
                private_folder(self._file.parent)
                draft = self._file.with_suffix(f".{os.getpid()}.tmp")
                write_private(draft, json.dumps({"format": _FORMAT, "runs": self._known}))
                draft.replace(self._file)
                self._changed = False
