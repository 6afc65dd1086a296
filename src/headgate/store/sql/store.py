"""The four concerns over one database."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from headgate.model.secret import Secrets
from headgate.model.store_records import Clock
from headgate.store.address import Address
from headgate.store.sql.database import Database
from headgate.store.sql.journal import SqlJournal
from headgate.store.sql.locks import SqlLocks
from headgate.store.sql.migrations import migrate
from headgate.store.sql.revisions import SqlRevisions
from headgate.store.sql.snapshots import SqlSnapshots


class SqlStore(SqlJournal, SqlRevisions, SqlSnapshots, SqlLocks):
    """A store in SQLite or PostgreSQL."""

    remembers = True

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, address: Address, *, clock: Clock, secrets: Secrets) -> Self:
        """Open it and bring its schema up to date."""
        database = Database(address, clock, secrets)
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def __repr__(self) -> str:
        return f"SqlStore({self._database.address.shown})"

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
