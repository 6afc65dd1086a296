"""What a plan and a start cost in requests: where nothing changes, many jobs cost what few do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.houses import House, built, simulators

FEW, MANY = 3, 12
_ALL_AT_ONCE = "max_restarts: 100%, max_cancels: 100%"


@contextmanager
def house_of(
    jobs: int, target: str, root: Path, monkeypatch: pytest.MonkeyPatch, more: str = ""
) -> Iterator[tuple[House, Any]]:
    """A project of so many jobs that run, and the platform they run on."""
    root.mkdir()
    with simulators(target) as platforms:
        house = built(root, platforms, monkeypatch)
        file = root / "headgate.yaml"
        file.write_text(file.read_text("utf-8").replace("settle_time: 0s", f"settle_time: 0s, {_ALL_AT_ONCE}"), "utf-8")
        written(house, jobs, target, more)
        assert set(house.outcomes().values()) == {"applied"}
        yield house, platforms[target]


def written(house: House, jobs: int, target: str, more: str = "", where: str = "") -> None:
    for number in range(jobs):
        house.job(target, name=f"{target}-{number:02}", more=more, where=where)


def asked_by(house: House, platform: Any, verb: str) -> list[str]:
    """The requests of a plan in which every job has the same verb."""
    before = len(platform.requests)
    assert set(house.verbs().values()) == {verb}
    return [str(line) for line in platform.requests[before:]]


@pytest.mark.parametrize("target", ["dinky", "dli", "cs", "foas"])
def test_an_unchanged_plan_of_many_jobs_costs_what_one_of_few_does(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop that runs every minute must not become a load on the platform as the project grows."""
    found = []
    for jobs in (FEW, MANY):
        with house_of(jobs, target, tmp_path / str(jobs), monkeypatch) as (house, platform):
            found.append(len(asked_by(house, platform, "keep")))

    assert found[0] == found[1], found


@pytest.mark.full
@pytest.mark.parametrize("target", ["dinky", "dli", "cs", "foas"])
def test_suspended_jobs_cost_nothing_from_plan_to_plan(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they left behind does not change while they rest."""
    found = []
    for jobs in (FEW, MANY):
        with house_of(jobs, target, tmp_path / str(jobs), monkeypatch) as (house, platform):
            written(house, jobs, target, more="state: suspended")
            assert set(house.outcomes().values()) == {"applied"}
            house.plan()
            found.append(len(asked_by(house, platform, "keep")))

    assert found[0] == found[1], found


@pytest.mark.full
def test_a_start_on_cloud_stream_reads_no_other_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every start would read the whole project, with its statements, once more."""
    found = []
    for jobs in (FEW, MANY):
        with house_of(jobs, "cs", tmp_path / str(jobs), monkeypatch) as (house, platform):
            house.job("cs", name="cs-00", where="WHERE amount > 3", more="savepoint: {accept: [unknown]}")
            before = len(platform.requests)
            assert house.outcomes()["cs-00"] == "applied"
            lists = [line for line in platform.requests[before:] if "/jobs?" in line and "streaming" not in line]
            found.append(len(lists))

    assert found[0] == found[1], found


def test_the_catalogue_of_dinky_is_read_once_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds every task and folder of the tenant, so it is not read for each job that is edited."""
    with house_of(MANY, "dinky", tmp_path / "it", monkeypatch) as (house, platform):
        written(house, MANY, "dinky", where="WHERE amount > 3", more="savepoint: {accept: [unknown]}")

        lines = asked_by(house, platform, "restart")

    assert len([line for line in lines if "getCatalogueTreeData" in line]) == 1
