"""A lock a job: a row that stays, so that its token only ever grows.

The id is random: after a store was lost and made again, tokens start again, and an old holder must not pass for the
new one. All writers of one row exclude each other for the length of their transaction, and the clock is read after
that, so waiting makes nobody believe in an old time.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from headgate.model.store_records import Held, Lock
from headgate.store.errors import LockLost, UnknownLock
from headgate.store.sql.database import Database, one_row
from headgate.store.sql.tables import locks


class SqlLocks:
    """See `store.Locks`. A row with an empty id is a lock that nobody holds."""

    _database: Database

    def acquire(self, project: str, job: str, holder: str, *, ttl: float) -> Lock | Held:
        with self._database.writing() as connection:
            row, now = self._turn(connection, project, job)
            if row is not None and _holds(row, now):
                return Held(_lock(row))
            token = row.token + 1 if row is not None else 1
            lock = Lock(
                project=project,
                job=job,
                id=secrets.token_hex(5),
                token=token,
                holder=self._database.said(holder),
                since=now,
                expires=now + timedelta(seconds=ttl),
                ttl=float(ttl),
            )
            values = {name: getattr(lock, name) for name in ("token", "id", "holder", "since", "expires", "ttl")}
            self._database.put(connection, locks, {"project": project, "job": job}, values)
            return lock

    def renew(self, lock: Lock) -> Lock:
        with self._database.writing() as connection:
            row, now = self._turn(connection, lock.project, lock.job)
            if row is None or not _same(row, lock):
                raise _lost(lock, row, now)
            renewed = replace(lock, expires=now + timedelta(seconds=lock.ttl))
            key = {"project": lock.project, "job": lock.job}
            self._database.put(connection, locks, key, {"expires": renewed.expires})
            return renewed

    def check(self, lock: Lock) -> None:
        with self._database.reading() as connection:
            row = one_row(connection, locks, project=lock.project, job=lock.job)
            now = self._database.now(connection)
        if row is None or not _same(row, lock) or not _holds(row, now):
            raise _lost(lock, row, now)

    def release(self, lock: Lock) -> None:
        ours = (locks.c.project == lock.project, locks.c.job == lock.job, locks.c.id == lock.id)
        with self._database.writing() as connection:
            self._turn(connection, lock.project, lock.job)
            connection.execute(update(locks).where(*ours).values(id=""))

    def break_lock(self, lock_id: str) -> Lock:
        with self._database.writing() as connection:
            found = one_row(connection, locks, id=lock_id) if lock_id else None
            row = self._turn(connection, found.project, found.job)[0] if found else None
            if row is None or row.id != lock_id:
                held = connection.scalars(select(locks.c.id).where(locks.c.id != "").order_by(locks.c.since.desc()))
                raise UnknownLock(lock_id, held.all())
            connection.execute(update(locks).where(locks.c.id == lock_id).values(id=""))
            return _lock(row)

    def locks(self, project: str) -> tuple[Lock, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(select(locks).where(locks.c.project == project).order_by(locks.c.job)).all()
            now = self._database.now(connection)
        return tuple(_lock(row) for row in rows if _holds(row, now))

    def _turn(self, connection: Connection, project: str, job: str) -> tuple[Row[Any] | None, datetime]:
        """Wait until no other writes this lock, then read it and the clock."""
        self._database.exclude_others(connection, "locks", project, job)
        row = one_row(connection, locks, project=project, job=job)
        return row, self._database.now(connection)


def _holds(row: Row[Any], now: datetime) -> bool:
    return bool(row.id) and row.expires > now


def _same(row: Row[Any], lock: Lock) -> bool:
    return bool(row.id) and (row.id, row.token) == (lock.id, lock.token)


def _lost(lock: Lock, row: Row[Any] | None, now: datetime) -> LockLost:
    taken = row is not None and _holds(row, now) and not _same(row, lock)
    return LockLost(lock, _lock(row) if row is not None and taken else None)


def _lock(row: Row[Any]) -> Lock:
    return Lock(row.project, row.job, row.id, row.token, row.holder, row.since, row.expires, row.ttl)
