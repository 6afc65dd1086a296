"""headgate is killed, cut off, throttled or left waiting at every remote step, on a real Flink; then it is run again.

The run after it is made by the checkout of the first run or by another one. Watched from outside, on the cluster: never
two running jobs of one name at any poll, the running count never starts again, and the final plan is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.local import LocalFlink
from tests.faults.checkouts import Checkouts, Rerun
from tests.faults.on_flink import STEPS, OnFlink, on_flink
from tests.faults.operations import OPERATIONS, Operation
from tests.faults.pairing import USUAL_SEED, seed
from tests.faults.proxy import Harm, faulty
from tests.faults.steps import Step
from tests.faults.wire import wire_cases
from tests.faults.workspace import require_invariants
from tests.providers.flink.conftest import PrivateFlink

pytestmark = pytest.mark.flink

NAMES = ("operation", "step", "harm", "rerun")
KNOWN = [("flink", OPERATIONS[operation], step) for operation, steps in STEPS.items() for step in steps]
Made = tuple[Operation, Step, Harm, Rerun]


def cases(seed: int) -> list[Made]:
    return [
        (operation, step, harm, rerun)
        for (_, operation, step), harm, rerun in wire_cases(KNOWN, tuple(Rerun), seed=seed)
    ]


def named(made: list[Made]) -> list[object]:
    return [pytest.param(*case, id=f"flink-{case[0].name}-{case[1].name}-{case[2]}-{case[3]}") for case in made]


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


def converges(root: Path, platform: OnFlink, operation: Operation, step: Step, harm: Harm, rerun: Rerun) -> None:
    if step.name == "upload":
        platform.forget_jars()
    with faulty(platform.url, platform.writes) as proxy:
        checkouts = Checkouts.of(root, platform, proxy, rerun)
        checkouts.prepare(operation)
        with checkouts.first.watched() as seen:
            checkouts.first.strike(operation, step, harm)
            checkouts.converge(operation)
        require_invariants(checkouts.first, operation, seen)


@pytest.mark.faults
@pytest.mark.parametrize(NAMES, named(cases(seed())))
def test_a_rerun_converges(
    tmp_path: Path, platform: OnFlink, operation: Operation, step: Step, harm: Harm, rerun: Rerun
):
    """Whatever the first run met, a plain re-run gets there, and nobody saw two copies or a lost count on the way."""
    converges(tmp_path, platform, operation, step, harm, rerun)


@pytest.mark.full
@pytest.mark.parametrize(NAMES, named(cases(USUAL_SEED)[47:150:64]))
def test_a_rerun_converges_in_a_sample(
    tmp_path: Path, platform: OnFlink, operation: Operation, step: Step, harm: Harm, rerun: Rerun
):
    """The suite itself works, whenever it is not asked for."""
    converges(tmp_path, platform, operation, step, harm, rerun)
