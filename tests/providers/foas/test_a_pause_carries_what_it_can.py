"""A project folder on the service: which edits a pause carries over, and what it takes to adopt and to go back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end.houses import House, house_on

from headgate.applying import Patience
from headgate.model.outcome import Outcome
from headgate.model.plan import Verb, Verdict
from headgate.model.reasons import Reason
from headgate.project import Headgate

CONSENT = "savepoint: {strategy: none}"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house_on("foas", tmp_path, monkeypatch) as made:
        yield made


def test_values_of_options_are_carried_over(house: House) -> None:
    """Other SQL is not: only the values may differ."""
    house.applied(sink=", 'batchSize' = '100'")

    action = house.applied(sink=", 'batchSize' = '500'")

    assert action.state is not None
    assert (action.verb, action.state.verdict) == (Verb.RESTART, Verdict.KEPT)
    assert [change.path for change in action.changes] == ["statement"]
    assert house.platform.ages("foas") == 1


def test_a_job_parameter_that_is_added_is_not_carried_over(house: House) -> None:
    """And one whose value changes is."""
    house.applied()
    size = "config: {blink.miniBatch.size: %d}"
    blocked = house.planned(more=size % 20000)
    assert (blocked.verb, blocked.reason) == (Verb.BLOCKED, Reason.STATE_LOST)
    house.applied(more=f"{size % 20000}\n{CONSENT}")
    assert house.platform.ages("foas") == 0

    house.applied(more=size % 30000)

    assert house.platform.ages("foas") == 1


def test_a_folder_is_changed_without_a_restart(house: House) -> None:
    """Where a job is filed is nothing it runs with."""
    house.applied(options="folder: /payments")
    before = house.running("foas")

    action = house.applied(options="folder: /totals")

    assert action.verb is Verb.UPDATE
    assert house.running("foas") == before
    assert house.platform.jobs["foas"].folder_id == house.platform.folders["/totals"]


def test_a_strangers_job_is_adopted_without_a_restart(house: House) -> None:
    """Written down as it is, it only gets its mark; people's words in the description stay."""
    house.platform.packages["udf.jar"] = {"PackageName": "udf.jar"}
    code = "CREATE TABLE s (a INT) WITH (type = 'random');\nINSERT INTO t SELECT DISTINCT a FROM s"
    house.platform.start_stranger(
        "foas", code=code, description="see the wiki", packages="udf.jar", properties="# ours\na.b=c\n"
    )
    before = house.running("foas")
    house.write(
        "jobs/foas.yaml",
        f"""\
name: foas
target: foas
statement: |
  {code.replace(chr(10), chr(10) + "  ")}
config: {{a.b: c}}
options:
  engineVersion: blink-3.6.0
  clusterId: cluster-1
  queueName: root.demo
  packages: [udf.jar]
  planJson: {{nodes: {{GroupAggregate: {{core: 0.25, heap_memory: 512, native_memory: 10, state_size: 1}}}}}}
""",
    )

    action = house.applied()

    assert (action.verb, action.changes) == (Verb.ADOPT, ())
    assert house.running("foas") == before
    assert house.platform.jobs["foas"].description.startswith("see the wiki [headgate project=payments")


def test_an_edit_that_does_not_settle_is_rolled_back_with_its_state(house: House) -> None:
    """What was resumed is paused, not stopped: its state is nowhere else."""
    house.applied(parallelism=4)
    house.job("foas", parallelism=8)
    with Headgate.open(house.root) as headgate:
        plan = headgate.plan()
        house.platform.start_looks = 10**6
        report = headgate.apply(
            plan,
            patience=Patience(settle=0.2, stable=0, first_look=0.001, slowest_look=0.005),
            listen=lambda event: setattr(house.platform, "start_looks", 1) if event.step == "cancel" else None,
        )

    assert [result.outcome for result in report.results] != [Outcome.APPLIED]
    assert len(house.running("foas")) == 1
    assert house.platform.ages("foas") == 2
    assert '"parallelism":4' in house.platform.jobs["foas"].content["PlanJson"]
