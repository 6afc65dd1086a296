"""Jobs as last seen, their snapshots, and the deletion of those no longer wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from headgate.model.store_records import Disposal, KnownJob, KnownSnapshot, SnapshotKind
from headgate.store.retention import surplus
from headgate.store.sql.database import Database, one_row
from headgate.store.sql.tables import disposals, intents, jobs, snapshots


class SqlSnapshots:
    """See `store.Snapshots`. A path is reported from others within its project and job."""

    _database: Database

    def saw_job(self, project: str, job: str, target: str, job_id: str, state: str) -> None:
        key = {"project": project, "job": job, "target": target}
        values = {"job_id": job_id, "state": state, "at": self._database.clock()}
        with self._database.writing() as connection:
            self._database.exclude_others(connection, "jobs", project, job)
            self._database.put(connection, jobs, key, values)

    def last_known(self, project: str, job: str, target: str) -> KnownJob | None:
        with self._database.reading() as connection:
            row = one_row(connection, jobs, project=project, job=job, target=target)
            newest = self._newest_first(connection, project, job, snapshots.c.target == target)[:1]
        if row is None:
            return None
        return KnownJob(project, job, target, row.job_id, row.state, row.at, newest[0] if newest else None)

    def known_jobs(self, project: str) -> Mapping[tuple[str, str], tuple[str, str]]:
        with self._database.reading() as connection:
            rows = connection.execute(select(jobs).where(jobs.c.project == project))
            return {(row.job, row.target): (row.job_id, row.state) for row in rows}

    def saw_snapshot(self, snapshot: KnownSnapshot) -> None:
        key = {"project": snapshot.project, "job": snapshot.job, "path": self._database.hidden(snapshot.path)}
        with self._database.writing() as connection:
            self._database.exclude_others(connection, "snapshots", snapshot.project, snapshot.job)
            if one_row(connection, snapshots, **key) is None:
                connection.execute(
                    insert(snapshots).values(
                        **key,
                        target=snapshot.target,
                        job_id=snapshot.job_id,
                        kind=snapshot.kind.value,
                        completed_at=snapshot.completed_at,
                        revision=snapshot.revision,
                        asked_as=snapshot.trigger,
                    )
                )

    def snapshots(self, project: str, job: str) -> tuple[KnownSnapshot, ...]:
        with self._database.reading() as connection:
            return tuple(self._newest_first(connection, project, job))

    def to_dispose(self, project: str, job: str, keep: int, needed: Set[str]) -> tuple[KnownSnapshot, ...]:
        with self._database.reading() as connection:
            known = self._newest_first(connection, project, job)
            elsewhere = select(snapshots.c.path).where(snapshots.c.project == project, snapshots.c.job != job)
            shared = {self._database.seen(path) for path in connection.scalars(elsewhere)}
            begun = select(intents.c.detail).where(intents.c.project == project, intents.c.concluded_at.is_(None))
            details = [self._database.unpacked(detail) for detail in connection.scalars(begun)]
        said = [self._database.seen(str(value)) for detail in details for value in detail.values()]
        named = {each.path for each in known if any(each.path in value for value in said)}
        return surplus(known, keep, needed | shared | named)

    def ask_disposal(self, snapshot: KnownSnapshot) -> None:
        path = self._database.hidden(snapshot.path)
        with self._database.writing() as connection:
            self._database.exclude_others(connection, "disposals", snapshot.project, path)
            if one_row(connection, disposals, project=snapshot.project, path=path) is None:
                connection.execute(
                    insert(disposals).values(
                        project=snapshot.project,
                        path=path,
                        job=snapshot.job,
                        target=snapshot.target,
                        asked_at=self._database.clock(),
                        attempts=0,
                        error="",
                    )
                )

    def disposal_failed(self, project: str, path: str, error: str) -> None:
        said = {"attempts": disposals.c.attempts + 1, "error": self._database.said(error)}
        self._change_disposal(project, path, said)

    def disposed(self, project: str, path: str) -> None:
        self._change_disposal(project, path, {"disposed_at": self._database.clock(), "error": ""})

    def disposals(self, project: str) -> tuple[Disposal, ...]:
        pending = (disposals.c.project == project, disposals.c.disposed_at.is_(None))
        oldest_first = select(disposals).where(*pending).order_by(disposals.c.asked_at, disposals.c.path)
        with self._database.reading() as connection:
            return tuple(self._disposal(row) for row in connection.execute(oldest_first))

    def _change_disposal(self, project: str, path: str, values: dict[str, Any]) -> None:
        this = (disposals.c.project == project, disposals.c.path == self._database.hidden(path))
        with self._database.writing() as connection:
            connection.execute(update(disposals).where(*this, disposals.c.disposed_at.is_(None)).values(**values))

    def _newest_first(
        self, connection: Connection, project: str, job: str, *more: ColumnElement[bool]
    ) -> Sequence[KnownSnapshot]:
        """Those that nobody has asked to dispose of."""
        unwanted = select(disposals.c.path).where(disposals.c.project == project)
        here = (snapshots.c.project == project, snapshots.c.job == job, snapshots.c.path.not_in(unwanted))
        newest_first = (snapshots.c.completed_at.desc(), snapshots.c.id.desc())
        rows = connection.execute(select(snapshots).where(*here, *more).order_by(*newest_first)).all()
        return [self._snapshot(row) for row in rows]

    def _disposal(self, row: Row[Any]) -> Disposal:
        path = self._database.seen(row.path)
        return Disposal(row.project, row.job, row.target, path, row.asked_at, row.attempts, row.error)

    def _snapshot(self, row: Row[Any]) -> KnownSnapshot:
        return KnownSnapshot(
            project=row.project,
            job=row.job,
            target=row.target,
            job_id=row.job_id,
            path=self._database.seen(row.path),
            kind=SnapshotKind(row.kind),
            completed_at=row.completed_at,
            revision=row.revision,
            trigger=row.asked_as,
        )
