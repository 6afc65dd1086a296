"""What is known of the cause of trouble is said where the trouble is, to people and to programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headgate.testing.server import Response
from tests.cli.given import document, headgate
from tests.end_to_end.houses import House, built, simulators

Open = Callable[[str], AbstractContextManager[House]]
_AHEAD = timedelta(minutes=30)


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """A project of one job on one simulator."""

    @contextmanager
    def open_house(target: str) -> Iterator[House]:
        with simulators(target) as platforms:
            made = built(tmp_path / "repo", platforms, monkeypatch)
            made.job(target)
            monkeypatch.chdir(made.root)
            yield made

    return open_house


WITHOUT = {"HUAWEICLOUD_SDK_AK": "", "HUAWEICLOUD_SDK_SK": ""}


def test_every_command_says_what_to_look_at_first(opened: Open) -> None:
    """`no credentials` alone sends people to the documentation of somebody else."""
    with opened("dli"):
        plan = headgate("plan", env=WITHOUT)
        comment = headgate("plan", "--format", "markdown", env=WITHOUT)
        status = headgate("status", env=WITHOUT)
        refs = headgate("refs", "a.jar", env=WITHOUT)

    assert plan.exit_code == status.exit_code == 3
    for reported in (plan, comment, status, refs):
        assert "no credentials for Huawei Cloud" in reported.stdout
        assert "hint:" in reported.stdout
        assert "HUAWEICLOUD_SDK_AK" in reported.stdout


def test_programs_are_reported_as_well(opened: Open) -> None:
    """A field more, null where nobody knows."""
    with opened("dli"):
        plan = document(headgate("plan", "--format", "json", env=WITHOUT))
        status = document(headgate("status", "--format", "json", env=WITHOUT))
        refs = document(headgate("refs", "a.jar", "--format", "json", env=WITHOUT))
        fine = document(headgate("plan", "--format", "json"))

    reported = [plan["actions"][0], *plan["unknown"], status["jobs"][0], *refs["unknown"]]
    assert len(reported) == 5
    assert all("HUAWEICLOUD_SDK_AK" in one["hint"] for one in reported)
    assert [one["hint"] for one in fine["actions"]] == [None]


@pytest.mark.parametrize(
    ("target", "env", "said"),
    [
        pytest.param("dinky", {"DINKY_PASSWORD": "nope-nope"}, "`username` and `password` of this target", id="dinky"),
        pytest.param("dli", {"HUAWEICLOUD_SDK_SK": "wrong"}, "failed signatures in a row lock a key", id="dli"),
        pytest.param("cs", {"HUAWEICLOUD_SDK_SK": "wrong"}, "failed signatures in a row lock a key", id="cs"),
        pytest.param("foas", {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "wrong"}, "ALIBABA_CLOUD_ACCESS_KEY_ID", id="foas"),
    ],
)
def test_refused_credentials_say_where_they_come_from(
    opened: Open, target: str, env: dict[str, str | None], said: str
) -> None:
    """In one line: a gateway that quotes what it signed itself fills a screen."""
    with opened(target):
        result = headgate("plan", env=env)

    [hint, *_] = [line for line in result.stdout.splitlines() if "hint:" in line]
    assert said in hint
    assert len([line for line in result.stdout.splitlines() if line.lstrip().startswith("|")]) == 1


def test_a_clock_that_is_off_is_named_by_the_gateways_words(opened: Open) -> None:
    """The keys are right; nobody thinks of the clock."""
    with opened("dli") as house:
        house.platforms["dli"].gate.clock = lambda: datetime.now(UTC) + _AHEAD
        dli = headgate("plan")

    assert "clock" in dli.stdout


@pytest.mark.parametrize("target", ["dli", "cs"])
def test_an_expired_signature_is_the_clocks_trouble(opened: Open, target: str) -> None:
    """Whatever the date of the answer says: a proxy may have written that."""
    body = {"error_code": "APIG.0301", "error_msg": "Incorrect IAM authentication information: x-sdk-date expired"}
    with opened(target) as house:
        house.platforms[target].fail(9, response=Response(401, {**body, "request_id": "r"}))
        result = headgate("plan")

    assert "hint: this machine's clock and the platform's differ" in result.stdout


def test_foas_names_the_clock(opened: Open) -> None:
    """Its code for it is InvalidTimeStamp."""
    with opened("foas") as house:
        house.platforms["foas"].gateway.skew = 1800
        result = headgate("status")

    assert "hint: " in result.stdout
    assert "clock" in result.stdout


@pytest.mark.parametrize("target", ["dinky", "dli", "cs", "foas"])
def test_a_page_for_people_is_reported_in_few_words(opened: Open, target: str) -> None:
    """The status and the first words of it, on every platform."""
    page = "<html><head><title>x</title></head><body><h1>Internal Server Error</h1><hr>nginx</body></html>"
    with opened(target) as house:
        house.platforms[target].fail(99, response=Response(500, page, {"Content-Type": "text/html"}))
        result = headgate("plan")

    assert "| HTTP 500: Internal Server Error nginx\n" in result.stdout


@pytest.mark.parametrize("body", [None, {"up": True}], ids=["empty", "of-something-else"])
def test_what_is_no_list_is_not_called_one(opened: Open, body: object) -> None:
    """`The pages do not fit together` sends people looking for what is not there."""
    with opened("foas") as house:
        house.platforms["foas"].fail(99, response=Response(200, body))
        result = headgate("plan")

    assert "the answer of ListJob is not what this API documents" in result.stdout
