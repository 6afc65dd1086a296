"""A compiled plan is JSON: a job carries it with placeholders, and it is run with values that JSON has to escape."""

from __future__ import annotations

import json

from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec, Sql
from headgate.providers.flink.program import body

VALUE = 'pä"ss\\wörd'


def test_a_value_with_quotes_in_it_does_not_break_the_plan() -> None:
    """It stands in the plan as Flink wrote it, escaped; what is carried has the placeholder there."""
    spec = JobSpec("orders", "local", Sql("SELECT '${env:PW}'"), secrets=Secrets({"PW": VALUE}))
    compiled = json.dumps({"nodes": [{"password": VALUE}]}, ensure_ascii=False)

    carried = spec.secrets.put_back_in_json(compiled)
    *_, sent = body(spec, mode="run", compiled=carried)["programArgsList"]

    assert json.loads(carried) == {"nodes": [{"password": "${env:PW}"}]}
    assert json.loads(sent) == {"nodes": [{"password": VALUE}]}
