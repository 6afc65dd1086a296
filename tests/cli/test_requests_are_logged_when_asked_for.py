"""`--log-level debug` shows every request, without what it carries; without it nothing is logged."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.providers.http.request_log import shown
from headgate.testing.huawei import ACCESS_KEY, SECRET_KEY
from tests.cli.given import document, headgate
from tests.end_to_end.houses import House, built, simulators

LINE = re.compile(
    r"\d\d:\d\d:\d\d DEBUG (?P<target>\w+): (?P<method>GET|POST|PUT|DELETE) (?P<path>/\S+): "
    r"(?P<status>\d{3}|no answer), (\w+, )?\d+ ms(, attempt (?P<attempt>\d+))?"
)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with simulators("dli") as platforms:
        made = built(tmp_path / "repo", platforms, monkeypatch)
        made.job("dli")
        monkeypatch.chdir(made.root)
        yield made


def requests(stderr: str) -> list[dict[str, str | None]]:
    return [match.groupdict() for line in stderr.splitlines() if (match := LINE.fullmatch(line))]


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        pytest.param(("--log-level", "debug", "apply", "--yes"), {}, id="before-the-command"),
        pytest.param(("apply", "--yes", "--log-level", "DEBUG"), {}, id="after-it"),
        pytest.param(("apply", "--yes"), {"HEADGATE_LOG": "debug"}, id="in-the-environment"),
    ],
)
def test_every_request_is_a_line_on_stderr(house: House, arguments: tuple[str, ...], env: dict[str, str]) -> None:
    """As many as the platform has received, in its order: each once, also where the option is known to two parsers."""
    before = len(house.platforms["dli"].requests)

    result = headgate(*arguments, env=env)

    received = house.platforms["dli"].requests[before:]
    logged = requests(result.stderr)
    assert result.exit_code == 0
    assert [f"{one['method']} {one['path']}".partition("?")[0] for one in logged] == [
        line.partition("?")[0] for line in received
    ]
    assert {one["status"] for one in logged} <= {"200", "201"}


def test_nothing_that_a_request_carries_is_logged(house: House) -> None:
    """A log is copied into tickets and kept by CI: no body, no key, no signature."""
    result = headgate("apply", "--yes", "--log-level", "debug")

    assert requests(result.stderr)
    for secret in (ACCESS_KEY, SECRET_KEY, "SDK-HMAC", "INSERT INTO", "Signature"):
        assert secret not in result.stderr


def test_json_on_stdout_stays_one_document(house: House) -> None:
    """What a program reads is not what a person debugs with."""
    result = headgate("plan", "--format", "json", "--log-level", "debug")

    assert document(result)["summary"]["submit"] == 1
    assert requests(result.stderr)


def test_a_request_that_is_sent_again_says_which_attempt_it_is(house: House) -> None:
    """Trouble that passes is otherwise only seen as time that a run takes."""
    house.platforms["dli"].throttle(1, at="GET .*/jobs")

    result = headgate("plan", "--log-level", "debug")

    assert [(one["status"], one["attempt"]) for one in requests(result.stderr)[:2]] == [("429", None), ("200", "2")]
    assert re.search(r" INFO dli: GET /\S+: attempt 2 of 4 in \d+\.\d s: Unavailable", result.stderr)


def test_a_level_leaves_out_what_is_below_it(house: House) -> None:
    """`info` is for trouble alone."""
    house.platforms["dli"].throttle(1, at="GET .*/jobs")

    result = headgate("plan", "--log-level", "info")

    assert requests(result.stderr) == []
    assert " INFO dli: GET " in result.stderr


def test_a_lost_reply_of_a_write_is_a_warning(house: House) -> None:
    """It may have been done: the one kind of trouble that somebody reading a log has to find."""
    house.platforms["dli"].lose_replies(at="POST .*/jobs/run")

    result = headgate("apply", "--yes", "--log-level", "warning")

    assert re.search(r"WARNING dli: POST /\S+/jobs/run: the reply is lost, it may have been done", result.stderr)


def test_nothing_is_logged_unless_it_is_asked_for(house: House) -> None:
    """Neither at first nor after a run in the same process that asked for it."""
    headgate("plan", "--log-level", "debug")

    result = headgate("plan", env={"HEADGATE_LOG": ""})

    assert result.stderr == ""
    assert logging.getLogger("headgate").handlers == []


def test_a_level_that_is_none_is_refused() -> None:
    """A typing error in a variable of CI would otherwise be found when the log is needed."""
    option = headgate("plan", "--log-level", "loud")
    variable = headgate("plan", env={"HEADGATE_LOG": "loud"})

    assert option.exit_code == variable.exit_code == 1
    assert "HEADGATE_LOG" in variable.stderr
    for result in (option, variable):
        assert "'loud' is not one of 'debug', 'info', 'warning', 'error'" in result.stderr


@pytest.mark.parametrize(
    ("url", "path"),
    [
        pytest.param("https://host/a/b", "/a/b", id="path"),
        pytest.param("https://u:p@host/a?limit=100&next=true", "/a?limit=100&next=true", id="paging-is-shown"),
        pytest.param("https://host/a?token=s3cret&name=%E8%AE%A2", "/a?token=...&name=...", id="other-values-are-not"),
        pytest.param("https://host/a?token=4711&sk=12345678", "/a?token=...&sk=...", id="a-credential-of-digits"),
        pytest.param("https://host/a?flag&x=", "/a?flag...&x=...", id="keys-without-a-value"),
    ],
)
def test_values_of_a_query_are_shown_only_where_they_say_nothing(url: str, path: str) -> None:
    """Numbers of pages help; a token, or a name that is a secret, must not be there."""
    assert shown(url) == path
