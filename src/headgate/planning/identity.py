"""The id a job is started under: derived, so that two runs that saw the same thing start the same job once.

It follows from what is started (project, target, name, revision) and from the job it succeeds: a new attempt after a
failed one succeeds that failed one, and so gets another id.
"""

from __future__ import annotations

import hashlib

from headgate.model.spec import JobSpec


def successor_id(project: str, spec: JobSpec, succeeds: str) -> str:
    """32 hex digits; `succeeds` is the id of the job it takes over from, empty for the first."""
    text = "\n".join((project, spec.target, spec.name, spec.revision, succeeds))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
