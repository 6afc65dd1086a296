"""What a start restores from. Starting empty is asked for in the manifest, or nothing was there to lose."""

from __future__ import annotations

from dataclasses import replace

from headgate.model.duration import in_words
from headgate.model.formatting import moment_of
from headgate.model.live import JobState, Kept, Live, Snapshot
from headgate.model.plan import Restore, RestoreKind
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Strategy


class NothingToRestore(Exception):
    """No snapshot may be restored; `reason`, `why` and `hint` go into the blocked action."""

    def __init__(self, reason: Reason, why: str, *, hint: str = "") -> None:
        super().__init__(why)
        self.reason = reason
        self.why = why
        self.hint = hint


def restore_of_running(want: JobSpec) -> Restore:
    """What the successor of a job that runs is started from."""
    match want.savepoint.strategy:
        case Strategy.NONE:
            return _EMPTY_BY_CONSENT
        case Strategy.PATH:
            return Restore(RestoreKind.SAVEPOINT, want.savepoint.path, "savepoint.path in the manifest")
        case Strategy.EARLIEST:
            return _EARLIEST
        case Strategy.LATEST:
            return Restore(RestoreKind.SAVEPOINT, note="taken when the job is stopped")


def restore_of_ended(want: JobSpec, live: Live, *, now: int = 0) -> Restore:
    """What a job that has ended is started again from; `now` in milliseconds, 0: not known. Raises NothingToRestore."""
    if want.savepoint.strategy is not Strategy.LATEST:
        return restore_of_running(want)
    if live.snapshot:
        _require_fresh_enough(want, live, live.snapshot, now)
        return Restore(kind_of(live.snapshot), live.snapshot.path, _completed(live.snapshot, now))
    if live.provably_empty:
        return nothing_to_lose()
    raise NothingToRestore(
        Reason.NOTHING_TO_RESTORE,
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


def earliest_of(kept: Kept | None) -> Restore:
    """The oldest savepoint that is still known. Raises NothingToRestore."""
    if kept is None or not kept.snapshots:
        raise NothingToRestore(Reason.EARLIEST_UNKNOWN, "no savepoint of this job is known")
    oldest = kept.snapshots[-1]
    return replace(_EARLIEST, path=oldest.path, note=f"the earliest savepoint that is known{_of(oldest)}")


def kind_of(snapshot: Snapshot) -> RestoreKind:
    return RestoreKind.SAVEPOINT if snapshot.kind == "savepoint" else RestoreKind.CHECKPOINT


def kind_of_path(path: str) -> RestoreKind:
    """What a snapshot is by the name of its folder alone: Flink calls those of checkpoints `chk-N`."""
    name = path.rstrip("/").rpartition("/")[2]
    return RestoreKind.CHECKPOINT if name.startswith(("chk-", "checkpoint-")) else RestoreKind.SAVEPOINT


_EMPTY_BY_CONSENT = Restore(RestoreKind.FRESH, note="starts empty: savepoint.strategy is none")
_EARLIEST = Restore(RestoreKind.SAVEPOINT, note="the earliest savepoint that is known")


def _require_fresh_enough(want: JobSpec, live: Live, snapshot: Snapshot, now: int) -> None:
    """A suspended job's savepoint is all of its state, however old; that of a failed one has lost what came after."""
    age = (now - snapshot.at) / 1000
    if want.savepoint.max_age and now and live.state is not JobState.SUSPENDED and age > want.savepoint.max_age:
        allowed = in_words(want.savepoint.max_age)
        raise NothingToRestore(
            Reason.SNAPSHOT_TOO_OLD,
            f"its last {snapshot.kind} {snapshot.path}{_of(snapshot)} is {in_words(age)} old; max_age is {allowed}",
        )


def _completed(snapshot: Snapshot, now: int) -> str:
    age = f", {in_words((now - snapshot.at) / 1000)} old" if now and 0 < snapshot.at < now else ""
    return f"its last {snapshot.kind}{_of(snapshot)}{age}"


def _of(snapshot: Snapshot) -> str:
    return f", of {moment_of(snapshot.at)}" if snapshot.at else ""
