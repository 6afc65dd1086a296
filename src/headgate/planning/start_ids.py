"""The ids a start is asked for under: derived, so that two runs that saw the same thing start the same job once."""

from __future__ import annotations

import hashlib

from headgate.model.spec import JobSpec


def successor_id(project: str, spec: JobSpec, predecessor: str) -> str:
    """The id of the one job that may take over from the run `predecessor`, or be the first: 32 hex digits.

    What is started is not in it: of two runs with two versions of a manifest, or one that renames, one starts the
    successor, and the other is informed that there is one.
    """
    if predecessor:
        return _digest(project, predecessor)
    return _digest(project, spec.target, spec.name)


def derive_start_key(project: str, spec: JobSpec, predecessor: str) -> str:
    """The id of this very start, left on the job in its marker: also of what is started, and from what."""
    return _digest(project, spec.target, spec.name, spec.revision, predecessor)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
