"""A project folder on Dinky: a cluster by its name or its id, and many jobs at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end.houses import House, house_on

from headgate.model.plan import Verb

OPTIONS = "type: standalone, clusterName: session-a"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house_on("dinky", tmp_path, monkeypatch) as made:
        yield made


def test_a_cluster_by_its_id_is_the_cluster_by_its_name(house: House) -> None:
    """Another spelling of the same place restarts nothing; it is written down, and then there is nothing to do.

    By an id that is another's, the job moves: it is stopped and started there.
    """
    shared = house.platform.tables.insert({"name": "shared", "dialect": "FlinkSqlEnv", "statement": "SET 'a' = 'b'"}, 1)
    by_name = f"{OPTIONS}, envName: shared"
    house.applied(options=by_name)
    before, cluster = house.running("dinky"), house.platform.task_named("dinky")["clusterId"]

    action = house.applied(options=f"type: standalone, clusterId: {cluster}, envId: {shared['id']}")

    assert action.verb is Verb.UPDATE
    changed = {f"options.{key}" for key in ("clusterId", "clusterName", "envId", "envName")}
    assert {change.path for change in action.changes} == changed
    assert house.applied(options=by_name).verb is Verb.UPDATE
    assert house.running("dinky") == before
    other = house.platform.tables.new_id()
    house.platform.tables.clusters.append({**house.platform.tables.clusters[0], "id": other, "name": "session-b"})
    assert house.planned(options=f"type: standalone, clusterId: {other}").verb in (Verb.RESTART, Verb.BLOCKED)


def test_many_jobs_are_started_side_by_side(house: House) -> None:
    """The folder they share is made once, and every one of them runs once."""
    (house.root / "jobs/dinky.yaml").unlink()
    names = [f"orders-{number}" for number in range(15)]
    for name in names:
        house.job("dinky", name=name, options=f"{OPTIONS}, folder: team/payments")

    assert set(house.outcomes().values()) == {"applied"}

    assert [len(house.running("dinky", name)) for name in names] == [1] * len(names)
    assert [row["name"] for row in house.platform.tables.catalogue.values()].count("payments") == 1
    assert not house.plan().has_changes
