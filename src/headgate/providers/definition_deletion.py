"""What must be true of a definition right before it is deleted: it is ours still, and does not run."""

from __future__ import annotations

from headgate.errors import Rejected
from headgate.model.live import Live, Marker


def require_deletable(name: str, word: str, marker: Marker | None, planned: Live, *, runs: bool) -> None:
    """Raise Rejected unless the definition `name` has the marker that was planned for, and does not run.

    `word` is the platform's own for what it does now.
    """
    hint = "run `headgate plan` to see what is there now"
    expected = planned.marker
    if marker is None or expected is None or (marker.project, marker.job) != (expected.project, expected.job):
        whose = f"has the marker of job {marker.job!r} of project {marker.project!r}" if marker else "has no marker"
        raise Rejected(f"the definition of job {name!r} {whose} now, and was not deleted", hint=hint)
    if runs:
        raise Rejected(f"job {name!r} runs now ({word}), and its definition was not deleted", hint=hint)


class NoDefinitions:
    """The part of the port about definitions, for a platform that keeps none of a job that has ended."""

    name: str

    def delete_definition(self, live: Live) -> None:
        raise Rejected(f"{self.name} keeps no definition of job {live.name!r}: there is nothing to delete")
