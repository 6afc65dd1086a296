"""Traps of the service: pages, wrappers, letter case, statuses that mean something else, states nobody documents."""

from __future__ import annotations

from typing import Any

import pytest
from tests.providers.foas.bench import FoasBench, opened

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.model.live import JobState
from headgate.planning import diff
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.providers.foas.forms import normal
from headgate.providers.foas.refused_requests import judge
from headgate.providers.foas.states import state_of, word_of
from headgate.providers.foas.wire import Instance, Job, items, member
from headgate.providers.http import NotFound, Reply, Unauthorised
from headgate.testing.contract import from_savepoint, started, stopped, submission
from headgate.testing.foas import FoasSimulator
from headgate.testing.server import Response

# -- shapes ------------------------------------------------------------------------------------------------------------


ROWS = [{"JobName": "a"}]


@pytest.mark.parametrize(
    ("rows", "documents"),
    [
        pytest.param(ROWS, [{"Jobs": {"Job": ROWS}}, {"jobs": {"job": ROWS}}], id="wrapped-twice-in-any-case"),
        pytest.param(ROWS, [{"Jobs": {"Job": ROWS[0]}}, {"Jobs": ROWS}], id="one-in-place-of-a-list-or-wrapped-once"),
        pytest.param([], [{}, {"Jobs": None}, {"Jobs": {"Job": None}}, {"Jobs": {}}, None, []], id="missing-or-null"),
    ],
)
def test_a_list_is_a_list(rows: list[Any], documents: list[Any]):
    """Wrapped twice, mostly; no list is an empty one."""
    for document in documents:
        assert items(document, "Jobs", "Job") == rows


def test_letter_case_of_keys_does_not_count():
    """`instanceId`, `Finalstate`, and samples in camelCase."""
    assert member({"instanceId": 8}, "InstanceId") == 8
    assert member({"Finalstate": "x"}, "FinalState") == "x"
    job = Job.of({"jobName": "a", "jobType": "flink_stream", "apiType": "Datastream", "isCommitted": "true"})
    assert (job.name, job.job_type, job.api_type, job.committed) == ("a", "FLINK_STREAM", "DATASTREAM", True)


def test_a_service_that_answers_in_camel_case_is_understood(platform: FoasSimulator, bench: FoasBench):
    """From a first start to a resumption."""
    platform.camel_case = True
    spec = bench.spec("orders", options=normal({"folder": "/team"}))

    paused = stopped(bench.provider, started(bench.provider, spec))
    live = started(bench.provider, spec, live=paused, restore=from_savepoint(paused))

    assert diff(live.applied or pytest.fail("nothing read"), spec) == ()
    assert platform.ages("orders") == 1


# -- pages -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "broken"),
    [
        pytest.param("/jobs", {"Jobs": {"Job": []}}, id="no-total"),
        pytest.param("/jobs", {"TotalCount": "many", "Jobs": {"Job": []}}, id="a-total-that-is-no-number"),
        pytest.param("/jobs", {"TotalCount": 1, "Jobs": {"Job": [{"JobName": None}]}}, id="a-job-without-a-name"),
        pytest.param("/instances", {"TotalCount": 1, "Instances": {"Instance": [{"Id": 7}]}}, id="a-run-of-no-job"),
        pytest.param("/instances", {"TotalCount": 1, "Instances": {"Instance": [{"JobName": "orders"}]}}, id="no-id"),
    ],
)
def test_what_cannot_be_read_is_not_absent(
    platform: Any, bench: FoasBench, provider: DefinitionProvider, path: str, broken: dict[str, Any]
):
    """Taken for no job, or for one that never ran, it would be started a second time."""
    started(bench.provider, bench.spec("orders"))
    honest = platform.answer
    platform.answer = lambda asked: Response(200, broken) if asked.path.endswith(path) else honest(asked)

    with pytest.raises(Unavailable):
        provider.observe()
    with pytest.raises(ProviderError):
        provider.submit(submission(bench.edited(bench.spec("orders"))))

    assert len(platform.jobs["orders"].instances) == 1


def test_a_name_is_found_among_those_that_hold_it(platform: FoasSimulator, bench: FoasBench):
    """The service finds jobs and packages by parts of their names."""
    platform.start_stranger("orders-old")
    platform.start_stranger("my-orders")

    live = started(bench.provider, bench.spec("orders"))

    assert live.name == "orders"
    assert len(bench.running("orders")) == 1
    platform.packages["my-udf.jar"] = {"PackageName": "my-udf.jar"}
    with pytest.raises(Rejected, match=r"no package 'udf\.jar'"):
        bench.provider.compile(bench.spec("orders", options={"packages": ["udf.jar"]}))
    platform.packages["udf.jar"] = {"PackageName": "udf.jar"}
    assert (
        "only as part of a job" in bench.provider.compile(bench.spec("orders", options={"packages": ["udf.jar"]})).why
    )


# -- states ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "pairs"),
    [
        (JobState.STARTING, "WAITING/RUNNING PAUSED/RUNNING TERMINATED/RUNNING UNKNOWN/RUNNING"),
        (JobState.RUNNING, "RUNNING/RUNNING running/running"),
        (JobState.STOPPING, "RUNNING/PAUSED WAITING/PAUSED RUNNING/TERMINATED WAITING/TERMINATED PAUSED/TERMINATED"),
        (JobState.SUSPENDED, "PAUSED/PAUSED"),
        (JobState.STOPPED, "TERMINATED/TERMINATED UNKNOWN/"),
        (JobState.FINISHED, "SUCCESS/RUNNING"),
        (JobState.FAILED, "FAILED/RUNNING"),
        (JobState.UNKNOWN, "RUNNING/HIBERNATED HIBERNATED/RUNNING /"),
    ],
)
def test_two_states_are_one(state: JobState, pairs: str):
    """What an instance is, and what it is asked to be; a word nobody documents is unknown."""
    for pair in pairs.split():
        actual, _, expected = pair.partition("/")
        assert state_of(Instance.of({"Id": 7, "ActualState": actual, "ExpectState": expected})) is state, pair


def test_the_platforms_own_words_are_shown():
    """Both, where they differ; a job that was never started has none."""
    assert word_of(Instance.of({"Id": 7, "ActualState": "RUNNING", "ExpectState": "PAUSED"})) == "RUNNING, to be PAUSED"
    assert word_of(Instance.of({"Id": 7, "ActualState": "RUNNING", "ExpectState": "RUNNING"})) == "RUNNING"
    assert word_of(None) == "not started"
    assert state_of(None) is JobState.STOPPED


def test_a_job_in_trouble_says_why_and_is_not_given_up(platform: FoasSimulator, bench: FoasBench):
    """A broken start stays WAITING; an error from before the start does not count."""
    started(bench.provider, bench.spec("orders"))
    instance = platform.jobs["orders"].current
    assert instance is not None
    instance.error, instance.error_at = "old news\n\tat blink", instance.started_at - 1
    well = bench.provider.health("orders")
    instance.error, instance.error_at = "the disk is full\n\tat blink", instance.started_at + 1
    ill = bench.provider.health("orders")
    instance.actual, instance.broken = "WAITING", True
    waiting = bench.provider.health("orders")

    assert (well.settled, well.cause) == (True, "")
    assert (ill.state, ill.cause) == (JobState.RUNNING, "the disk is full")
    assert (waiting.state, waiting.settled, waiting.cause) == (JobState.STARTING, False, "the disk is full")


# -- trouble -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "reading", "writing"),
    [
        ("404 InvalidAccessKeyId.NotFound, 400 InvalidAccessKeyId.Inactive", Unauthorised, Unauthorised),
        ("400 SignatureDoesNotMatch, 400 InvalidSecurityToken.Expired", Unauthorised, Unauthorised),
        ("400 InvalidTimeStamp.Expired, 403 Forbidden.RAM, 403 NoPermission", Unauthorised, Unauthorised),
        ("400 Throttling, 400 Throttling.User, 429 Throttling.Api", Unavailable, Unavailable),
        ("400 SignatureNonceUsed, 503 ServiceUnavailable, 500 InternalError", Unavailable, OutcomeUnknown),
        ("404 InvalidApi.NotFound, 400 MissingJobType", Rejected, Rejected),
        ("404 InvalidJob.NotFound", NotFound, NotFound),
    ],
)
def test_the_code_of_an_error_decides_not_its_status(
    codes: str, reading: type[ProviderError], writing: type[ProviderError]
):
    """An unknown AccessKey and a wrong path are 404, too, and no proof that a job is absent."""
    for status, code in (each.split() for each in codes.split(", ")):
        reply = Reply(int(status), {}, "", {"Code": code, "Message": "why", "RequestId": "r"})
        for writes, expected in ((False, reading), (True, writing)):
            trouble = judge(reply, writes)
            assert type(trouble) is expected, code
            assert trouble.problem == f"{code}: why (request r)"


def test_what_the_gateway_says_beside_the_code_is_read():
    """How long to wait, in milliseconds; in any letter case, as the SDKs read it. A page of a proxy has neither."""
    slow = {"code": "Throttling.User", "message": "slow down", "requestId": "r"}

    trouble = judge(Reply(400, {"x-acs-retry-after": "1500"}, "", slow), True)

    assert isinstance(trouble, Unavailable)
    assert trouble.retry_after == 1.5
    assert judge(Reply(502, {}, "<html>", None), False) is judge(Reply(200, {}, "", None), True) is None


def test_the_secret_and_the_token_are_in_no_error(platform: FoasSimulator):
    """The gateway quotes what it signed, the token with it."""
    platform.gateway.token = "another-token"
    provider = opened(platform, access_key_secret="wrong-secret", security_token="opensesame-token")

    with pytest.raises(Unauthorised) as raised:
        provider.observe()
    platform.gateway.token = "opensesame-token"
    with pytest.raises(Unauthorised, match="SignatureDoesNotMatch") as quoted:
        provider.observe()

    for reported in (raised.value, quoted.value):
        assert "opensesame-token" not in f"{reported} {reported.body}"
        assert "wrong-secret" not in f"{reported} {reported.body}"
    assert "${env:ALIBABA_CLOUD_SECURITY_TOKEN}" in quoted.value.body
    assert quoted.value.problem.partition(" (request ")[0] == (
        "SignatureDoesNotMatch: Specified signature is not matched with our calculation."
    )
    provider.close()


def test_a_clock_that_is_off_is_named(platform: FoasSimulator, provider: DefinitionProvider):
    """Signatures are good for a quarter of an hour."""
    platform.gateway.skew = 3600

    with pytest.raises(Unauthorised) as raised:
        provider.observe()

    assert "clock" in raised.value.hint
