"""What a person reads first: what the symbols mean, what is going to run, and each thing once."""

from __future__ import annotations

import pytest

from headgate.errors import Rejected
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from tests.cli.given import Workspace, document, headgate, manifest


@pytest.mark.usefixtures("workspace")
def test_the_first_plan_has_a_legend_and_later_ones_have_none() -> None:
    """A person who has seen one applied knows the symbols."""
    first = headgate("plan")
    headgate("apply", "--yes")
    later = headgate("plan")

    assert "Symbols: + start, ~ change what runs, - stop, > take over, ! blocked" in first.stdout
    assert "Symbols:" not in later.stdout


def test_a_new_job_shows_what_it_is_going_to_run(workspace: Workspace) -> None:
    """A reviewer of a pull request should not have to look for the file; in Markdown it is folded up."""
    text, markdown = headgate("plan"), headgate("plan", "--format", "markdown")

    assert "    statement:\n      +CREATE TABLE orders" in text.stdout
    assert "+INSERT INTO totals SELECT customer, COUNT(*) FROM orders GROUP BY customer;" in text.stdout
    folded = markdown.stdout.split("<details>")[1]
    assert "```sql\nCREATE TABLE orders" in folded
    assert "CREATE TABLE" not in markdown.stdout.split("<details>")[0]

    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    assert "CREATE TABLE" not in headgate("plan").stdout


def test_a_secret_of_a_new_job_is_shown_as_its_placeholder(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement is shown as it is written."""
    monkeypatch.setenv("DB_PASSWORD", "hunter2-of-the-database")
    text = manifest("orders").replace("'datagen'", "'datagen', 'password' = '${env:DB_PASSWORD}'")
    workspace.write("jobs/orders.yaml", text)

    for style in ("text", "markdown"):
        result = headgate("plan", "--format", style)
        assert "hunter2" not in result.stdout
        assert "env:DB_PASSWORD" in result.stdout


def test_a_target_that_is_down_is_reported_once(workspace: Workspace) -> None:
    """After `init`, before `local up`: one message, one hint, and no second list of the same."""
    workspace.local.silent = "no Flink of this project runs on this machine"

    result = headgate("plan")

    assert result.stdout.count("no Flink of this project runs") == 1
    assert "Targets that could not be read" not in result.stdout


def test_a_rollback_that_is_repeated_and_the_status_agree(workspace: Workspace) -> None:
    """An earlier revision runs: neither says that this is what git asks for."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    headgate("apply", "--yes")
    assert headgate("rollback", "orders", "--yes").exit_code == 0

    again, status = headgate("rollback", "orders", "--yes"), headgate("status")

    assert again.exit_code == 0
    assert "No changes. 1 job is rolled back, and not what git asks for." in again.stdout
    assert "rolled back, not the revision in git" in status.stdout
    assert "rolled back" in document(headgate("status", "--format", "json"))["jobs"][0]["note"]


def test_a_long_message_is_twelve_lines_of_a_comment(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is one command away, and the hint is never what is cut."""

    def rejected(spec: JobSpec) -> Compiled:
        raise Rejected("\n".join(f"line {number}" for number in range(200)))

    monkeypatch.setattr(workspace.local, "compile", rejected)

    result = headgate("plan", "--format", "markdown")

    fence = result.stdout.split("```")[1].strip("\n").splitlines()
    assert len(fence) == 12
    assert fence[-2].endswith("more lines: headgate plan --verbose orders")
    assert fence[-1].startswith("hint: ")
    assert "line 199" in headgate("plan", "--verbose", "orders").stdout
