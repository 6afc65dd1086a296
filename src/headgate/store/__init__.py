"""What platforms forget: intents written before each effect, revisions, snapshots, locks.

A store is an aid to memory and a meeting point, never the truth: the platform is. A lost store costs history and a
job's lock, so nothing here may be the only reason why a second copy is not started. May know `model` and `errors`;
asks no platform, decides nothing but which savepoints are surplus.

- `records`    what is remembered, frozen; `errors` what can go wrong
- `store`      the port: `Journal`, `Revisions`, `Snapshots`, `Locks`, and `Store`, all four
- `open_store`    `open_store`: a URL becomes a store; `address` reads the URL and keeps its password to itself
- `no_store`    `NoStore`, for a run without one
- `lock_renewal`   keeps a lock while its holder lives
- `retention`  which savepoints may go; pure
- `sql`        the only place that imports SQLAlchemy, and only when a store is opened
"""

from headgate.model.store_records import (
    Applied,
    Disposal,
    Failing,
    Held,
    Intent,
    KnownJob,
    KnownSnapshot,
    Lock,
    Noted,
    SnapshotKind,
)
from headgate.store.errors import LockHeld, LockLost, StoreError, StoreTooNew, UnknownLock
from headgate.store.lock_renewal import Renewer
from headgate.store.no_store import NoStore
from headgate.store.open_store import open_store
from headgate.store.retention import is_needed
from headgate.store.store import Journal, Locks, Revisions, Snapshots, Store

__all__ = [
    "Applied",
    "Disposal",
    "Failing",
    "Held",
    "Intent",
    "Journal",
    "KnownJob",
    "KnownSnapshot",
    "Lock",
    "LockHeld",
    "LockLost",
    "Locks",
    "NoStore",
    "Noted",
    "Renewer",
    "Revisions",
    "SnapshotKind",
    "Snapshots",
    "Store",
    "StoreError",
    "StoreTooNew",
    "UnknownLock",
    "is_needed",
    "open_store",
]
