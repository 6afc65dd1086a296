"""Stores and records to start from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from headgate.model.secret import Secrets
from headgate.store import Applied, Intent, KnownSnapshot, SnapshotKind, Store, open_store

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
INTENT = Intent(
    "shop", "orders", "local", "run-1", "submit", job_id="f00", effect_key="f00", detail={"from": "s3://sp/1"}
)
APPLIED = Applied(
    "shop",
    "orders",
    "local",
    "rev-1",
    "applied",
    commit="c0ffee",
    author="A. Nonymous",
    manifest={"name": "orders", "parallelism": 2},
    job_id="f00",
    predecessor="e99",
    restored_from="s3://sp/0",
    run_id="run-1",
    savepoint="s3://sp/1",
    note="as it was asked for",
)


def snapshot(
    path: str,
    minutes: float = 0,
    *,
    job: str = "orders",
    target: str = "local",
    kind: SnapshotKind = SnapshotKind.SAVEPOINT,
) -> KnownSnapshot:
    """One that completed so many minutes after noon."""
    return KnownSnapshot("shop", job, target, "f00", path, kind, NOON + timedelta(minutes=minutes), "rev-1", "t-1")


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Place:
    """Where a store is, and the time there."""

    url: str
    root: Path
    clock: Clock = field(default_factory=Clock)

    @property
    def is_postgres(self) -> bool:
        return self.url.startswith("postgresql")

    def open(self, *, secrets: Secrets | None = None) -> Store:
        return open_store(self.url, root=self.root, clock=self.clock, secrets=secrets)

    def let_pass(self, seconds: float) -> None:
        """Time goes by. A server's clock cannot be set: there, what it compares with is moved back instead."""
        self.clock.now += timedelta(seconds=seconds)
        if self.is_postgres:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("UPDATE headgate_locks SET expires = expires - make_interval(secs => %s)", [seconds])

    def file(self) -> Path:
        assert not self.is_postgres
        return self.root / self.url.removeprefix("sqlite:///")

    def written(self) -> bytes:
        """Everything that is in the store, as bytes."""
        if not self.is_postgres:
            return b"".join(part.read_bytes() for part in self.file().parent.iterdir())
        with psycopg.connect(self.url) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            rows = [connection.execute(f"SELECT t::text FROM {name} t").fetchall() for (name,) in tables]
        return repr(rows).encode()
