"""Dinky makes one job of all INSERTs of a task, whether or not a manifest puts them into a statement set."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.end_to_end.houses import OPTIONS, House, built, simulators

INSERTS = ("INSERT INTO t SELECT a FROM s;", "INSERT INTO u SELECT a FROM s;")


def written(house: House, *lines: str) -> None:
    script = "".join(f"  {line}\n" for line in lines)
    house.write("jobs/rides.yaml", f"name: rides\ntarget: dinky\n{OPTIONS['dinky']}\nstatement: |\n{script}")


def test_two_inserts_are_one_job_that_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read back as a set, which is no difference; nor is it one to write the set into the manifest."""
    with simulators("dinky") as platforms:
        house = built(tmp_path / "repo", platforms, monkeypatch)
        written(house, *INSERTS)

        assert house.outcomes() == {"rides": "applied"}
        assert house.verbs() == {"rides": "keep"}
        written(house, "BEGIN STATEMENT SET;", *INSERTS, "END;")
        assert house.verbs() == {"rides": "keep"}
        written(house, INSERTS[0])
        assert house.verbs() != {"rides": "keep"}
        assert len(house.running("dinky", "rides")) == 1
