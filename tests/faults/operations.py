"""What headgate is asked to do in the fault suite: from which versions of a manifest to which."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ManifestVersion(StrEnum):
    """A manifest of the one job, or its absence. A platform knows what to write."""

    RUNNING = "running"
    EDITED = "edited"
    SUSPENDED = "suspended"
    EMPTIED = "emptied"  # edited, and by written consent started without state
    WIDER = "wider"
    BROKEN = "broken"  # it does not start, or fails at once
    GONE = "gone"
    AS_BEFORE = "as-before"


class Leaves(StrEnum):
    """What must be there in the end."""

    KEPT = "kept"  # one copy, its state kept
    FRESH = "fresh"  # one copy, started empty: for the first time, or by consent
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Operation:
    """`before` are applied one after the other without a fault, then `asks` with one. `command` is run, and run again.

    `blocked`: in the end the version is not tried again, and the plan says so. `deletes`: the definition of the job is
    deleted, too, on the platforms that keep one.
    """

    name: str
    before: tuple[ManifestVersion, ...]
    asks: ManifestVersion
    leaves: Leaves
    command: tuple[str, ...] = ("apply", "--yes")
    again: tuple[str, ...] = ("apply", "--yes")
    blocked: bool = False
    deletes: bool = False

    @property
    def prunes(self) -> bool:
        """Has the job left git?"""
        return self.asks is ManifestVersion.GONE


_RUNS = (ManifestVersion.RUNNING,)
_PRUNE = ("apply", "--yes", "--prune")
_DELETE = (*_PRUNE, "--delete")

SUBMIT = Operation("submit", (), ManifestVersion.RUNNING, Leaves.FRESH)
RESTART = Operation("restart", _RUNS, ManifestVersion.EDITED, Leaves.KEPT)
SUSPEND = Operation("suspend", _RUNS, ManifestVersion.SUSPENDED, Leaves.NOTHING)
RESUME = Operation("resume", (ManifestVersion.RUNNING, ManifestVersion.SUSPENDED), ManifestVersion.RUNNING, Leaves.KEPT)
CANCEL = Operation("cancel", _RUNS, ManifestVersion.EMPTIED, Leaves.FRESH)
PRUNE = Operation("prune", _RUNS, ManifestVersion.GONE, Leaves.NOTHING, _PRUNE, _PRUNE)
DELETE = Operation("prune-delete", _RUNS, ManifestVersion.GONE, Leaves.NOTHING, _DELETE, _DELETE, deletes=True)
RESCALE = Operation("rescale", _RUNS, ManifestVersion.WIDER, Leaves.KEPT)
ROLLBACK = Operation("rollback", _RUNS, ManifestVersion.BROKEN, Leaves.KEPT, blocked=True)

# Asked for by its number first, and without one by the one who finds it cut short.
_TO_THE_FIRST = ("rollback", "JOB", "--to", "1", "--yes")
_TO_WHAT_WORKED = ("rollback", "JOB", "--yes")
BY_HAND = Operation(
    "rollback-by-hand",
    (ManifestVersion.RUNNING, ManifestVersion.EDITED),
    ManifestVersion.AS_BEFORE,
    Leaves.KEPT,
    _TO_THE_FIRST,
    _TO_WHAT_WORKED,
    blocked=True,
)

_ALL = (SUBMIT, RESTART, SUSPEND, RESUME, CANCEL, PRUNE, DELETE, RESCALE, ROLLBACK, BY_HAND)
OPERATIONS = {one.name: one for one in _ALL}
