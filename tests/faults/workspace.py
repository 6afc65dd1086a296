"""A project folder whose one target is a platform behind the proxy, and what must hold whatever happens."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from headgate import Headgate
from headgate.model.plan import Plan
from headgate.model.reasons import Reason
from tests.faults.operations import CANCEL, Leaves, ManifestVersion, Operation
from tests.faults.platforms import Platform
from tests.faults.program import Program
from tests.faults.proxy import KILLS, Fault, FaultProxy, Harm, faulty
from tests.faults.steps import Recorded, Step, summary

# As many as headgate repeats a request: the harm outlasts its patience with one.
LASTING = 4
# Seconds for an answer, where nothing is the matter but a busy machine.
_AMPLE = 30.0
# Another project, and the name of its job.
THEIRS = "billing"
# A run that finds a job on its way somewhere leaves it alone, and the next run goes on.
_RERUNS = 3


@dataclass
class Seen:
    """What was seen of the job at every look: how many copies ran, and what starts their state had survived."""

    copies: list[int] = field(default_factory=list)
    ages: list[int] = field(default_factory=list)


class Workspace:
    """The folder, the platform and the program."""

    def __init__(self, root: Path, platform: Platform, proxy: FaultProxy, *, store: str = "") -> None:
        self.root = root
        self._store = f"store: '{store}'\n" if store else ""
        self.platform = platform
        self.proxy = proxy
        self._project = platform.project
        (root / "jobs").mkdir(parents=True)
        subprocess.run(["git", "init", "-q", "--template=", str(root)], check=True)
        self._give(_AMPLE)
        self._version = ManifestVersion.GONE
        self.program = Program(root, platform.environ, hurried=platform.hurried)
        proxy.seen = platform.moved

    def _give(self, timeout: float) -> None:
        """Let headgate wait so long for an answer."""
        target = self.platform.target(self.proxy.url, timeout)
        text = f"project: {self._project}\ntargets: {{there: {target}}}\nsafety: {{settle_time: 100ms}}\n"
        (self.root / "headgate.yaml").write_text(text + self._store, "utf-8")

    def write(self, version: ManifestVersion) -> None:
        """Let git ask for this."""
        self._version = version
        file = self.root / "jobs" / "job.yaml"
        if version is ManifestVersion.GONE:
            # An empty folder prunes nothing: another job is left in git, which asks for nothing.
            file.unlink(missing_ok=True)
            other = self.platform.manifest(ManifestVersion.SUSPENDED).replace(
                f"name: {self.platform.job}", "name: another"
            )
            (file.parent / "another.yaml").write_text(other, "utf-8")
        else:
            file.write_text(self.platform.manifest(version), "utf-8")

    def rewrite(self) -> None:
        """Let git ask for the same, with what a person has added since."""
        self.write(self._version)

    def pull(self, other: Workspace) -> None:
        """Have the manifests that the other checkout has."""
        self._version = other._version
        shutil.rmtree(self.root / "jobs")
        shutil.copytree(other.root / "jobs", self.root / "jobs")

    def prepare(self, operation: Operation, *, looks: Workspace | None = None) -> None:
        """Everything that comes before the operation, and the manifest that asks for it; another checkout may look."""
        if operation.deletes:
            self._leave_a_definition_of_another_project()
        for version in operation.before:
            self.write(version)
            code = self.run(("apply", "--yes"))
            assert code == 0, self.program.output
            plan = self.plan()
            assert not plan.has_changes, self.program.output
            if version is ManifestVersion.RUNNING:
                self.platform.has_state()
            if looks:
                looks.pull(self)
                looks.plan()
        if operation.asks is not ManifestVersion.AS_BEFORE:
            self.write(operation.asks)

    def _leave_a_definition_of_another_project(self) -> None:
        """That of a job which has stopped: nothing but its marker says whose it is."""
        self._project, mine = THEIRS, self._project
        self._give(_AMPLE)
        theirs = self.platform.manifest(ManifestVersion.RUNNING)
        (self.root / "jobs" / "job.yaml").write_text(theirs.replace(f"name: {self.platform.job}", f"name: {THEIRS}"))
        assert self.run(("apply", "--yes")) == 0, self.program.output
        self.write(ManifestVersion.GONE)
        assert self.run(("apply", "--yes", "--prune")) == 0, self.program.output
        shutil.rmtree(self.root / ".headgate")
        self._project = mine
        self._give(_AMPLE)

    def run(self, command: tuple[str, ...]) -> int:
        """The exit code of a command of headgate's, in which JOB stands for the name of the job."""
        return self.program.run(*(self.platform.job if word == "JOB" else word for word in command))

    def plan(self, *, prune: bool = False, delete: bool = False) -> Plan:
        """What a person would be reported now."""
        with mock.patch.dict("os.environ", self.platform.environ), Headgate.open(self.root) as headgate:
            return headgate.plan(prune=prune, delete=delete)

    def strike(self, operation: Operation, step: Step, harm: Harm) -> None:
        """Run the operation, and do the harm."""
        self._give(self.platform.patience if harm is Harm.HANG else _AMPLE)
        times = 1 if harm in KILLS else LASTING
        fault = self.proxy.arm(step.fault(harm, times, self.program.kill))
        code = self.run(operation.command)
        assert fault.struck.is_set(), f"{step} was never asked: {self.proxy.asked} {self.program.output}"
        assert harm not in KILLS or code == -9
        self.proxy.disarm()
        self._give(_AMPLE)

    def under(self, fault: Fault, proxy: FaultProxy, command: tuple[str, ...]) -> int:
        """The exit code of a command that meets a loss; returns when that is over."""
        proxy.arm(fault)
        code = self.run(command)
        assert fault.struck.is_set(), f"the step was never asked: {proxy.asked} {self.program.output}"
        assert fault.over.wait(120), "what was lost did not come back"
        proxy.disarm()
        return code

    def rerun(self, operation: Operation) -> None:
        """Run again until the plan says that nothing is left to do."""
        said = [self.program.output]
        for _ in range(_RERUNS):
            self.run(operation.again)
            said.append(self.program.output)
            plan = self.plan(prune=operation.prunes, delete=operation.deletes)
            if converged(plan, operation):
                return
        left = [(action.verb.value, str(action.reason), action.note) for action in plan.actions]
        raise AssertionError(f"it does not converge: {left}\n" + "\n----\n".join(said))

    @contextmanager
    def watched(self) -> Iterator[Seen]:
        """The job as it is seen from outside, at every poll while the block runs."""
        seen, over = Seen(), threading.Event()

        def poll() -> None:
            while not over.wait(0.005 if self.platform.hurried else 0.1):
                seen.copies.append(self.platform.copies())
                seen.ages += self.platform.ages()

        thread = threading.Thread(target=poll)
        thread.start()
        try:
            yield seen
        finally:
            over.set()
            thread.join()


def converged(plan: Plan, operation: Operation) -> bool:
    """Is nothing left to do, and nothing unclear but a version that is known not to work?"""
    reasons = [action.reason for action in plan.blocked]
    return not plan.has_changes and reasons == [Reason.REVISION_FAILING] * operation.blocked


def require_invariants(workspace: Workspace, operation: Operation, seen: Seen) -> None:
    """Never two copies, state never lost but by consent, and in the end what was asked for."""
    platform = workspace.platform
    assert seen.copies
    assert max(seen.copies) <= 1
    assert len(platform.running()) == (operation.leaves is not Leaves.NOTHING)
    ages = [*seen.ages, *platform.ages()]
    if operation.leaves is Leaves.FRESH:
        assert set(ages) <= {0}
    else:
        assert ages == sorted(ages)
        assert operation.leaves is Leaves.NOTHING or not ages or ages[-1] > 0
    platform.require_state(consented=int(operation is CANCEL))
    if operation.deletes:
        assert THEIRS in platform.definitions()
        assert platform.job not in platform.definitions()


def asked_by(root: Path, platform: Platform, operation: Operation) -> Recorded:
    """What an operation asks of a platform when nothing is the matter."""
    with faulty(platform.url, platform.writes) as proxy:
        workspace = Workspace(root, platform, proxy)
        workspace.prepare(operation)
        proxy.listen()
        with workspace.watched() as seen:
            workspace.run(operation.command)
        asked = summary(proxy.asked, platform.writes)
        plan = workspace.plan(prune=operation.prunes, delete=operation.deletes)
        assert converged(plan, operation), f"{operation.name}: {workspace.program.output}"
        require_invariants(workspace, operation, seen)
    return asked
