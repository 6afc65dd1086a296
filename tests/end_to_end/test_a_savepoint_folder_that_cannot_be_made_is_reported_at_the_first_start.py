"""A savepoint directory that the JobManager cannot use: reported at the first start, not at the first upgrade."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from headgate.cli.main import cli
from headgate.model.warnings import WarningCode
from tests.clusters import Cluster, Repo, counting

pytestmark = pytest.mark.flink


def with_savepoints_at(repo: Repo, cluster: Cluster, directory: str) -> None:
    target = f"{{provider: flink, url: '{cluster.url}', savepoint_dir: '{directory}'}}"
    text = f"project: {repo.project}\ntargets: {{local: {target}}}\nsafety: {{settle_time: 500ms}}\n"
    repo.write("headgate.yaml", text)
    repo.write("jobs/first.yaml", counting("first", repo.project))
    repo.commit()


def test_what_the_plan_can_find_out_is_a_warning_of_the_plan(repo: Repo, cluster: Cluster, tmp_path: Path):
    """A file in the place of a folder, or a file system that takes no files."""
    (tmp_path / "file").write_text("not a folder")
    for directory, why in (
        ((tmp_path / "file" / "sp").as_uri(), "is not a folder"),
        ("file:///proc/nope/sp", "/proc"),
    ):
        with_savepoints_at(repo, cluster, directory)

        [warning] = repo.plan().warnings

        assert (warning.code, warning.jobs) == (WarningCode.SAVEPOINT_DIR_UNUSABLE, ("first",))
        assert why in warning.problem
    with_savepoints_at(repo, cluster, (tmp_path / "not" / "there" / "yet").as_uri())
    assert repo.plan().warnings == ()


def test_a_start_says_that_its_folder_could_not_be_made(repo: Repo, cluster: Cluster):
    """It runs, and cannot be stopped with a savepoint: in the report, with a code that is explained."""
    with_savepoints_at(repo, cluster, "/proc/nope/sp")
    project = ["--project", str(repo.root / "headgate.yaml")]

    applied = CliRunner().invoke(cli, [*project, "apply", "--yes"])
    explained = CliRunner().invoke(cli, ["explain", "savepoint-dir-unusable"])

    assert applied.exit_code == 0
    assert "warning[savepoint-dir-unusable]" in applied.output
    assert "/proc/nope/sp" in applied.output
    assert len(cluster.running("first")) >= 1
    assert "stop with a savepoint" in explained.output


def test_a_folder_that_can_be_made_is_no_news(repo: Repo, cluster: Cluster, tmp_path: Path):
    """Nothing is said, and the folder is there."""
    with_savepoints_at(repo, cluster, (tmp_path / "sp").as_uri())

    [result] = repo.apply().results

    assert (result.detail, result.code, result.hint) == ("", "", "")
    assert (tmp_path / "sp" / "headgate" / repo.project / "first" / "started").exists()
