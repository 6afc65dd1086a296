"""Facts about jobs that never change for a job id, kept on disk so that a plan asks for them once, ever.

One file a target under the project's `.headgate/cache/`. Losing it costs requests, nothing else: a file that cannot be
read is an empty one. What is kept is what the platform shows of a job, placeholders where its manifest has them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any

_FORMAT = 1


class Facts:
    """A JSON document per job id. `folder` None keeps them in memory only; `where` tells one target from another."""

    def __init__(self, folder: Path | None, provider: str, where: str) -> None:
        name = hashlib.sha256(where.encode()).hexdigest()[:16]
        self._file = folder / f"{provider}-{name}.json" if folder else None
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Any]] = {}
        self._changed = False
        if self._file:
            with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
                document = json.loads(self._file.read_text("utf-8"))
                if document["format"] == _FORMAT:
                    self._known = dict(document["jobs"])

    def get(self, job_id: str, fact: str) -> Any | None:
        with self._lock:
            return self._known.get(job_id, {}).get(fact)

    def put(self, job_id: str, fact: str, value: Any) -> None:
        with self._lock:
            self._known.setdefault(job_id, {})[fact] = value
            self._changed = True

    def keep_only(self, job_ids: set[str]) -> None:
        """Forget jobs that the cluster has forgotten."""
        with self._lock:
            gone = self._known.keys() - job_ids
            for job_id in gone:
                del self._known[job_id]
            self._changed = self._changed or bool(gone)

    def save(self) -> None:
        """Write the file anew, whole or not at all."""
        with self._lock:
            if not (self._file and self._changed):
                return
            with contextlib.suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                draft = self._file.with_suffix(f".{os.getpid()}.tmp")
                draft.write_text(json.dumps({"format": _FORMAT, "jobs": self._known}), "utf-8")
                draft.replace(self._file)
                self._changed = False
