"""validate, status, graph, schema and explain: what can be learned without touching anything."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import headgate as package
from headgate.cli.explain import errors, explanations
from headgate.cli.topic_pages import titles
from headgate.model.reasons import Reason
from tests.cli.given import Workspace, document, headgate, manifest


def test_validate_counts_what_is_valid(workspace: Workspace) -> None:
    """A count that is too small is how a forgotten folder is found."""
    workspace.write("jobs/two.yaml", manifest("two") + "---\n" + manifest("three"))

    result = headgate("validate")

    assert result.stdout == "headgate.yaml and 3 jobs in 2 files are valid.\n"


def test_validate_contacts_nobody(workspace: Workspace) -> None:
    """It runs in an editor, on a train, in a pull request from a fork."""
    workspace.local.silent = "contacted"

    result = headgate("validate", "--format", "json")

    assert document(result)["jobs"] == ["orders"]


def test_a_plan_makes_no_store_where_nobody_has_one(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped $HEADGATE_STORE would be a store of its own, empty, and every run after that would believe it."""
    elsewhere = workspace.root / "no" / "such" / "store.db"
    monkeypatch.setenv("HEADGATE_STORE", f"sqlite:///{elsewhere}")

    result = headgate("plan")

    assert result.exit_code == 0
    assert f"warning[store-unavailable]: there is no folder {elsewhere.parent}" in result.stderr
    assert not (workspace.root / "no").exists()


def test_status_of_one_job_says_how_it_is_doing(workspace: Workspace) -> None:
    """Of all jobs, the table; of one, tasks and checkpoints too - one more request for each would be too many."""
    workspace.write("jobs/two.yaml", manifest("two"))
    headgate("apply", "--yes")

    every, one = headgate("status"), headgate("status", "orders")

    assert "settled" not in every.stdout
    assert "settled: 1/1 tasks running" in one.stdout


@pytest.mark.usefixtures("workspace")
def test_status_of_a_job_without_health_is_still_status() -> None:
    """A job that is absent has none, and that is no error."""
    result = headgate("status", "orders", "--format", "json")

    assert result.exit_code == 0
    assert document(result)["jobs"][0]["status"] == "ABSENT"
    assert document(result)["jobs"][0]["health"] is None


@pytest.mark.usefixtures("workspace")
def test_raw_status_is_the_platforms_own_words() -> None:
    """What we left out may be what somebody is looking for."""
    headgate("apply", "--yes")

    one, all_of_them = headgate("status", "--raw", "orders"), headgate("status", "--raw")

    assert document(one)["orders"]["state"] == "RUNNING"
    assert all_of_them.exit_code == 1


@pytest.mark.parametrize(("style", "expected"), [("text", "└─ "), ("json", '"vertices"'), ("mermaid", "flowchart LR")])
@pytest.mark.usefixtures("workspace")
def test_a_graph_in_three_forms(style: str, expected: str) -> None:
    """For eyes, for programs, for a pull request."""
    headgate("apply", "--yes")

    result = headgate("graph", "orders", "--format", style)

    assert result.exit_code == 0
    assert expected in result.stdout


@pytest.mark.usefixtures("workspace")
def test_a_job_that_is_not_live_has_no_graph() -> None:
    """The graph is of what runs, not of what would."""
    result = headgate("graph", "orders")

    assert result.exit_code == 1
    assert "error[usage]: job 'orders' is not on target 'local'" in result.stderr


def test_schemas_are_for_editors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They need no project: the editor is set up before the first file is written."""
    monkeypatch.chdir(tmp_path)

    job, both = headgate("schema", "job"), headgate("schema")

    assert "statement" in document(job)["properties"]
    assert set(document(both)) == {"project", "job"}


@pytest.mark.parametrize("reason", [pytest.param(reason.value, id=reason.value) for reason in Reason])
def test_every_reason_can_be_explained(reason: str) -> None:
    """A plan shows codes; each must lead somewhere."""
    result = headgate("explain", reason)

    assert result.exit_code == 0
    assert result.stdout.startswith(f"{reason}\n\n")


@pytest.mark.parametrize("code", sorted({error.code for error in errors()}))
def test_every_error_can_be_explained(code: str) -> None:
    """An error shows its code; its docstring says what it means and what to do."""
    result = headgate("explain", code)

    assert result.exit_code == 0
    assert len(result.stdout.split()) > 8


def codes_in_the_source() -> set[str]:
    """Every code that is written down anywhere in headgate, whether or not anything imports it.

    `code = "..."` in a class or a module, `code="..."` in a call, and the members of enums of reasons and codes.
    """
    found = set()
    for file in Path(package.__file__).parent.rglob("*.py"):
        if "testing" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Assign(targets=[ast.Name(id="code" | "CODE")], value=ast.Constant(value=str(code))):
                    found.add(code)
                case ast.keyword(arg="code", value=ast.Constant(value=str(code))):
                    found.add(code)
                case ast.ClassDef(name=name, body=body) if name.endswith(("Reason", "Code")):
                    values = [one.value for one in body if isinstance(one, ast.Assign)]
                    found |= {str(one.value) for one in values if isinstance(one, ast.Constant)}
    return found - {"", "error"}


def test_every_code_ever_printed_can_be_explained() -> None:
    """Errors, reasons, warnings and refusals, also those of the command line and of a project."""
    codes = codes_in_the_source()

    assert {"safety-limit", "given-up", "degraded", "in-sync", "option-without-effect", "plan-stale"} <= codes
    assert codes - explanations().keys() == set()


def test_the_list_is_of_codes_that_people_meet() -> None:
    """A base class is nobody's trouble."""
    reported = {line.partition(" ")[0] for line in headgate("explain").stdout.splitlines()}

    assert not reported & {"error", "provider-error", "plan-refused"}
    assert {"rejected", "plan-stale", "usage"} <= reported


def test_usage_is_explained_by_all_that_it_stands_for() -> None:
    """A caller that is reported `nobody is here to answer` and looks it up must not read of a mistyped job alone."""
    text = explanations()["usage"]

    for case in ("not there", "nobody is here to answer", "there already", "nothing can be written", "option"):
        assert case in text


def test_without_a_code_all_are_listed() -> None:
    """With a sentence each: a page to find the right one on."""
    text, data = headgate("explain"), headgate("explain", "--format", "json")

    listed = [line.partition(" ")[0] for line in text.stdout.splitlines()]
    assert [name for name in listed if name in titles()] == list(titles())
    assert [name for name in listed if name in explanations()] == list(explanations())
    assert json.loads(data.stdout)["codes"] == explanations()
    assert json.loads(data.stdout)["topics"] == titles()


def test_a_code_that_is_nearly_right_is_suggested() -> None:
    """Codes are typed from memory and from screenshots."""
    result = headgate("explain", "state-los")

    assert "did you mean 'state-lost'?" in result.stderr


def test_a_job_that_is_suspended_as_git_asks_is_not_reported_as_trouble(workspace: Workspace) -> None:
    """ "Not settled: 0/0 tasks running" is what is said of a job that somebody has to look after."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="state: suspended"))
    stopped_early = headgate("apply", "--yes")
    assert stopped_early.exit_code == 0

    as_asked = headgate("status", "orders").stdout
    workspace.write("jobs/orders.yaml", manifest("orders"))
    to_be_resumed = headgate("status", "orders").stdout

    assert "\n  does not run, as git asks\n" in as_asked
    assert "\n  does not run\n" in to_be_resumed
    assert "settled" not in as_asked + to_be_resumed


def test_a_moment_reads_the_same_everywhere_and_programs_get_theirs(workspace: Workspace) -> None:
    """A caller that compares a plan with a status and a history should not have to translate."""
    headgate("apply", "--yes")
    workspace.local.fail("orders")
    reported = [headgate(*command).stdout for command in (("status",), ("history", "orders"), ("plan",))]

    found = [re.findall(r"\d{4}-\d\d-\d\d.\d\d:\d\d(?::\d\d)?Z", text) for text in reported]

    assert all(found)
    assert all(re.fullmatch(r"[\d-]{10} [\d:]{8}Z", one) for each in found for one in each)
    since = document(headgate("status", "--format", "json"))["jobs"][0]["started_at"]
    assert since.replace("T", " ") in reported[0]
    assert "T" in since
