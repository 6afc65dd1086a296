"""Without checkpoints the first failure of a job loses its state: that is said before it is started."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.topology import Compiled
from headgate.model.warnings import WarningCode
from headgate.planning import CompatibilityReport
from tests.planning.given import EDITED, ORDERS, TOPOLOGY, planned, running

KEEPS = replace(TOPOLOGY, keeps_state=True)


def codes(checkpointing: bool | None, *, keeps_state: bool = True) -> list[WarningCode]:
    """The warnings about a first start that compiles like that."""
    topology = replace(TOPOLOGY, keeps_state=keeps_state)
    found = planned(ORDERS, compatibility=CompatibilityReport(Compiled("{}", topology, checkpointing=checkpointing)))
    return [one.code for one in found.warnings]


def test_a_first_start_is_warned_about_with_its_job_and_what_to_write() -> None:
    """The moment at which it costs nothing."""
    found = planned(ORDERS, compatibility=CompatibilityReport(Compiled("{}", KEEPS, checkpointing=False)))

    [warning] = found.warnings
    assert (warning.code, warning.jobs) == (WarningCode.CHECKPOINTING_OFF, ("orders",))
    assert "execution.checkpointing.interval" in warning.hint


@pytest.mark.parametrize(
    ("checkpointing", "keeps_state"),
    [
        pytest.param(True, True, id="checkpoints-are-on"),
        pytest.param(None, True, id="not-known"),
        pytest.param(False, False, id="nothing-to-lose"),
    ],
)
def test_nothing_is_said_where_that_is_not_so_or_not_known(checkpointing: bool | None, keeps_state: bool) -> None:
    """A warning that is wrong once is not read twice."""
    assert codes(checkpointing, keeps_state=keeps_state) == []


def test_a_restart_is_warned_about_and_a_job_that_is_kept_is_not() -> None:
    """A loop does not say it every minute; an edit of the job is warned about."""
    made = CompatibilityReport(Compiled("{}", KEEPS, checkpointing=False), KEEPS)

    restarted, kept = (
        planned(EDITED, running(ORDERS), compatibility=made),
        planned(ORDERS, running(ORDERS), compatibility=made),
    )

    assert [one.code for one in restarted.warnings] == [WarningCode.CHECKPOINTING_OFF]
    assert kept.warnings == ()
