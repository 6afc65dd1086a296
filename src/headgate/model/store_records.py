"""What a store remembers. All times are UTC; `id`, `number` and `at` are given by the store that writes the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Clock = Callable[[], datetime]

UNDATED = datetime.fromtimestamp(0, UTC)
# The key in the detail of an intent that is a step of a rollback.
UNDOES = "undoes"


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class SnapshotKind(StrEnum):
    SAVEPOINT = "savepoint"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Intent:
    """An effect that is about to be asked of a platform, written before the request leaves.

    `effect_key` is what the platform knows the effect by (a trigger id, the id of the job to be submitted).
    """

    project: str
    job: str
    target: str
    run_id: str
    step: str
    job_id: str = ""
    effect_key: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    id: int = 0
    at: datetime = UNDATED

    @property
    def undoes(self) -> str:
        """The id of the job that did not settle, where this is a step of its rollback; else empty."""
        return self.detail.get(UNDOES, "")


class Noted(StrEnum):
    """Outcomes of entries that put no revision to a platform: what was done to the job that ran."""

    STOPPED = "stopped"
    CANCELLED = "cancelled"
    SAVEPOINT = "savepoint"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Applied:
    """One revision that was put to a platform, and what came of it; or what was done to the one that ran (`Noted`).

    `manifest` is the manifest as a job carries it, placeholders unresolved. `predecessor` is the id of the job it took
    over from, `restored_from` the snapshot it was given, `note` why it was given none. `savepoint` is the one that was
    taken, of the job before or of this one; where its path is unknown, `note` says so. `number` counts from 1 within a
    job and never changes.
    """

    project: str
    job: str
    target: str
    revision: str
    outcome: str
    commit: str = ""
    author: str = ""
    manifest: Mapping[str, Any] = field(default_factory=dict)
    job_id: str = ""
    predecessor: str = ""
    restored_from: str = ""
    run_id: str = ""
    number: int = 0
    at: datetime = UNDATED
    savepoint: str = ""
    note: str = ""

    @property
    def is_revision(self) -> bool:
        """Was a revision put to a platform: one that could be gone back to?"""
        return self.outcome not in set(Noted)


@dataclass(frozen=True, slots=True)
class Failing:
    """The revision of a job that did not settle and is not tried again until the manifest changes."""

    project: str
    job: str
    revision: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KnownSnapshot:
    """A savepoint or retained checkpoint that was seen complete. `trigger` is the id it was asked for under."""

    project: str
    job: str
    target: str
    job_id: str
    path: str
    kind: SnapshotKind
    completed_at: datetime
    revision: str = ""
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class Disposal:
    """A snapshot that is to be deleted and is not yet. `error` is why the last attempt failed, empty before one."""

    project: str
    job: str
    target: str
    path: str
    asked_at: datetime
    attempts: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class KnownJob:
    """A job as it was last seen on a target: tells "forgotten by the platform" from "new"."""

    project: str
    job: str
    target: str
    job_id: str
    state: str
    at: datetime
    snapshot: KnownSnapshot | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """The right to change one job until `expires`. `token` is higher than that of every holder before.

    `ttl` is in seconds, and what a renewal adds.
    """

    project: str
    job: str
    id: str
    token: int
    holder: str
    since: datetime
    expires: datetime
    ttl: float


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody else has the lock."""

    lock: Lock
