"""A JobManager, with and without high availability, or a TaskManager is lost at every remote step, on a real Flink.

The run after it is made by the checkout of the first run or by another one, with caches of its own. Watched from
outside, on the cluster and on its disk: never two copies, the count never continues from less than the newest snapshot
has, and in the end what was asked for runs, or the plan named the newest snapshot to a person, who wrote it down.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import chosen_flink
from tests.faults.checkouts import Rerun, Then
from tests.faults.flink_processes import FlinkProcesses
from tests.faults.losses import Case, First, cases, survives
from tests.faults.on_flink import STEPS
from tests.faults.on_processes import OnProcesses, on_processes
from tests.faults.operations import ROLLBACK
from tests.faults.pairing import USUAL_SEED, seed
from tests.faults.proxy import Harm, Moment

pytestmark = pytest.mark.flink

CASES = [pytest.param(case, id=case.id) for case in cases(seed())]
# The job that was to be rolled back is ended and forgotten, and headgate is killed before it starts the one before.
LOST_IN_ITS_ROLLBACK = Case(
    ROLLBACK,
    next(step for step in STEPS["rollback"] if step.name == "submit-again"),
    Harm.JM_FAILOVER,
    Moment.BEFORE,
    First.KILLED,
    Rerun.TEAM,
    Then.NOTHING,
)
# Of every loss four, at one operation after another; the same at every run.
SAMPLE = [pytest.param(case, id=case.id) for case in (LOST_IN_ITS_ROLLBACK, *cases(USUAL_SEED)[4::10])]


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlinkProcesses]:
    """Without high availability: a new JobManager knows no jobs."""
    made = FlinkProcesses(tmp_path_factory.mktemp("forgetful"), available=False, flink=chosen_flink())
    yield made
    made.end()


@pytest.fixture(scope="module")
def available(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlinkProcesses]:
    """With high availability: a new JobManager recovers the jobs."""
    made = FlinkProcesses(tmp_path_factory.mktemp("available"), available=True, flink=chosen_flink())
    yield made
    made.end()


@pytest.fixture
def platform(request: pytest.FixtureRequest, case: Case) -> Iterator[OnProcesses]:
    flink: FlinkProcesses = request.getfixturevalue("available" if case.available else "forgetful")
    with on_processes(flink, scheduler=case.scheduler) as made:
        yield made


@pytest.mark.faults
@pytest.mark.parametrize("case", CASES)
def test_a_rerun_converges(tmp_path: Path, platform: OnProcesses, case: Case):
    """Whatever was lost, the next runs get there, and no state older than the newest snapshot was restored."""
    survives(tmp_path, platform, case)


@pytest.mark.full
@pytest.mark.parametrize("case", SAMPLE)
def test_a_rerun_converges_in_a_sample(tmp_path: Path, platform: OnProcesses, case: Case):
    """The suite itself works, whenever it is not asked for."""
    survives(tmp_path, platform, case)
