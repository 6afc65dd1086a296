"""What a start restores from. Starting empty is asked for in the manifest, or nothing was there to lose."""

from __future__ import annotations

from datetime import UTC, datetime

from headgate.model.live import Live, Snapshot
from headgate.model.plan import Restore, RestoreKind
from headgate.model.spec import JobSpec, Strategy


class NothingToRestore(Exception):
    """No snapshot is proven to exist; `why` and `hint` go into the blocked action."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason = reason
        self.why = why


def restore_of_running(want: JobSpec) -> Restore:
    """What the successor of a job that runs is started from."""
    match want.savepoint.strategy:
        case Strategy.NONE:
            return _EMPTY_BY_CONSENT
        case Strategy.PATH:
            return Restore(RestoreKind.SAVEPOINT, want.savepoint.path, "savepoint.path in the manifest")
        case Strategy.EARLIEST:
            raise NothingToRestore("earliest-unknown", _NO_EARLIEST)
        case Strategy.LATEST:
            return Restore(RestoreKind.SAVEPOINT, note="taken when the job is stopped")


def restore_of_ended(want: JobSpec, live: Live) -> Restore:
    """What a job that has ended is started again from. Raises NothingToRestore."""
    match want.savepoint.strategy:
        case Strategy.NONE | Strategy.PATH:
            return restore_of_running(want)
        case Strategy.EARLIEST:
            raise NothingToRestore("earliest-unknown", _NO_EARLIEST)
        case Strategy.LATEST:
            if live.snapshot:
                kind = RestoreKind.SAVEPOINT if live.snapshot.kind == "savepoint" else RestoreKind.CHECKPOINT
                return Restore(kind, live.snapshot.path, _completed(live.snapshot))
            if live.provably_empty:
                return nothing_to_lose()
    raise NothingToRestore(
        "nothing-to-restore",
        f"it is {live.word} and left no savepoint or retained checkpoint; name one with savepoint.strategy: path, "
        "or consent to start empty with savepoint.strategy: none",
    )


def nothing_to_lose() -> Restore:
    """The start of a successor to a job that never got as far as a first checkpoint."""
    return Restore(RestoreKind.FRESH, note="it never completed a checkpoint: there is no state to lose")


def restore_of_new(want: JobSpec) -> Restore:
    """What the very first start of a job restores from."""
    if want.savepoint.strategy is Strategy.PATH:
        return restore_of_running(want)
    return Restore(RestoreKind.FRESH, note="first start")


_EMPTY_BY_CONSENT = Restore(RestoreKind.FRESH, note="starts empty: savepoint.strategy is none")
_NO_EARLIEST = "the earliest savepoint of a job is not kept on this platform; name it with savepoint.strategy: path"


def _completed(snapshot: Snapshot) -> str:
    if not snapshot.at:
        return f"its last {snapshot.kind}"
    when = datetime.fromtimestamp(snapshot.at / 1000, UTC)
    return f"its last {snapshot.kind}, of {when:%Y-%m-%d %H:%M:%S}Z"
