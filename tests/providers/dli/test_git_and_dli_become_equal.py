"""A project folder on DLI: what is replaced, and what its buckets and savepoints allow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end.houses import House, house_on

from headgate.model.outcome import Outcome
from headgate.model.plan import RestoreKind, Verb
from headgate.model.reasons import Reason
from headgate.testing.dli import BUCKET

OPTIONS = f"queue_name: flink, obs_bucket: {BUCKET}"
RECENT = f"{OPTIONS}, flink_version: '1.15', execution_agency_urn: dli_agency"
CONSENT = "savepoint: {accept: [unknown]}"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    for name in ("HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_AUTH_TOKEN", "HUAWEICLOUD_SDK_SECURITY_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with house_on("dli", tmp_path, monkeypatch) as made:
        yield made


def test_a_job_without_a_bucket_is_not_planned_to_be_stopped_with_its_state(house: House) -> None:
    """It gets one as it runs, and can be stopped from then on."""
    house.applied(options="queue_name: flink, cu_number: 4")
    before = house.running("dli")

    blocked = house.planned(options="queue_name: flink, cu_number: 5")
    assert (blocked.verb, blocked.reason) == (Verb.BLOCKED, Reason.NOT_SUPPORTED)
    assert "set options.obs_bucket in a change of its own" in blocked.note
    assert house.applied(options=f"{OPTIONS}, cu_number: 4").verb is Verb.UPDATE
    assert house.running("dli") == before
    assert house.applied(options=f"{OPTIONS}, cu_number: 5").verb is Verb.RESTART

    assert house.platform.ages("dli") == 1


def test_an_sql_job_that_becomes_a_jar_is_replaced_by_consent(house: House) -> None:
    """DLI keeps the kinds apart: the old definition goes, and its state with it."""
    house.applied()
    program = f"jar: {{uri: 'obs://{BUCKET}/orders.jar', main_class: com.acme.Orders}}"
    jar = f"name: dli\ntarget: dli\noptions: {{{OPTIONS}}}\n{program}\n"
    house.write("jobs/dli.yaml", jar)
    refused = house.planned()
    house.write("jobs/dli.yaml", f"{jar}savepoint: {{accept: [lost]}}\n")

    action = house.applied()

    assert (refused.verb, refused.reason) == (Verb.BLOCKED, Reason.STATE_LOST)
    assert (action.verb, action.restore and action.restore.kind) == (Verb.RESTART, RestoreKind.FRESH)
    [job] = house.platform.definitions("dli")
    assert job.job_type == "flink_jar_job"
    assert len(house.running("dli")) == 1


def test_a_start_that_used_up_the_savepoint_is_not_rolled_back_to_nothing(house: House) -> None:
    """DLI deletes the savepoint when the job runs. What failed after that is left as it is, never started empty."""
    house.applied(options=RECENT)
    house.job("dli", select=f"COUNT(*), {house.platform.jobs.crashing_word}", options=RECENT, more=CONSENT)

    reports = [house.apply() for _ in range(3)]

    assert "is gone: DLI deletes it when the job runs again" in reports[0].results[0].detail
    assert house.running("dli") == []
    assert [result.outcome for report in reports[1:] for result in report.results] == [Outcome.BLOCKED] * 2
