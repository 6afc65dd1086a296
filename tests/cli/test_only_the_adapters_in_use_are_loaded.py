"""No command waits for an adapter that the project does not use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from headgate.providers.registry import PROVIDERS
from tests.cli.given import PROJECT_FILE, Workspace, document, headgate

ROOT = Path(__file__).parents[2]
PACKAGES = {name: entry.target_form.partition(".forms")[0] for name, entry in PROVIDERS.items()}


def adapters_loaded(workspace: Workspace, *arguments: str) -> list[str]:
    """The providers of which anything was imported when a command ran, in a process of its own."""
    script = (
        "import sys\n"
        "from unittest import mock\n"
        "from headgate.cli.main import main\n"
        "from tests.cli.program import opener\n"
        f"sys.argv = {['headgate', *arguments]!r}\n"
        "with mock.patch('headgate.project.headgate.open_provider', opener):\n"
        "    try:\n        main()\n"
        "    except SystemExit as done:\n        assert not done.code, done.code\n"
        f"packages = {PACKAGES!r}\n"
        "names = [name for name, package in packages.items() if package in sys.modules]\n"
        "sys.stderr.write('loaded: ' + ' '.join(names))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=workspace.root,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr.rpartition("loaded: ")[2].split()


@pytest.mark.parametrize("command", ["validate", "plan", "status"])
def test_a_project_on_one_platform_loads_one_adapter(workspace: Workspace, command: str) -> None:
    """Forms are pydantic models, and building those of every platform is most of what a short command does."""
    loaded = adapters_loaded(workspace, command)

    assert loaded == ["flink"]


def test_a_target_of_another_platform_loads_that_one_too(workspace: Workspace) -> None:
    """Also where only an environment has it: a mistake there is a mistake of the file."""
    workspace.write(
        "headgate.yaml",
        PROJECT_FILE + "environments:\n  prod:\n    targets:\n"
        '      far: {provider: dinky, url: "http://dinky.invalid:8888", username: me, password: secret}\n',
    )

    loaded = adapters_loaded(workspace, "validate")

    assert loaded == ["flink", "dinky"]


def test_the_schemas_know_every_provider() -> None:
    """An editor completes what is not used yet."""
    targets = document(headgate("schema", "project"))["properties"]["targets"]["additionalProperties"]["anyOf"]

    assert {target["properties"]["provider"]["const"] for target in targets} == set(PROVIDERS)
