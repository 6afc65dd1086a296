"""On a real Flink: a stop that fails, or is lost, is read for what it was, and the upgrade continues."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from headgate import Headgate
from headgate.applying import Patience
from headgate.local.flink_home import find_flink
from headgate.model.live import JobState
from headgate.model.outcome import Event, Outcome
from headgate.model.plan import Verb
from headgate.providers.flink.adapter import FlinkProvider
from headgate.providers.http import Api
from tests.clusters import Cluster, Repo, counting, eventually
from tests.conftest import chosen_flink

pytestmark = pytest.mark.flink

BAD_CLOSE = """\
package acme;
public class BadClose extends org.apache.flink.table.functions.ScalarFunction {
  public Integer eval(Integer v) { return v; }
  @Override public void close() throws Exception {
    if (new java.io.File("FLAG").exists()) throw new RuntimeException("close fails");
  }
}
"""


@pytest.fixture
def bad_close(tmp_path: Path) -> tuple[Path, Path]:
    """A jar with a function whose `close` throws while a file exists, and that file, which does not exist yet."""
    source, flag, jar = tmp_path / "BadClose.java", tmp_path / "flag", tmp_path / "badclose.jar"
    source.write_text(BAD_CLOSE.replace("FLAG", str(flag)), "utf-8")
    libraries = ":".join(str(one) for one in find_flink(chosen_flink()).lib.glob("*.jar"))
    subprocess.run(["javac", "--release", "11", "-cp", libraries, "-d", tmp_path / "out", source], check=True)
    subprocess.run(["jar", "cf", jar, "-C", tmp_path / "out", "acme"], check=True)
    return jar, flag


def test_a_job_that_fails_while_it_stops_is_upgraded_from_its_savepoint_in_the_same_run(
    repo: Repo, cluster: Cluster, bad_close: tuple[Path, Path]
) -> None:
    """Flink made the savepoint first: the job is down, its state is whole, and Flink's warning is passed on."""
    jar, flag = bad_close

    def job(where: str) -> str:
        function = f"CREATE FUNCTION bc AS 'acme.BadClose' USING JAR '{jar}';\n  CREATE TABLE numbers"
        told = counting("totals", repo.project, select="bc(k), COUNT(*)", where=where, group="GROUP BY bc(k)")
        told = told.replace("CREATE TABLE numbers", function)
        return told.replace("interval: 500ms", f"interval: 500ms, pipeline.classpaths: '{jar.as_uri()}'")

    repo.write("jobs/totals.yaml", job(""))
    repo.commit()
    assert repo.apply().exit_code == 0
    eventually(lambda: max(cluster.printed(repo.project), default=0) > 20)
    flag.touch()
    repo.write("jobs/totals.yaml", job("WHERE v <> 3"))
    repo.commit()

    report = repo.apply()
    flag.unlink()

    [result] = report.results
    assert (report.exit_code, result.outcome) == (0, Outcome.APPLIED)
    assert "failed as it was stopped" in result.detail
    assert "uncommitted transactions" in result.detail
    assert [job["state"] for job in cluster.jobs("totals")] == ["FAILED", "RUNNING"]
    rows = len(cluster.printed(repo.project))
    eventually(lambda: len(cluster.printed(repo.project)) > rows + 20)
    assert cluster.printed(repo.project).count(1) == 1
    assert not repo.plan().has_changes


def test_a_job_that_failed_while_it_stopped_is_no_suspended_job(
    repo: Repo, cluster: Cluster, bad_close: tuple[Path, Path]
) -> None:
    """Another process finds the same end in the job itself: the savepoint, with the warning, and state FAILED."""
    jar, flag = bad_close
    told = counting("totals", repo.project, select="bc(k), COUNT(*)", group="GROUP BY bc(k)")
    told = told.replace(
        "CREATE TABLE numbers", f"CREATE FUNCTION bc AS 'acme.BadClose' USING JAR '{jar}';\n  CREATE TABLE numbers"
    ).replace("interval: 500ms", f"interval: 500ms, pipeline.classpaths: '{jar.as_uri()}'")
    repo.write("jobs/totals.yaml", told)
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
