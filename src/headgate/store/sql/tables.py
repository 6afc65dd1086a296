"""The columns in use, as of the last migration. What creates them is in `migrations`; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Float, Integer, MetaData, Table, Text, TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A point in time, in UTC on both sides; SQLite keeps it as text that sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


_known = MetaData()


def _table(name: str, *columns: Column[Any]) -> Table:
    # A prefix, because a team's database may hold other tables too.
    return Table(f"headgate_{name}", _known, *columns)


def _text(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, nullable=False) for name in names]


def _key(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, primary_key=True) for name in names]


schema = _table(
    "schema",
    Column("version", Integer, primary_key=True, autoincrement=False),
    *_text("written_by"),
    Column("at", Instant),
)
intents = _table(
    "intents",
    Column("id", BigInteger, primary_key=True),
    *_text("project", "job", "target", "run_id", "step", "job_id", "effect_key", "detail"),
    Column("at", Instant),
    *_text("outcome", "outcome_detail"),
    Column("concluded_at", Instant),
)
revisions = _table(
    "revisions",
    *_key("project", "job"),
    Column("number", Integer, primary_key=True),
    *_text("target", "revision", "outcome", "commit_id", "author", "manifest"),
    *_text("job_id", "succeeds", "restored_from", "run_id"),
    Column("at", Instant),
    *_text("savepoint", "note"),
)
failing = _table("failing", *_key("project", "job"), *_text("revision", "why"), Column("at", Instant))
jobs = _table("jobs", *_key("project", "job", "target"), *_text("job_id", "state"), Column("at", Instant))
snapshots = _table(
    "snapshots",
    Column("id", BigInteger, primary_key=True),
    *_text("project", "job", "target", "job_id", "path", "kind"),
    Column("completed_at", Instant),
    *_text("revision", "asked_as"),
)
disposals = _table(
    "disposals",
    *_key("project", "path"),
    *_text("job", "target"),
    Column("asked_at", Instant),
    Column("attempts", Integer, nullable=False),
    *_text("error"),
    Column("disposed_at", Instant),
)
locks = _table(
    "locks",
    *_key("project", "job"),
    Column("token", BigInteger, nullable=False),
    *_text("id", "holder"),
    Column("since", Instant),
    Column("expires", Instant),
    Column("ttl", Float, nullable=False),
)
EVERY = tuple(_known.tables.values())
