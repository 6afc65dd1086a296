"""`headgate local up --flink 2.3.0`: a version is installed once, into the user's cache, and kept for every project.

pip is the real one; a folder takes the place of PyPI.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from headgate.errors import LocalFlinkError
from headgate.local import find_flink
from headgate.local.flink_versions import SUPPORTED, cache, named

ROOT = Path(__file__).parents[2]
VERSION = "9.8.7"


def wheel(folder: Path, version: str) -> None:
    """A package of Flink's name that holds one jar of no content."""
    folder.mkdir(exist_ok=True)
    metadata = f"apache_flink_libraries-{version}.dist-info"
    with zipfile.ZipFile(folder / f"apache_flink_libraries-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"pyflink/lib/flink-dist-{version}.jar", b"")
        archive.writestr(
            f"{metadata}/METADATA", f"Metadata-Version: 2.1\nName: apache-flink-libraries\nVersion: {version}\n"
        )
        archive.writestr(f"{metadata}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{metadata}/RECORD", "")


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What pip can install: one version. The cache is empty."""
    folder = tmp_path / "index"
    wheel(folder, VERSION)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


@pytest.mark.full
def test_a_version_is_installed_once_and_found_again(tmp_path: Path, index: Path):
    """The second project, and the second day, must not need the network."""
    messages: list[str] = []

    first = find_flink(VERSION, messages.append)
    next(index.iterdir()).unlink()
    second = find_flink(VERSION, messages.append)

    assert first == second
    assert first.version == VERSION
    assert first.root.is_relative_to(tmp_path / "cache" / "headgate" / "flink" / VERSION)
    assert [line.partition(" from ")[0] for line in messages] == [f"Installing Flink {VERSION}"]


@pytest.mark.full
def test_an_installation_that_was_killed_is_made_again():
    """Half an environment has a Python and no Flink, or some of its jars: it is not taken for whole."""
    folder = find_flink(VERSION).root
    (cache() / VERSION / "complete").unlink()
    (folder / "lib" / f"flink-dist-{VERSION}.jar").unlink()

    again = find_flink(VERSION)

    assert (again.root, again.version) == (folder, VERSION)


@pytest.mark.full
def test_a_version_that_cannot_be_had_says_which_can(tmp_path: Path):
    """pip's own words, and the versions that are known to do."""
    with pytest.raises(LocalFlinkError) as refused:
        find_flink("9.9.9")

    assert "Flink 9.9.9 could not be installed" in refused.value.problem
    assert "No matching distribution found for apache-flink-libraries==9.9.9" in refused.value.problem
    assert ", ".join(SUPPORTED) in refused.value.hint


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        pytest.param("1.18.1", "Flink 1.18.1 does not read config.yaml", id="reads-another-file"),
        pytest.param("3.7", "3.7 is no whole version of Flink", id="half-a-version"),
    ],
)
def test_a_version_that_cannot_be_started_is_not_installed(version: str, problem: str):
    """300 MB later it would fail all the same."""
    with pytest.raises(LocalFlinkError, match=re.escape(problem)):
        find_flink(version)

    assert not cache().exists()


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A build machine's home is often read-only."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    with pytest.raises(LocalFlinkError, match="cannot be kept in the cache folder") as refused:
        find_flink(VERSION)

    assert "XDG_CACHE_HOME" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("2.3.0", "2.3.0", id="a-version"),
        pytest.param("2.3", "2.3.0", id="the-supported-one-of-a-line"),
        pytest.param("1.20", "1.20.3", id="an-older-line"),
        pytest.param("1.19.1", "1.19.1", id="a-version-that-is-not-tested"),
        pytest.param("./2.3.0", Path("2.3.0"), id="a-folder-of-such-a-name"),
        pytest.param("flink-2.3.0", Path("flink-2.3.0"), id="a-folder"),
    ],
)
def test_a_version_and_a_folder_are_distinguished_by_how_they_look(text: str, meant: Any):
    """Not by what happens to be in the working directory."""
    assert named(text) == meant


@pytest.mark.parametrize("file", ["README.md", "pyproject.toml", "tests/run.sh"])
def test_the_supported_versions_are_the_same_everywhere(file: str):
    """What is promised is what the tests run on."""
    text = (ROOT / file).read_text("utf-8")

    assert [version for version in SUPPORTED if version not in text] == []
