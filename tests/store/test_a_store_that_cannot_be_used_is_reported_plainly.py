"""One error, the database's own words, the place, the next move; never a traceback, never a password."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from headgate.store import StoreError, open_store
from headgate.store.address import PostgresAddress, read_address
from tests.store.given import INTENT, Place
from tests.store.postgres import PASSWORD, Server


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder with a store in it that may only be read. Root may write anywhere, so root is nobody for the while."""
    above = Path(tempfile.mkdtemp(prefix="headgate-store-"))
    made = above / "locked"
    made.mkdir()
    open_store("sqlite:///store.db", root=made).close()
    for part, mode in ((above, 0o755), (made / "store.db", 0o444), (made, 0o555)):
        part.chmod(mode)
    was = os.geteuid()
    if was == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield made
    finally:
        os.seteuid(was)
        made.chmod(0o755)
        shutil.rmtree(above)


def refused(url: str, root: Path) -> StoreError:
    """The error of opening it, checked for what every such error must be."""
    with pytest.raises(StoreError) as reported:
        open_store(url, root=root)
    assert reported.value.code == "store-unavailable"
    assert reported.value.exit_code == 1
    assert reported.value.problem
    assert reported.value.hint
    assert PASSWORD not in "".join(traceback.format_exception(reported.value))
    return reported.value


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file(in_sqlite: Place, content: bytes):
    """It is named, and left as it is."""
    in_sqlite.file().parent.mkdir()
    in_sqlite.file().write_bytes(content)

    error = refused(in_sqlite.url, in_sqlite.root)

    assert error.where == str(in_sqlite.file())
    assert "moved aside" in error.hint
    assert in_sqlite.file().read_bytes() == content


def test_a_file_that_is_damaged_while_it_is_used(in_sqlite: Place):
    """Pages that went bad are found by the one who reads them."""
    with in_sqlite.open() as store:
        for _ in range(200):
            store.intend(INTENT)
    size = in_sqlite.file().stat().st_size
    with in_sqlite.file().open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * (size - 8192))

    with pytest.raises(StoreError), in_sqlite.open() as store:
        store.unfinished("shop")


def test_a_record_that_makes_no_sense(in_sqlite: Place):
    """Somebody edited the file by hand."""
    with in_sqlite.open() as store:
        store.intend(INTENT)
        connection = sqlite3.connect(in_sqlite.file())
        connection.execute("UPDATE headgate_intents SET at = 'yesterday', detail = '[]'")
        connection.commit()
        connection.close()

        with pytest.raises(StoreError, match="cannot be read"):
            store.unfinished("shop")


@pytest.mark.parametrize("path", [".headgate/store.db", "new.db", "store.db"])
def test_a_folder_that_may_only_be_read(locked: Path, path: str):
    """A read-only checkout, somebody else's store, a disk that went read-only: found out before anything is begun."""
    error = refused(f"sqlite:///{path}", locked)

    assert error.hint == "the file and its folder must be writable"


def test_a_file_that_somebody_else_has(in_sqlite: Place, monkeypatch: pytest.MonkeyPatch):
    """Moving it aside would take the history from any caller that is at work on it."""
    monkeypatch.setattr("headgate.store.sql.database._PATIENCE", 0)
    in_sqlite.open().close()
    with closing(sqlite3.connect(in_sqlite.file())) as holder, in_sqlite.open() as store:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked") as reported:
            store.intend(INTENT)

    assert "wait and run again" in reported.value.hint
    assert "moved aside" not in reported.value.hint


def test_a_disk_without_room(in_sqlite: Place):
    """Nor is anything damaged there."""
    with in_sqlite.open() as store:
        engine = vars(vars(store)["_database"])["_engine"]
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1"))
        with pytest.raises(StoreError, match="full") as reported:
            store.intend(replace(INTENT, detail={"from": "x" * 99_999}))

    assert "room on its disk" in reported.value.hint


def test_a_folder_that_is_not_there(tmp_path: Path):
    """A slip in the name would otherwise be a new store, empty and on its own, and nobody would notice."""
    error = refused("sqlite:///no/such/place/store.db", tmp_path)

    assert error.problem == f"there is no folder {tmp_path}/no/such/place"
    assert "$HEADGATE_STORE" in error.hint
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_headgate_is_made(tmp_path: Path):
    """It is the default, and nobody's to make."""
    open_store("sqlite:///.headgate/store.db", root=tmp_path).close()

    assert (tmp_path / ".headgate" / "store.db").is_file()


def test_a_folder_in_place_of_the_file(tmp_path: Path):
    """A typing mistake."""
    refused("sqlite:///.", tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("sqlite://", id="no-path"),
        pytest.param("sqlite:///", id="an-empty-path"),
        pytest.param("sqlite:///:memory:", id="in-memory-forgets"),
        pytest.param("sqlite://store.db", id="two-slashes"),
        pytest.param("sqlite:///store.db?mode=ro", id="options"),
        pytest.param("sqlite:///store%00.db", id="nul"),
        pytest.param("mysql://u:not-for-print-3141@h/db", id="another-database"),
        pytest.param("store.db", id="a-path"),
        pytest.param("", id="nothing"),
        pytest.param("postgresql://u:not-for-print-3141@h", id="no-database"),
        pytest.param("postgresql://u:not-for-print-3141@h:port/db", id="a-word-for-a-port"),
        pytest.param("postgresql://u:12/not-for-print-3141@h/db", id="a-slash-in-the-password"),
        pytest.param("postgresql://u:12#not-for-print-3141@h/db", id="a-hash-in-the-password"),
        pytest.param("postgresql://u:12?not-for-print-3141@h/db", id="a-question-mark-in-the-password"),
        pytest.param("postgresql://[u:not-for-print-3141@h/db", id="half-a-bracket"),
    ],
)
def test_a_url_that_is_none(url: str, tmp_path: Path):
    """The forms that work are in the hint; the URL is not shown, because any part of it may be a password."""
    error = refused(url, tmp_path)

    assert "sqlite:///PATH" in error.hint
    assert list(tmp_path.iterdir()) == []


def test_a_path_is_under_the_project_unless_it_is_absolute(tmp_path: Path):
    """Wherever the command is run from."""
    assert read_address("sqlite:///.headgate/store.db", tmp_path).shown == f"{tmp_path}/.headgate/store.db"
    assert read_address("sqlite:////srv/store.db", tmp_path).shown == "/srv/store.db"


def test_a_password_is_not_reported(postgres: Server, tmp_path: Path):
    """Not by an error, not by what the driver said, not by anything's repr."""
    wrong = postgres.url("postgres", password="wrong-4711%40x")

    error = refused(wrong, tmp_path)

    assert "headgate" in error.problem
    assert error.where == f"postgresql://headgate@127.0.0.1:{postgres.port}/postgres"
    assert "wrong-4711" not in "".join(traceback.format_exception(error))
    with open_store(postgres.new_database(), root=tmp_path) as store:
        assert PASSWORD not in repr(store) + str(vars(store)) + repr(read_address(wrong, tmp_path))


def test_a_password_among_the_options_is_not_reported_either(postgres: Server, tmp_path: Path):
    """libpq takes it there too."""
    error = refused(f"postgresql://nobody@127.0.0.1:{postgres.port}/db?password={PASSWORD}&nonsense=1", tmp_path)

    assert "nonsense" in error.problem


@pytest.mark.parametrize("password", ["p", "on", "not"])
def test_a_password_of_a_few_letters_leaves_words_alone(password: str, tmp_path: Path):
    """`acce***ting` tells the password and hides the message."""
    address = read_address(f"postgresql://u:{password}@h/db?sslpassword=long-enough", tmp_path)
    assert isinstance(address, PostgresAddress)

    said = address.without_secrets("connection refused: is it accepting? long-enough is not it")

    assert said == "connection refused: is it accepting? *** is not it"


def test_options_of_the_driver_are_passed_on(in_postgres: Place):
    """TLS is configured there."""
    with open_store(in_postgres.url + "?sslmode=disable&application_name=shop", root=in_postgres.root) as store:
        assert store.unfinished("shop") == ()


def test_a_server_that_is_down(tmp_path: Path, unused_port: int):
    """Nobody listens."""
    error = refused(f"postgresql://u:{PASSWORD}@127.0.0.1:{unused_port}/db", tmp_path)

    assert "reachable" in error.hint


def test_a_server_that_went_away_for_a_moment(in_postgres: Place, postgres: Server):
    """The loop runs for weeks; a restart of the database is not the end of it."""
    with in_postgres.open() as store:
        store.intend(INTENT)
        with postgres.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [in_postgres.url.rpartition("/")[2]],
            )

        assert len(store.unfinished("shop")) == 1


def test_a_user_who_may_not_create_tables(in_postgres: Place, postgres: Server):
    """The database says what is missing."""
    name = in_postgres.url.rpartition("/")[2]
    with postgres.connect(name) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute(f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'")

    error = refused(in_postgres.url.replace("headgate:", "guest:"), in_postgres.root)

    assert "permission denied" in error.problem


def test_a_driver_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """SQLite needs none; a team that chose PostgreSQL is reported what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)

    error = refused(f"postgresql://u:{PASSWORD}@127.0.0.1/db", tmp_path)

    assert error.hint == "pip install 'psycopg[binary]>=3.2,<4'"
