"""`init` writes JSON Schemas beside the project, `schema --write` renews them, and their defaults may be written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headgate.manifests.schema_defaults import fits, with_fitting_defaults
from headgate.project import load, schemas
from tests.cli.given import Workspace, headgate

SCHEMAS = schemas()


def defaults(part: Any, where: str = "", *, names: bool = False) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Every default in a schema: where it is, what it is, and the schema it stands in."""
    if isinstance(part, list):
        for at, one in enumerate(part):
            yield from defaults(one, f"{where}/{at}")
    elif isinstance(part, dict):
        if "default" in part and not names:
            yield where, part["default"], part
        for key, one in part.items():
            if key != "default" or names:
                yield from defaults(one, f"{where}/{key}", names=key in ("properties", "$defs") and not names)


@pytest.mark.parametrize("name", ["project", "job"])
def test_every_default_fits_its_own_type(name: str) -> None:
    """An editor writes it down, and would then mark it as wrong."""
    found = list(defaults(SCHEMAS[name]))

    assert len(found) > 20
    assert [(where, value) for where, value, part in found if not fits(value, part, SCHEMAS[name])] == []


def test_times_are_said_as_they_are_written() -> None:
    """`600.0` is no time."""
    safety = SCHEMAS["project"]["$defs"]["SafetyForm"]["properties"]
    [flink] = [
        target["properties"]
        for target in SCHEMAS["project"]["properties"]["targets"]["additionalProperties"]["anyOf"]
        if target["properties"]["provider"] == {"const": "flink"}
    ]

    assert (safety["settle_time"]["default"], safety["settle_timeout"]["default"]) == ("2s", "10m")
    assert flink["timeout"]["default"] == "30s"


def test_a_default_that_cannot_be_written_is_left_out() -> None:
    """No name is no name of no letters; and a field may itself be called `default`."""
    schema = {"properties": {"default": {"type": "string", "pattern": "^[a-z]+$", "default": ""}}}

    assert with_fitting_defaults(schema) == {"properties": {"default": {"type": "string", "pattern": "^[a-z]+$"}}}


def test_init_writes_schemas_that_the_files_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are tracked: a colleague's editor knows them after a clone."""
    monkeypatch.chdir(tmp_path)

    assert headgate("init").exit_code == 0

    for file in ("headgate.yaml", "jobs/hello.yaml"):
        first = (tmp_path / file).read_text("utf-8").splitlines()[0]
        named = tmp_path / file / ".." / first.removeprefix("# yaml-language-server: $schema=")
        name = "project" if file == "headgate.yaml" else "job"
        assert json.loads(named.resolve().read_text("utf-8")).items() >= SCHEMAS[name].items()
    assert "schemas" not in (tmp_path / ".gitignore").read_text("utf-8")
    assert list(load(tmp_path).jobs) == ["hello"]


def test_schema_write_renews_what_has_changed(workspace: Workspace) -> None:
    """After an upgrade of headgate; what is as it should be is not touched."""
    first = headgate("schema", "--write")
    workspace.write("schemas/job.json", (workspace.root / "schemas/job.json").read_text("utf-8").replace("Jar", "Jer"))
    second, third = headgate("schema", "--write"), headgate("schema", "--write")

    assert first.stdout.count("wrote") == 2
    assert second.stdout == f"wrote {workspace.root / 'schemas/job.json'}\n"
    assert third.stdout == "The schemas are what this headgate writes.\n"
    assert json.loads((workspace.root / "schemas/job.json").read_text("utf-8")).items() >= SCHEMAS["job"].items()


@pytest.mark.parametrize("text", ["{}", "\x00", "mine"])
def test_a_file_that_headgate_did_not_write_is_not_written_over(workspace: Workspace, text: str) -> None:
    """A folder `schemas` may have been there before."""
    workspace.write("schemas/job.json", text)

    result = headgate("schema", "--write")

    assert result.exit_code == 1
    assert "was not written by headgate" in result.stderr
    assert (workspace.root / "schemas/job.json").read_text("utf-8") == text
    assert not (workspace.root / "schemas/project.json").exists()


@pytest.mark.parametrize("provider", ["flink", "dinky", "huawei-dli", "huawei-cs", "alibaba-foas"])
@pytest.mark.parametrize(
    ("written", "seconds"), [("90s", 90.0), ("1500ms", 1.5), ("5m", 300.0), ("30", 30.0), ("0.5", 0.5)]
)
def test_a_timeout_is_written_as_any_other_time(
    workspace: Workspace, provider: str, written: str, seconds: float
) -> None:
    """And a number is still one of seconds."""
    more = {
        "flink": "url: 'http://f'",
        "dinky": "url: 'http://d', username: u, password: p",
        "alibaba-foas": "region: cn-shanghai, project: p",
    }.get(provider, "region: eu-west-101, project_id: p")
    workspace.write(
        "headgate.yaml", f"project: p\ntargets: {{local: {{provider: {provider}, {more}, timeout: {written}}}}}\n"
    )

    assert load().targets["local"].settings.timeout == seconds


@pytest.mark.parametrize("written", ["0", "0s", "11m", "soon", "-1", "true", "[1]", "5 parsecs"])
def test_a_timeout_that_is_no_time_says_what_is_expected(workspace: Workspace, written: str) -> None:
    """With an example that is right."""
    workspace.write("headgate.yaml", f"project: p\ntargets: {{local: {{provider: flink, timeout: {written}}}}}\n")

    result = headgate("validate")

    assert result.exit_code == 1
    assert "expected a time such as 500ms, 30s or 5m" in result.stderr
    assert "headgate.yaml:2:45" in result.stderr
