"""The cases in which a part of Flink is lost at a remote step, and what has to come of each.

headgate is run again, by the same checkout or by another one, until nothing is left to do. Only a JobManager without
high availability, which has forgotten what ran, may leave a plan that waits for a person: the plan then names the
newest snapshot there is, and with that in the manifest the job goes on; where there is none, with consent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from headgate.model.plan import Plan
from headgate.model.reasons import Reason
from tests.clusters import eventually
from tests.faults.checkouts import Checkouts, Rerun, Then, named_in
from tests.faults.on_flink import STEPS
from tests.faults.on_processes import OnProcesses
from tests.faults.operations import CANCEL, OPERATIONS, Leaves, Operation
from tests.faults.pairing import paired
from tests.faults.proxy import LOSSES, FaultProxy, Harm, Moment, faulty
from tests.faults.steps import Step
from tests.faults.workspace import Workspace


class First(StrEnum):
    """What becomes of the first run."""

    LIVES = "which-lives"
    KILLED = "which-is-killed"


@dataclass(frozen=True, slots=True)
class Case:
    operation: Operation
    step: Step
    harm: Harm
    moment: Moment
    first: First
    rerun: Rerun
    then: Then

    @property
    def id(self) -> str:
        words = (self.operation.name, self.step.name, self.harm, self.moment, self.first, self.rerun, self.then)
        return "-".join(["flink", *words])

    @property
    def available(self) -> bool:
        """Is it about a Flink with high availability?"""
        return self.harm is Harm.JM_FAILOVER

    @property
    def scheduler(self) -> str:
        return "Adaptive" if self.operation.name == "rescale" else "Default"


def cases(seed: int) -> list[Case]:
    """Every remote step with every loss; the rest is paired. Those that share a cluster come one after the other."""
    steps = [(OPERATIONS[operation], step) for operation, known in STEPS.items() for step in known]
    rows = [(operation, step, harm) for harm in LOSSES for operation, step in steps]
    words = [(operation.name, step.name, harm.value) for operation, step, harm in rows]
    levels = paired(words, (tuple(Moment), tuple(First), tuple(Rerun), tuple(Then)), seed=seed)
    made = [Case(*row, *chosen) for row, chosen in zip(rows, levels, strict=True)]
    return sorted(made, key=lambda case: (case.available, case.scheduler))


@dataclass
class Answers:
    """What a person says for a job that its cluster forgot: what the plan names, or consent where nothing is left."""

    platform: OnProcesses
    case: Case
    consented: int

    def __call__(self, plan: Plan, checkout: Workspace) -> bool:
        waits = [action for action in plan.blocked if action.reason == Reason.NOTHING_TO_RESTORE]
        if self.case.harm is not Harm.JM_RESTARTED or not waits or self.platform.savepoint:
            return False
        words, named = f"{waits[0].note} {waits[0].hint}", named_in(waits[0])
        newest = self.platform.counts.newest
        if newest is None:
            assert not named, f"what is named is not there: {words}"
            self.platform.savepoint = "{strategy: none}"
            self.consented += 1
        else:
            assert named, f"{newest.folder} is there, and not named: {words}"
            assert Path(named[0].removeprefix("file:")) == newest.folder, f"{newest.folder} is newer than {words}"
            self.platform.savepoint = f"{{strategy: path, path: '{named[0]}'}}"
        checkout.rewrite()
        return True


def survives(root: Path, platform: OnProcesses, case: Case) -> None:
    """Never two copies, never an older state than the newest snapshot's, and in the end what was asked for."""
    operation = case.operation
    if case.step.name == "upload":
        platform.forget_jars()
    # The manifest consents to each start, and a JobManager that forgets the first makes it two.
    starts = 2 if case.harm is Harm.JM_RESTARTED else 1
    person = Answers(platform, case, consented=starts if operation is CANCEL else 0)
    with faulty(platform.url, platform.writes) as proxy:
        checkouts = Checkouts.of(root, platform, proxy, case.rerun, person)
        with checkouts.first.watched() as seen:
            checkouts.prepare(operation)
            _strike(checkouts.first, platform, proxy, case)
            checkouts.converge(operation)
            _require(platform, runs=operation.leaves is not Leaves.NOTHING)
            if case.then is Then.HANDED_OVER and not operation.prunes:
                checkouts.hand_over()
                _require(platform, runs=True)
        assert max(seen.copies) == 1
        platform.counts.require(consented=person.consented, forgotten=case.harm is Harm.JM_RESTARTED)


def _strike(checkout: Workspace, platform: OnProcesses, proxy: FaultProxy, case: Case) -> None:
    """The operation, and the loss."""
    kill = checkout.program.kill if case.first is First.KILLED else lambda: None
    fault = case.step.fault(case.harm, 1, kill)
    fault.moment, fault.lose = case.moment, lambda: platform.lose(case.harm)
    code = checkout.under(fault, proxy, case.operation.command)
    assert case.first is First.LIVES or code == -9


def _require(platform: OnProcesses, *, runs: bool) -> None:
    """One copy that goes on counting, or none."""
    assert len(platform.running()) == runs
    if runs:
        before = platform.counts.rows
        eventually(lambda: platform.counts.rows > before + 5)
