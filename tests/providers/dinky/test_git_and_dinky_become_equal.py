"""A project folder on Dinky: how its names and ids are read, what changes in place, and many jobs at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.given import headgate
from tests.end_to_end.houses import House, house_on

from headgate.model.plan import Verb
from headgate.model.reasons import Reason

OPTIONS = "type: standalone, clusterName: session-a"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house_on("dinky", tmp_path, monkeypatch) as made:
        yield made


def test_a_cluster_by_its_id_is_the_cluster_by_its_name(house: House) -> None:
    """Another spelling of the same place restarts nothing; it is written down, and then there is nothing to do."""
    shared = house.platform.tables.insert({"name": "shared", "dialect": "FlinkSqlEnv", "statement": "SET 'a' = 'b'"}, 1)
    by_name = f"{OPTIONS}, envName: shared"
    house.applied(options=by_name)
    before, cluster = house.running("dinky"), house.platform.task_named("dinky")["clusterId"]

    action = house.applied(options=f"type: standalone, clusterId: {cluster}, envId: {shared['id']}")

    assert action.verb is Verb.UPDATE
    assert {change.path for change in action.changes} == {
        "options.clusterId",
        "options.clusterName",
        "options.envId",
        "options.envName",
    }
    assert house.applied(options=by_name).verb is Verb.UPDATE
    assert house.running("dinky") == before


def test_another_cluster_is_another_cluster_however_it_is_spelled(house: House) -> None:
    """By an id that is another's, the job moves: it is stopped and started there."""
    other = house.platform.tables.new_id()
    house.platform.tables.clusters.append({**house.platform.tables.clusters[0], "id": other, "name": "session-b"})
    house.applied()

    assert house.planned(options=f"type: standalone, clusterId: {other}").verb in (Verb.RESTART, Verb.BLOCKED)


def test_a_note_is_changed_while_the_job_runs_on(house: House) -> None:
    """The job never reads it: no restart, and a published task is published again."""
    house.applied(options=f"{OPTIONS}, step: 2")
    before = house.running("dinky")

    action = house.applied(options=f"{OPTIONS}, step: 2, note: nightly totals")

    assert action.verb is Verb.UPDATE
    assert house.running("dinky") == before
    assert house.platform.task_named("dinky")["note"].startswith("nightly totals [headgate ")
    assert house.platform.task_named("dinky")["step"] == 2


def test_a_job_started_by_people_is_adopted_as_it_runs(house: House) -> None:
    """A manifest that equals the task takes it over; the job does not notice."""
    statement = (house.root / "jobs/dinky.yaml").read_text("utf-8").partition("statement: |\n")[2]
    config = {"customConfig": [{"key": "execution.checkpointing.interval", "value": "30s"}]}
    cluster = house.platform.tables.clusters[0]["id"]
    fields = {"statement": statement, "configJson": config, "type": "standalone", "clusterId": cluster}
    house.platform.start_stranger("dinky", note="ask Jo", **fields)
    before = house.running("dinky")

    action = house.applied(
        options=f"type: standalone, clusterId: {cluster}, folder: people",
        more="config: {execution.checkpointing.interval: 30s}",
    )

    assert action.verb is Verb.ADOPT
    assert house.running("dinky") == before
    assert house.platform.task_named("dinky")["note"].startswith("ask Jo [headgate ")


def test_a_renamed_task_is_renamed_in_the_catalogue_too(house: House) -> None:
    """Dinky's pages show the one, its open API the other."""
    house.applied()
    task_id = house.platform.task_named("dinky")["id"]
    (house.root / "jobs/dinky.yaml").unlink()

    house.applied(name="totals", more="previous_name: dinky")

    assert house.platform.task_named("totals")["id"] == task_id
    assert [row["name"] for row in house.platform.tables.catalogue.values() if row["taskId"] == task_id] == ["totals"]


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


def test_a_wrong_statement_is_reported_at_its_line_before_anything_is_touched(house: House) -> None:
    """Flink's words, as Dinky passes them on, at the line of the manifest."""
    house.platform.lifecycle.rejects.add("amuont")

    action = house.planned(select="SUM(amuont)")

    assert action.reason == Reason.STATEMENT_REJECTED
    assert "Object 'amuont' not found" in action.note
    assert action.where.startswith("jobs/dinky.yaml:8:")
    assert house.running("dinky") == []


def test_no_output_has_what_dinky_keeps_to_itself(house: House) -> None:
    """The password of the target, and the keys of clusters that Dinky reports with a job."""
    house.applied()

    reported = [headgate(*words) for words in (("plan",), ("status", "dinky", "--raw"), ("graph", "dinky"))]

    for result in reported:
        assert result.stdout
        assert house.platform.password not in result.output
        assert "kept-to-ourselves" not in result.output
