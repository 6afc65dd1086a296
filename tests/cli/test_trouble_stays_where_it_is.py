"""One target's odd answer or setting is that target's trouble: the others are planned and applied, exit code 3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headgate.store import Intent, open_store
from headgate.testing.server import Response
from tests.cli.given import Workspace, document, headgate, manifest
from tests.end_to_end.houses import House, built, simulators

CLOUDS = ("dli", "foas")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A job on Huawei's DLI, and one on Alibaba's foas."""
    with simulators(*CLOUDS) as platforms:
        made = built(tmp_path / "repo", platforms, monkeypatch)
        for target in CLOUDS:
            made.job(target)
        monkeypatch.chdir(made.root)
        monkeypatch.delenv("HEADGATE_DEBUG", raising=False)
        yield made


def require_only(troubled: str, *said: str, env: dict[str, str | None] | None = None) -> None:
    """This target is unknown, and reported so; the other one's job is applied."""
    [fine] = {*CLOUDS} - {troubled}

    shown = headgate("plan", env=env)
    applied = headgate("apply", "--yes", "--format", "json", env=env)

    assert shown.exit_code == 3, shown.output
    assert f"blocked {troubled} on {troubled} (live-unknown)" in shown.stdout
    for words in said:
        assert words in shown.stdout
    assert applied.exit_code == 3
    outcomes = {one["job"]: one["outcome"] for one in document(applied)["results"]}
    assert outcomes == {troubled: "blocked", fine: "applied"}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(
            Response(200, b"no gzip", {"Content-Encoding": "gzip"}), "cannot be read: it is not the gzip", id="gzip"
        ),
        pytest.param(Response(200, "[" * 100_000), "the answer is not JSON", id="too-deep"),
        pytest.param(Response(200, {"job_list": {"jobs": [None], "total_count": 1}}), "documents", id="null-for-a-row"),
        pytest.param(Response(200, {"job_list": {"jobs": [{}], "total_count": 1}}), "documents", id="no-job-id"),
        pytest.param(Response(200, {"job_list": {"jobs": [{"job_id": "x"}]}}), "documents", id="a-text-for-an-id"),
        pytest.param(Response(200, ["job_list"]), "documents", id="a-list"),
        pytest.param(Response(500, "<html><h1>Oops</h1></html>"), "HTTP 500: Oops", id="a-page"),
    ],
)
def test_an_answer_nobody_expects_concerns_its_target(house: House, answer: Response, said: str) -> None:
    """Whatever it is: a caller that reads it wrongly would start a second copy, and any caller that stumbles leaves a
    fleet alone.
    """
    house.platforms["dli"].fail(99, at="GET ", response=answer)

    require_only("dli", said)


@pytest.mark.parametrize(
    ("target", "variable", "value"),
    [
        pytest.param("dli", "HUAWEICLOUD_SDK_AK", "ключ", id="letters-of-another-script"),
        pytest.param("dli", "HUAWEICLOUD_SDK_SECURITY_TOKEN", "to\nken", id="a-line-break"),
        pytest.param("foas", "ALIBABA_CLOUD_ACCESS_KEY_ID", "schlüssel", id="an-umlaut"),
        pytest.param("foas", "ALIBABA_CLOUD_SECURITY_TOKEN", "to\nken", id="a-line-break-for-foas"),
    ],
)
def test_a_credential_that_cannot_be_sent_is_named_and_not_shown(
    house: House, target: str, variable: str, value: str
) -> None:
    """It was copied with something else; the variable is what a person can mend."""
    require_only(target, f"{variable} has characters that no header can carry", env={variable: value})

    shown = headgate("plan", env={variable: value})
    assert value not in shown.output
    assert repr(value)[1:-1] not in shown.output


@pytest.mark.parametrize("proxy", ["foo://x:s3cret-word@proxy", "socks5://x:s3cret-word@127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_named_and_not_shown(house: House, proxy: str) -> None:
    """Its address may hold a password."""
    result = headgate("plan", env={"HTTP_PROXY": proxy})

    assert result.exit_code == 3
    assert "the proxy that HTTP_PROXY names cannot be used" in result.stdout
    assert "s3cret-word" not in result.output


OF_THE_MACHINE = """\
project: payments
targets:
  local: {provider: flink}
  remote: {provider: flink, url: "http://remote.invalid:8081"}
defaults: {target: local}
safety: {settle_time: 0s}
"""


@pytest.fixture
def half_home(workspace: Workspace) -> Workspace:
    """A job on the Flink of this machine, whose note of what was started is damaged, and one on another."""
    workspace.write("headgate.yaml", OF_THE_MACHINE)
    workspace.write("jobs/other.yaml", manifest("other", target="remote"))
    workspace.write(".headgate/flink/flink.json", "x")
    return workspace


@pytest.mark.usefixtures("half_home")
def test_trouble_that_we_know_well_is_not_called_a_bug() -> None:
    """`please report it` sends people to us with what they can mend in a minute, if they are reported the file."""
    plan, status, refs = headgate("plan"), headgate("status"), headgate("refs", "a.jar")

    assert plan.exit_code == status.exit_code == refs.exit_code == 3
    for reported in (plan, status, refs):
        assert "the note of what was started here cannot be read" in reported.stdout
        assert "flink.json" in reported.stdout
        assert "a bug in headgate" not in reported.output


def test_a_target_that_cannot_be_opened_keeps_no_other_from_being_applied(half_home: Workspace) -> None:
    """Nor does what is left to be followed up there: by then the others are changed, and 1 would deny it."""
    asked = Intent("payments", "gone", "local", "run-1", "savepoint", job_id="f00", effect_key="f00")
    with open_store("sqlite:///.headgate/store.db", root=half_home.root) as store:
        store.intend(asked)

    applied = headgate("apply", "--yes")

    assert applied.exit_code == 3, applied.output
    assert "applied submit other on remote" in applied.stdout


def breaks(*_: Any, **__: Any) -> Any:
    raise KeyError("opensesame")


def test_a_bug_of_ours_at_one_target_is_that_targets_trouble(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can mend it at night; all other jobs go on. What the exception quotes may be secret, its place is not."""
    workspace.write("jobs/orders.yaml", manifest("orders"))
    workspace.write("jobs/other.yaml", manifest("other", target="remote"))
    monkeypatch.setattr(workspace.local, "observe", breaks)

    result = headgate("apply", "--yes")

    assert result.exit_code == 3
    assert "a bug in headgate: KeyError in tests.cli.test_trouble_stays_where_it_is, line" in result.stdout
    assert "please report it" in result.stdout
    assert "opensesame" not in result.output
    assert "applied submit other on remote" in result.stdout


@pytest.mark.parametrize("question", ["compile", "platform_verdict", "kept"])
def test_a_bug_of_ours_in_a_question_about_one_job_is_that_jobs_trouble(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    """What a platform says about a start is read by more of our code than anything else."""
    workspace.write("jobs/orders.yaml", manifest("orders"))
    workspace.write("jobs/other.yaml", manifest("other", target="remote"))
    monkeypatch.setattr(workspace.local, question, breaks)

    result = headgate("apply", "--yes")

    assert result.exit_code == 3
    assert "a bug in headgate: KeyError" in result.stdout
    assert "opensesame" not in result.output
    assert "applied submit other on remote" in result.stdout
    assert workspace.platforms["local"].running("orders") == []


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_bug_of_ours_at_one_job_is_that_jobs_trouble(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    """A step of one job that stumbles leaves the others to be done."""
    workspace.write("jobs/other.yaml", manifest("other", target="remote"))
    monkeypatch.setattr(workspace.local, "submit", breaks)

    result = headgate("apply", "--yes", "--format", style)

    assert result.exit_code == 3
    assert "a bug in headgate: KeyError" in result.stdout
    assert workspace.platforms["remote"].running("other")
    if style == "json":
        outcomes = {one["job"]: (one["outcome"], one["code"]) for one in document(result)["results"]}
        assert outcomes == {"orders": ("failed", "internal"), "other": ("applied", None)}


def test_where_a_bug_is_can_be_seen(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """For any caller that reports it."""
    monkeypatch.setattr(workspace.local, "submit", breaks)

    result = headgate("apply", "--yes", env={"HEADGATE_DEBUG": "1"})

    assert 'raise KeyError("opensesame")' in result.stdout
