"""What can go wrong with a store. Each docstring is what `headgate explain CODE` prints."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from headgate.errors import HeadgateError, PlanRefused
from headgate.model.formatting import moment
from headgate.model.store_records import Lock


class StoreError(HeadgateError):
    """The store cannot be read or written: no connection, no permission, no such folder, a full disk, a damaged file.

    The message is the database's own. `store:` in headgate.yaml, or $HEADGATE_STORE, names the store. A damaged SQLite
    file may be moved aside: a new one is made, history is lost, and no job is: the platform knows what runs.
    """

    code = "store-unavailable"


class StoreTooNew(StoreError):
    """The store was written by a newer headgate, whose records this one would misread. Nothing was changed.

    Update this headgate to the version named in the message, or a later one. There is no way back to an older schema.
    """

    code = "store-too-new"

    def __init__(self, *, found: int, known: int, written_by: str, mine: str, where: str) -> None:
        super().__init__(
            f"the store has schema version {found}, written by headgate {written_by}; "
            f"this is headgate {mine}, which knows versions up to {known}",
            where=where,
            hint=f"update headgate to {written_by} or later",
        )


class LockHeld(PlanRefused):
    """Another run is changing this job: CI and the loop met, or two runs of CI. Nothing was changed by this one.

    The message says who holds the lock, since when, and when it ends unless its holder renews it. Wait and run again.
    If the holder is certainly gone and you cannot wait, `headgate unlock ID` ends the lock; its holder, if it lives
    after all, notices before its next step and stops.
    """

    code = "lock-held"

    def __init__(self, lock: Lock) -> None:
        super().__init__(
            f"job {lock.job!r} is being changed by {lock.holder} since {moment(lock.since)}; "
            f"lock {lock.id} ends at {moment(lock.expires)} unless it is renewed",
            where=f"project {lock.project}",
            hint=f"wait and run again; if {lock.holder} is certainly gone: `headgate unlock {lock.id}`",
        )
        self.lock = lock


class LockLost(HeadgateError):
    """This run no longer holds the lock of the job: it was ended by `headgate unlock`, or expired and another took it.

    The run stops before its next step on that job; what was begun is in the journal, and the next run goes on from it.
    """

    code = "lock-lost"

    def __init__(self, lock: Lock, now_held: Lock | None = None) -> None:
        taken = f"{now_held.holder} holds it since {moment(now_held.since)}" if now_held else "it expired or was ended"
        super().__init__(
            f"lock {lock.id} of job {lock.job!r} is lost: {taken}",
            where=f"project {lock.project}",
            hint="run again: headgate observes first and goes on from there",
        )
        self.lock = lock


class UnknownLock(HeadgateError):
    """No lock has this id: it was released, has been ended, or the id is mistyped.

    The message of the run that was refused names the id; `headgate status` shows the locks that are held.
    """

    code = "lock-unknown"

    def __init__(self, lock_id: str, held: Sequence[str]) -> None:
        near = difflib.get_close_matches(lock_id, held, n=1)
        if near:
            hint = f"did you mean {near[0]!r}?"
        elif held:
            hint = f"held are: {', '.join(held)}"
        else:
            hint = "no lock is held at all"
        super().__init__(f"there is no lock {lock_id!r}", hint=hint)
