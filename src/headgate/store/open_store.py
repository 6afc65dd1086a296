"""A URL becomes a store. SQLAlchemy and the driver are imported here, on first use, and nowhere before."""

from __future__ import annotations

from pathlib import Path

from headgate.model.secret import Secrets
from headgate.model.store_records import Clock, utc_now
from headgate.store.address import read_address
from headgate.store.store import Store


def open_store(url: str, *, root: Path, clock: Clock = utc_now, secrets: Secrets | None = None) -> Store:
    """Open the store at `url`, made or brought up to date if need be. Raises StoreError; close it when done.

    A relative SQLite path is under `root`. The values of `secrets` are written as their placeholders.
    """
    address = read_address(url, root)
    from headgate.store.sql.store import SqlStore

    return SqlStore.open(address, clock=clock, secrets=secrets or Secrets())
