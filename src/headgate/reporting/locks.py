"""The lock of a run: who holds it, or held it until somebody ended it."""

from __future__ import annotations

from typing import Any

from headgate.model.formatting import moment
from headgate.model.store_records import Lock
from headgate.reporting.plain_text import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json


def unlocked_text(ended: Lock) -> str:
    """A sentence on a lock that was ended."""
    return one_line(f"Unlocked job {ended.job}; {ended.holder} held it since {moment(ended.since)}.")


def unlocked_json(ended: Lock) -> str:
    """The same as one JSON document."""
    return as_json({"format_version": FORMAT_VERSION, "job": ended.job, **lock_document(ended)})


def lock_document(lock: Lock) -> dict[str, Any]:
    """A lock as JSON values."""
    return {"holder": lock.holder, "since": f"{lock.since:%Y-%m-%dT%H:%M:%SZ}", "lock": lock.id}
