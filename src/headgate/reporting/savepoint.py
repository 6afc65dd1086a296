"""A savepoint that was asked for: its path, for a person to note down and for a script to use."""

from __future__ import annotations

from headgate.model.health import SavepointProgress
from headgate.model.masking import masked_text
from headgate.model.secret import Secrets
from headgate.reporting.plain_text import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json


def savepoint_text(taken: SavepointProgress, secrets: Secrets) -> str:
    """The path and nothing else; where it is unknown, that it is, and which folder holds the savepoint."""
    return one_line(masked_text(taken.place, secrets))


def savepoint_json(job: str, target: str, taken: SavepointProgress, secrets: Secrets) -> str:
    """One JSON document."""
    document = {
        "format_version": FORMAT_VERSION,
        "job": job,
        "target": target,
        "savepoint": masked_text(taken.path, secrets) or None,
        "folder": masked_text(taken.folder, secrets) or None,
    }
    return as_json(document)
