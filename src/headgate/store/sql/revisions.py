"""History by number, and the one revision of a job that is known to fail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from headgate.model.store_records import Applied, Failing
from headgate.store.sql.database import Database, one_row
from headgate.store.sql.tables import failing, revisions


class SqlRevisions:
    """See `store.Revisions`."""

    _database: Database

    def record(self, applied: Applied) -> int:
        here = (revisions.c.project == applied.project, revisions.c.job == applied.job)
        with self._database.writing() as connection:
            self._database.exclude_others(connection, "revisions", applied.project, applied.job)
            number = (connection.scalar(select(func.max(revisions.c.number)).where(*here)) or 0) + 1
            connection.execute(
                insert(revisions).values(
                    project=applied.project,
                    job=applied.job,
                    number=number,
                    target=applied.target,
                    revision=applied.revision,
                    outcome=applied.outcome,
                    commit_id=applied.commit,
                    author=applied.author,
                    manifest=self._database.packed(applied.manifest),
                    job_id=applied.job_id,
                    succeeds=applied.predecessor,
                    restored_from=self._database.hidden(applied.restored_from),
                    run_id=applied.run_id,
                    at=self._database.clock(),
                    savepoint=self._database.hidden(applied.savepoint),
                    note=self._database.hidden(applied.note),
                )
            )
        return int(number)

    def history(self, project: str, job: str) -> tuple[Applied, ...]:
        here = (revisions.c.project == project, revisions.c.job == job)
        with self._database.reading() as connection:
            rows = connection.execute(select(revisions).where(*here).order_by(revisions.c.number.desc()))
            return tuple(self._applied(row) for row in rows)

    def mark_failing(self, project: str, job: str, revision: str, why: str) -> None:
        values = {"revision": revision, "why": self._database.said(why), "at": self._database.clock()}
        with self._database.writing() as connection:
            self._database.exclude_others(connection, "failing", project, job)
            self._database.put(connection, failing, {"project": project, "job": job}, values)

    def failing(self, project: str, job: str) -> Failing | None:
        with self._database.reading() as connection:
            row = one_row(connection, failing, project=project, job=job)
        return Failing(row.project, row.job, row.revision, row.why, row.at) if row else None

    def clear_failing(self, project: str, job: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(failing).where(failing.c.project == project, failing.c.job == job))

    def _applied(self, row: Row[Any]) -> Applied:
        return Applied(
            project=row.project,
            job=row.job,
            target=row.target,
            revision=row.revision,
            outcome=row.outcome,
            commit=row.commit_id,
            author=row.author,
            manifest=self._database.unpacked(row.manifest),
            job_id=row.job_id,
            predecessor=row.succeeds,
            restored_from=self._database.seen(row.restored_from),
            run_id=row.run_id,
            number=row.number,
            at=row.at,
            savepoint=self._database.seen(row.savepoint),
            note=row.note,
        )
