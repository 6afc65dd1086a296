"""On every platform that keeps definitions: pruned jobs come back from their own, and are deleted only on request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.errors import Rejected
from headgate.model.live import Live, Observation
from headgate.model.outcome import Report
from headgate.model.plan import Verb
from headgate.project import Headgate
from headgate.providers.port import Provider, Support
from tests.end_to_end.houses import QUICK, SIMULATORS, House, built, simulators

TWIN = "twin"


@pytest.fixture(params=sorted(SIMULATORS))
def house(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Two jobs of one program, and a third; the first two have been pruned."""
    with simulators(request.param) as platforms:
        made = built(tmp_path, platforms, monkeypatch)
        made.job(request.param)
        made.job(request.param, name=TWIN)
        made.job(request.param, name="stays", select="MAX(amount)")
        made.apply()
        for name in (request.param, TWIN):
            (tmp_path / f"jobs/{name}.yaml").unlink()
        pruned(made)
        yield made


def target(house: House) -> str:
    [name] = house.platforms
    return name


def pruned(house: House, *, delete: bool = False) -> Report:
    with Headgate.open(house.root) as headgate:
        return headgate.apply(headgate.plan(prune=True, delete=delete, wait=5), patience=QUICK)


def seen(house: House) -> Observation:
    with Headgate.open(house.root) as headgate:
        look = headgate.observe()[target(house)]
    assert isinstance(look, Observation)
    return look


@pytest.mark.parametrize("first", [0, 1])
def test_a_pruned_job_that_comes_back_resumes_from_its_own_definition(house: House, first: int) -> None:
    """In whichever order the two come back: it is no rename of the other."""
    before = seen(house).jobs
    names = [target(house), TWIN][:: -1 if first else 1]

    for name in names:
        house.job(target(house), name=name)
        assert house.outcomes()[name] == "applied"

    after = seen(house).jobs
    for name in names:
        was, now = before[name], after[name]
        assert isinstance(was, Live)
        assert isinstance(now, Live)
        assert was.snapshot is not None
        assert now.job_id == was.job_id
        assert now.marker is not None
        assert now.marker.restored == was.snapshot.path
        assert len(house.running(target(house), name)) == 1


def test_pruned_definitions_are_deleted_on_request_and_no_others(house: House) -> None:
    """Those that have the marker of this project and have stopped; and a second run has nothing to do."""
    results = {result.action.job: str(result.outcome) for result in pruned(house, delete=True).results}

    assert results == {target(house): "applied", TWIN: "applied", "stays": "kept"}
    assert set(seen(house).jobs) == {"stays"}
    with Headgate.open(house.root) as headgate:
        assert not headgate.plan(prune=True, delete=True).has_changes


def test_a_job_that_comes_back_after_its_deletion_is_promised_no_savepoint_that_is_gone(house: House) -> None:
    """Where the platform deletes the savepoint with the definition, it is not named as one to start from."""
    name = target(house)
    gone = seen(house).jobs[name]
    assert isinstance(gone, Live)
    assert gone.snapshot is not None
    pruned(house, delete=True)
    house.job(name)

    with Headgate.open(house.root) as headgate:
        outlives = headgate.provider(name).capabilities.state_outlives is Support.YES
        [action] = [one for one in headgate.plan().actions if one.job == name]

    assert action.verb is Verb.BLOCKED
    assert (gone.snapshot.path in f"{action.note} {action.hint}") is outlives


@pytest.fixture
def provider(house: House) -> Iterator[Provider]:
    with Headgate.open(house.root) as headgate:
        yield headgate.provider(target(house))


def test_a_definition_that_runs_again_or_is_another_projects_is_not_deleted(house: House, provider: Provider) -> None:
    """What was seen when it was planned is looked at once more."""
    assert provider.capabilities.delete_definition is Support.YES
    stays, twin = (seen(house).jobs[name] for name in ("stays", TWIN))
    assert isinstance(stays, Live)
    assert isinstance(twin, Live)
    assert twin.marker is not None
    theirs = replace(twin, marker=replace(twin.marker, project="billing"))

    with pytest.raises(Rejected, match="runs now"):
        provider.delete_definition(stays)
    with pytest.raises(Rejected, match="project 'payments'"):
        provider.delete_definition(theirs)

    assert set(seen(house).jobs) == {target(house), TWIN, "stays"}


def test_a_definition_that_is_gone_is_deleted_already(house: House, provider: Provider) -> None:
    """Asked twice, it is deleted once."""
    twin = seen(house).jobs[TWIN]
    assert isinstance(twin, Live)

    provider.delete_definition(twin)
    provider.delete_definition(twin)

    assert set(seen(house).jobs) == {target(house), "stays"}
