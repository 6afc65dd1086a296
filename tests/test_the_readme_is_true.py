"""What the README shows is what the program reads and what the providers say of themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from headgate.model.project import Project, Target
from headgate.project import load
from headgate.providers.port import Capabilities, Support
from headgate.providers.registry import PROVIDERS, open_provider

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
STATEMENT = "statement: INSERT INTO t SELECT 1;\n"
ENVIRON = {name: f"value-of-{name}" for name in re.findall(r"\$\{env:(\w+)\}", README)}

# Enough to open a target; nothing is contacted for that.
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "flink": {"url": "http://flink.invalid"},
    "dinky": {"url": "http://dinky.invalid", "username": "headgate", "password": "none"},
    "huawei-dli": {"region": "eu-west-101", "project_id": "0123", "access_key": "AK", "secret_key": "SK"},
    "huawei-cs": {"region": "eu-west-101", "project_id": "0123", "access_key": "AK", "secret_key": "SK"},
    "alibaba-foas": {
        "region": "cn-shanghai",
        "project": "payments",
        "access_key_id": "AK",
        "access_key_secret": "SK",
    },
}
EVERYWHERE = ("sql", "jar", "stop_with_savepoint", "graph")
ROWS = {
    "checks a statement at plan time": "compile",
    "judges the state of an edited job operator by operator": "state_by_operator",
    "takes a savepoint of a job that goes on": "savepoint",
    "starts from a path that the manifest names": "savepoint_path",
    "still knows the savepoints of a job that is gone": "list_savepoints",
    "deletes savepoints (`savepoint.keep`)": "dispose",
    "tells what a job runs that headgate did not start (`headgate import`)": "read_back",
    "takes over a job that is not headgate's without a restart": "mark_in_place",
    "changes the parallelism without a restart": "rescale_in_place",
    "changes some other fields without a restart": "update_in_place",
}


def capabilities(provider: str) -> Capabilities:
    form, _ = PROVIDERS[provider].forms()
    opened = open_provider(Target(provider, provider, form(**SETTINGS[provider])), project="payments", cache=None)
    try:
        return opened.capabilities
    finally:
        opened.close()


def table() -> dict[str, dict[str, str]]:
    """Provider to what the table under "Platforms" says of it, row by row."""
    rows = [line.strip("|").split("|") for line in README.splitlines() if line.startswith("| ")]
    start = next(at for at, row in enumerate(rows) if "`flink`" in row[1])
    heads = [cell.strip().strip("`") for cell in rows[start][1:]]
    found: dict[str, dict[str, str]] = {head: {} for head in heads}
    for row in rows[start + 2 : start + 2 + len(ROWS)]:
        for head, cell in zip(heads, row[1:], strict=True):
            found[head][row[0].strip()] = cell.strip()
    return found


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


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_table_of_platforms_is_what_they_say_of_themselves(provider: str):
    """Plans are decided on these; a table that promises more would be found out in production."""
    said = capabilities(provider)

    assert table()[provider] == {row: getattr(said, field).value for row, field in ROWS.items()}
    assert all(getattr(said, field) is Support.YES for field in EVERYWHERE)


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
