"""From git to the adaptive scheduler: an edited parallelism is no restart, and a bound is reported before it is met."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.clusters import Cluster, Repo, counting, eventually

from headgate.local import LocalFlink
from headgate.model.outcome import Outcome
from headgate.model.plan import Verb
from headgate.model.reasons import Reason

pytestmark = pytest.mark.flink


def test_an_edited_parallelism_is_applied_to_the_job_as_it_runs(adaptive: LocalFlink, tmp_path: Path):
    """The same job, its count going on; what somebody else asks of the cluster is undone; too wide is not tried."""
    cluster = Cluster(adaptive)
    repo = Repo(tmp_path / "repo", adaptive.url)

    def write(parallelism: int) -> None:
        repo.write("jobs/totals.yaml", counting("totals", repo.project, parallelism=parallelism))

    write(1)
    [first] = repo.apply().results
    eventually(lambda: max(cluster.printed(repo.project), default=0) > 20)

    write(3)
    [action] = repo.plan().actions
    [wide] = repo.apply().results
    assert (action.verb, action.restore) == (Verb.RESCALE, None)
    assert (wide.outcome, wide.job_id) == (Outcome.APPLIED, first.job_id)
    assert not repo.plan().has_changes

    asked = cluster.call("GET", f"/jobs/{first.job_id}/resource-requirements")
    for each in asked.values():
        each["parallelism"]["upperBound"] = 2
    cluster.call("PUT", f"/jobs/{first.job_id}/resource-requirements", asked)
    [drifted] = eventually(lambda: [action for action in repo.plan().actions if action.verb is Verb.RESCALE])
    assert [(change.before, change.after) for change in drifted.changes] == [(2, 3)]
    assert [result.outcome for result in repo.apply().results] == [Outcome.APPLIED]

    write(200)
    [above] = repo.plan().actions
    assert (above.verb, above.reason) == (Verb.BLOCKED, Reason.ABOVE_MAX_PARALLELISM)

    assert cluster.running("totals") == [first.job_id]
    assert cluster.printed(repo.project).count(1) == 1
    cluster.cancel(first.job_id)
