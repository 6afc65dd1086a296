"""A store outlives the headgate that made it; an older headgate keeps its hands off a newer store."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, inspect, text

from headgate.model.secret import Secrets
from headgate.store import StoreError, StoreTooNew
from headgate.store.address import read_address
from headgate.store.sql.database import Database
from headgate.store.sql.migrations import MIGRATIONS, first, migrate
from headgate.store.sql.tables import EVERY
from tests.store.given import APPLIED, INTENT, Place


def later(connection: Connection) -> None:
    """What a migration of some later version could be."""
    connection.execute(text("ALTER TABLE headgate_intents ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'"))


def broken(connection: Connection) -> None:
    later(connection)
    connection.execute(text("SELECT * FROM headgate_no_such_table"))


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    """Open, and without tables."""
    opened = Database(read_address(place.url, place.root), place.clock, Secrets())
    yield opened
    opened.close()


def test_the_tables_are_as_the_code_names_them(database: Database):
    """What creates them and what uses them are written down apart."""
    migrate(database)

    with database.reading() as connection:
        looked = inspect(connection)
        for table in EVERY:
            made = {column["name"] for column in looked.get_columns(table.name)}
            assert made == set(table.c.keys()), table.name
            assert looked.get_pk_constraint(table.name)["constrained_columns"] == list(table.primary_key.columns.keys())


def test_what_an_older_headgate_wrote_is_kept(place: Place, database: Database):
    """A migration changes a store in place."""
    migrate(database, MIGRATIONS, mine="0.1.0")
    with place.open() as store:
        store.intend(INTENT)

    migrate(database, [*MIGRATIONS, later], mine="0.2.0")

    with database.reading() as connection:
        assert connection.execute(text("SELECT job, mood FROM headgate_intents")).one() == ("orders", "calm")
        versions = connection.execute(text("SELECT version, written_by FROM headgate_schema ORDER BY version")).all()
    old = len(MIGRATIONS)
    assert versions == [*((number + 1, "0.1.0") for number in range(old)), (old + 1, "0.2.0")]


def test_a_history_of_the_first_version_is_read(place: Place, database: Database):
    """Its entries knew nothing of savepoints."""
    migrate(database, [first])
    columns = "job_id, succeeds, restored_from, run_id, target, revision, outcome, commit_id, author, project, job"
    with database.writing() as connection:
        connection.execute(
            text(
                f"INSERT INTO headgate_revisions ({columns}, manifest, number, at) VALUES "
                "('f00', '', 's3://sp/0', 'r', 'local', 'rev-1', 'applied', '', '', 'shop', 'orders', '{}', 1, :at)"
            ),
            {"at": "2026-03-01 12:00:00.000000"},
        )

    with place.open() as store:
        [old] = store.history("shop", "orders")
        store.record(APPLIED)
        newest, _ = store.history("shop", "orders")

    assert (old.restored_from, old.savepoint, old.note, old.is_revision) == ("s3://sp/0", "", "", True)
    assert (newest.savepoint, newest.note) == (APPLIED.savepoint, APPLIED.note)


def test_a_newer_store_is_refused_and_both_versions_are_named(place: Place, database: Database):
    """An older headgate would misread what it does not know; that must not be found out later."""
    migrate(database, [*MIGRATIONS, later], mine="7.7.7")
    before = place.written() if place.is_postgres else b""

    with pytest.raises(StoreTooNew) as reported:
        place.open()

    newest = len(MIGRATIONS)
    assert f"schema version {newest + 1}, written by headgate 7.7.7" in reported.value.problem
    assert f"versions up to {newest}" in reported.value.problem
    assert (reported.value.code, reported.value.exit_code) == ("store-too-new", 1)
    if place.is_postgres:
        assert place.written() == before


def test_a_migration_that_fails_changes_nothing(database: Database):
    """Half a schema would be neither the old one nor the new one."""
    migrate(database, [first])

    with pytest.raises(StoreError):
        migrate(database, [first, broken])

    with database.reading() as connection:
        assert "mood" not in {column["name"] for column in inspect(connection).get_columns("headgate_intents")}
    migrate(database, [first, later])


def test_a_migration_is_made_once_however_many_ask(place: Place, database: Database):
    """CI and the loop are updated on the same day."""
    migrate(database, [first])
    others = [Database(read_address(place.url, place.root), place.clock, Secrets()) for _ in range(4)]
    threads = [threading.Thread(target=migrate, args=(other, [first, later])) for other in others]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()

    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM headgate_schema")).scalar_one() == 2
