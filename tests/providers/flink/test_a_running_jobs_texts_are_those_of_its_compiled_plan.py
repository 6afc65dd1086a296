"""What a running job's own Flink prints of its operators is what the compiled plan says of them."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from tests.providers.flink.jobs import a_project, counting_spec, opened, settled

from headgate.local import LocalFlink
from headgate.model.spec import Sql
from headgate.providers.flink.operator_plans import job_plan
from headgate.providers.flink.operator_texts import OperatorText, operator_text

pytestmark = pytest.mark.flink

SCRIPT = """
    CREATE TABLE orders (id BIGINT, c STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH (
      'connector' = 'datagen', 'rows-per-second' = '5');
    CREATE TABLE counts (c STRING, n BIGINT) WITH ('connector' = 'print');
    CREATE TABLE pairs (c STRING, n BIGINT) WITH ('connector' = 'print');
    INSERT INTO counts SELECT c, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
      WHERE c NOT IN ('a], b', '<br/> &gt; "订"') GROUP BY c, window_start, window_end;
    INSERT INTO pairs SELECT a.c, a.id FROM orders a JOIN orders b ON a.id = b.id AND a.c LIKE '%->%';
    INSERT INTO pairs SELECT c, id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY c ORDER BY id) AS rn FROM orders)
      WHERE rn <= 3"""


def test_every_operator_of_a_running_job_is_read(flink: LocalFlink) -> None:
    """But exchanges, which are edges there."""
    project = a_project()
    provider = opened(flink, project)
    spec = counting_spec("texts", f"{project}-texts", program=Sql(SCRIPT))
    compiled = [operator_text(node["description"]) for node in json.loads(provider.compile(spec).plan)["nodes"]]
    job_id = settled(provider, project, spec)
    try:
        plan = job_plan(provider.detail(job_id))
    finally:
        provider.cancel(job_id)
        provider.close()

    expected = [one for one in compiled if isinstance(one, OperatorText)]
    assert len(expected) == len(compiled)
    assert plan.unread == ()
    assert Counter(one.text for one in plan.operators) == Counter(one for one in expected if one.kind != "Exchange")
    assert all(edge for one in plan.operators for edge in one.inputs)
