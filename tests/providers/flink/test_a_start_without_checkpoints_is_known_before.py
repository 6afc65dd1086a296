"""Whether a job will take checkpoints is read from its manifest and the cluster before it is started."""

from __future__ import annotations

from typing import Any

import pytest
from tests.providers.flink.jobs import a_project, counting_spec, opened

from headgate.errors import Unavailable
from headgate.local import LocalFlink
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.providers.flink.cluster import Cluster

INTERVAL = "execution.checkpointing.interval"
PLAIN = JobSpec("orders", "local", Sql("INSERT INTO t SELECT a FROM s"))


class Api:
    """Stands in for a cluster that is configured like this; None: its gateway does not answer."""

    def __init__(self, configuration: dict[str, str] | None) -> None:
        self._configuration = configuration

    def read(self, path: str) -> Any:
        assert path == "/jobmanager/config"
        if self._configuration is None:
            raise Unavailable("no connection")
        return [{"key": key, "value": value} for key, value in self._configuration.items()]


@pytest.mark.parametrize(
    ("spec", "configuration", "on"),
    [
        pytest.param(PLAIN, {"rest.port": "8081"}, False, id="not-set"),
        pytest.param(PLAIN, {INTERVAL: "1 min"}, True, id="the-cluster-does"),
        pytest.param(PLAIN, {}, None, id="a-gateway-hides-the-configuration"),
        pytest.param(PLAIN, None, None, id="the-cluster-does-not-answer"),
        pytest.param(
            JobSpec("orders", "local", PLAIN.program, config={INTERVAL: "10 s"}), {"a": "b"}, True, id="the-manifest"
        ),
        pytest.param(
            JobSpec("orders", "local", Sql(f"SET '{INTERVAL}' = '1 s'; INSERT INTO t SELECT a FROM s")),
            {"a": "b"},
            None,
            id="the-script-may-set-it",
        ),
        pytest.param(JobSpec("orders", "local", Jar("a.jar")), {"a": "b"}, None, id="a-program-may-set-it"),
    ],
)
def test_checkpoints_are_off_only_where_that_is_known(
    spec: JobSpec, configuration: dict[str, str] | None, on: bool | None
) -> None:
    """Unknown is no reason to warn."""
    assert Cluster(Api(configuration)).checkpoints(spec) is on  # type: ignore[arg-type]


@pytest.mark.flink
def test_a_real_cluster_says_so_when_a_statement_is_compiled(flink: LocalFlink) -> None:
    """A running count keeps state; a filter keeps none."""
    provider = opened(flink, a_project())
    counting = counting_spec("counting", "counting")
    script = """
        CREATE TABLE numbers (k INT) WITH ('connector' = 'datagen');
        CREATE TABLE sink (k INT) WITH ('connector' = 'blackhole');
        INSERT INTO sink SELECT k FROM numbers WHERE k > 3"""

    on = provider.compile(counting)
    off = provider.compile(JobSpec("counting", "local", counting.program))
    filtering = provider.compile(JobSpec("filtering", "local", Sql(script)))
    provider.close()

    assert on.topology is not None
    assert filtering.topology is not None
    assert (on.checkpointing, off.checkpointing, filtering.checkpointing) == (True, False, False)
    assert (on.topology.keeps_state, filtering.topology.keeps_state) == (True, False)
