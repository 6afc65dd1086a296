"""On PyPI `headgate` is another project: to install that beside a token of a platform would run a stranger's code."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from headgate.cli.installation import UNKNOWN, source
from headgate.local.flink_home import INSTALL

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "examples", "tests", "jobs", ".github", ".ci")
KINDS = {".py", ".md", ".sh", ".yml", ".yaml", ".toml", ".txt", ".sql", ""}
# `pip install`, `uv add`, `pipx run` and their like, with our name as the one to look up, in quotes or with extras.
BY_NAME = re.compile(
    r"(?:pip3?\s+install|uv\s+(?:pip\s+install|add|tool\s+install)|uvx|pipx\s+\w+)\s[^\n#`]*?(?<![\w/.-])"
    r"headgate(?:-flink)?(?:\[[a-z,]+\])?(?:[=<>~!]=?[\d.]+)?(?=['\"`\s),;]|$)(?! @ )"
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def texts() -> list[Path]:
    """Everything that a person or a machine may take a command from."""
    found = [ROOT / "README.md", ROOT / "pyproject.toml"]
    for folder in FOLDERS:
        found += [file for file in (ROOT / folder).rglob("*") if file.is_file() and file.suffix in KINDS]
    return [file for file in found if file != Path(__file__) and "__pycache__" not in file.parts]


def test_no_text_installs_our_name_from_an_index() -> None:
    """README, recipes, starter, hints, docstrings: from the repository at a pinned commit, until it is published."""
    wrong = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in texts()
        for line in file.read_text("utf-8", errors="replace").splitlines()
        for match in BY_NAME.finditer(line)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "line",
    [
        "pip install headgate",
        "$ pip install 'headgate[local]'    # and a real Flink",
        "run: pip install --upgrade headgate==1.2",
        "`pip install headgate` installs it",
        "python -m pip install headgate-flink",
        "pip install 'headgate-flink[local]'",
        "uv tool install headgate",
        "pipx install headgate",
    ],
)
def test_the_bare_name_is_found_however_it_is_written(line: str) -> None:
    """A guard that sees one spelling guards nothing."""
    assert BY_NAME.search(line)


@pytest.mark.parametrize(
    "line",
    [
        'pip install "headgate-flink @ $HEADGATE"',
        'pip install "headgate-flink[local] @ git+https://git.example/headgate.git@COMMIT"',
        "pip install apache-flink-libraries==2.2.1",
        "`headgate local up --flink 2.3.0` installs and starts 2.3.0",
    ],
)
def test_a_pinned_source_is_no_bare_name(line: str) -> None:
    """The repository, and the parts under their own names."""
    assert not BY_NAME.search(line)


def test_the_distribution_has_a_name_of_its_own() -> None:
    """The command and the import stay."""
    assert PROJECT["name"] == "headgate-flink"
    assert "headgate" in PROJECT["scripts"]


def test_hints_name_the_parts_that_the_extras_name() -> None:
    """So that following a hint gives what the extra would have given."""
    extras = PROJECT["optional-dependencies"]

    assert f"pip install {' '.join(extras['local'])}" == INSTALL
    store = (ROOT / "src/headgate/store/sql/database.py").read_text("utf-8")
    assert f"pip install '{extras['postgresql'][0]}'" in store


class Installed:
    """A distribution with a record of where it came from."""

    def __init__(self, record: str | None) -> None:
        self.record = record

    def read_text(self, name: str) -> str | None:
        return self.record if name == "direct_url.json" else None


COMMIT = "0123456789abcdef0123456789abcdef01234567"
VCS = '{{"url": "{}", "vcs_info": {{"vcs": "git", "commit_id": "' + COMMIT + '"}}}}'


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(VCS.format("https://git.test/h.git"), f"git+https://git.test/h.git@{COMMIT}", id="git"),
        pytest.param(VCS.format("ssh://git@git.test/h.git"), f"git+ssh://git@git.test/h.git@{COMMIT}", id="ssh"),
        pytest.param(VCS.format("https://me:secret@git.test/h.git"), UNKNOWN, id="with-a-password"),
        pytest.param(VCS.format("file:///srv/h"), UNKNOWN, id="a-folder-of-this-machine"),
        pytest.param('{"url": "file:///srv/h", "dir_info": {"editable": true}}', UNKNOWN, id="editable"),
        pytest.param(None, UNKNOWN, id="from-an-index"),
        pytest.param("{", UNKNOWN, id="damaged"),
    ],
)
def test_the_starter_pins_what_wrote_it(monkeypatch: pytest.MonkeyPatch, record: str | None, expected: str) -> None:
    """CI runs the commit that the person at the keyboard has tried; where that is not known, nothing is installed."""
    monkeypatch.setattr(metadata, "distribution", lambda name: Installed(record))

    assert source() == expected
