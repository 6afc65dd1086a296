"""A platform that fails after it has started a job answers as if it had not: nothing is started beside that job.

Until a person has looked, every run says so and does nothing; after that a plain re-run gets there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.model.reasons import Reason
from tests.faults.operations import OPERATIONS, Operation
from tests.faults.platforms import SIMULATED
from tests.faults.proxy import faulty
from tests.faults.workspace import Workspace, require_invariants

CASES = [
    (platform, OPERATIONS[operation])
    for platform in ("dinky",)
    for operation in ("submit", "restart", "resume", "cancel", "rescale", "rollback", "rollback-by-hand")
]


@pytest.mark.full
@pytest.mark.parametrize(("name", "operation"), CASES, ids=[f"{name}-{one.name}" for name, one in CASES])
def test_an_unclear_start_is_left_to_a_person(tmp_path: Path, name: str, operation: Operation):
    """Neither repeated nor rolled back: one copy at most, at every moment, and its state is there in the end."""
    with SIMULATED[name]() as platform, faulty(platform.url, platform.writes) as proxy:
        workspace = Workspace(tmp_path / "repo", platform, proxy)
        workspace.prepare(operation)
        assert platform.stumbles is not None
        platform.stumbles()
        with workspace.watched() as seen:
            codes = [workspace.run(operation.command), workspace.run(operation.again), workspace.run(operation.again)]
            waiting = workspace.plan()
            platform.looked()
            workspace.rerun(operation)
        require_invariants(workspace, operation, seen)

    assert codes[0] == 3
    assert 0 not in codes
    assert [action.reason for action in waiting.blocked] == [Reason.LIVE_UNKNOWN]
