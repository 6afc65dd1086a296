"""Manifests worth copying run as they are, on a real Flink, under the headgate.yaml they come with."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from headgate import Headgate
from headgate.applying import Patience
from headgate.model.outcome import Outcome
from headgate.model.plan import Verb
from headgate.model.project import Safety
from headgate.model.spec import DesiredState, JobSpec, Sql
from tests.clusters import Cluster

pytestmark = pytest.mark.flink

ROOT = Path(__file__).parents[2]


def copied(folder: Path, cluster: Cluster, project_file: str) -> Path:
    """A copy of the repository's examples, pointed at the Flink under test under a project name of its own.

    Only what must be another's is changed: addresses, and a bucket that becomes a folder.
    """
    for name in ("jobs", "examples", "src"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    file = folder / project_file
    text = file.read_text("utf-8")
    lines = [
        f"project: examples-{uuid.uuid4().hex[:8]}" if line.startswith("project:") else line
        for line in text.splitlines()
    ]
    text = "\n".join(lines).replace("{provider: flink}", f"{{provider: flink, url: '{cluster.url}'}}")
    text = text.replace("http://flink-dev.example:8081", cluster.url).replace("s3://", f"file://{folder}/")
    file.write_text(f"{text}\n", "utf-8")
    return file


@pytest.mark.parametrize(
    ("project_file", "environment", "jobs"),
    [
        pytest.param(
            "examples/headgate.yaml",
            "",
            {"order-totals", "windowed-revenue", "two-sinks", "jar-job"},
            id="every-kind-of-job",
        ),
        pytest.param("examples/environments/headgate.yaml", "dev", {"basket-sizes"}, id="an-environment"),
        pytest.param(
            "examples/environments/headgate.yaml",
            "prod",
            {"basket-sizes"},
            id="another-environment",
            marks=pytest.mark.full,  # its first checkpoint comes after a minute
        ),
    ],
)
def test_an_example_is_applied_and_then_in_sync(
    project_file: str,
    environment: str,
    jobs: set[str],
    cluster: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    """Submit, settle, an empty plan; and stopped with a savepoint when its manifest goes."""
    monkeypatch.setenv("FLINK_URL", cluster.url)
    monkeypatch.setenv("FLINK_TOKEN", "no-secret")
    monkeypatch.setenv("STORE_PASSWORD", "no-secret")
    file = copied(tmp_path / "copy", cluster, project_file)

    with Headgate.open(file=file, environment=environment) as headgate:
        report = headgate.apply(headgate.plan(), patience=Patience(settle=90))
        assert {result.action.job: result.outcome for result in report.results} == dict.fromkeys(jobs, Outcome.APPLIED)
        assert not headgate.plan().has_changes

        # prod allows no cancels: the limit is lifted, not the manifests bent.
        target = next(iter(headgate.project.targets))
        other = JobSpec("other", target, Sql("INSERT INTO t SELECT 1"), desired_state=DesiredState.SUSPENDED)
        headgate.project = replace(headgate.project, jobs={"other": other}, safety=Safety())
        pruned = headgate.apply(headgate.plan(prune=True))
        assert {result.action.verb for result in pruned.results if result.action.job != "other"} == {Verb.CANCEL}
        assert {result.outcome for result in pruned.results} == {Outcome.APPLIED, Outcome.KEPT}, pruned
