"""The shell steps of both recipes, run as they are written: a bare git repository, a clone per run, a real Flink.

Only what a hosted runner brings is stood in for: `pip` (headgate is installed already), and the two commands that post
a comment (`gh`, `curl`), which write down what they were given.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.clusters import Cluster, Repo, counting

pytestmark = pytest.mark.flink

RECIPES = Path(__file__).parents[2] / "examples" / "ci"


class Runner:
    """A machine of a CI service: fresh clones of the bare repository, stand-ins first on PATH."""

    def __init__(self, repo: Repo, folder: Path) -> None:
        self.repo = repo
        self.folder = folder
        self.origin = folder / "origin.git"
        self.posted = folder / "posted.md"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.origin)], check=True)
        subprocess.run(["git", "remote", "add", "origin", str(self.origin)], cwd=repo.root, check=True)
        tools = folder / "bin"
        tools.mkdir()
        self._stand_in(tools / "pip", "exit 0")
        self._stand_in(tools / "gh", f'while [ "$1" != --body-file ]; do shift; done; cp "$2" "{self.posted}"')
        posts = f'for word; do case "$word" in body@*) cp "${{word#body@}}" "{self.posted}";; esac; done'
        self._stand_in(tools / "curl", posts)
        self.path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]])

    @staticmethod
    def _stand_in(file: Path, body: str) -> None:
        file.write_text(f"#!/usr/bin/env bash\n{body}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def push(self) -> None:
        self.repo.commit()
        subprocess.run(["git", "push", "-q", "origin", "main"], cwd=self.repo.root, check=True)

    def run(self, steps: list[tuple[str, dict[str, str]]], **environ: str) -> tuple[int, str]:
        """Run the steps in a fresh clone until one fails: (exit code, everything printed)."""
        clone = self.folder / f"clone-{len(list(self.folder.iterdir()))}"
        subprocess.run(["git", "clone", "-q", str(self.origin), str(clone)], check=True)
        outputs, summary = self.folder / "outputs", self.folder / "summary"
        outputs.write_text("")
        environment = os.environ | environ
        environment |= {"PATH": self.path, "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
        printed = ""
        for script, more in steps:
            written = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
            values = {key: written.get("code", "") if "steps.plan" in value else value for key, value in more.items()}
            done = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", script],
                cwd=clone,
                env=environment | values,
                capture_output=True,
                text=True,
                check=False,
            )
            printed += done.stdout + done.stderr
            if done.returncode:
                return done.returncode, printed
        return 0, printed


def github(job: str) -> list[tuple[str, dict[str, str]]]:
    recipe: Any = YAML(typ="safe").load(RECIPES / "github-actions.yml")
    return [(step["run"], step.get("env", {})) for step in recipe["jobs"][job]["steps"] if "run" in step]


def gitlab(job: str) -> list[tuple[str, dict[str, str]]]:
    """GitLab runs the lines of a job in one shell."""
    recipe: Any = YAML(typ="safe").load(RECIPES / "gitlab-ci.yml")
    return [("\n".join([*recipe["before_script"], *recipe[job]["script"]]), {})]


@pytest.fixture
def runner(repo: Repo, tmp_path: Path) -> Iterator[Runner]:
    folder = tmp_path / "ci"
    folder.mkdir()
    yield Runner(repo, folder)


@pytest.mark.full
@pytest.mark.parametrize("recipe", [github, gitlab], ids=["github", "gitlab"])
def test_a_pull_request_is_planned_a_push_is_applied_and_a_schedule_heals(
    recipe: Any, runner: Runner, repo: Repo, cluster: Cluster
):
    """The three ways headgate is used, in the order a team meets them."""
    name = f"{repo.project}-totals"
    repo.write("jobs/totals.yaml", counting(name, repo.project))
    runner.push()

    code, printed = runner.run(recipe("plan"))
    assert code == 0, printed
    assert name in runner.posted.read_text()
    assert "submit" in runner.posted.read_text()
    assert cluster.running(name) == []

    code, printed = runner.run(recipe("apply"))
    assert code == 0, printed
    [job_id] = cluster.running(name)

    cluster.cancel(job_id)
    code, printed = runner.run(recipe("reconcile"))
    assert code == 0, printed
    assert len(cluster.running(name)) == 1

    repo.write("jobs/totals.yaml", counting(name, repo.project, select="k, COUNTT(*)"))
    runner.push()
    code, printed = runner.run(recipe("plan"))
    assert code != 0
    assert "statement-rejected" in runner.posted.read_text()
    assert len(cluster.running(name)) == 1
