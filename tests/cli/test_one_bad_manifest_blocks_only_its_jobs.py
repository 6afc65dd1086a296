"""A job manifest that does not load blocks the jobs it may concern; everything else is planned, applied and shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headgate.errors import ManifestError
from headgate.model.plan import Verb
from headgate.project import Headgate
from tests.cli.given import PROJECT_FILE, Workspace, document, headgate, manifest

BROKEN = "name: two\nstatment: SELECT 1\n"
NAMELESS = "nmae: two\nstatement: INSERT INTO a SELECT b FROM c\n"


@pytest.fixture
def two(workspace: Workspace) -> Workspace:
    """Two jobs that run, and a manifest of the second that has just become wrong."""
    workspace.write("jobs/two.yaml", manifest("two", select="SUM(amount)"))
    headgate("apply", "--yes")
    workspace.write("jobs/two.yaml", BROKEN)
    workspace.local.writes.clear()
    return workspace


def test_the_others_are_applied_and_the_exit_code_is_3(two: Workspace) -> None:
    """What is wrong is reported where it is, with the hint; what runs under the bad manifest runs on."""
    two.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))

    result = headgate("apply", "--yes", "--prune")

    assert result.exit_code == 3
    assert "! blocked two on local (manifest-invalid)\n    at: jobs/two.yaml:1:1" in result.stdout
    assert "jobs/two.yaml:2:1: unknown key `statment`" in result.stdout
    assert len(two.local.running("two")) == 1
    assert not [write for write in two.local.writes if "two" in write]
    assert [write for write in two.local.writes if write.startswith("submit")] == ["submit orders"]


def test_a_plan_is_3_and_says_what_is_wrong_to_programs_too(two: Workspace) -> None:
    """`blocked` with `manifest-invalid` where a name can be read, `errors` where none can."""
    two.write("jobs/three.yaml", NAMELESS.replace("two", "three"))

    result = headgate("plan", "--format", "json")

    plan = document(result)
    assert result.exit_code == 3
    found = {action["job"]: action for action in plan["actions"]}
    assert (found["two"]["verb"], found["two"]["reason"]) == ("blocked", "manifest-invalid")
    assert found["two"]["where"] == "jobs/two.yaml:1:1"
    assert found["orders"]["verb"] == "keep"
    errors = [(error["code"], error["where"]) for error in plan["errors"]]
    assert errors == [("manifest-invalid", "jobs/three.yaml:1:1")] * 2
    assert {"`name` is missing", "unknown key `nmae`"} == {error["problem"] for error in plan["errors"]}
    assert plan["summary"]["blocked"] == 1


@pytest.mark.parametrize("style", ["text", "markdown"])
def test_errors_without_a_job_are_shown_to_people(workspace: Workspace, style: str) -> None:
    """With their place; and nothing says that all is in order."""
    headgate("apply", "--yes")
    workspace.write("jobs/three.yaml", NAMELESS)

    planned, applied = headgate("plan", "--format", style), headgate("apply", "--yes", "--format", style)

    for result in (planned, applied):
        assert result.exit_code == 3
        assert "jobs/three.yaml:1:1" in result.stdout
        assert "manifest-invalid" in result.stdout
    assert "No changes" not in planned.stdout


def test_reconcile_goes_on_for_the_others(two: Workspace) -> None:
    """A loop runs unwatched: it says what is wrong in every pass, and does the rest."""
    two.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    two.write("jobs/three.yaml", NAMELESS.replace("two", "three"))

    result = headgate("reconcile", "--once", "--prune")

    assert result.exit_code == 3
    assert "blocked two on local (manifest-invalid)\n      at: jobs/two.yaml:1:1\n" in result.stdout
    assert "error jobs/three.yaml:1:1" in result.stdout
    assert len(two.local.running("orders")) == len(two.local.running("two")) == 1
    assert "submit orders" in two.local.writes


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("{", id="yaml"),
        pytest.param("", id="empty"),
        pytest.param("- two\n", id="a-list"),
        pytest.param(NAMELESS, id="name-mistyped"),
        pytest.param("name: two words\nstatement: SELECT 1\n", id="no-name"),
    ],
)
def test_where_no_name_can_be_read_every_job_without_a_manifest_is_left_alone(two: Workspace, bad: str) -> None:
    """Pruning would end a job whose manifest is there, and cannot be read."""
    two.write("jobs/two.yaml", bad)

    result = headgate("apply", "--yes", "--prune")

    assert result.exit_code == 3
    assert "! blocked two on local (manifest-invalid)" in result.stdout
    assert "error[manifest-invalid]: " in result.stdout
    assert two.local.writes == []


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(manifest("two").replace("statement: |", "statement_file: gone.sql\nx: |"), id="missing-sql-file"),
        pytest.param("name: two\nstatement: SELECT 1\n", id="sql"),
        pytest.param(manifest("two", target="nowhere"), id="unknown-target"),
        pytest.param(manifest("two").replace("'datagen'", "'${env:NOT_SET}'"), id="unset-variable"),
        pytest.param(manifest("orders"), id="duplicate-name"),
        pytest.param(manifest("two", more="depends_on: [absent]"), id="unknown-dependency"),
        pytest.param(manifest("two", more="depends_on: [two]"), id="depends-on-itself"),
        pytest.param(manifest("two", more="previous_name: orders"), id="takes-over-from-a-job-that-is-there"),
    ],
)
def test_every_kind_of_mistake_blocks_its_own_jobs_only(two: Workspace, bad: str) -> None:
    """Nothing ends, nothing starts, and a third job is applied as ever."""
    two.write("jobs/two.yaml", bad)
    two.write("jobs/free.yaml", manifest("free", select="MAX(amount)"))

    result = headgate("apply", "--yes")

    assert result.exit_code == 3
    assert "(manifest-invalid)" in result.stdout
    assert two.local.writes == ["submit free"]
    assert headgate("validate").exit_code == (0 if "NOT_SET" in bad else 1)  # which needs no secrets


def test_a_broken_document_blocks_its_own_job_and_not_its_file(two: Workspace) -> None:
    """A file of many jobs is no reason to leave all of them."""
    parts = [manifest("one", select="MIN(amount)"), "name: two\nstate: [\n", manifest("three", select="MAX(amount)")]
    two.write("jobs/two.yaml", "---\n".join(parts))

    result = headgate("apply", "--yes")

    assert result.exit_code == 3
    assert sorted(two.local.writes) == ["submit one", "submit three"]
    assert "blocked two on local (manifest-invalid)" in result.stdout


def test_what_depends_on_a_job_whose_manifest_is_wrong_is_not_started(two: Workspace) -> None:
    """It runs on if it runs; if it does not, it waits."""
    two.write("jobs/later.yaml", manifest("later", select="MAX(amount)", more="depends_on: [two]"))

    result = headgate("apply", "--yes")

    assert result.exit_code == 3
    assert "it depends on 'two', whose manifest does not load: jobs/two.yaml:1:1" in result.stdout
    assert two.local.writes == []


def test_a_folder_that_cannot_be_listed_may_hold_any_job(two: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its manifests are not gone: they cannot be seen. (Root can list everything, so the trouble is made.)"""
    two.write("jobs/deep/two.yaml", manifest("two", select="SUM(amount)"))
    (two.root / "jobs/two.yaml").unlink()
    listed = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "deep":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr("headgate.manifests.files.os.scandir", scandir)

    result = headgate("apply", "--yes", "--prune")

    assert result.exit_code == 3
    assert "`jobs/deep` cannot be listed" in result.stdout
    assert two.local.writes == []


def test_validate_is_1_with_all_mistakes(two: Workspace) -> None:
    """It is what CI asks before anything is merged."""
    two.write("jobs/three.yaml", NAMELESS)

    result = headgate("validate")

    assert result.exit_code == 1
    assert result.stderr.count("error[manifest-invalid]") == 4


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("status", "orders"), id="status"),
        pytest.param(("graph", "orders"), id="graph"),
        pytest.param(("history", "orders"), id="history"),
        pytest.param(("savepoint", "orders"), id="savepoint"),
        pytest.param(("plan", "orders"), id="plan"),
        pytest.param(("apply", "orders", "--yes"), id="apply"),
    ],
)
def test_operations_on_another_job_are_not_hindered(two: Workspace, command: tuple[str, ...]) -> None:
    """They are done, and what is wrong with the other manifest is reported: on stderr, or in the result."""
    result = headgate(*command)

    assert result.exit_code == 0
    message = result.stdout if command[0] in ("plan", "apply") else result.stderr
    assert "error[manifest-invalid]: unknown key `statment`\n  at: jobs/two.yaml:2:1" in message


def test_a_rollback_of_another_job_is_not_hindered(two: Workspace) -> None:
    """An incident does not wait for a pull request."""
    two.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    headgate("apply", "--yes", "orders")

    result = headgate("rollback", "orders", "--yes")

    assert result.exit_code == 0
    assert "jobs/two.yaml:2:1" in result.stderr


def test_a_savepoint_of_the_job_itself_needs_no_manifest(two: Workspace) -> None:
    """It runs, and it is ours; a rollback would need what git asks for, and says what is wrong with that."""
    saved, rolled_back = headgate("savepoint", "two"), headgate("rollback", "two", "--yes")

    assert saved.exit_code == 0
    assert saved.stdout.strip()
    assert rolled_back.exit_code == 1
    assert "left git" not in rolled_back.stderr
    assert "jobs/two.yaml:2:1" in rolled_back.stderr


@pytest.mark.parametrize("bad", [BROKEN, NAMELESS], ids=["named", "nameless"])
def test_status_does_not_say_that_a_job_left_git_whose_manifest_does_not_load(two: Workspace, bad: str) -> None:
    """That is not known; it says what is known."""
    two.write("jobs/two.yaml", bad)

    shown, status = headgate("status"), document(headgate("status", "--format", "json"))

    assert shown.exit_code == 0
    assert "left git" not in shown.stdout
    assert "jobs/two.yaml:1:1 does not load" in shown.stdout
    found = {job["job"]: job["in_git"] for job in status["jobs"]}
    assert found == {"orders": True, "two": True if bad == BROKEN else None}


def test_a_name_that_no_job_has_may_be_in_the_manifest_that_does_not_load(two: Workspace) -> None:
    """ "There is no such job" is more than is known."""
    two.write("jobs/three.yaml", NAMELESS)

    result = headgate("plan", "three")

    assert result.exit_code == 1
    assert "no manifest that loads has a job 'three', and jobs/three.yaml:1:1 does not load" in result.stderr


def test_an_import_takes_over_no_job_that_a_broken_manifest_may_have(two: Workspace) -> None:
    """There would be two manifests of it once the first is mended."""
    result = headgate("import", "local")

    assert "it may be in git already: jobs/two.yaml:1:1 does not load" in result.stdout
    assert sorted(file.name for file in (two.root / "jobs").iterdir()) == ["orders.yaml", "two.yaml"]


def test_a_reviewed_plan_with_a_broken_manifest_is_applied_as_it_was_reviewed(two: Workspace) -> None:
    """The rest is done, the exit code is 3 again; once the manifest is mended, it is another plan."""
    two.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    two.write("jobs/three.yaml", NAMELESS.replace("two", "three"))
    planned = headgate("plan", "-o", "reviewed.json")

    applied = headgate("apply", "reviewed.json")

    assert (planned.exit_code, applied.exit_code) == (3, 3)
    assert "submit orders" in two.local.writes


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        pytest.param(
            "jobs/orders.yaml", "name: orders\nstate: [\n", "orders on local: the manifest does not load", id="breaks"
        ),
        pytest.param(
            "jobs/free.yaml", "name: free\nstate: [\n", "free on local: the manifest does not", id="not-yet-run"
        ),
        pytest.param("jobs/three.yaml", NAMELESS, "jobs/three.yaml:1:1: does not load now", id="a-new-one-breaks"),
        pytest.param(
            "jobs/two.yaml", manifest("two"), "two on local: the manifest loads now, and did not", id="is-mended"
        ),
    ],
)
def test_a_manifest_that_breaks_or_is_mended_after_the_review_is_refused(
    two: Workspace, file: str, text: str, message: str
) -> None:
    """It is not what was reviewed, and the words are not those of a manifest that is gone."""
    two.write("jobs/free.yaml", manifest("free", select="MAX(amount)"))
    headgate("plan", "-o", "reviewed.json")
    two.write(file, text)

    result = headgate("apply", "reviewed.json")

    assert result.exit_code == 4
    assert message in result.stderr
    assert "is gone" not in result.stderr
    assert two.local.writes == []


def test_no_savepoint_is_deleted_while_a_manifest_does_not_load(two: Workspace) -> None:
    """It may be the one that the manifest names."""
    two.write("jobs/orders.yaml", manifest("orders", more="savepoint: {keep: 1}"))

    for _ in range(3):
        assert headgate("savepoint", "orders").exit_code == 0
    kept = document(headgate("status", "--format", "json"))["disposals"]
    two.write("jobs/two.yaml", manifest("two", select="SUM(amount)"))
    headgate("savepoint", "orders")

    assert kept == []
    assert [write for write in two.local.writes if "dispose" in write or "delete" in write]


def test_python_callers_get_the_same(two: Workspace) -> None:
    """`open` does not raise for it; the mistakes are data, and the plan has the blocked job."""
    with Headgate.open() as opened:
        plan = opened.plan()
        broken = opened.project.broken

    assert [one.names for one in broken] == [("two",)]
    assert {action.job: action.verb for action in plan.actions} == {"orders": Verb.KEEP, "two": Verb.BLOCKED}


def test_headgate_yaml_that_cannot_be_read_stops_everything(two: Workspace) -> None:
    """Whose jobs they are, and where, is what it says."""
    two.write("headgate.yaml", PROJECT_FILE + "jobs: [nowhere/]\n")

    with pytest.raises(ManifestError):
        Headgate.open()
    assert headgate("apply", "--yes", "--prune").exit_code == 1
    assert two.local.writes == []
