"""apply shows its plan and asks; where nobody can answer it does not guess."""

from __future__ import annotations

import pytest

from tests.cli.given import Workspace, document, headgate, manifest


@pytest.fixture
def somebody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.cli.apply_plan.watched", lambda stream: True)


def test_nobody_to_ask_changes_nothing(workspace: Workspace) -> None:
    """A CI step that forgot --yes must not pass as applied."""
    result = headgate("apply")

    assert result.exit_code == 1
    assert "--yes" in result.stderr
    assert workspace.local.writes == []


@pytest.mark.parametrize(
    "command", [("apply", "orders"), ("rollback", "orders", "--to", "1")], ids=["apply", "rollback"]
)
def test_what_to_say_instead_is_the_same_command(workspace: Workspace, command: tuple[str, ...]) -> None:
    """A command that lacks the job, or the environment, would be another one."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    if command[0] == "rollback":
        headgate("apply", "--yes")

    result = headgate(*command)

    assert result.exit_code == 1
    assert "hint: read the plan; the same command with `--yes` goes ahead without asking" in result.stderr


@pytest.mark.usefixtures("somebody_watches")
def test_yes_applies(workspace: Workspace) -> None:
    """The plan is shown before the question."""
    result = headgate("apply", answer="y\n")

    assert result.exit_code == 0
    assert result.stdout.index("+ submit orders") < result.stdout.index("Done: 1 applied.")
    assert len(workspace.local.running("orders")) == 1


@pytest.mark.parametrize("answer", ["n\n", "\n", ""], ids=["no", "just-return", "end-of-input"])
@pytest.mark.usefixtures("somebody_watches")
def test_anything_else_does_not(workspace: Workspace, answer: str) -> None:
    """Only a yes is a yes."""
    result = headgate("apply", answer=answer)

    assert result.exit_code == 1
    assert "othing was changed" in result.stderr
    assert workspace.local.writes == []


@pytest.mark.usefixtures("somebody_watches")
def test_what_may_not_be_applied_is_not_asked_about(workspace: Workspace) -> None:
    """A yes that is refused afterwards is a yes too many."""
    workspace.write("jobs/second.yaml", manifest("second"))
    headgate("apply", "--yes")
    workspace.write("headgate.yaml", (workspace.root / "headgate.yaml").read_text() + "  max_restarts: 1\n")
    for name in ("orders", "second"):
        workspace.write(f"jobs/{name}.yaml", manifest(name, more="parallelism: 2"))

    result = headgate("apply", answer="y\n")

    assert result.exit_code == 4
    assert "Apply this plan?" not in result.output


@pytest.mark.usefixtures("somebody_watches", "workspace")
def test_a_no_is_an_error_document_too() -> None:
    """A program that asked for JSON gets JSON, whatever the person says."""
    result = headgate("apply", "--format", "json", answer="n\n")

    assert result.exit_code == 1
    assert document(result)["error"]["code"] == "given-up"


@pytest.mark.usefixtures("somebody_watches", "workspace")
def test_asked_on_stderr_when_stdout_is_for_a_program() -> None:
    """The plan is shown to the person, the document goes to the program."""
    result = headgate("apply", "--format", "json", answer="y\n")

    assert document(result)["results"][0]["outcome"] == "applied"
    assert "+ submit orders" in result.stderr


def test_nothing_to_do_is_not_asked_about(workspace: Workspace) -> None:
    """A second run needs no consent and writes nothing: this is what convergence looks like."""
    headgate("apply", "--yes")
    before = list(workspace.local.writes)

    result = headgate("apply")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "No changes. 1 job is what git asks for."
    assert workspace.local.writes == before
    assert headgate("apply", "--yes", "--format", "markdown").stdout.startswith("### headgate apply")


def test_only_the_jobs_that_were_named_are_touched(workspace: Workspace) -> None:
    """An operator in trouble wants to move one job, not the fleet."""
    workspace.write("jobs/second.yaml", manifest("second"))

    headgate("apply", "--yes", "second")

    assert workspace.local.writes == ["submit second"]
