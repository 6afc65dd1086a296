"""A Flink of a named version: installed from PyPI when it is asked for first, into the user's cache folder.

Each version has an environment of its own below `<cache>/headgate/flink/<version>`, so that one project may run 1.20
and another 2.3, and neither meets the Python packages of headgate. `apache-flink-libraries` has the distribution and
no dependencies; Flink's own page on it:
https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/python/installation/
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from headgate.errors import LocalFlinkError

# One of each line: the tests run on all of them, `tests/run.sh --full`.
SUPPORTED = ("1.20.3", "2.2.1", "2.3.0")
PACKAGE = "apache-flink-libraries"

_VERSION = re.compile(r"\d+\.\d+(\.\d+)?")
_READS_CONFIG_YAML = (1, 19)
_COMPLETE = "complete"


def named(text: str) -> str | Path:
    """A version (`2.3.0`, or `2.3` for the supported one of that line) as text, anything else as a folder.

    A folder whose name looks like a version is named by a path: `./2.3.0`.
    """
    if not _VERSION.fullmatch(text):
        return Path(text)
    if text.count(".") == 2:
        return text
    return next((version for version in SUPPORTED if version.startswith(f"{text}.")), text)


def installed(version: str, say: Callable[[str], None]) -> Path:
    """The folder of this Flink version in the cache; installed there first if it is not there. One run at a time.

    Raises LocalFlinkError for a version that cannot be had, or that headgate cannot start.
    """
    _require_startable(version)
    folder = cache() / version
    if not (folder / _COMPLETE).exists():
        try:
            _install(version, folder, say)
        except OSError as trouble:
            raise LocalFlinkError(
                f"Flink {version} cannot be kept in the cache folder: {trouble.strerror or trouble}",
                where=str(trouble.filename or folder),
                hint="set XDG_CACHE_HOME to a folder that you may write to, on a disk with 1 GB of room",
            ) from trouble
    return next(iter(sorted(folder.glob("lib/python*/site-packages/pyflink"))), folder)


def cache() -> Path:
    """The folder that Flink versions are kept in: the user's own, shared by all projects."""
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        base = Path(chosen)
    else:
        base = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return base / "headgate" / "flink"


def _require_startable(version: str) -> None:
    parts = tuple(int(part) for part in version.split("."))
    if len(parts) < 3:
        raise LocalFlinkError(
            f"{version} is no whole version of Flink", hint=f"name it like {SUPPORTED[-1]}; {_supported()}"
        )
    if parts < _READS_CONFIG_YAML:
        raise LocalFlinkError(
            f"Flink {version} does not read config.yaml, which Flink does since 1.19",
            hint=f"name a later one; {_supported()}",
        )


def _supported() -> str:
    return f"headgate is tested with {', '.join(SUPPORTED)}"


def _install(version: str, folder: Path, say: Callable[[str], None]) -> None:
    import fcntl  # not on Windows, where this module must still import

    folder.parent.mkdir(parents=True, exist_ok=True)
    # The lock ends with its holder, and what a killed run left unfinished is removed by the next.
    with (folder.parent / f"{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / _COMPLETE).exists():
            return
        say(f"Installing Flink {version} from PyPI into {folder}, once: about 300 MB")
        shutil.rmtree(folder, ignore_errors=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
        _run([sys.executable, "-m", "venv", str(folder)], version)
        _run([*pip, "install", "--no-deps", "--no-cache-dir", f"{PACKAGE}=={version}"], version)
        (folder / _COMPLETE).touch()


def _run(command: list[str], version: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        raise LocalFlinkError(
            f"Flink {version} could not be installed: {' | '.join(lines[-3:])[:600] or 'no reason was given'}",
            where=" ".join(command),
            hint=f"{_supported()}; or name the folder of a Flink distribution",
        )
