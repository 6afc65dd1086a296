"""Flink checks the limits of an option without naming it: what it throws leads to the line of the key all the same."""

from __future__ import annotations

import pytest
from tests.providers.flink.jobs import a_project, opened

from headgate.local import LocalFlink
from headgate.model.spec import JobSpec, Source, Sql
from headgate.providers.flink.refusals import StatementRejected

pytestmark = pytest.mark.flink

SCRIPT = """\
CREATE TABLE moments (since TIMESTAMP_LTZ(3)) WITH ('connector' = 'datagen');
CREATE TABLE texts (word STRING) WITH ('connector' = 'blackhole');
INSERT INTO texts SELECT CAST(since AS STRING) FROM moments"""


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("table.local-time-zone", "Foo/Bar", "Invalid time zone"),
        ("pipeline.max-parallelism", "0", "maximum parallelism must be greater than 0"),
        ("pipeline.max-parallelism", "99999", "must be between 1 and 32768"),
        ("execution.checkpointing.interval", "1 ms", "Checkpoint interval must be larger"),
        ("execution.checkpointing.max-concurrent-checkpoints", "0", "must be at least one"),
    ],
)
def test_a_value_that_flink_refuses_is_shown_at_its_key(flink: LocalFlink, key: str, value: str, message: str) -> None:
    """The statements are in order, and a person who is sent there finds nothing to mend."""
    places = {"execution.checkpointing.timeout": "jobs/a.yaml:3:3", key: "jobs/a.yaml:4:3"}
    config = {"execution.checkpointing.timeout": "5 min", key: value}
    spec = JobSpec("a", "local", Sql(SCRIPT), config=config, source=Source("jobs/a.yaml", 1, 1, settings=places))
    provider = opened(flink, a_project())

    with pytest.raises(StatementRejected) as refused:
        provider.compile(spec)
    provider.close()

    assert message in refused.value.problem
    assert (refused.value.where, refused.value.hint) == ("jobs/a.yaml:4:3", "")
