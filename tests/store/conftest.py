"""Every rule is tested on both databases, but for those about a file or a server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.store import Store
from tests.store.given import Place
from tests.store.postgres import Server, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for the whole run; started by the first test that asks."""
    with running() as server:
        yield server


@pytest.fixture
def in_sqlite(tmp_path: Path) -> Place:
    """A place for a SQLite store."""
    return Place("sqlite:///.headgate/store.db", tmp_path)


@pytest.fixture
def in_postgres(postgres: Server, tmp_path: Path) -> Place:
    """A place for a PostgreSQL store."""
    return Place(postgres.new_database(), tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Place:
    """A place for a store, one of either kind."""
    found: Place = request.getfixturevalue("in_sqlite" if request.param == "sqlite" else "in_postgres")
    return found


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """An empty store."""
    with place.open() as opened:
        yield opened


@pytest.fixture
def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return int(holder.getsockname()[1])
