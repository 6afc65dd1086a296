"""npm's yaml-language-server, which most editors use, accepts what `init` writes and finds what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.given import headgate
from tests.cli.language_server import LanguageServer, install

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server, installed once."""
    return install(tmp_path_factory.mktemp("npm"))


@pytest.fixture
def server(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LanguageServer]:
    """The server in a project that `init` has just written, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    assert headgate("init").exit_code == 0
    with LanguageServer(program, tmp_path) as running:
        yield running


@pytest.mark.parametrize("file", ["headgate.yaml", "jobs/hello.yaml"])
def test_what_init_writes_has_no_mistake(server: LanguageServer, tmp_path: Path, file: str) -> None:
    """The first thing a newcomer opens must not be underlined."""
    assert server.mistakes(tmp_path / file) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        pytest.param("jobs/hello.yaml", "parallelism: 1", "paralelism: 1", "17", id="unknown-key"),
        pytest.param("jobs/hello.yaml", "parallelism: 1", "parallelism: many", "17", id="wrong-type"),
        pytest.param("headgate.yaml", "prune: false", "prune: perhaps", "9", id="wrong-word"),
        pytest.param("headgate.yaml", "{provider: flink}", "{provider: flink, timeout: soon}", "6", id="no-time"),
    ],
)
def test_what_is_wrong_is_found_at_its_line(
    server: LanguageServer, tmp_path: Path, file: str, old: str, new: str, line: str
) -> None:
    """The schema that the first line names is the one that is used."""
    path = tmp_path / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")

    found = server.mistakes(path)

    assert found
    assert {one.partition(":")[0] for one in found} == {line}


def test_times_and_placeholders_are_no_mistake(server: LanguageServer, tmp_path: Path) -> None:
    """Everything that `validate` takes."""
    path = tmp_path / "headgate.yaml"
    target = '{provider: flink, url: "${env:FLINK_URL}", timeout: 45s, token: "${env:TOKEN}"}'
    path.write_text(path.read_text("utf-8").replace("{provider: flink}", target), "utf-8")

    assert server.mistakes(path) == []
    assert headgate("validate").exit_code == 0
