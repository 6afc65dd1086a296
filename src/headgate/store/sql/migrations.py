"""The schema moves forward only: an ordered list of steps, each written once and never edited.

Two processes that open a store at once exclude each other here; a caller that comes second finds the work done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, func, insert, inspect, select

from headgate._version import __version__
from headgate.store.errors import StoreTooNew
from headgate.store.sql.database import Database
from headgate.store.sql.tables import schema

Migration = Callable[[Connection], None]


def first(connection: Connection) -> None:
    """Version 1: journal, revisions, snapshots, locks."""
    if connection.dialect.name == "sqlite":
        words = {"serial": "INTEGER PRIMARY KEY AUTOINCREMENT", "time": "TEXT", "float": "REAL"}
    else:
        words = {
            "serial": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            "time": "TIMESTAMPTZ",
            "float": "DOUBLE PRECISION",
        }
    for statement in _FIRST.format(**words).split(";"):
        connection.exec_driver_sql(statement)


_FIRST = """
CREATE TABLE headgate_intents (id {serial},
  project TEXT NOT NULL, job TEXT NOT NULL, target TEXT NOT NULL, run_id TEXT NOT NULL, step TEXT NOT NULL,
  job_id TEXT NOT NULL, effect_key TEXT NOT NULL, detail TEXT NOT NULL, at {time} NOT NULL,
  outcome TEXT NOT NULL DEFAULT '', outcome_detail TEXT NOT NULL DEFAULT '', concluded_at {time});
CREATE INDEX headgate_intents_unfinished ON headgate_intents (project, job) WHERE concluded_at IS NULL;
CREATE TABLE headgate_revisions (
  project TEXT NOT NULL, job TEXT NOT NULL, number INTEGER NOT NULL, target TEXT NOT NULL, revision TEXT NOT NULL,
  outcome TEXT NOT NULL, commit_id TEXT NOT NULL, author TEXT NOT NULL, manifest TEXT NOT NULL, job_id TEXT NOT NULL,
  succeeds TEXT NOT NULL, restored_from TEXT NOT NULL, run_id TEXT NOT NULL, at {time} NOT NULL,
  PRIMARY KEY (project, job, number));
CREATE TABLE headgate_failing (
  project TEXT NOT NULL, job TEXT NOT NULL, revision TEXT NOT NULL, why TEXT NOT NULL, at {time} NOT NULL,
  PRIMARY KEY (project, job));
CREATE TABLE headgate_jobs (
  project TEXT NOT NULL, job TEXT NOT NULL, target TEXT NOT NULL, job_id TEXT NOT NULL, state TEXT NOT NULL,
  at {time} NOT NULL, PRIMARY KEY (project, job, target));
CREATE TABLE headgate_snapshots (id {serial},
  project TEXT NOT NULL, job TEXT NOT NULL, target TEXT NOT NULL, job_id TEXT NOT NULL, path TEXT NOT NULL,
  kind TEXT NOT NULL, completed_at {time} NOT NULL, revision TEXT NOT NULL, asked_as TEXT NOT NULL,
  UNIQUE (project, job, path));
CREATE TABLE headgate_disposals (
  project TEXT NOT NULL, path TEXT NOT NULL, job TEXT NOT NULL, target TEXT NOT NULL, asked_at {time} NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', disposed_at {time}, PRIMARY KEY (project, path));
CREATE TABLE headgate_locks (
  project TEXT NOT NULL, job TEXT NOT NULL, token BIGINT NOT NULL, id TEXT NOT NULL, holder TEXT NOT NULL,
  since {time} NOT NULL, expires {time} NOT NULL, ttl {float} NOT NULL, PRIMARY KEY (project, job))
"""


def second(connection: Connection) -> None:
    """Version 2: the history says which savepoint was taken, and why a job started without one."""
    for column in ("savepoint", "note"):
        connection.exec_driver_sql(f"ALTER TABLE headgate_revisions ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")


MIGRATIONS: tuple[Migration, ...] = (first, second)


def migrate(database: Database, migrations: Sequence[Migration] = MIGRATIONS, mine: str = __version__) -> None:
    """Bring the schema to the last migration. Raises StoreTooNew if it is beyond."""
    with database.reading() as connection:
        if _version(connection, database, migrations, mine) == len(migrations):
            return
    with database.writing() as connection:
        database.exclude_others(connection, "schema")
        done = _version(connection, database, migrations, mine)
        if done == 0:
            schema.create(connection, checkfirst=True)
        for version, step in enumerate(migrations[done:], start=done + 1):
            step(connection)
            connection.execute(insert(schema).values(version=version, written_by=mine, at=database.clock()))


def _version(connection: Connection, database: Database, migrations: Sequence[Migration], mine: str) -> int:
    if not inspect(connection).has_table(schema.name):
        return 0
    found = connection.scalar(select(func.max(schema.c.version))) or 0
    if found > len(migrations):
        written_by = connection.scalar(select(schema.c.written_by).where(schema.c.version == found))
        raise StoreTooNew(
            found=found, known=len(migrations), written_by=str(written_by), mine=mine, where=database.address.shown
        )
    return int(found)
