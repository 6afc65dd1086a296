"""DLI's envelopes, error codes, pages and status words: nearly every error is a 400, and a list does not hold still."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.providers.dli.bench import ENVIRON, DliBench, job, provider

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.model.live import JobState
from headgate.model.spec import Sql
from headgate.providers.dli import states, wire
from headgate.providers.http import NotFound, Reply, Unauthorised
from headgate.testing.contract import started
from headgate.testing.dli import DliSimulator
from headgate.testing.server import Response


def _judged(status: int, body: Any, *, writes: bool = False) -> ProviderError | None:
    return wire.judge(Reply(status, {}, json.dumps(body), body), writes)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("DLI.0001", 400, wire.DliRejected),
        ("DLI.0002", 400, NotFound),
        ("DLI.12004", 400, NotFound),
        ("DLI.16001", 400, NotFound),
        ("DLI.0023", 404, NotFound),
        ("DLI.0006", 400, wire.DliRejected),
        ("DLI.0003", 400, Unauthorised),
        ("DLI.0014", 401, Unauthorised),
        ("APIG.0301", 401, Unauthorised),
        ("APIG.0101", 404, Rejected),
        ("APIG.0308", 429, Unavailable),
        ("DLI.0019", 400, Unavailable),
        ("DLI.0999", 400, Unavailable),
        ("DLI.0999", 500, Unavailable),
        ("APIG.0202", 503, Unavailable),
        ("DLI.1028", 400, wire.DliRejected),
    ],
)
def test_an_error_is_sorted_by_its_code(code: str, status: int, kind: type[ProviderError]) -> None:
    """The status says little: a server error arrives as a 400, too."""
    trouble = _judged(status, {"error_code": code, "error_msg": "no"})

    assert type(trouble) is kind
    assert trouble is not None
    assert trouble.problem == f"{code}: no"


@pytest.mark.parametrize(
    ("status", "code"), [(400, "DLI.0999"), (400, "DLI.0019"), (500, "APIG.0201"), (503, "APIG.0202")]
)
def test_a_write_that_ends_in_a_server_error_may_have_been_done(status: int, code: str) -> None:
    """So nobody may say that nothing happened."""
    assert isinstance(_judged(status, {"error_code": code, "error_msg": "no"}, writes=True), OutcomeUnknown)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"error_code": "DLI.0004", "error_msg": "bad SQL"}, id="dli"),
        pytest.param({"errorCode": "DLI.0004", "errorMsg": "bad SQL"}, id="camel-case"),
        pytest.param({"code": "DLI.0004", "message": "bad SQL"}, id="short"),
        pytest.param({"error": {"code": "DLI.0004", "message": "bad SQL"}}, id="nested"),
    ],
)
def test_an_error_is_read_in_every_spelling(body: Any) -> None:
    """The official SDK understands all of them."""
    trouble = _judged(400, body)

    assert trouble is not None
    assert (trouble.problem, trouble.code) == ("DLI.0004: bad SQL", "statement-rejected")


@pytest.mark.parametrize(
    ("body", "fine"),
    [
        pytest.param({"is_success": "true", "message": ""}, True, id="text"),
        pytest.param({"is_success": True}, True, id="boolean"),
        pytest.param({"message": "no flag at all"}, True, id="left-out"),
        pytest.param([{"is_success": "true"}], True, id="list"),
        pytest.param(None, True, id="nothing"),
        pytest.param({"is_success": "false", "message": "no room"}, False, id="text-says-no"),
        pytest.param({"is_success": False, "message": "no room"}, False, id="boolean-says-no"),
        pytest.param(
            [{"is_success": "true"}, {"is_success": "false", "message": "no room"}], False, id="one-of-a-list"
        ),
        pytest.param(
            {"is_success": True, "message": '{"is_success":"false","message":"no room"}'},
            False,
            id="inside-the-message",
        ),
        pytest.param({"is_success": True, "message": "{not JSON"}, True, id="a-message-like-json"),
    ],
)
def test_success_is_read_in_every_shape(body: Any, fine: bool) -> None:
    """200 alone means nothing."""
    trouble = _judged(200, body)

    assert (trouble is None) is fine
    assert trouble is None or "no room" in trouble.problem


def test_a_throttled_request_waits_as_long_as_the_gateway_counts() -> None:
    """It counts by the second, and need not say when to come back."""
    trouble = _judged(429, {"error_code": "APIG.0308", "error_msg": "limit:20, time:1 second"})

    assert isinstance(trouble, Unavailable)
    assert trouble.retry_after == 2.0


@pytest.mark.parametrize(
    ("flink", "state"),
    [
        ("RUNNING", JobState.RUNNING),
        ("RESTARTING", JobState.STARTING),
        ("SUSPENDED", JobState.STARTING),
        ("CANCELED", JobState.STOPPED),
        ("FAILED", JobState.FAILED),
        ("", JobState.FAILED),
        ("DREAMING", JobState.UNKNOWN),
    ],
)
def test_after_a_failed_stop_flink_is_asked(flink: str, state: JobState) -> None:
    """DLI's own word does not tell whether the job still runs."""
    assert states.after_failed_stop(flink) is state


# -- pages -------------------------------------------------------------------------------------------------------------


def test_a_list_without_ids_is_no_answer(bench: DliBench, dli: DliSimulator) -> None:
    """Whatever it is, it is not a list of jobs."""
    body = {"is_success": "true", "job_list": {"total_count": 1, "jobs": [{"name": "orders"}]}}
    dli.answer = lambda request: Response(200, body)  # type: ignore[method-assign]

    with pytest.raises(Unavailable, match="not what this API documents"):
        bench.provider.observe()


# -- who asks ----------------------------------------------------------------------------------------------------------


def test_nothing_that_is_refused_for_its_signature_is_tried_again(dli: DliSimulator) -> None:
    """Wrong signatures in a row lock the key."""
    one = provider(dli, environ={**ENVIRON, "HUAWEICLOUD_SDK_SK": "another secret"})

    with pytest.raises(Unauthorised, match=r"APIG\.0301") as refused:
        one.observe()
    one.close()

    assert len(dli.requests) == 1
    assert "another secret" not in str(refused.value) + refused.value.body


def test_references_are_found_in_programs_and_libraries(bench: DliBench, dli: DliSimulator) -> None:
    """Of everybody's jobs: who would miss this package?"""
    dli.start_stranger("theirs", udf_jar_url="obs://libs/shop-udf.jar")
    dli.jobs.create("flink_jar_job", {"name": "mine", "dependency_jars": ["obs://libs/shop-udf.jar"]})
    dli.ticks += dli.list_lag

    assert bench.provider.references("shop-udf.jar") == ("mine", "theirs")
    assert bench.provider.references("nothing.jar") == ()
    assert bench.provider.kept("theirs") is None


def test_a_statement_is_checked_where_dli_can(bench: DliBench, dli: DliSimulator) -> None:
    """For a job it knows, on Flink 1.12; elsewhere it is said that it cannot be."""
    unknown = bench.provider.compile(job("new"))
    started(bench.provider, job())
    checked = bench.provider.compile(job())
    wrong = job(program=Sql(f"INSERT INTO t\nSELECT {dli.jobs.broken_word} FROM s"))

    with pytest.raises(Rejected, match=r"DLI\.0004") as refused:
        bench.provider.compile(wrong)

    assert refused.value.code == "statement-rejected"
    assert refused.value.where.endswith(":2:8")
    assert unknown.why.startswith("DLI checks statements when the job is run")
    assert checked.why == "DLI does not say what the operators of a job store"
    assert (bench.provider.compiled_form.topology("x"), bench.provider.compiled_form.numbered("x", {}, 1)) == (
        None,
        "x",
    )
    assert bench.provider.compiled_form.vertices(job()) == ()
