"""Rules of the project that a tool can see: sizes, names, documents."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, settings

from headgate.cli.main import cli

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "headgate"
MANUAL = [ROOT / "README.md", *sorted((SOURCE / "cli" / "topics").glob("*.md"))]


def tracked() -> list[str]:
    """The files of the project, as git knows them."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def commands(group: click.Command, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], click.Command]:
    """Every command by its words."""
    found = {path: group} if path else {}
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            child = group.get_command(context, name)
            assert child is not None
            found |= commands(child, (*path, name))
    return found


@pytest.mark.parametrize("folder", [SOURCE, ROOT / "tests"], ids=["src", "tests"])
def test_no_module_is_over_400_lines(folder: Path):
    """Two names would tell the story better."""
    long = {str(file): n for file in folder.rglob("*.py") if (n := len(file.read_text("utf-8").splitlines())) > 400}

    assert long == {}


def decisions(function: ast.AST) -> int:
    """How often a reader has to choose: branches, loops, and each `and` and `or`, which counting paths leaves out."""
    found = 1
    for node in ast.walk(function):
        match node:
            case ast.If() | ast.IfExp() | ast.For() | ast.While() | ast.ExceptHandler() | ast.match_case():
                found += 1
            case ast.comprehension():
                found += 1 + len(node.ifs)
            case ast.BoolOp():
                found += len(node.values) - 1
    return found


@pytest.mark.parametrize(
    ("package", "most"), [pytest.param("planning", 16, id="planning"), pytest.param("", 24, id="anywhere")]
)
def test_no_function_decides_too_much(package: str, most: int):
    """Rules are read one by one, in order. These limits may only fall."""
    too_much = {
        f"{file.relative_to(SOURCE)}: {node.name}": number
        for file in (SOURCE / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and (number := decisions(node)) > most
    }

    assert too_much == {}


def test_there_is_no_drawer_for_odds_and_ends():
    """A folder name tells the architecture; `utils` tells nothing."""
    names = {file.stem for file in SOURCE.rglob("*.py")}

    assert not names & {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}


def test_every_package_says_what_it_is_for():
    """The docstring of `__init__` is its architecture page."""
    silent = [
        str(file.parent.relative_to(ROOT))
        for file in SOURCE.rglob("__init__.py")
        if not file.read_text("utf-8").lstrip().startswith('"""')
    ]

    assert silent == []


def test_every_command_and_option_is_in_the_manual():
    """In the README or in a topic of `headgate explain`: what is not written down is found by nobody."""
    written = "".join(file.read_text("utf-8") for file in MANUAL)
    missing = []
    for words, command in commands(cli).items():
        if f"headgate {' '.join(words)}" not in written:
            missing.append(" ".join(words))
        for parameter in command.params:
            options = [name for name in parameter.opts if name.startswith("--")]
            if isinstance(parameter, click.Option) and options and options[0] not in written:
                missing.append(f"{' '.join(words)} {options[0]}")

    assert missing == []


def test_the_version_is_reported_without_waiting_for_what_it_does_not_need():
    """Nobody should wait for an import that a command does not use."""
    heavy = "{'pydantic', 'httpx', 'ruamel', 'deepdiff', 'rich', 'sqlalchemy'}"
    script = f"""
import sys
from click.testing import CliRunner
from headgate.cli.main import cli
result = CliRunner().invoke(cli, ["--version"])
assert result.exit_code == 0, result.output
print(sorted({heavy} & {{name.partition('.')[0] for name in sys.modules}}))
"""

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_top_level_stays_small():
    """What convention puts there, and five more."""
    top = {name.partition("/")[0] for name in tracked()}

    expected = {"pyproject.toml", "README.md", "src", "tests", "examples", "jobs"}
    assert top - expected <= {"LICENSE", "CHANGELOG.md", ".github", ".ci", ".gitignore"}


def test_no_example_is_timed():
    """A busy machine breaks no law: hypothesis neither has a deadline here, nor gives up on what is slow to make."""
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check
    said = [file for file in (ROOT / "tests").rglob("*.py") if "suppress_health_check" in file.read_text("utf-8")]
    timed = [
        f"{file.name}: {checks}"
        for file in said
        for checks in re.findall(r"suppress_health_check=(\[[^\]]*\])", file.read_text("utf-8"))
        if "too_slow" not in checks
    ]

    assert timed == []


def test_no_host_or_path_of_a_machine_is_in_the_project():
    """The same anywhere."""
    odd = re.compile(r"/(?:root|work|home/[a-z]+)/")
    found = [
        name
        for name in tracked()
        if name.endswith((".py", ".md", ".sh", ".toml", ".yml", ".yaml", ".java"))
        and name != "tests/test_the_house_is_in_order.py"
        and odd.search((ROOT / name).read_text("utf-8"))
    ]

    assert found == []
