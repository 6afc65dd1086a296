"""A project folder and its platforms; every run is a new process as far as headgate can tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from headgate import Headgate
from headgate.applying import Patience
from headgate.errors import HeadgateError
from headgate.model.outcome import Event, Phase, Report, Result
from headgate.model.plan import Action, Plan
from headgate.model.project import Project, Target
from headgate.model.spec import JobSpec, Sql
from headgate.testing.memory import MemoryPlatform

COUNT = Sql("INSERT INTO sink SELECT id, COUNT(*) FROM orders GROUP BY id")
ORDERS = JobSpec("orders", "memory", COUNT)
# The same aggregate behind a filter: its state is kept.
FILTERED = replace(ORDERS, program=Sql(COUNT.text.replace("GROUP", "WHERE id > 3 GROUP")))


class Killed(BaseException):
    """The process is gone: nothing after this runs, no handler, no cleanup of ours."""


class Place:
    """`store` is the URL of the store, empty for the project's own; `reported` the trouble that stopped nothing.

    `environment` is the one that the next run is in.
    """

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        self.platform = MemoryPlatform("memory", project="shop")
        self.platforms = {"memory": self.platform}
        self.reported: list[HeadgateError] = []
        self.store = ""
        self.environment = ""

    def open(self, *jobs: JobSpec) -> Headgate:
        targets = {name: Target(name, "memory", None) for name in self.platforms}
        wanted = {job.name: job for job in jobs}
        project = Project("shop", self.root, wanted, targets, store=self.store, environment=self.environment)
        made = Headgate(project, commit="c0ffee", author="Ada", environ={}, tell=self.reported.append)
        made._providers.update(self.platforms)
        return made

    def plan(self, *jobs: JobSpec, retry: bool = False, prune: bool = False) -> Plan:
        with self.open(*jobs) as headgate:
            return headgate.plan(retry=retry, prune=prune)

    def action(self, *jobs: JobSpec, retry: bool = False) -> Action:
        [action] = self.plan(*jobs, retry=retry).actions
        return action

    def report(self, *jobs: JobSpec, retry: bool = False, killed_at: str = "", interrupted: bool = False) -> Report:
        """Plan and apply.

        The process dies as the step named `killed_at` begins, `NAME#2` at its second time; or somebody pressed Ctrl-C
        at the first.
        """
        waits = patience()
        step, _, times = killed_at.partition("#")
        left = int(times or 1)

        def listen(event: Event) -> None:
            nonlocal left
            if interrupted:
                waits.interrupted.set()
            if event.phase is Phase.STARTED and event.step == step:
                left -= 1
                if not left:
                    raise Killed

        with self.open(*jobs) as headgate:
            return headgate.apply(headgate.plan(retry=retry), patience=waits, listen=listen)

    def apply(self, *jobs: JobSpec, retry: bool = False, interrupted: bool = False) -> Result:
        [result] = self.report(*jobs, retry=retry, interrupted=interrupted).results
        return result

    def without_memory(self) -> None:
        """A fresh CI runner: the store of earlier runs is not there."""
        for file in (self.root / ".headgate").glob("store.db*"):
            file.unlink()


def patience() -> Patience:
    """As little of it as a platform in memory needs."""
    return Patience(stop=1, settle=0.5, stable=0, confirm=1, first_look=0.001)
