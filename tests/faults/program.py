"""The command line as a process of its own, that can be killed, and starts in milliseconds.

A fork server has imported headgate once; every run is forked from it, with a folder and an environment of its own, and
what it prints goes to a file.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_PRELOADED = [
    "headgate.cli.main",
    "headgate.cli.apply",
    "headgate.cli.rollback",
    "headgate.project.headgate",
    "headgate.providers.flink.adapter",
    "headgate.providers.dinky.client",
    "headgate.providers.dli.client",
    "headgate.providers.cs.client",
    "headgate.providers.foas.opening",
    "headgate.store.sql.store",
    "headgate.planning.diffing",
    "sqlalchemy.dialects.sqlite.pysqlite",
    # The module a child is asked to take for its main one, where the tests were begun by pytest's own script.
    "pytest",
]
# Simulators count looks, not seconds: between two attempts at a request there is nothing to wait for.
_HURRY = 20.0


class Program:
    """`headgate` in a folder. `output` is what the last run printed."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None, *, hurried: bool = False) -> None:
        self._folder = folder
        self._environ = dict(environ or {})
        self._hurried = hurried
        self._said = folder.parent / f"{folder.name}.out"
        self._process: ForkServerProcess | None = None
        self.runs = 0

    def run(self, *arguments: str) -> int:
        """The exit code of `headgate ARGUMENTS`; -9 if it was killed."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOADED)
        whole = (str(self._folder), self._environ, str(self._said), arguments, self._hurried)
        self._process = context.Process(target=_headgate, args=whole)
        self._process.start()
        self._process.join(180)
        self.runs += 1
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            raise AssertionError(f"headgate is still at work after 180 s: {self.output}")
        return code

    @property
    def output(self) -> str:
        return self._said.read_text("utf-8")

    def kill(self) -> None:
        """End the run that is under way, as a power cut would."""
        assert self._process is not None
        self._process.kill()


def _headgate(folder: str, environ: Mapping[str, str], said: str, arguments: tuple[str, ...], hurried: bool) -> None:
    """What the process does: everything between its start and its exit code is the command line's own."""
    with open(said, "w", encoding="utf-8") as file:  # noqa: PTH123 - its descriptor outlives the block
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.update(environ)
    os.chdir(folder)
    if hurried:
        _hurry()
    from headgate.cli.main import main

    sys.argv = ["headgate", *arguments]
    main()


def _hurry() -> None:
    import time

    from headgate.providers.http import Api

    defaults = Api.__init__.__kwdefaults__
    assert defaults is not None
    defaults["pause"] = lambda seconds: time.sleep(seconds / _HURRY)
