"""A savepoint that was asked for: its path, for a person to note down and for a script to use."""

from __future__ import annotations

from headgate.model.masking import told_text
from headgate.model.secret import Environment
from headgate.reporting.plain_text import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json


def savepoint_text(path: str, environment: Environment) -> str:
    """The path and nothing else."""
    return one_line(told_text(path, environment))


def savepoint_json(job: str, target: str, path: str, environment: Environment) -> str:
    """One JSON document."""
    document = {
        "format_version": FORMAT_VERSION,
        "job": job,
        "target": target,
        "savepoint": told_text(path, environment),
    }
    return as_json(document)
