"""What the executor must know after a request failed: never happened, not yet, or perhaps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from tests.providers.hostile import serving

from headgate._version import __version__
from headgate.errors import HeadgateError, OutcomeUnknown, Rejected, Unavailable
from headgate.model.secret import Secrets
from headgate.providers.flink.rejection import judge as flink
from headgate.providers.http import Api, NotFound, Unauthorised

PAGE = "<html><head><title>500</title></head>\n<body><h1>500 Internal Server Error</h1><hr>nginx</body></html>"
Answer = Callable[[httpx.Request], httpx.Response]


def api(answer: Answer, **settings: object) -> Api:
    return Api(
        "prod",
        "http://flink:8081",
        transport=httpx.MockTransport(answer),
        pause=lambda seconds: None,
        **settings,  # type: ignore[arg-type]
    )


def says(status: int, text: str = "{}", **headers: str) -> Answer:
    return lambda request: httpx.Response(status, text=text, headers=headers)


def loses_the_reply(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("timed out", request=request)


def refuses(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused", request=request)


@pytest.mark.parametrize(
    ("answer", "on_read", "on_write"),
    [
        pytest.param(refuses, Unavailable, Unavailable, id="connection-refused"),
        pytest.param(loses_the_reply, Unavailable, OutcomeUnknown, id="reply-lost"),
        pytest.param(says(429), Unavailable, Unavailable, id="429"),
        pytest.param(says(500), Unavailable, OutcomeUnknown, id="500"),
        pytest.param(says(500, PAGE), Unavailable, OutcomeUnknown, id="500-of-a-proxy"),
        pytest.param(says(502, PAGE), Unavailable, OutcomeUnknown, id="502-of-a-proxy"),
        pytest.param(says(503, PAGE), Unavailable, OutcomeUnknown, id="503-of-a-proxy"),
        pytest.param(says(504, PAGE), Unavailable, OutcomeUnknown, id="504-of-a-proxy"),
        pytest.param(says(520), Unavailable, OutcomeUnknown, id="a-status-nobody-knows"),
        pytest.param(says(400), Rejected, Rejected, id="400"),
        pytest.param(says(401), Unauthorised, Unauthorised, id="401"),
        pytest.param(says(403), Unauthorised, Unauthorised, id="403"),
        pytest.param(says(404), Unavailable, Unavailable, id="404"),
        pytest.param(says(404, PAGE), Unavailable, Unavailable, id="404-of-a-proxy"),
        pytest.param(says(302, location="https://sso"), Rejected, Rejected, id="redirected"),
        pytest.param(says(200, "<html>login</html>"), Unavailable, OutcomeUnknown, id="not-json"),
    ],
)
def test_a_failure_says_what_may_have_happened(
    answer: Answer, on_read: type[HeadgateError], on_write: type[HeadgateError]
):
    """A lost reply to a write may have happened; a refused connection cannot have.

    Who answers with a status from 500 on is not known: a proxy does, after the platform has done what it was asked. Nor
    is it with a 404: read as "there is no such job", that of a proxy would start a second one.
    """
    with pytest.raises(on_read) as read:
        api(answer).read("/jobs")
    with pytest.raises(on_write) as write:
        api(answer).call("POST", "/jobs", writes=True)

    assert type(read.value) is on_read
    assert type(write.value) is on_write
    assert write.value.where == "prod: POST /jobs"


@pytest.mark.parametrize(
    ("status", "body", "on_write"),
    [
        pytest.param(500, '{"errors": ["a stack"]}', Rejected, id="its-own-500"),
        pytest.param(503, '{"errors": ["leader election"]}', Unavailable, id="its-own-503"),
        pytest.param(500, '{"errors": ["FlinkJobNotFoundException: no"]}', NotFound, id="its-own-500-for-no-such-job"),
        pytest.param(404, '{"errors": ["Job 1 not found"]}', NotFound, id="its-own-404"),
        pytest.param(404, PAGE, Unavailable, id="404-of-a-proxy"),
        pytest.param(404, '{"message": "no route"}', Unavailable, id="404-of-another-api"),
        pytest.param(500, PAGE, OutcomeUnknown, id="500-of-a-proxy"),
        pytest.param(503, PAGE, OutcomeUnknown, id="503-of-a-proxy"),
        pytest.param(503, '{"message": "no healthy upstream"}', OutcomeUnknown, id="503-of-another-api"),
    ],
)
def test_an_error_of_flink_itself_is_its_answer(status: int, body: str, on_write: type[HeadgateError]):
    """Flink refuses a statement under 500, in an envelope of its own; in front of it nobody knows what it did."""
    with pytest.raises(on_write) as write:
        api(says(status, body), judge=flink).call("POST", "/jars/1/run", writes=True)

    assert type(write.value) is on_write


def test_a_read_that_meets_flink_between_two_lives_is_no_refusal():
    """Seen in a failover: the REST server answers already, or still, and the dispatcher behind it is not there."""
    asked: list[str] = []
    gone = {"errors": ["RecipientUnreachableException: Could not send message, because the recipient is unreachable."]}

    def between(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(500, json=gone) if len(asked) < 3 else httpx.Response(200, json={"jobs": []})

    assert api(between, judge=flink).read("/jobs/overview") == {"jobs": []}


def test_a_page_for_people_is_reported_in_one_line():
    """The status, and the first words; not the markup."""
    with pytest.raises(Unavailable) as trouble:
        api(says(500, PAGE)).read("/jobs")

    assert trouble.value.problem == "HTTP 500: 500 Internal Server Error nginx"


def test_reads_are_repeated_and_writes_are_not():
    """Asking twice for a list is harmless; a write is repeated only if its caller says that twice is once."""
    asked: list[str] = []

    def flaky(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(429) if len(asked) < 3 else httpx.Response(200, json={"ok": True})

    assert api(flaky).read("/jobs") == {"ok": True}
    assert asked == ["GET"] * 3

    asked.clear()
    with pytest.raises(Unavailable):
        api(flaky).call("POST", "/run", writes=True)
    assert asked == ["POST"]

    asked.clear()
    assert api(flaky).call("POST", "/run", writes=True, repeatable=True) == {"ok": True}
    assert asked == ["POST"] * 3


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def asked_again(**headers: str) -> tuple[list[float], HeadgateError]:
    """How long was waited before each repetition, and the trouble in the end, at `NOW`."""
    waits: list[float] = []
    limited = Api(
        "prod",
        "http://flink:8081",
        transport=httpx.MockTransport(says(429, **headers)),
        pause=waits.append,
        clock=NOW.timestamp,
    )
    with pytest.raises(Unavailable) as trouble:
        limited.read("/jobs")
    return waits, trouble.value


def http_date(after: float) -> str:
    """The date so many seconds after `NOW`, as headers spell it."""
    return format_datetime(NOW + timedelta(seconds=after), usegmt=True)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"retry-after": "7"}, id="seconds"),
        pytest.param({"retry-after": http_date(7)}, id="a-date"),
        pytest.param({"retry-after": http_date(607), "date": http_date(600)}, id="a-date-by-another-clock"),
    ],
)
def test_retry_after_is_waited_for(headers: dict[str, str]):
    """A platform that says when to come back is believed."""
    assert asked_again(**headers)[0] == [7.0, 7.0, 7.0]


@pytest.mark.parametrize("value", ["60", http_date(60)], ids=["seconds", "a-date"])
def test_who_asks_for_more_than_we_wait_is_left_alone(value: str):
    """Asked again too early, it would count that against us; people are reported when to come back."""
    waits, trouble = asked_again(**{"retry-after": value})

    assert waits == []
    assert "asks to come back in 60 s" in trouble.problem


@pytest.mark.parametrize("value", ["", "soon", "-5", "nan", http_date(-60)])
def test_a_retry_after_that_says_nothing_is_not_heeded(value: str):
    """Then the waiting grows by itself."""
    waits, _ = asked_again(**{"retry-after": value})

    assert len(waits) == 3
    assert 0 < waits[0] < waits[2] < 2


def test_a_secret_in_an_answer_is_masked():
    """Platforms echo what they were sent."""
    secrets = Secrets({"DB_PASSWORD": "hunter2-and-more"})

    with pytest.raises(Rejected) as refused:
        api(says(400, "cannot log in with hunter2-and-more"), secrets=secrets).read("/jobs")

    assert "hunter2" not in str(refused.value)
    assert "${env:DB_PASSWORD}" in str(refused.value)


def test_credentials_are_sent_and_proxies_come_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    """Basic auth or a bearer token, as the target says; HTTP_PROXY as everywhere. An access log shows who asks."""
    seen: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    api(record, auth=("ada", "secret")).read("/jobs")
    api(record, headers={"Authorization": "Bearer t0ken"}).read("/jobs")
    assert {request.headers["user-agent"] for request in seen} == {f"headgate/{__version__}"}
    assert [request.headers["authorization"] for request in seen] == ["Basic YWRhOnNlY3JldA==", "Bearer t0ken"]

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(Unavailable):
        Api("prod", "http://flink.invalid:8081", pause=lambda seconds: None).read("/jobs")


@pytest.mark.parametrize(
    ("proxies", "direct"),
    [
        pytest.param({}, True, id="none"),
        pytest.param({"HTTP_PROXY": "PROXY"}, False, id="one"),
        pytest.param({"http_proxy": "PROXY", "NO_PROXY": "flink.example"}, False, id="not-for-another-host"),
        pytest.param({"ALL_PROXY": "PROXY"}, False, id="one-for-all"),
        pytest.param({"HTTPS_PROXY": "PROXY"}, True, id="one-for-https"),
        pytest.param({"HTTP_PROXY": "PROXY", "NO_PROXY": "flink.example, 127.0.0.1"}, True, id="not-for-this-host"),
        pytest.param({"HTTP_PROXY": "PROXY", "NO_PROXY": "flink.example,*"}, True, id="for-no-host"),
    ],
)
def test_a_proxy_is_used_where_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch, proxies: dict[str, str], direct: bool
):
    """The one server is both: what a request for a proxy looks like is seen in its first line. Its user is warned."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with serving(lambda: [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"]) as server:
        for name, value in proxies.items():
            monkeypatch.setenv(name, value.replace("PROXY", server.url.replace("//", "//ada:s%40fe@")))
        here = Api("prod", server.url)
        assert here.read("/jobs") == {}
        here.close()

    first, *headers = server.asked[0].splitlines()
    assert first == ("GET /jobs HTTP/1.1" if direct else f"GET {server.url}/jobs HTTP/1.1")
    assert ("Proxy-Authorization: Basic YWRhOnNAZmU=" in headers) is not direct


@pytest.mark.parametrize("proxy", ["socks5://ada:hunter2@127.0.0.1:9", "ftp://ada:hunter2@h", "http://:9"])
def test_a_proxy_that_is_none_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch, proxy: str):
    """Its address may hold a password, and is not shown."""
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    with pytest.raises(Rejected, match="HTTP_PROXY names cannot be used") as refused:
        Api("prod", "http://flink.invalid:8081")

    assert "hunter2" not in str(refused.value)
