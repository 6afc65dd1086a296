"""headgate is killed, cut off, throttled or left waiting at every remote step, on every simulator; then run again.

Watched from outside at every moment: never two copies of a job, never a copy that lost its state without consent; and
in the end nothing is left to do. A few cases run with all other tests too, so that the suite itself is seen to work.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.operations import DELETE, OPERATIONS, ManifestVersion, Operation
from tests.faults.pairing import seed
from tests.faults.platforms import SIMULATED, Simulated
from tests.faults.proxy import Harm, faulty
from tests.faults.steps import Step, expected, recorded
from tests.faults.wire import wire_cases
from tests.faults.workspace import Workspace, asked_by, require_invariants

KNOWN = [
    (platform, OPERATIONS[operation], step)
    for platform in SIMULATED
    for operation, steps in recorded(platform).items()
    for step in steps
]
CASES = [(*known, harm) for known, harm, _ in wire_cases(KNOWN, [()], seed=seed())]


def _id(case: tuple[str, Operation, Step, Harm]) -> str:
    platform, operation, step, harm = case
    return f"{platform}-{operation.name}-{step.name}-{harm}"


NAMES = ("platform", "operation", "step", "harm")
# Each harm, at one write after another.
SAMPLE = [
    next((*known, harm) for known in KNOWN if known[:2] == (platform, OPERATIONS[operation]) and harm in known[2].harms)
    for platform in SIMULATED
    for operation, harm in [
        ("restart", Harm.KILL_AFTER_REQUEST),
        ("restart", Harm.GATEWAY_ERROR),
        ("resume", Harm.LOSE_REPLY),
        ("rollback", Harm.UNAVAILABLE),
        ("rollback-by-hand", Harm.LOSE_REPLY),
        ("submit", Harm.REFUSE),
    ]
]
# The deletion is the last write.
SAMPLE += [
    [(*known, harm) for known in KNOWN if known[:2] == (platform, DELETE) and harm in known[2].harms][-1]
    for platform in SIMULATED
    for harm in (Harm.KILL_AFTER_REQUEST, Harm.LOSE_REPLY)
]


@pytest.fixture
def platform(request: pytest.FixtureRequest) -> Iterator[Simulated]:
    with SIMULATED[request.param]() as made:
        yield made


def converges(root: Path, platform: Simulated, operation: Operation, step: Step, harm: Harm) -> None:
    with faulty(platform.url, platform.writes, deaf=0.5) as proxy:
        workspace = Workspace(root, platform, proxy)
        workspace.prepare(operation)
        with workspace.watched() as seen:
            workspace.strike(operation, step, harm)
            workspace.rerun(operation)
        require_invariants(workspace, operation, seen)


@pytest.mark.faults
@pytest.mark.parametrize(
    ("platform", "operation", "step", "harm"),
    [pytest.param(*case, id=_id(case)) for case in CASES],
    indirect=["platform"],
)
def test_a_rerun_converges(tmp_path: Path, platform: Simulated, operation: Operation, step: Step, harm: Harm):
    """Whatever the first run met, a plain re-run gets there, and nobody saw two copies or lost state on the way."""
    converges(tmp_path / "repo", platform, operation, step, harm)


@pytest.mark.full
@pytest.mark.parametrize(
    ("platform", "operation", "step", "harm"),
    [pytest.param(*case, id=_id(case)) for case in SAMPLE],
    indirect=["platform"],
)
def test_a_rerun_converges_in_a_sample(
    tmp_path: Path, platform: Simulated, operation: Operation, step: Step, harm: Harm
):
    """The suite itself works, whenever it is not asked for."""
    converges(tmp_path / "repo", platform, operation, step, harm)


@pytest.mark.full
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize("name", SIMULATED)
def test_every_step_is_known(tmp_path: Path, name: str, operation: Operation):
    """A run without a fault asks what was recorded: an adapter that asks something new is put under fault there, too.

    `python -m tests.faults.steps` records again.
    """
    with SIMULATED[name]() as platform:
        assert asked_by(tmp_path / "repo", platform, operation) == expected(name, operation.name)


@pytest.mark.parametrize("platform", SIMULATED, indirect=True)
def test_a_definition_that_is_deleted_while_its_job_runs_is_seen(tmp_path: Path, platform: Simulated):
    """The suite would not pass over it."""
    with faulty(platform.url, platform.writes) as proxy:
        workspace = Workspace(tmp_path / "repo", platform, proxy)
        workspace.write(ManifestVersion.RUNNING)
        assert workspace.run(("apply", "--yes")) == 0, workspace.program.output
    platform.moved()

    platform.defined = set
    platform.moved()

    with pytest.raises(AssertionError):
        platform.require_state(consented=0)
