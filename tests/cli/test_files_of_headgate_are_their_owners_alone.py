"""What is under `.headgate/` names jobs, statements, addresses and savepoints: no other user can read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate import Headgate
from headgate.local.processes import start
from headgate.local.state import Home, Started, locked, write
from headgate.providers.run_facts import Facts
from tests.end_to_end.houses import built, simulators


@pytest.fixture(autouse=True)
def an_open_umask() -> Iterator[None]:
    """The most that a system leaves open by itself."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(root: Path) -> list[str]:
    """Everything at and under a folder that others may do anything with."""
    return [str(path) for path in (root, *root.rglob("*")) if path.stat().st_mode & 0o077]


@pytest.mark.parametrize("made_before", [False, True], ids=["new", "made-by-an-older-version"])
def test_the_store_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made_before: bool):
    """Also while it is in use, with its log beside it."""
    with simulators("cs") as platforms:
        house = built(tmp_path / "repo", platforms, monkeypatch)
        house.job("cs")
        home = house.root / ".headgate"
        if made_before:
            home.mkdir(mode=0o755)
            (home / "store.db").touch(mode=0o644)

        with Headgate.open(house.root) as headgate:
            headgate.apply(headgate.plan())
            assert {"store.db", "store.db-wal", "store.db-shm"} <= {path.name for path in home.iterdir()}
            assert open_to_others(home) == []

    assert open_to_others(home) == []
    assert house.root.stat().st_mode & 0o077


@pytest.mark.parametrize("made_before", [False, True], ids=["new", "made-by-an-older-version"])
def test_the_cache_is_its_owners_alone(tmp_path: Path, made_before: bool):
    """It holds manifests as jobs carry them."""
    home = tmp_path / ".headgate"
    if made_before:
        (home / "cache").mkdir(parents=True, mode=0o755)
    facts = Facts(home / "cache", "flink", "http://flink:8081")
    facts.put("f00 1", "parameters", {"manifest": "..."})
    facts.save()

    assert len(list((home / "cache").iterdir())) == 1
    assert open_to_others(home) == []


def test_a_store_elsewhere_is_as_its_folder_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A group may share it."""
    with simulators("cs") as platforms:
        house = built(tmp_path / "repo", platforms, monkeypatch, more=f"store: sqlite:///{tmp_path}/shared.db\n")
        house.job("cs")
        house.outcomes()

    assert (tmp_path / "shared.db").stat().st_mode & 0o044


def test_the_local_flink_and_what_it_writes_are_their_owners_alone(tmp_path: Path):
    """Its processes write logs, checkpoints and savepoints themselves."""
    home = Home(tmp_path / ".headgate" / "flink")
    with locked(home):
        home.make()
        process = start(
            ["sh", "-c", "mkdir chk && echo >chk/1"], output=home.log / "a.out", folder=home.tmp, environ={}
        )
        while process.alive:
            pass
        write(home, Started("2.2.1", 8081, 1, ()))

    assert (home.tmp / "chk" / "1").exists()
    assert open_to_others(tmp_path / ".headgate") == []
