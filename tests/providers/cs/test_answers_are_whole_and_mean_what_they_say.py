"""Lists that are complete or refused, and errors that are what the body says, not what a number looks like."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.providers.cs.given import CsBench, jar_job, options, sql_job

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.providers.cs.errors import judge
from headgate.providers.http import NotFound, Reply, Unauthorised
from headgate.testing.contract import started, submission
from headgate.testing.cs import CsSimulator
from headgate.testing.cs_answers import refused
from headgate.testing.server import Response


def names(bench: CsBench) -> list[str]:
    return [live.name for live in bench.provider.observe().others]


def test_jobs_of_other_kinds_are_not_jobs(bench: CsBench, platform: CsSimulator) -> None:
    """Spark jobs are no Flink jobs; but they occupy their names."""
    platform.start_stranger("spark", job_type="spark_streaming_jar_job")

    assert names(bench) == []
    with pytest.raises(Rejected, match="'spark' is taken"):
        bench.provider.submit(submission(sql_job("spark")))


ENVELOPE = {"message_id": "CS.10001", "message": "ok", "current_time": 1}


def said(status: int, body: Any, *, wrote: bool = False) -> ProviderError | None:
    return judge(Reply(status, {}, json.dumps(body), body), wrote)


def test_the_same_number_is_a_success_and_an_internal_error() -> None:
    """`message_id` of an answer, `error_id` of an error: there is an error if there is an `error_id`."""
    assert said(200, ENVELOPE) is None
    assert isinstance(said(400, {"error_id": "CS.10001", "error_name": "INTERNAL_ERROR"}), Unavailable)
    assert isinstance(said(200, {"error_id": "CS.10001"}, wrote=True), OutcomeUnknown)
    assert isinstance(said(429, {"error_code": "APIG.0308"}, wrote=True), Unavailable)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error_id": "CS.10005", "error_name": "NO_PERMISSION"}, Unauthorised),
        ({"error_id": "CS.10007", "error_name": "TOKEN_EXPIRED"}, Unauthorised),
        ({"error_id": "CS.10009", "error_name": "ACCOUNT_FROZEN"}, Unauthorised),
        ({"error_id": "CS.11999", "error_name": "JOB_NOT_EXIST"}, NotFound),
        ({"error_id": "CS.11999", "error_cause": "The job does not exist."}, NotFound),
        ({"error_id": "CS.11004", "error_name": "JOB_NAME_EXIST"}, Rejected),
        ({"error_id": "CS.10004", "error_name": "JSON_ERROR"}, Rejected),
    ],
)
def test_what_a_bad_request_means_stands_in_its_body(body: dict[str, str], kind: type[ProviderError]) -> None:
    """Everything is HTTP 400, from a wrong field to an expired token."""
    trouble = said(400, body, wrote=True)

    assert type(trouble) is kind
    assert body["error_id"] in trouble.problem


def test_a_gateway_that_does_not_know_the_api_says_nothing_about_jobs(bench: CsBench, platform: CsSimulator) -> None:
    """Cloud Stream is gone from most regions: read as "no such job", a withdrawn API would start jobs twice."""
    body = {"error_code": "APIG.0101", "error_msg": "The API does not exist.", "request_id": "1"}
    platform.fail(at="/job/", response=Response(404, body))

    with pytest.raises(Rejected) as refused_:
        bench.provider.detail("50320")

    assert not isinstance(refused_.value, NotFound)
    assert "huawei-dli" in refused_.value.hint


def test_a_job_is_gone_when_the_list_says_so_too(bench: CsBench, platform: CsSimulator) -> None:
    """The code for it is not documented, so the words are not enough."""
    live = started(bench.provider, sql_job())
    platform.fail(at=f"/job/{live.job_id}", response=refused("CS.11001", "JOB_NOT_EXIST", "It does not exist."))

    with pytest.raises(Unavailable, match="the list has it"):
        bench.provider.health(live.job_id)
    platform.forget("orders")
    with pytest.raises(NotFound):
        bench.provider.health(live.job_id)


def test_an_answer_without_a_payload_is_no_answer(bench: CsBench, platform: CsSimulator) -> None:
    """It can be null where something failed, and is never an empty list."""
    platform.fail(at="/jobs", response=Response(200, {**ENVELOPE, "payload": None}))

    with pytest.raises(Unavailable, match="without a payload"):
        bench.provider.observe()


def test_jobs_that_use_a_package_are_found(bench: CsBench, platform: CsSimulator) -> None:
    """By the jar they run, and by the functions they load."""
    started(bench.provider, jar_job())
    started(bench.provider, sql_job(options=options(udf_jar_url="jars/functions.jar")))

    assert bench.provider.references("windows.jar") == ("windows",)
    assert bench.provider.references("obs://jars/windows.jar") == ("windows",)
    assert bench.provider.references("dows.jar") == ()
    assert bench.provider.references("other.jar") == ()


def test_a_graph_of_flinks_own_is_read_too(bench: CsBench, platform: CsSimulator) -> None:
    """One release of the SDK had Flink's job object where the plan is."""
    live = started(bench.provider, sql_job())
    plain = bench.provider.graph(live.job_id)
    platform.graphs_by_flink = True
    by_flink = bench.provider.graph(live.job_id)

    assert [vertex.inputs for vertex in plain.vertices] == [(), (("1", "HASH"),)]
    assert [(vertex.name, vertex.status) for vertex in by_flink.vertices] == [
        ("source", "RUNNING"),
        ("sink", "RUNNING"),
    ]
    platform.fail_job("orders")
    with pytest.raises(Rejected):
        bench.provider.graph(live.job_id)
