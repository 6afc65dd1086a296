"""Connections and transactions of either kind of database; every error of theirs is a StoreError here.

SQLite: write-ahead log, synced at each commit (an intent must outlive a power cut), writers queue for half a minute.
PostgreSQL: psycopg 3; no prepared statements, so that a pooler in transaction mode may stand in between.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import URL, Connection, Engine, Row, Table, create_engine, event, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from headgate.model.masking import masked_text
from headgate.model.secret import Secrets
from headgate.model.store_records import Clock
from headgate.private_files import private_file, private_folder
from headgate.store.address import Address, PostgresAddress, SqliteAddress
from headgate.store.errors import StoreError

_PATIENCE = 30
# A server that has gone without a word is noticed, not waited for.
_LIBPQ = {"application_name": "headgate", "connect_timeout": "10", "tcp_user_timeout": str(_PATIENCE * 1000)}
_DAMAGED = "a damaged file may be moved aside: history is lost, no job is"
_READ_ONLY = "the file and its folder must be writable"
_TAKEN = "another run, or somebody else's program, has the file for itself: wait and run again"
_DISK = "is there room on its disk, and does the disk work?"
_SQLITE_HINTS = {
    sqlite3.SQLITE_BUSY: _TAKEN,
    sqlite3.SQLITE_LOCKED: _TAKEN,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_FULL: _DISK,
    sqlite3.SQLITE_IOERR: _DISK,
}
_POSTGRES_HINT = "is the server reachable, and do user, password and database fit `store:` or $HEADGATE_STORE?"


class Database:
    """One open database. Safe for several threads; other processes may have it open too."""

    def __init__(self, address: Address, clock: Clock, secrets: Secrets) -> None:
        self.address = address
        self.clock = clock
        self._environment = secrets
        with self._reported():
            self._engine = _postgres(address) if isinstance(address, PostgresAddress) else _sqlite(address)

    def __repr__(self) -> str:
        return f"Database({self.address.shown})"

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._reported(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, committed at the end."""
        with self._reported(), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    def exclude_others(self, connection: Connection, *what: str) -> None:
        """Until this transaction ends, no other that names the same thing goes on. SQLite has one writer anyway."""
        if connection.dialect.name == "postgresql":
            key = func.hashtextextended("\n".join(("headgate", *what)), 0)
            connection.execute(select(func.pg_advisory_xact_lock(key)))

    def now(self, connection: Connection) -> datetime:
        """The clock that all who share this database share: the server's, or that of this machine."""
        if connection.dialect.name == "postgresql":
            reported: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
            return reported
        return self.clock()

    def put(self, connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Insert or update one row. The caller has excluded others."""
        same = [table.c[name] == value for name, value in key.items()]
        if connection.execute(update(table).where(*same).values(**values)).rowcount == 0:
            connection.execute(insert(table).values(**key, **values))

    def hidden(self, text: str) -> str:
        """Text as it is written: values from the environment are placeholders again, and every database can hold it."""
        return _holdable(self._environment.put_back(text))

    def said(self, text: str) -> str:
        """Words of a platform, for people alone: what they quote of a secret is hidden, however it is spelled there."""
        return _holdable(masked_text(text, self._environment))

    def seen(self, text: str) -> str:
        """Such text as it was, for what is used and not only shown: a snapshot's path."""
        return self._environment.fill(text)

    def packed(self, tree: Any) -> str:
        """JSON of mappings, sequences and scalars, every text in it hidden."""
        return json.dumps(self._hidden_in(tree), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @staticmethod
    def unpacked(text: str) -> dict[str, Any]:
        """The mapping that `packed` wrote."""
        tree = json.loads(text)
        if not isinstance(tree, dict):
            raise ValueError("not a mapping")
        return tree

    def _hidden_in(self, tree: Any) -> Any:
        match tree:
            case str():
                return self.hidden(tree)
            case Mapping():
                return {self.hidden(str(key)): self._hidden_in(value) for key, value in tree.items()}
            case list() | tuple():
                return [self._hidden_in(each) for each in tree]
            case _:
                return tree

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise self._error(str(cause), _sqlite_hint(cause)) from error
        except OSError as error:
            raise self._error(str(error), _READ_ONLY) from error
        except ValueError as error:
            raise self._error(f"a record cannot be read: {error}", _DAMAGED) from error

    def _error(self, said: str, of_a_file: str) -> StoreError:
        """What a database said, with the hint for its kind: `of_a_file` is SQLite's."""
        address = self.address
        said = " ".join(said.split())
        if isinstance(address, PostgresAddress):
            return StoreError(address.without_secrets(said), where=address.shown, hint=_POSTGRES_HINT)
        return StoreError(said, where=address.shown, hint=of_a_file)


def _holdable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def one_row(connection: Connection, table: Table, **key: Any) -> Row[Any] | None:
    """The row with this key, if there is one."""
    return connection.execute(select(table).where(*(table.c[name] == key[name] for name in key))).one_or_none()


def _sqlite_hint(cause: BaseException) -> str:
    """What to look at first; only a file that is damaged is to be given up."""
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)  # extended: the kind is its last byte
    return _SQLITE_HINTS.get(code & 0xFF, _DAMAGED)


def _sqlite(address: SqliteAddress) -> Engine:
    folder = address.path.parent
    if address.at_home:
        private_folder(folder)
        with contextlib.suppress(OSError):  # whatever is the matter with the file, SQLite says it in its own words
            private_file(address.path)
    elif not folder.is_dir():
        # A name that was mistyped would otherwise be a store of its own, that nobody has written to.
        hint = "mend `store:` in headgate.yaml or $HEADGATE_STORE, or make the folder"
        raise StoreError(f"there is no folder {folder}", where=address.shown, hint=hint)
    url = URL.create("sqlite", database=str(address.path))
    engine = create_engine(url, connect_args={"timeout": _PATIENCE}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver's guess
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            _use_write_ahead_log(connection)
        except sqlite3.Error:
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its turn at once: one that reads first and then finds the file taken could only fail.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _use_write_ahead_log(connection: Any) -> None:
    """Kept by the file from then on. The switch alone does not wait for others who switch, so we do."""
    give_up = time.monotonic() + _PATIENCE
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _postgres(address: PostgresAddress) -> Engine:
    url = URL.create(
        "postgresql+psycopg",
        username=address.user or None,
        password=address.password or None,
        host=address.host or None,
        port=address.port,
        database=address.database,
        query=_LIBPQ | address.options,
    )
    try:
        engine = create_engine(url, connect_args={"prepare_threshold": None}, hide_parameters=True, pool_pre_ping=True)
    except ImportError as error:
        raise StoreError(
            "a PostgreSQL store needs psycopg, which cannot be imported here",
            where=address.shown,
            hint="pip install 'psycopg[binary]>=3.2,<4'",
        ) from error

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{_PATIENCE}s'")

    return engine
