"""A platform's words can be a hundred lines: text shows what to act on, `--verbose` and JSON show everything."""

from __future__ import annotations

from typing import NoReturn

import pytest

from headgate.errors import Rejected
from tests.cli.given import Workspace, document, headgate

SHORT = 'Encountered "FORM" at line 3, column 8; expected FROM'
LONG = f"{SHORT}\n\nWas expecting one of:\n" + "\n".join(f'"WORD{number}" ...' for number in range(150))


def refuse(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, problem: Rejected) -> None:
    def compile_none(spec: object) -> NoReturn:
        raise problem

    monkeypatch.setattr(workspace.local, "compile", compile_none)


def test_a_plan_shows_the_first_paragraph_and_how_much_there_is_behind_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    """On a terminal a list of keywords pushes the mistake out of sight."""
    refuse(workspace, monkeypatch, Rejected(LONG, where="jobs/orders.yaml:7:3", code="statement-rejected"))

    result = headgate("plan")

    assert f"    | {SHORT}\n    | (151 more lines: `--verbose` shows them)\n" in result.stdout
    assert "WORD" not in result.stdout


@pytest.mark.parametrize("arguments", [("plan", "--verbose"), ("--verbose", "plan")], ids=["behind", "before"])
def test_verbose_shows_every_line(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]):
    """It means that nothing is folded, on every command and wherever it stands."""
    refuse(workspace, monkeypatch, Rejected(LONG, where="jobs/orders.yaml:7:3", code="statement-rejected"))

    result = headgate(*arguments)

    assert '    | "WORD149" ...\n' in result.stdout
    assert "more lines" not in result.stdout


def test_json_has_every_line(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    """A program folds for itself."""
    refuse(workspace, monkeypatch, Rejected(LONG, code="statement-rejected"))

    [action] = document(headgate("plan", "--format", "json"))["actions"]

    assert action["note"] == LONG


def test_a_comment_has_the_first_paragraph(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    """It says where the rest is."""
    refuse(workspace, monkeypatch, Rejected(LONG, code="statement-rejected"))

    result = headgate("plan", "--format", "markdown", "--verbose")

    assert SHORT in result.stdout
    assert "(151 more lines: `headgate plan --verbose` shows them)" in result.stdout
    assert "WORD" not in result.stdout


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param("statement-rejected", "statement-rejected", id="a-mistake"),
        pytest.param("dependency-missing", "dependency-missing", id="something-is-missing"),
        pytest.param("planner-failed", "planner-failed", id="a-fault-of-the-planner"),
        pytest.param("jar-not-local", "not-compiled", id="another-refusal"),
        pytest.param("unauthorised", "not-compiled", id="credentials"),
    ],
)
def test_only_what_is_a_mistake_of_the_statement_is_called_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, code: str, reason: str
):
    """A reader of `statement-rejected` looks for a mistake in the statement."""
    refuse(workspace, monkeypatch, Rejected("no", code=code))

    [action] = document(headgate("plan", "--format", "json"))["actions"]
    explained = headgate("explain", action["reason"])

    assert (action["verb"], action["reason"]) == ("blocked", reason)
    assert explained.exit_code == 0
