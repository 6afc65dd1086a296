"""What platforms with gateways need of the one door to the network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from headgate.errors import ProviderError, Rejected, Unavailable
from headgate.providers.answer_fields import number
from headgate.providers.http import Api, Outgoing, Reply, Unauthorised, encoded


def api(answer: httpx.Response, **settings: object) -> tuple[Api, list[httpx.Request]]:
    """An API whose every answer is the same, and what was asked of it."""
    asked: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer

    made = Api("dli", "http://dli", transport=httpx.MockTransport(respond), pause=lambda seconds: None, **settings)  # type: ignore[arg-type]
    return made, asked


def test_every_attempt_is_signed_again():
    """A signature carries the time: that of the first attempt is stale by the fourth."""
    signed: list[Outgoing] = []

    def sign(request: Outgoing) -> dict[str, str]:
        signed.append(request)
        return {"X-Signature": str(len(signed))}

    made, asked = api(httpx.Response(503, json={}), sign=sign)

    with pytest.raises(Unavailable):
        made.read("/jobs", name="a b")

    assert [request.headers["x-signature"] for request in asked] == ["1", "2", "3", "4"]
    assert signed[0].url == "http://dli/jobs?name=a%20b"
    assert asked[0].url.raw_path == b"/jobs?name=a%20b"


def test_what_is_signed_is_what_is_sent():
    """Body bytes are made once."""
    signed: list[bytes] = []

    def sign(request: Outgoing) -> dict[str, str]:
        signed.append(request.body)
        return {}

    made, asked = api(httpx.Response(200, json={}), sign=sign)
    made.call("POST", "/jobs", writes=True, body={"name": "café – 流"})

    assert asked[0].content == signed[0] == '{"name":"café – 流"}'.encode()


def test_a_query_is_encoded_by_rfc_3986():
    """A space is %20 wherever it is signed."""
    assert encoded({"name": "orders sink~v1", "a/b": "x+y"}) == "name=orders%20sink~v1&a%2Fb=x%2By"


def test_an_envelope_may_say_no_under_http_200():
    """Platforms answer 200 and `success: false`; their adapter knows."""

    def judge(reply: Reply, writes: bool) -> ProviderError | None:
        return None if reply.json["success"] else Rejected(reply.json["message"])

    refused, _ = api(httpx.Response(200, json={"success": False, "message": "no such queue"}), judge=judge)
    fine, _ = api(httpx.Response(200, json={"success": True}), judge=judge)

    with pytest.raises(Rejected, match="no such queue") as trouble:
        refused.call("POST", "/jobs", writes=True, body={})
    assert trouble.value.where == "dli: POST /jobs"
    assert fine.read("/jobs") == {"success": True}


@pytest.mark.parametrize(
    ("off", "words"),
    [
        pytest.param(timedelta(minutes=-20), "20 minutes ahead", id="ahead"),
        pytest.param(timedelta(minutes=20), "20 minutes behind", id="behind"),
        pytest.param(timedelta(0), "credentials", id="right"),
    ],
)
def test_a_clock_that_is_off_is_reported_with_a_refused_signature(off: timedelta, words: str):
    """The keys are right and the signature is not: the first thing nobody thinks of."""
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    date = format_datetime(now + off, usegmt=True)
    made, _ = api(httpx.Response(401, json={}, headers={"Date": date}), clock=now.timestamp)

    with pytest.raises(Unauthorised) as trouble:
        made.read("/jobs")

    assert words in trouble.value.hint


def test_requests_begin_no_faster_than_the_platform_allows():
    """Evenly spread; who comes too early waits."""
    now = 100.0
    begun: list[float] = []

    def waits(seconds: float) -> None:
        nonlocal now
        now += seconds

    def answers(request: httpx.Request) -> httpx.Response:
        begun.append(now)
        return httpx.Response(200, json={})

    made = Api(
        "foas",
        "http://foas",
        transport=httpx.MockTransport(answers),
        per_second=2,
        pause=waits,
        monotonic=lambda: now,
    )

    for _ in range(3):
        made.read("/jobs")
    now += 10
    made.read("/jobs")

    assert begun == [100.0, 100.5, 101.0, 111.0]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://dli.example.com/v1.0/jobs?limit=1", "dli.example.com"),
        ("https://dli.example.com:443/jobs", "dli.example.com"),
        ("http://127.0.0.1:8081/jobs", "127.0.0.1:8081"),
        ("http://[::1]:80/jobs", "[::1]"),
        ("http://[::1]:443/jobs", "[::1]:443"),
    ],
)
def test_the_host_that_is_signed_is_the_one_that_is_sent(url: str, host: str):
    """Every scheme that signs the host signs it as the client spells it."""
    assert Outgoing("GET", url, {}, b"").host == host
    assert httpx.Request("GET", url).headers["host"] == host


@pytest.mark.parametrize(
    ("reported", "read"),
    [(7, 7), ("7", 7), (1516952710040.0, 1516952710040), (7.5, None), (True, None), ("x", None), (None, None)],
)
def test_a_whole_number_is_read_however_it_is_written(reported: object, read: int | None):
    """Some servers write every number with a point; a fraction is not cut off."""
    assert number(reported) == read
