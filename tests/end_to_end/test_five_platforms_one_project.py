"""All platforms in one project: what is true of each alone stays true, and the trouble of one stays there."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headgate.model.project import Target
from headgate.model.reasons import Reason
from headgate.providers.port import Provider
from headgate.providers.registry import open_provider
from headgate.testing.memory import MemoryPlatform
from tests.cli.given import headgate
from tests.clusters import Cluster, eventually
from tests.end_to_end.houses import House, built, simulators

ALL = ["cs", "dinky", "dli", "flink", "foas"]


class Modelled(MemoryPlatform):
    """A Flink that is none: the model of a platform under an address that nobody has."""

    url = "http://flink.invalid"


class Real(Cluster):
    """A real Flink, distinguished from outside by the jobs of this project."""

    def fail(self, name: str) -> None:
        for job_id in self.running(name):
            self.cancel(job_id)


_REAL = pytest.param("real", marks=pytest.mark.flink)
_REAL_IF_THERE_IS_TIME = pytest.param("real", marks=[pytest.mark.flink, pytest.mark.full])
on_a_flink = pytest.mark.parametrize("house", ["modelled", _REAL], indirect=True)
on_a_flink_perhaps = pytest.mark.parametrize("house", ["modelled", _REAL_IF_THERE_IS_TIME], indirect=True)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[House]:
    """One job on each of five platforms, applied."""
    flink: Any = Real(request.getfixturevalue("flink")) if request.param == "real" else Modelled("flink")

    def opened(target: Target, *, project: str, cache: Path | None) -> Provider:
        if target.name == "flink" and isinstance(flink, MemoryPlatform):
            return flink
        return open_provider(target, project=project, cache=cache)

    monkeypatch.setattr("headgate.project.headgate.open_provider", opened)
    # One Flink is there for all tests, and remembers the jobs of every project.
    project = f"p{uuid.uuid4().hex[:8]}" if isinstance(flink, Real) else flink.project
    with simulators() as platforms:
        made = built(tmp_path / "repo", {**platforms, "flink": flink}, monkeypatch, project=project)
        monkeypatch.chdir(made.root)
        for target in ALL:
            made.job(target)
        try:
            yield made
        finally:
            if isinstance(flink, Real):
                flink.fail("flink")


def lost(house: House, target: str) -> None:
    """The target stops answering: it does, or headgate is shown an address where nobody is."""
    platform = house.platforms[target]
    if isinstance(platform, Modelled):
        platform.silent = "no connection"
    elif isinstance(platform, Real):
        _readdressed(house, platform.url, "http://127.0.0.1:9")
    else:
        platform.silence()


def found(house: House, target: str) -> None:
    """It answers again."""
    platform = house.platforms[target]
    if isinstance(platform, Modelled):
        platform.silent = ""
    elif isinstance(platform, Real):
        _readdressed(house, "http://127.0.0.1:9", platform.url)
    else:
        platform.speak()


def _readdressed(house: House, old: str, new: str) -> None:
    file = house.root / "headgate.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def failed(house: House, target: str) -> None:
    platform = house.platforms[target]
    (platform.fail if target == "flink" else platform.fail_job)(target)


@on_a_flink
def test_five_platforms_are_brought_in_order_and_stay_so(house: House) -> None:
    """One plan, one apply, and nothing is left to do: by exit codes, and by counting copies."""
    planned = headgate("plan", "--detailed-exitcode", "--format", "json")
    applied = headgate("apply", "--yes")
    again = headgate("plan", "--detailed-exitcode")

    assert planned.exit_code == 2
    assert json.loads(planned.stdout)["summary"]["submit"] == 5
    assert applied.exit_code == 0, applied.output
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, "No changes. 5 jobs are what git asks for.")
    assert [len(house.running(target)) for target in ALL] == [1] * 5
    assert headgate("status").exit_code == 0


@on_a_flink_perhaps
@pytest.mark.parametrize("target", ["dinky", "flink"])
def test_a_job_that_failed_is_drift_and_the_others_are_not_touched(house: House, target: str) -> None:
    """It is started again from its state, or blocked where there is none until git consents to an empty start."""
    house.apply()
    others = {one: house.running(one) for one in ALL if one != target}
    failed(house, target)

    drift = eventually(lambda: house.plan().drift)  # some platforms tell old news for a while
    house.apply()
    if house.running(target) == []:
        assert {action.reason for action in house.plan().blocked} == {Reason.NOTHING_TO_RESTORE}
        house.job(target, more="savepoint: {strategy: none}")
        assert house.outcomes()[target] == "applied"

    assert [job for job, _ in drift] == [target]
    assert set(house.verbs().values()) == {"keep"}
    assert house.plan().drift == ()
    assert len(house.running(target)) == 1
    assert {one: house.running(one) for one in others} == others


@pytest.mark.full
@on_a_flink_perhaps
@pytest.mark.parametrize("target", ALL)
def test_the_trouble_of_one_target_stays_there(house: House, target: str) -> None:
    """Its jobs are unknown, the others are done, and that is exit code 3; when it answers again, a re-run is enough."""
    house.apply()
    for each in ALL:
        house.job(each, parallelism=2, more="savepoint: {accept: [unknown]}")
    lost(house, target)

    planned = headgate("plan", "--format", "json")
    applied = headgate("apply", "--yes", "--format", "json")

    assert planned.exit_code == applied.exit_code == 3
    unknown = {one["target"] for one in json.loads(planned.stdout)["unknown"]}
    assert unknown == {target}
    outcomes = {one["job"]: one["outcome"] for one in json.loads(applied.stdout)["results"]}
    assert outcomes == {one: "blocked" if one == target else "applied" for one in ALL}
    assert headgate("status").exit_code == 3

    found(house, target)
    again = headgate("apply", "--yes")

    assert again.exit_code == 0, again.output
    assert set(house.verbs().values()) == {"keep"}
    assert [len(house.running(one)) for one in ALL] == [1] * 5


def test_a_plan_promises_no_more_than_its_platform_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every platform can be asked to drop state that nothing claims: there the consent is to what it makes of
    it.
    """
    with simulators() as platforms:
        house = built(tmp_path, platforms, monkeypatch)
        for target in platforms:
            house.job(target)
        house.apply()
        for target in platforms:
            house.job(target, select="MAX(amount)", more="savepoint: {accept: [unknown, partial]}")

        restores = {action.job: action.restore for action in house.plan().actions if action.restore}

    assert {job for job, restore in restores.items() if restore.allow_non_restored} == {"dinky", "dli"}
    assert "only the start shows" in restores["cs"].note
    assert "foas" not in restores  # an edited statement is lost there, and that was not consented to


def test_a_state_that_was_given_up_is_not_reported_as_a_savepoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On these platforms the state of a stop is the job's own, and an empty start of the job ends it."""
    with simulators("foas") as platforms:
        house = built(tmp_path, platforms, monkeypatch)
        house.job("foas")
        house.apply()
        house.job("foas", select="MAX(amount)", more="savepoint: {accept: [lost]}")

        [result] = house.apply().results

    assert result.outcome.value == "applied"
    assert result.savepoint == ""
