"""CommitJob turns automatic tuning on or off, and no saved job reports which: it is sent where git says so."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.providers.foas.bench import FoasBench

from headgate.errors import OutcomeUnknown, Unavailable
from headgate.testing.contract import converged, from_savepoint, started, stopped, submission
from headgate.testing.foas import FoasSimulator

SCALE = {"autoscale": {"maxCU": 40.0}}


@pytest.fixture
def bench() -> Iterator[FoasBench]:
    with FoasSimulator() as platform:
        platform.checkpoint_after = 1
        made = FoasBench(platform)
        yield made
        made.close()


def test_tuning_that_somebody_turned_on_stays_on(bench: FoasBench):
    """A restart commits the job again, and a manifest that says nothing about tuning leaves it alone."""
    spec = bench.spec("orders")
    ended = stopped(bench.provider, started(bench.provider, spec))
    bench.platform.jobs["orders"].autoscale = {"isOnOff": "true", "maxCU": "12"}

    started(bench.provider, replace(spec, parallelism=2), live=ended, restore=from_savepoint(ended))

    assert bench.platform.jobs["orders"].autoscale == {"isOnOff": "true", "maxCU": "12"}


def test_tuning_that_leaves_git_is_turned_off_wherever_the_run_was_cut_off(bench: FoasBench):
    """The saved job says nothing of it any more when the commit comes; the previous revision still does."""
    spec = bench.spec("orders")
    tuned = replace(spec, options=SCALE)
    ended = stopped(bench.provider, started(bench.provider, tuned))
    assert bench.platform.jobs["orders"].autoscale["isOnOff"] == "true"
    wanted = submission(spec, live=ended, restore=from_savepoint(ended))

    bench.platform.refuse(10, at="^PUT .*/commit")
    with contextlib.suppress(OutcomeUnknown, Unavailable):
        bench.again().submit(wanted)
    bench.platform.speak()
    converged(bench.again(), wanted)

    assert bench.platform.jobs["orders"].autoscale == {"isOnOff": "false"}
