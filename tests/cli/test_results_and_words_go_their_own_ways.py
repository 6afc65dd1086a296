"""Results go to stdout and words about them to stderr, so that a pipe gets results only - and never a secret."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.cli.given import Workspace, document, headgate, manifest

SECRET = "correct-horse-battery"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("plan", "--format", "json", "--env", "nowhere"), id="error-while-loading"),
        pytest.param(("plan", "--format=json", "--nonsense"), id="error-while-parsing"),
        pytest.param(("apply", "--format", "json"), id="nobody-to-ask"),
        pytest.param(("status", "--format", "json", "nobody"), id="unknown-job"),
        pytest.param(("explain", "--format", "json", "nothing"), id="unknown-code"),
    ],
)
@pytest.mark.usefixtures("workspace")
def test_an_error_is_one_json_document_and_nothing_else(arguments: tuple[str, ...]) -> None:
    """A caller that parses stdout must not have to parse two languages."""
    result = headgate(*arguments)

    assert result.exit_code == 1
    assert document(result)["error"]["code"] == "usage"
    assert document(result)["format_version"] == "1"
    assert result.stderr == ""


def test_every_mistake_is_in_the_document(workspace: Workspace) -> None:
    """An editor or a CI annotation needs all of them, with their places."""
    workspace.write("jobs/one.yaml", "name: one\nstatment: x\n")
    workspace.write("jobs/two.yaml", "name: two\nstatement: SELECT 1\nparallelism: many\n")

    result = headgate("validate", "--format", "json")

    places = [mistake["where"] for mistake in document(result)["error"]["mistakes"]]
    assert "jobs/one.yaml:2:1" in places
    assert any(place.startswith("jobs/two.yaml:3:") for place in places)


@pytest.mark.usefixtures("workspace")
def test_apply_as_json_prints_its_progress_elsewhere() -> None:
    """stdout is one document with the plan and the results; a log still sees every step as it happens."""
    result = headgate("apply", "--yes", "--format", "json")

    found = document(result)
    assert found["plan"]["summary"]["submit"] == 1
    assert found["results"][0]["outcome"] == "applied"
    assert "orders: submit done: job " in result.stderr


@pytest.mark.usefixtures("workspace")
def test_every_step_of_apply_is_a_line_in_a_log() -> None:
    """Where nobody watches, no line is written over."""
    result = headgate("apply", "--yes")

    lines = result.stderr.splitlines()
    assert [line.partition(": job")[0] for line in lines][:2] == ["orders: submit", "orders: submit done"]
    assert lines[-1].startswith("orders: settle done: running")
    assert "\x1b" not in result.output


@pytest.mark.usefixtures("workspace")
def test_a_person_sees_progress_while_it_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the steps are drawn, and what was done stays above."""
    monkeypatch.setattr("headgate.cli.progress.watched", lambda stream: True)

    result = headgate("apply", "--yes")

    assert result.exit_code == 0
    assert "orders: submit done: job" in result.stderr


def test_the_plan_can_be_kept_in_a_file_as_well(workspace: Workspace) -> None:
    """For a review: the JSON plan, and what `apply` needs to know it again."""
    result = headgate("plan", "-o", "plan.json", "--format", "json")

    kept = json.loads((workspace.root / "plan.json").read_text())
    assert kept.pop("reviewed")
    assert kept == document(result)


@pytest.mark.parametrize(
    ("file", "reported"),
    [("plan.json", "plan.json"), ("my plan", "'my plan'"), ("orders", "./orders")],
    ids=["as-it-is", "quoted", "not-the-job-of-that-name"],
)
def test_what_to_do_with_the_file_is_said(workspace: Workspace, file: str, reported: str) -> None:
    """On stderr, in whatever form the plan is printed; copied as it is, it works."""
    result = headgate("plan", "-o", file, "--format", "json")

    assert result.stderr == f"The plan is in {file}; to apply it as it is: `headgate apply {reported}`\n"
    assert headgate("apply", *shlex.split(reported)).exit_code == 0
    assert len(workspace.local.running("orders")) == 1


@pytest.mark.usefixtures("workspace")
def test_a_plan_that_cannot_be_kept_is_an_error() -> None:
    """A CI step that goes on without its artifact is found out too late."""
    result = headgate("plan", "-o", "no/such/folder/plan.txt")

    assert result.exit_code == 1
    assert "no/such/folder/plan.txt" in result.stderr


@pytest.mark.parametrize("style", ["text", "json", "markdown"])
def test_no_command_shows_a_value_of_the_environment(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    """Output ends up in logs and pull requests; the platform may repeat the value, and still it is not shown."""
    monkeypatch.setenv("DB_PASSWORD", SECRET)
    workspace.write("jobs/orders.yaml", manifest("orders", more='config: {"s3.secret-key": "${env:DB_PASSWORD}"}'))

    outputs = [headgate("plan", "--format", style).output]
    workspace.local.rejects = "orders"
    outputs.append(headgate("plan", "--format", style).output)
    workspace.local.rejects = ""
    outputs.append(headgate("apply", "--yes", "--format", style).output)
    workspace.local.fail("orders", cause=f"access denied for {SECRET}")
    outputs.append(headgate("status", "orders", "--format", style).output)
    outputs.append(headgate("status", "orders", "--raw").output)
    monkeypatch.setenv("DB_PASSWORD", SECRET + "-rotated")
    outputs.append(headgate("plan", "--format", style).output)

    assert all(outputs)
    assert not any(SECRET in output for output in outputs)


@pytest.mark.usefixtures("workspace")
def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """$NO_COLOR is respected, and a pipe never gets an escape sequence."""
    from headgate.cli import output
    from headgate.reporting import COLOURED, PLAIN

    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    plain_by_default = headgate("plan").stdout

    with_colours = output.palette(Terminal())  # type: ignore[arg-type]
    monkeypatch.setenv("NO_COLOR", "1")
    without = output.palette(Terminal())  # type: ignore[arg-type]

    assert "\x1b" not in plain_by_default
    assert (with_colours, without) == (COLOURED, PLAIN)
