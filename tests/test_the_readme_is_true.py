"""What the README shows is what the program reads and what the providers say of themselves."""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path
from typing import Any

import pytest

from headgate.model.project import Project
from headgate.project import load
from headgate.providers.port import Capabilities
from headgate.providers.registry import PROVIDERS
from headgate.testing.dli import BUCKET
from headgate.testing.huawei import ACCESS_KEY, PROJECT_ID, SECRET_KEY
from tests.capabilities import ROWS, capabilities_table, replaced

README_FILE = Path(__file__).parents[1] / "README.md"
README = README_FILE.read_text("utf-8")
STATEMENT = "statement: INSERT INTO t SELECT 1;\n"
ENVIRON = {name: f"value-of-{name}" for name in re.findall(r"\$\{env:(\w+)\}", README)}


def yaml_blocks() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)


def project_of(root: Path, file: str, job: str = "") -> Project:
    """The project of a headgate.yaml and one job."""
    (root / "jobs").mkdir()
    (root / "headgate.yaml").write_text(file, "utf-8")
    target = "" if "defaults:" in file else "target: flink\n"
    manifest = job or f"name: orders\n{target}{STATEMENT}"
    (root / "jobs" / "orders.yaml").write_text(manifest, "utf-8")
    return load(file=root / "headgate.yaml", environ=ENVIRON)


def test_the_table_of_platforms_is_what_they_say_of_themselves():
    """Plans are decided on these; a table that promises more would be found out in production."""
    order = re.findall(r"provider: ([a-z-]+)", next(block for block in yaml_blocks() if block.startswith("targets:")))
    table = capabilities_table({name: PROVIDERS[name].capabilities() for name in order})
    if os.environ.get("HEADGATE_UPDATE_GOLDEN"):
        README_FILE.write_text(replaced(README, table), "utf-8")

    assert set(order) == set(PROVIDERS)
    assert replaced(README_FILE.read_text("utf-8"), table) == README_FILE.read_text("utf-8")


def test_every_capability_is_in_the_table():
    """A new one would otherwise be a secret of the code."""
    assert set(ROWS) == {field.name for field in dataclasses.fields(Capabilities)}


def test_headgate_yaml_as_shown_is_read(tmp_path: Path):
    """It is copied before anything else is read."""
    [shown] = [block for block in yaml_blocks() if block.startswith("project:")]

    project = project_of(tmp_path, shown)

    assert set(project.targets) == {"local", "prod"}
    assert (project.safety.settle_time, project.safety.settle_timeout) == (2.0, 600.0)


def test_the_targets_as_shown_are_read(tmp_path: Path):
    """One of each provider there is."""
    [shown] = [block for block in yaml_blocks() if block.startswith("targets:")]

    project = project_of(tmp_path, f"project: payments\n{shown}")

    assert {target.provider for target in project.targets.values()} == set(PROVIDERS)


def test_the_manifest_as_shown_is_read(tmp_path: Path):
    """But for its statement, which is cut short, and its neighbour."""
    [shown] = [block for block in yaml_blocks() if block.startswith("name:")]
    whole = shown.replace("(...)", "(buyer STRING)", 2).replace("strategy: latest", "strategy: path")
    whole += f"---\nname: orders-ingest\n{STATEMENT}"

    project = project_of(tmp_path, "project: payments\ntargets: {local: {provider: flink}}\n", whole)

    job = project.jobs["orders-totals"]
    assert (job.savepoint.max_age, job.savepoint.keep) == (6 * 3600.0, 5)
    assert job.previous_name == "orders"


def test_the_test_against_a_simulator_as_shown_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever copies it has a test that works, and sees each of its troubles come and go."""
    [shown] = [block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "headgate.testing" in block]
    target = f'provider: huawei-dli, endpoint: "${{env:DLI_URL}}", project_id: "{PROJECT_ID}"'
    (tmp_path / "headgate.yaml").write_text(
        f"project: payments\nsafety: {{settle_time: 0s}}\ntargets: {{dli: {{{target}}}}}\n", "utf-8"
    )
    (tmp_path / "jobs").mkdir()
    job = f"name: orders\ntarget: dli\noptions: {{queue_name: flink, obs_bucket: {BUCKET}}}\n{STATEMENT}"
    (tmp_path / "jobs" / "orders.yaml").write_text(job, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", ACCESS_KEY)
    monkeypatch.setenv("HUAWEICLOUD_SDK_SK", SECRET_KEY)
    monkeypatch.setenv("DLI_URL", "")
    there: dict[str, Any] = {}

    exec(compile(shown, "README.md", "exec"), there)  # noqa: S102 - what users are told to run

    assert [trouble.times for trouble in there["dli"]._troubles] == [0, 0, 0]
