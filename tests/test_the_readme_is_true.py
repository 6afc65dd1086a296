"""What the README and the manual show is what the program reads and what the providers say of themselves."""

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

ROOT = Path(__file__).parents[1]
TOPICS = ROOT / "src" / "headgate" / "cli" / "topics"
PAGES = {file.stem: file.read_text("utf-8") for file in (ROOT / "README.md", *sorted(TOPICS.glob("*.md")))}
STATEMENT = "statement: INSERT INTO t SELECT 1;\n"
ENVIRON = {name: f"value-of-{name}" for name in re.findall(r"\$\{env:(\w+)\}", "".join(PAGES.values()))}


def blocks(page: str, beginning: str = "", *, language: str = "yaml") -> list[str]:
    """What a page shows of a language, and begins with these words."""
    found = re.findall(rf"```{language}\n(.*?)```", PAGES[page], flags=re.DOTALL)
    return [block for block in found if block.startswith(beginning)]


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
    file = TOPICS / "platforms.md"
    order = re.findall(r"provider: ([a-z-]+)", blocks("platforms", "targets:")[0])
    table = capabilities_table({name: PROVIDERS[name].capabilities() for name in order})
    if os.environ.get("HEADGATE_UPDATE_GOLDEN"):
        file.write_text(replaced(PAGES["platforms"], table), "utf-8")

    assert set(order) == set(PROVIDERS)
    assert replaced(file.read_text("utf-8"), table) == file.read_text("utf-8")


def test_every_capability_is_in_the_table():
    """A new one would otherwise be a secret of the code."""
    assert set(ROWS) == {field.name for field in dataclasses.fields(Capabilities)}


def test_headgate_yaml_as_shown_is_read(tmp_path: Path):
    """It is copied before anything else is read."""
    [shown] = blocks("project", "project:")

    project = project_of(tmp_path, shown)

    assert set(project.targets) == {"local", "prod"}
    assert (project.safety.settle_time, project.safety.settle_timeout) == (2.0, 600.0)


@pytest.mark.parametrize("page", [name for name in PAGES if blocks(name, "targets:")])
def test_the_targets_as_shown_are_read(tmp_path: Path, page: str):
    """One of each provider on the page of all of them, and that of its own page."""
    [shown] = blocks(page, "targets:")

    project = project_of(tmp_path, f"project: payments\n{shown}")

    providers = {target.provider for target in project.targets.values()}
    assert providers == ({page} if page in PROVIDERS else set(PROVIDERS))


def test_the_first_project_of_the_readme_is_all_that_has_to_be_there(tmp_path: Path):
    """Five minutes are over soon."""
    [file], [job] = blocks("README", "project:"), blocks("README", "name:")

    project = project_of(tmp_path, file, job)

    assert project.jobs["orders-totals"].parallelism == 4
    assert not project.warnings


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_to_is_there(page: str):
    """Files of the repository, headings of the same page, and topics."""
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-")
        for line in re.findall(r"^#+ (.+)", PAGES[page], re.MULTILINE)
    }
    links = [link for link in re.findall(r"\]\(([^)]+)\)", PAGES[page]) if "://" not in link]
    folder = ROOT if page == "README" else TOPICS

    assert [link for link in links if link[0] == "#" and link[1:] not in headings] == []
    assert [link for link in links if link[0] != "#" and not (folder / link).exists()] == []


def test_the_readme_lists_every_topic():
    """It is the table of contents of the manual."""
    listed = re.findall(r"\(src/headgate/cli/topics/([a-z-]+)\.md\)", PAGES["README"])

    assert set(listed) == PAGES.keys() - {"README"}


def test_the_readme_is_read_in_one_go():
    """What is longer belongs to the manual."""
    assert len(PAGES["README"].encode()) < 16_000


def test_the_manifest_as_shown_is_read(tmp_path: Path):
    """But for its statement, which is cut short, and its neighbour."""
    [shown] = blocks("manifest", "name:")
    whole = shown.replace("(...)", "(buyer STRING)", 2).replace("strategy: latest", "strategy: path")
    whole += f"---\nname: orders-ingest\n{STATEMENT}"

    project = project_of(tmp_path, "project: payments\ntargets: {local: {provider: flink}}\n", whole)

    job = project.jobs["orders-totals"]
    assert (job.savepoint.max_age, job.savepoint.keep) == (6 * 3600.0, 5)
    assert job.previous_name == "orders"


def test_the_test_against_a_simulator_as_shown_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A caller that copies it has a test that works, and sees each of its troubles come and go."""
    [shown] = [block for block in blocks("python", language="python") if "headgate.testing" in block]
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

    exec(compile(shown, "python.md", "exec"), there)  # noqa: S102 - what users are asked to run

    assert [trouble.times for trouble in there["dli"]._troubles] == [0, 0, 0]
