"""On Cloud Stream jobs without a bucket cannot be stopped with their state: the plan says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end.houses import House, house_on

from headgate.model.plan import Verb
from headgate.model.reasons import Reason

CONSENT = "savepoint: {strategy: none}"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house_on("cs", tmp_path, monkeypatch) as made:
        yield made


def test_a_stranger_without_a_bucket_is_adopted_as_it_runs(house: House) -> None:
    """It cannot be stopped with its state, and is not stopped without it."""
    tables = "CREATE TABLE s (a INT) WITH ('connector' = 'kafka'); CREATE TABLE t (a INT) WITH ('connector' = 'print');"
    statement = f"{tables} INSERT INTO t SELECT a FROM s;"
    house.platform.start_stranger("cs", sql_body=statement)
    before = house.running("cs")
    house.write("jobs/cs.yaml", f"name: cs\ntarget: cs\nstatement: {statement}\noptions: {{spu_number: 2}}\n")

    action = house.applied()

    assert (action.verb, [step.name for step in action.steps]) == (Verb.ADOPT, ["update", "settle"])
    assert house.running("cs") == before


def test_a_job_without_a_bucket_is_stopped_by_consent_alone(house: House) -> None:
    """What cannot be done is said in the plan, and what the manifest consents to is done."""
    house.applied(options="", more=CONSENT)

    blocked = house.planned(options="", more="state: suspended")
    assert (blocked.verb, blocked.reason) == (Verb.BLOCKED, Reason.NOT_SUPPORTED)
    house.applied(options="spu_number: 4", more=CONSENT)
    house.applied(options="spu_number: 4", more=f"{CONSENT}\nstate: suspended")

    assert house.running("cs") == []
