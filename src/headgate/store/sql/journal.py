"""Intents and outcomes. An intent is on disk when `intend` returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, insert, select, update

from headgate.model.store_records import Intent
from headgate.store.sql.database import Database
from headgate.store.sql.tables import intents


class SqlJournal:
    """See `store.Journal`."""

    _database: Database

    def intend(self, intent: Intent) -> int:
        with self._database.writing() as connection:
            written = connection.execute(
                insert(intents)
                .values(
                    project=intent.project,
                    job=intent.job,
                    target=intent.target,
                    run_id=intent.run_id,
                    step=intent.step,
                    job_id=intent.job_id,
                    effect_key=intent.effect_key,
                    detail=self._database.packed(intent.detail),
                    at=self._database.clock(),
                    outcome="",
                    outcome_detail="",
                )
                .returning(intents.c.id)
            )
            return int(written.scalar_one())

    def conclude(self, intent_id: int, outcome: str, detail: Mapping[str, str] | None = None) -> None:
        values = {
            "outcome": self._database.said(outcome),
            "outcome_detail": self._database.packed(detail or {}),
            "concluded_at": self._database.clock(),
        }
        with self._database.writing() as connection:
            unfinished = (intents.c.id == intent_id, intents.c.concluded_at.is_(None))
            connection.execute(update(intents).where(*unfinished).values(**values))

    def unfinished(self, project: str, job: str | None = None) -> tuple[Intent, ...]:
        wanted = [intents.c.project == project, intents.c.concluded_at.is_(None)]
        if job is not None:
            wanted.append(intents.c.job == job)
        with self._database.reading() as connection:
            rows = connection.execute(select(intents).where(*wanted).order_by(intents.c.id))
            return tuple(self._intent(row) for row in rows)

    def _intent(self, row: Row[Any]) -> Intent:
        detail = {key: self._database.seen(str(value)) for key, value in self._database.unpacked(row.detail).items()}
        return Intent(
            project=row.project,
            job=row.job,
            target=row.target,
            run_id=row.run_id,
            step=row.step,
            job_id=row.job_id,
            effect_key=row.effect_key,
            detail=detail,
            id=row.id,
            at=row.at,
        )
