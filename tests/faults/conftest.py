"""The line that `tests/run.sh --faults` ends with."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.faults.pairing import seed

_OUTCOMES: dict[str, bool] = {}
_IS_ONE = ("fault case", True)


def pytest_itemcollected(item: pytest.Item) -> None:
    """The fault cases are those that are marked so; the suite's own tests are none."""
    if item.get_closest_marker("faults"):
        item.user_properties.append(_IS_ONE)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A case that cannot be set up, or torn down, has failed, too. Reported here by every process that runs some."""
    if _IS_ONE in report.user_properties and (report.when == "call" or not report.passed):
        _OUTCOMES[report.nodeid] = report.passed and _OUTCOMES.get(report.nodeid, True)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Count the fault cases that were run, if any: the last word of the run."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if _OUTCOMES and reporter is not None:
        passed, failed = _counted(_OUTCOMES.values())
        reporter.write_line(f"the seed was {seed()}: HEADGATE_FAULT_SEED={seed()} runs the same cases again")
        reporter.write_line(f"fault cases: {passed} passed, {failed} failed")


def _counted(outcomes: Iterable[bool]) -> tuple[int, int]:
    reported = list(outcomes)
    return reported.count(True), reported.count(False)
