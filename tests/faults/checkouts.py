"""Two checkouts of one repository, each with a `.headgate` of its own: one makes the first run, either the next."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from headgate.model.plan import Action, Plan
from headgate.model.reasons import Reason
from tests.faults.on_flink import OnFlink
from tests.faults.operations import BY_HAND, OPERATIONS, ROLLBACK, ManifestVersion, Operation
from tests.faults.proxy import FaultProxy
from tests.faults.workspace import Workspace

_RERUNS = 3
# Seconds in which whatever is on its way somewhere has got there: a TaskManager has come, a job runs again.
_ARRIVED = 90.0
_WAITS = {Reason.IN_TRANSITION, Reason.NOT_SETTLED_YET}
_PATH = re.compile(r"file:[^\s,;'\"`)}]*[\w/]")
_APPLY = ("apply", "--yes")


class Rerun(StrEnum):
    """Who makes the second run. Each checkout has caches of its own, and all but TEAM a store of their own."""

    SAME = "by-the-same-checkout"
    CLONE = "by-a-new-clone"
    LOOKED = "by-a-clone-that-looked-before"
    TEAM = "by-a-clone-with-the-same-store"


class Then(StrEnum):
    """What is done in the end. HANDED_OVER: the second checkout suspends the job, and the first resumes it."""

    NOTHING = "and-that-is-all"
    HANDED_OVER = "and-is-handed-over"


# What a person writes into the manifest of a job for which a plan waits, and whether anything was written.
Person = Callable[[Plan, Workspace], bool]


def no_person(plan: Plan, checkout: Workspace) -> bool:
    """headgate gets there without a person."""
    return False


def named_in(action: Action) -> list[str]:
    """The paths of snapshots that a person is shown."""
    return _PATH.findall(f"{action.note} {action.hint}")


@dataclass
class Checkouts:
    """The checkout that makes the first run, the one that makes the next, and who answers a plan that waits."""

    platform: OnFlink
    first: Workspace
    second: Workspace
    rerun: Rerun
    person: Person = no_person
    reverted: bool = False

    @classmethod
    def of(
        cls, root: Path, platform: OnFlink, proxy: FaultProxy, rerun: Rerun, person: Person = no_person
    ) -> Checkouts:
        """Below a folder of the case."""
        store = f"sqlite:///{root}/store.db" if rerun is Rerun.TEAM else ""
        first = Workspace(root / "first", platform, proxy, store=store)
        second = first if rerun is Rerun.SAME else Workspace(root / "second", platform, proxy, store=store)
        return cls(platform, first, second, rerun, person)

    def prepare(self, operation: Operation) -> None:
        """What comes before the operation, by the first checkout."""
        self.first.prepare(operation, looks=self.second if self.rerun is Rerun.LOOKED else None)

    def converge(self, operation: Operation) -> None:
        """The second checkout is run until nothing is left to do."""
        if self.second is not self.first:
            self.second.pull(self.first)
        # What was rolled back by hand is known by the store that it was done with.
        known = operation is not BY_HAND or self._knows
        blocked = self._converge(self.second, operation, operation.again if known else _APPLY)
        if operation is ROLLBACK and not (blocked and self.platform.running()):
            # No run of this checkout knows the previous revision: the job fails, until a person takes the version back.
            self.reverted = True
            self.second.write(ManifestVersion.RUNNING)
            self._converge(self.second, OPERATIONS["restart"], _APPLY)

    def hand_over(self) -> None:
        """The second checkout suspends the job, and the first, whose caches are of another time, resumes it."""
        self.platform.savepoint = ""
        for checkout, version in ((self.second, ManifestVersion.SUSPENDED), (self.first, ManifestVersion.RUNNING)):
            checkout.write(version)
            self._converge(checkout, OPERATIONS["restart"], _APPLY)

    @property
    def _knows(self) -> bool:
        """Has the second checkout the store of the first?"""
        return self.rerun in (Rerun.SAME, Rerun.TEAM)

    def _converge(self, checkout: Workspace, operation: Operation, again: tuple[str, ...]) -> tuple[Action, ...]:
        """What is blocked in the end."""
        said = [f"the first run: {self.first.program.output}"]
        runs, until = 0, time.monotonic() + _ARRIVED
        while runs < _RERUNS:
            self.platform.rest()
            checkout.run(again)
            said.append(checkout.program.output)
            plan = checkout.plan(prune=operation.prunes, delete=operation.deletes)
            if self._over(plan, operation):
                return plan.blocked
            if self._names(plan, checkout) or self.person(plan, checkout):
                runs, again = 0, _APPLY
            elif {action.reason for action in plan.blocked} & _WAITS and time.monotonic() < until:
                time.sleep(0.3)
            else:
                runs += 1
        left = [(action.verb.value, str(action.reason), action.note, action.hint) for action in plan.actions]
        raise AssertionError(f"it does not converge: {left}\n" + "\n----\n".join(said))

    def _names(self, plan: Plan, checkout: Workspace) -> bool:
        """A job that fails again and again, and is to be another: a person names the snapshot that the plan names."""
        waits = [action for action in plan.blocked if action.reason == Reason.IN_TRANSITION]
        named = named_in(waits[0]) if waits and self.reverted and not self.platform.savepoint else []
        if named:
            self.platform.savepoint = f"{{strategy: path, path: '{named[0]}'}}"
            checkout.rewrite()
        return bool(named)

    def _over(self, plan: Plan, operation: Operation) -> bool:
        reasons = [action.reason for action in plan.blocked]
        allowed = [[Reason.REVISION_FAILING] * operation.blocked]
        if operation in (BY_HAND, ROLLBACK) and (self.platform.savepoint or not self._knows):
            # The checkout that is asked knows of no other version, or a person has overruled it: what git says runs.
            allowed.append([])
        return not plan.has_changes and reasons in allowed
