"""A plan in a file is applied as it was reviewed, or refused with both sides shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headgate import __version__
from headgate.reporting import plan_file as files
from headgate.reporting.stale_plan import differences
from tests.cli.given import PROJECT_FILE, Workspace, document, headgate, manifest


@pytest.fixture
def plan_file(workspace: Workspace) -> Path:
    """A reviewed plan that starts `orders`."""
    assert headgate("plan", "-o", "plan.json").exit_code == 0
    return workspace.root / "plan.json"


def test_a_reviewed_plan_is_applied_without_asking(workspace: Workspace, plan_file: Path) -> None:
    """The review was the question."""
    result = headgate("apply", str(plan_file))

    assert result.exit_code == 0, result.output
    assert len(workspace.local.running("orders")) == 1


def test_the_file_is_the_json_plan(plan_file: Path) -> None:
    """Whatever form the plan is printed in, the file is for programs and has no secrets."""
    assert headgate("plan", "--format", "markdown", "-o", "again.json").exit_code == 0

    written = json.loads((plan_file.parent / "again.json").read_text())
    assert written["format_version"] == "1"
    assert written["actions"][0]["desired"]["revision"]
    assert set(written["reviewed"]) == {"jobs", "prune", "retry", "expires_at", "digest", "written_by"}


def edit_the_sql(workspace: Workspace) -> None:
    workspace.write("jobs/orders.yaml", manifest("orders", select="SUM(amount)"))


def consent_to_loss(workspace: Workspace) -> None:
    workspace.write("jobs/orders.yaml", manifest("orders", more="savepoint: {accept: [lost]}"))


def keep_fewer_savepoints(workspace: Workspace) -> None:
    workspace.write("jobs/orders.yaml", manifest("orders", more="savepoint: {keep: 1}"))


def add_a_job(workspace: Workspace) -> None:
    workspace.write("jobs/second.yaml", manifest("second"))


def remove_the_job(workspace: Workspace) -> None:
    (workspace.root / "jobs" / "orders.yaml").unlink()
    add_a_job(workspace)


def rename_the_project(workspace: Workspace) -> None:
    workspace.write("headgate.yaml", PROJECT_FILE.replace("payments", "billing"))


def start_it_elsewhere(workspace: Workspace) -> None:
    workspace.local.start_stranger("orders")


def silence_the_target(workspace: Workspace) -> None:
    workspace.local.silent = "HTTP 503"


@pytest.mark.parametrize(
    "move",
    [
        edit_the_sql,
        consent_to_loss,
        keep_fewer_savepoints,
        add_a_job,
        remove_the_job,
        rename_the_project,
        start_it_elsewhere,
        silence_the_target,
    ],
)
def test_what_moved_since_is_refused(workspace: Workspace, plan_file: Path, move: Callable[[Workspace], None]) -> None:
    """Manifests or live: nothing is written, the exit code is 4, and both sides are shown."""
    move(workspace)

    result = headgate("apply", str(plan_file))

    assert result.exit_code == 4, result.output
    assert "plan-stale" in result.stderr
    assert "was" in result.stderr
    assert workspace.local.writes == []


def test_a_reviewed_restart_is_refused_after_the_job_was_restarted_by_somebody_else(workspace: Workspace) -> None:
    """The job of the plan is gone, another one runs: the same manifest would now do something else."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    headgate("plan", "-o", "plan.json")
    headgate("apply", "--yes")
    before = list(workspace.local.writes)

    result = headgate("apply", "plan.json")

    assert result.exit_code == 4
    assert workspace.local.writes == before


def tampered(text: str) -> str:
    return text.replace('"prune": false', '"prune": true')


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(tampered, id="edited"),
        pytest.param(lambda text: text[: len(text) // 2], id="cut-short"),
        pytest.param(lambda text: "{}", id="another-document"),
        pytest.param(lambda text: "", id="cut-to-nothing"),
    ],
)
def test_an_edited_plan_is_refused(workspace: Workspace, plan_file: Path, damage: Callable[[str], str]) -> None:
    """Nothing is contacted for it."""
    plan_file.write_text(damage(plan_file.read_text()))

    result = headgate("apply", str(plan_file), "--format", "json")

    assert result.exit_code == 4
    assert document(result)["error"]["code"] == "plan-edited"
    assert workspace.local.writes == []


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        pytest.param(("jobs/orders.yaml",), "`headgate apply orders` applies what is in it", id="a-manifest"),
        pytest.param(("./jobs/orders.yaml", "jobs/two.yaml"), "`headgate apply orders two`", id="several"),
        pytest.param(("headgate.yaml",), "`headgate apply` applies what git has", id="the-project"),
        pytest.param(("notes/list.json",), "`headgate plan -o FILE` wrote", id="another-document"),
    ],
)
def test_a_file_that_was_never_a_plan_is_no_edited_one(workspace: Workspace, files: tuple[str, ...], hint: str) -> None:
    """Manifests are applied by name: a caller that names their file is informed so, before anything is contacted."""
    workspace.write("jobs/two.yaml", manifest("two"))
    workspace.write("notes/list.json", "[1]")
    workspace.local.silent = "contacted"

    result = headgate("apply", *files)

    assert result.exit_code == 1
    assert "error[usage]: this file is no plan" in result.stderr
    assert f"at: {Path(files[0])}" in result.stderr
    assert hint in result.stderr
    assert "contacted" not in result.output


@pytest.mark.usefixtures("workspace")
def test_a_word_that_is_neither_a_job_nor_a_file_is_reported_as_both() -> None:
    """The plan is in another folder, and "there is no job" sends people to their manifests."""
    result = headgate("apply", "nofile.plan")

    assert result.exit_code == 1
    assert "there is no job 'nofile.plan' in git" in result.stderr
    assert "nor is a plan in a file of that name" in result.stderr


def test_a_plan_of_another_format_names_the_headgate_that_reads_it(plan_file: Path) -> None:
    """CI has one version and a laptop another: "was edited" would send people looking for who did it."""
    text = plan_file.read_text().replace('"format_version": "1"', '"format_version": "2"')
    plan_file.write_text(text.replace(f'"written_by": "{__version__}"', '"written_by": "7.7"'))

    result = headgate("apply", "plan.json")

    assert result.exit_code == 4
    problem = (
        f"the plan file has format version '2', written by headgate 7.7; this is headgate {__version__}, which reads"
    )
    assert f"error[plan-format]: {problem} version '1'" in result.stderr
    assert "apply it with headgate 7.7, or run `headgate plan -o FILE` again" in result.stderr


def test_a_reviewed_job_that_nobody_knows_any_more_is_a_plan_that_moved(workspace: Workspace) -> None:
    """Named, reviewed, then taken out of git: refused like any other move, and not as a name that was mistyped."""
    headgate("plan", "orders", "-o", "plan.json")
    remove_the_job(workspace)

    result = headgate("apply", "plan.json")

    assert result.exit_code == 4
    assert "error[plan-stale]" in result.stderr
    assert "'orders'" in result.stderr


def test_a_job_goes_before_a_file_of_its_name(workspace: Workspace) -> None:
    """A file called `orders` lies about; a caller that says `apply orders` means the job."""
    for text in ("to do: rename it", "{}"):
        workspace.write("orders", text)
        result = headgate("apply", "orders", "--yes")
        assert result.exit_code == 0, result.output
    assert len(workspace.local.running("orders")) == 1


def test_a_job_that_left_git_goes_before_a_file_that_is_no_plan(workspace: Workspace) -> None:
    """It is pruned by its name, whatever lies about; and a plan may be in a file of any name."""
    workspace.write("jobs/second.yaml", manifest("second", select="SUM(amount)"))
    headgate("apply", "--yes")
    (workspace.root / "jobs/second.yaml").unlink()
    workspace.write("second", "to do: prune it")

    assert headgate("apply", "second", "--prune", "--yes").exit_code == 0
    assert workspace.local.running("second") == []
    assert headgate("plan", "-o", "reviewed").exit_code == 0
    assert headgate("apply", "reviewed").exit_code == 0


def test_a_plan_holds_for_a_day(plan_file: Path) -> None:
    """Reviewed last week is not reviewed."""
    text, now = plan_file.read_text(), datetime.now(UTC)

    assert files.read(text, where="plan.json", now=now + timedelta(hours=23)).prune is False
    with pytest.raises(files.PlanExpired):
        files.read(text, where="plan.json", now=now + timedelta(hours=25))


@pytest.mark.parametrize(
    "arguments",
    [("plan.json", "orders"), ("plan.json", "--prune"), ("plan.json", "--retry"), ("missing.json",)],
    ids=["with-a-job", "with-prune", "with-retry", "missing"],
)
@pytest.mark.usefixtures("plan_file")
def test_a_reviewed_plan_is_applied_whole(workspace: Workspace, arguments: tuple[str, ...]) -> None:
    """A part of it, or more than it, was not reviewed."""
    result = headgate("apply", *arguments)

    assert result.exit_code == 1
    assert workspace.local.writes == []


def test_another_try_that_was_reviewed_is_what_is_applied(workspace: Workspace) -> None:
    """`plan --retry -o FILE` is a consent; without it in the file, applying would be blocked, or not be the same."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    headgate("apply", "--yes")
    headgate("rollback", "orders", "--yes")
    assert headgate("plan").exit_code == 3
    assert headgate("plan", "--retry", "-o", "plan.json").exit_code == 0

    result = headgate("apply", "plan.json")

    assert result.exit_code == 0, result.output
    [job_id] = workspace.local.running("orders")
    assert workspace.local.jobs[job_id].spec.parallelism == 2


def test_a_plan_that_was_applied_says_so(workspace: Workspace, plan_file: Path) -> None:
    """CI that is run again: "review the new plan" would be an empty one; and it is refused all the same."""
    assert headgate("apply", str(plan_file)).exit_code == 0
    before = list(workspace.local.writes)

    result = headgate("apply", str(plan_file))

    assert result.exit_code == 4
    assert "error[plan-stale]: this plan has been applied already: nothing in it is left to do" in result.stderr
    assert workspace.local.writes == before


def test_so_does_one_that_suspended_and_pruned(workspace: Workspace) -> None:
    """A job that is gone, or not running, is what was asked for."""
    workspace.write("jobs/second.yaml", manifest("second", select="SUM(amount)"))
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="state: suspended"))
    (workspace.root / "jobs/second.yaml").unlink()
    headgate("plan", "--prune", "-o", "plan.json")
    assert headgate("apply", "plan.json").exit_code == 0

    assert "applied already" in headgate("apply", "plan.json").stderr


@pytest.mark.parametrize("move", [edit_the_sql, add_a_job, rename_the_project, silence_the_target])
def test_but_not_one_after_which_something_moved(
    workspace: Workspace, plan_file: Path, move: Callable[[Workspace], None]
) -> None:
    """Then there is something to review."""
    headgate("apply", str(plan_file))
    move(workspace)

    result = headgate("apply", str(plan_file))

    assert result.exit_code == 4
    assert "applied already" not in result.stderr
    assert "review the new plan" in result.stderr


def test_both_sides_are_reported_in_the_words_of_a_plan(workspace: Workspace, plan_file: Path) -> None:
    """A caller that reads it reviewed a plan, and never saw how that is kept in a file."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2\nstate: suspended"))

    said = headgate("apply", str(plan_file)).stderr

    assert "orders on local: the manifest changed" in said
    assert "verb: was submit, is suspend" in said
    assert "live: was absent, is job " in said
    assert "restore: was fresh, is nothing" in said
    assert "steps: was submit, settle, is stop-with-savepoint" in said
    assert "state: was nothing to keep, is not judged" in said
    assert not set('{}[]"') & set(said.replace("error[plan-stale]", ""))
    assert "null" not in said


def test_changes_are_reported_field_by_field(workspace: Workspace) -> None:
    """Reviewed was another number."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    headgate("plan", "-o", "plan.json")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 3"))

    said = headgate("apply", "plan.json").stderr

    assert "changes: was parallelism: 1 -> 2, is parallelism: 1 -> 3" in said


def test_a_move_from_elsewhere_than_was_reviewed_is_refused() -> None:
    """The same start with the same steps, but another cluster would lose the job."""
    before, after = ({"actions": [_move(one)], "project": "payments", "environment": None} for one in ("old", "older"))

    assert differences(before, before) == []
    assert differences(before, after) == ["orders on new: from target: was old, is older"]


def test_what_reads_the_same_is_said_to_be_another() -> None:
    """A snapshot that completed since is part of what was decided on, and in none of the words."""
    before, after = (
        {
            "actions": [_move("old") | {"live": {"id": "f00d", "status": "FAILED", "fingerprint": one}}],
            "project": "payments",
            "environment": None,
        }
        for one in ("1", "2")
    )

    assert differences(before, after) == ["orders on new: live: was job f00d, FAILED, is another now"]


def _move(source: str) -> dict[str, object]:
    same = dict.fromkeys(("verb", "reason", "state", "desired", "live", "restore", "fallback"))
    return {"job": "orders", "target": "new", "source": source, "steps": ["submit", "settle"], "changes": [], **same}
