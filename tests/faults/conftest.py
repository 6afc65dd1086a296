"""The line that `tests/run.sh --faults` ends with."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count the fault cases that were run, if any."""

    def counted(outcome: str) -> int:
        reports = terminalreporter.stats.get(outcome, [])
        return sum(1 for report in reports if "faults" in getattr(report, "keywords", {}))

    passed, failed = counted("passed"), counted("failed") + counted("error")
    if passed or failed:
        terminalreporter.write_line(f"fault cases: {passed} passed, {failed} failed")
