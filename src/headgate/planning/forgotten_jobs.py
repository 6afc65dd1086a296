"""What storage still has of a job that its target has forgotten: with its age, and the newest of it proposed.

Which of it is the job's last state is not certain, so a person chooses.
"""

from __future__ import annotations

from headgate.model.duration import in_words
from headgate.model.formatting import moment_of
from headgate.model.live import Kept, Live, Snapshot


def left_of_it(kept: Kept | None, retained: tuple[Snapshot, ...], now: int) -> str:
    """The newest checkpoint and the newest savepoint that are there, the newer one first; `now` 0: without ages."""
    found = _newest_of_each(kept, retained)
    if found:
        return "storage has " + " and ".join(_described(one, now) for one in found)
    if kept is None:
        return "what storage has of it is not known: no savepoint directory is"
    return "storage has neither a savepoint nor a retained checkpoint of it"


def way_on(kept: Kept | None, retained: tuple[Snapshot, ...]) -> str:
    """The next move: from the newest that is there, if that is what is wanted; empty where nothing is."""
    found = _newest_of_each(kept, retained)
    if not found:
        return ""
    which = "the newer of the two" if len(found) > 1 else f"that {found[0].kind}"
    path = f"`savepoint: {{strategy: path, path: '{found[0].path}'}}`"
    return f"{path} starts from {which}; `savepoint: {{strategy: none}}` starts empty"


def is_newest(path: str, kept: Kept | None, retained: tuple[Snapshot, ...], *, of: Live) -> bool:
    """Does storage say that this is the newest state there is of a job, and that nothing was started after that job?"""
    if kept is None or of.job_id not in kept.started_as:
        return False
    found = _newest_of_each(kept, retained)
    return bool(found) and found[0].path == path


def _newest_of_each(kept: Kept | None, retained: tuple[Snapshot, ...]) -> tuple[Snapshot, ...]:
    savepoints = kept.snapshots[:1] if kept else ()
    return tuple(sorted((*retained[:1], *savepoints), key=lambda one: one.at, reverse=True))


def _described(one: Snapshot, now: int) -> str:
    age = f", {in_words((now - one.at) / 1000)} old" if 0 < one.at < now else ""
    return f"{one.kind} {one.path}" + (f" (of {moment_of(one.at)}{age})" if one.at else "")
