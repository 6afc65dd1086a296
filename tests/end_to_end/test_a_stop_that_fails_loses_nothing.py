"""On a real Flink: a stop that fails, or is lost, is read for what it was, and the upgrade continues."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from headgate import Headgate
from headgate.applying import Patience
from headgate.model.live import JobState
from headgate.model.outcome import Event, Outcome
from headgate.model.plan import Verb
from headgate.providers.flink.adapter import FlinkProvider
from headgate.providers.http import Api
from tests.clusters import Cluster, Repo, counting, eventually
from tests.functions import BAD_CLOSE

pytestmark = pytest.mark.flink


@pytest.fixture
def flag(tmp_path: Path) -> Path:
    """A file that does not exist yet: while it does, the function throws as its task is closed."""
    return tmp_path / "flag"


def with_bad_close(identifier: str, flag: Path, where: str = "") -> str:
    """A manifest of a counting job with that function."""
    call = f"bc(k, '{flag}')"
    written = counting("totals", identifier, select=f"{call}, COUNT(*)", where=where, group=f"GROUP BY {call}")
    function = f"CREATE FUNCTION bc AS 'acme.BadClose' USING JAR '{BAD_CLOSE}';\n  CREATE TABLE numbers"
    return written.replace("CREATE TABLE numbers", function)


def test_a_job_that_fails_while_it_stops_is_upgraded_from_its_savepoint_in_the_same_run(
    repo: Repo, cluster: Cluster, flag: Path
) -> None:
    """Flink made the savepoint first: the job is down, its state is whole, and Flink's warning is passed on."""
    repo.write("jobs/totals.yaml", with_bad_close(repo.project, flag))
    repo.commit()
    assert repo.apply().exit_code == 0
    eventually(lambda: max(cluster.printed(repo.project), default=0) > 20)
    flag.touch()
    repo.write("jobs/totals.yaml", with_bad_close(repo.project, flag, "WHERE v <> 3"))
    repo.commit()

    report = repo.apply()
    flag.unlink()

    [result] = report.results
    assert (report.exit_code, result.outcome) == (0, Outcome.APPLIED), result.detail
    assert "failed as it was stopped" in result.detail
    assert "uncommitted transactions" in result.detail
    # Other tests have had jobs of this name on the same cluster.
    assert [job["state"] for job in cluster.jobs("totals")][-2:] == ["FAILED", "RUNNING"]
    rows = len(cluster.printed(repo.project))
    eventually(lambda: len(cluster.printed(repo.project)) > rows + 20)
    assert cluster.printed(repo.project).count(1) == 1
    assert not repo.plan().has_changes


def test_a_job_that_failed_while_it_stopped_is_no_suspended_job(repo: Repo, cluster: Cluster, flag: Path) -> None:
    """Another process finds the same end in the job itself: the savepoint, with the warning, and state FAILED."""
    repo.write("jobs/totals.yaml", with_bad_close(repo.project, flag))
    repo.commit()
    repo.apply()
    [job_id] = cluster.running("totals")
    flag.touch()
    with Headgate.open(repo.root) as headgate:
        headgate.provider("local").stop_with_savepoint(job_id)
        eventually(lambda: headgate.provider("local").stop_progress(job_id).done)

    with Headgate.open(repo.root) as headgate:
        stopped = headgate.provider("local").stop_progress(job_id)
        [action] = headgate.plan().actions
    flag.unlink()

    assert (stopped.done, stopped.job) == (True, JobState.FAILED)
    assert stopped.warning
    assert action.restore is not None
    assert (action.verb, action.restore.path) == (Verb.SUBMIT, stopped.path)


def test_a_stop_that_the_cluster_took_and_lost_is_asked_for_again(
    repo: Repo, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a failover of the JobManager: answered with 202, unknown from then on, and the job runs."""
    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    repo.commit()
    repo.apply()
    repo.write("jobs/totals.yaml", counting("totals", repo.project, where="WHERE v <> 3"))
    repo.commit()
    asked: list[Mapping[str, Any]] = []
    events: list[Event] = []
    real = Api.call

    def lossy(api: Api, method: str, path: str, **settings: Any) -> Any:
        if path.endswith("/stop"):
            asked.append(settings["body"])
            if len(asked) == 1:
                return {"request-id": settings["body"]["triggerId"]}
        return real(api, method, path, **settings)

    monkeypatch.setattr(Api, "call", lossy)
    with Headgate.open(repo.root) as headgate:
        assert isinstance(headgate.provider("local"), FlinkProvider)
        plan = headgate.plan()
        report = headgate.apply(plan, patience=Patience(settle=60, stable=0.5), listen=events.append)

    assert report.exit_code == 0
    assert len(asked) == 2
    assert asked[0] == asked[1]
    assert any("does not know of the stop" in event.detail for event in events)
