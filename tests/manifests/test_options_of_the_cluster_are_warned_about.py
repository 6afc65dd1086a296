"""An option of the cluster does nothing in a job's config on a session cluster; a value is judged where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.model.warnings import WarningCode
from headgate.project import load
from tests.manifests.given import JOB, Repo, at

DINKY = 'provider: dinky, url: "http://127.0.0.1:8888", username: a, password: b'
FLINK = 'provider: flink, url: "http://127.0.0.1:8081"'


def warned(tmp_path: Path, config: str, *, statement: str = "INSERT INTO t SELECT 1", target: str = FLINK) -> list[str]:
    """The places of the options that are warned about."""
    (tmp_path / "jobs").mkdir()
    file = tmp_path / "headgate.yaml"
    defaults = "defaults: {config: {rest.port: 8082}}\n"
    file.write_text(f"project: payments\ntargets: {{it: {{{target}}}}}\n{defaults}", "utf-8")
    options = "options: {type: local}\n" if target == DINKY else ""
    text = f"name: orders\nstatement: |\n  {statement}\nconfig: {{{config}}}\n{options}"
    (tmp_path / "jobs" / "orders.yaml").write_text(text, "utf-8")
    project = load(file=file, environ={})
    return [one.where for one in project.warnings if one.code is WarningCode.OPTION_WITHOUT_EFFECT]


def test_each_is_reported_where_it_is_written(tmp_path: Path) -> None:
    """In the job, in the defaults, and in a SET."""
    places = warned(
        tmp_path,
        "taskmanager.numberOfTaskSlots: 4, jobmanager.memory.process.size: 1g, state.backend.type: rocksdb",
        statement="SET 'heartbeat.timeout' = '1 min'; INSERT INTO t SELECT 1",
    )

    assert sorted(places) == [
        "headgate.yaml:3:21",
        "jobs/orders.yaml:3:3",
        "jobs/orders.yaml:4:10",
        "jobs/orders.yaml:4:44",
    ]


@pytest.mark.parametrize(
    "config",
    [
        "execution.checkpointing.interval: 30s",
        "jobmanager.adaptive-batch-scheduler.max-parallelism: 4",
        "metrics.latency.interval: 1s",
        "task.cancellation.interval: 1s",
        "my.own.key: 1",
    ],
)
def test_what_a_job_may_set_is_not(tmp_path: Path, config: str) -> None:
    """Also by the name it had before; and an option that is not known is not reported."""
    assert warned(tmp_path, config) == ["headgate.yaml:3:21"]


def test_a_platform_that_starts_a_cluster_for_the_job_is_not_warned_about(tmp_path: Path) -> None:
    """There the options are read."""
    assert warned(tmp_path, "taskmanager.numberOfTaskSlots: 4", target=DINKY) == []


def test_a_value_that_no_flink_reads_is_a_mistake_at_its_line(repo: Repo) -> None:
    """A dash is no underscore to Flink: the job could not be started again."""
    key = "execution.checkpointing.externalized-checkpoint-retention"
    expected = "expected one of DELETE_ON_CANCELLATION, NO_EXTERNALIZED_CHECKPOINTS, RETAIN_ON_CANCELLATION"

    mistakes = repo.job_mistakes(JOB + f"config:\n  {key}: retain-on-cancellation\n")

    assert mistakes == [at("7:62", f"{expected} for `{key}`, found text 'retain-on-cancellation'")]


def test_a_value_that_is_set_in_the_sql_is_judged_too(repo: Repo) -> None:
    """At its SET."""
    sql = "  SET 'table.exec.state.ttl' = 'soon';\n  INSERT INTO c SELECT b FROM a;\n"

    mistakes = repo.job_mistakes(f"name: orders\nstatement: |\n{sql}")

    assert mistakes == [at("3:3", "expected a duration such as 30s for `table.exec.state.ttl`, found text 'soon'")]
