"""headgate is killed, cut off, throttled or left waiting at every remote step, on a real Flink; then it is run again.

Watched from outside, on the cluster: never two running jobs of one name at any poll, the running count never starts
again, and the final plan is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.local import LocalFlink
from tests.faults.on_flink import STEPS, OnFlink, on_flink
from tests.faults.operations import OPERATIONS, Operation
from tests.faults.proxy import Harm, faulty
from tests.faults.steps import Step
from tests.faults.workspace import Workspace, require_invariants
from tests.providers.flink.conftest import PrivateFlink

pytestmark = pytest.mark.flink

NAMES = ("operation", "step", "harm")
CASES = [
    pytest.param(OPERATIONS[operation], step, harm, id=f"flink-{operation}-{step.name}-{harm}")
    for operation, steps in STEPS.items()
    for step in steps
    for harm in step.harms
]
SAMPLE = [
    case
    for case in CASES
    if case.id in ("flink-restart-submit-reply-lost", "flink-rollback-cancel-killed-after-the-request")
]


@pytest.fixture(scope="module")
def adaptive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateFlink]:
    """A Flink that rescales jobs while they run; started by the first case that asks."""
    made = PrivateFlink(tmp_path_factory.mktemp("adaptive") / ".headgate")
    yield made
    made.down()


@pytest.fixture
def platform(request: pytest.FixtureRequest, operation: Operation) -> Iterator[OnFlink]:
    flink: LocalFlink
    if operation.name == "rescale":
        flink = request.getfixturevalue("adaptive").flink
    else:
        flink = request.getfixturevalue("flink")
    with on_flink(flink) as made:
        yield made


def converges(root: Path, platform: OnFlink, operation: Operation, step: Step, harm: Harm) -> None:
    if step.name == "upload":
        platform.forget_jars()
    with faulty(platform.url, platform.writes) as proxy:
        workspace = Workspace(root, platform, proxy)
        workspace.prepare(operation)
        with workspace.watched() as seen:
            workspace.strike(operation, step, harm)
        require_invariants(workspace, operation, seen)


@pytest.mark.faults
@pytest.mark.parametrize(NAMES, CASES)
def test_a_rerun_converges(tmp_path: Path, platform: OnFlink, operation: Operation, step: Step, harm: Harm):
    """Whatever the first run met, a plain re-run gets there, and nobody saw two copies or a lost count on the way."""
    converges(tmp_path / "repo", platform, operation, step, harm)


@pytest.mark.full
@pytest.mark.parametrize(NAMES, SAMPLE)
def test_a_rerun_converges_in_a_sample(tmp_path: Path, platform: OnFlink, operation: Operation, step: Step, harm: Harm):
    """The suite itself works, whenever it is not asked for."""
    converges(tmp_path / "repo", platform, operation, step, harm)
