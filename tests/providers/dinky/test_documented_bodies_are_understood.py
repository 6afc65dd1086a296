"""The bodies of Dinky's own documentation, read and written by the adapter as it reads and writes all others.

`documented/` holds them as the pages `getJobPlan` and `submitTask` of the open API give them: examples, where there are
any, and the descriptions that stand in for values elsewhere. Numbers and booleans are texts in both.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.providers.dinky.given import asked, job, options

from headgate.errors import OutcomeUnknown, Unavailable
from headgate.model.plan import Restore, RestoreKind
from headgate.model.spec import JobSpec, Savepoint, Sql, Strategy
from headgate.providers.definitions.provider import DefinitionProvider as DinkyProvider
from headgate.providers.dinky import instance_details
from headgate.providers.dinky import spec as task_spec
from headgate.providers.dinky.envelope import judge
from headgate.providers.dinky.names import Names
from headgate.providers.dinky.task_note import Note
from headgate.providers.dinky.wire import Started, Task, document, text
from headgate.providers.http import Reply
from headgate.testing.contract import started, stopped, submission
from headgate.testing.dinky import DinkySimulator
from headgate.testing.server import Request, Response

FOLDER = Path(__file__).parent / "documented"


def documented(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return body


class NoNames(Names):
    """Nothing is called anything: bodies have ids."""

    def __init__(self) -> None:
        """Nobody is asked."""


def spec_of(body: dict[str, Any], **changes: Any) -> JobSpec:
    """The spec that a task amounts to, as `import` writes it."""
    applied = task_spec.applied(Task.read(body), NoNames(), Note())
    assert applied is not None
    latest = Savepoint(Strategy.LATEST)
    spec = JobSpec(text(body["name"]), "dinky", applied.program, applied.parallelism, latest, applied.config)
    return replace(spec, **{"options": applied.options, **changes})


@pytest.mark.parametrize("mode", ["Local", "standalone", "ys", "kubernetes-application"])
def test_the_documented_task_is_read_and_written_back_unchanged(mode: str) -> None:
    """Every key keeps its value, texts that spell booleans among them: nothing differs, so nothing is written."""
    body = documented("get_job_plan_request") | {"type": mode}
    spec = spec_of(body)

    wanted = task_spec.wanted_fields(spec, spec.options, note=body["note"])

    assert task_spec.differing(body, wanted) == {}
    assert body | task_spec.differing(body, wanted) == body


def test_the_documented_task_is_read_as_it_is_meant() -> None:
    """What each of its fields becomes in a manifest."""
    body = documented("get_job_plan_request")

    spec = spec_of(body | {"type": "standalone"})

    assert spec.program == Sql("SELECT * FROM table\n")
    assert (spec.name, spec.parallelism, spec.savepoint) == ("Name", 4, Savepoint(Strategy.LATEST))
    assert spec.config == {"test": "test"}
    assert spec.options == {
        "type": "standalone",
        "clusterId": 1,
        "envId": 1,
        "alertGroupId": 7001,
        "batchModel": True,
        "statementSet": False,
        "udfConfig": {"templateId": 1, "selectKeys": [{}], "className": "className_6pfjd"},
    }


@pytest.mark.parametrize(
    ("changes", "written"),
    [
        ({"parallelism": 5}, {"parallelism": 5}),
        ({"config": {"test": "test", "a": "b"}}, {"configJson"}),
        ({"savepoint": Savepoint(Strategy.NONE)}, {"savePointStrategy": 0}),
        ({"program": Sql("INSERT INTO a SELECT 1")}, {"statement": "INSERT INTO a SELECT 1"}),
    ],
    ids=["parallelism", "config", "strategy", "statement"],
)
def test_one_change_writes_one_field(changes: dict[str, Any], written: Any) -> None:
    """And all of configJson, which is one column."""
    body = documented("get_job_plan_request")
    spec = spec_of(body, **changes)

    differing = task_spec.differing(body, task_spec.wanted_fields(spec, spec.options, note=body["note"]))

    assert (differing if isinstance(written, dict) else set(differing)) == written
    if "configJson" in differing:
        udf = body["configJson"]["udfConfig"]
        pairs = [{"key": "a", "value": "b"}, {"key": "test", "value": "test"}]
        assert differing["configJson"] == {"udfConfig": udf, "udfRefer": [], "customConfig": pairs}


def test_a_body_of_nothing_but_descriptions_is_no_task() -> None:
    """Where the documentation gives texts for values, they are not mistaken for values."""
    body = documented("get_job_plan_request_described")

    with pytest.raises(Unavailable, match="not what this API documents"):
        Task.read(body)
    fields = task_spec.fields_of(body | {"id": "6"})

    assert (fields["parallelism"], fields["envId"], fields["alertGroupId"]) == (None, -1, -1)
    assert (fields["fragment"], fields["batchModel"], fields["type"]) == (False, False, "local")
    assert fields["configJson"]["customConfig"] == {"key": "value"}


def test_the_documented_demo_is_planned(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Its keys `useStatementSet` and `configuration` are no fields of a task; a dialect it would need."""
    demo = documented("get_job_plan_demo_request")
    spec = job(program=Sql(demo["statement"]), parallelism=demo["parallelism"])

    without_dialect = asked(dinky, "POST", "/openapi/getJobPlan", body=demo).json()
    with_dialect = asked(dinky, "POST", "/openapi/getJobPlan", body=demo | {"dialect": "FlinkSql"}).json()

    assert (without_dialect["code"], with_dialect["code"]) == (5, 0)
    assert provider.compiled_form.vertices(spec) == tuple(node["id"] for node in with_dialect["data"]["nodes"])
    assert instance_details.graph("1", "demo", with_dialect["data"]).vertices[1].inputs


def test_the_documented_answer_of_a_plan_has_no_graph_in_it() -> None:
    """It describes the Java object that carries it: an envelope all the same, and no vertices."""
    answer = documented("get_job_plan_answer_described")

    assert instance_details.graph("1", "demo", document(answer["data"])).vertices == ()
    assert judge(Reply(200, {}, json.dumps(answer), answer), False) is not None
    assert judge(Reply(200, {}, "{}", answer | {"code": "0"}), False) is None


def test_a_start_is_asked_for_as_it_is_documented(
    dinky: DinkySimulator, provider: DinkyProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same keys, a number for the id, a text for the path, an object for the variables."""
    example, honest, sent = documented("submit_task_request"), dinky.answer, dict[str, Any]()

    def answer(request: Request) -> Response:
        sent.update(request.json if request.path == "/openapi/submitTask" else {})
        return honest(request)

    monkeypatch.setattr(dinky, "answer", answer)
    spec = job(options=options(fragment=True, variables={"day": "monday"}))
    ended = stopped(provider, started(provider, spec))
    dinky.engine.snapshots[example["savePointPath"]] = 0
    started(provider, spec, live=ended, restore=Restore(RestoreKind.SAVEPOINT, example["savePointPath"]))

    assert {key: type(value) for key, value in sent.items()} == {key: type(value) for key, value in example.items()}
    assert sent["savePointPath"] == example["savePointPath"]
    assert sent["variables"] == {"day": "monday"}


def test_the_documented_answer_of_a_start_is_read_key_by_key() -> None:
    """Descriptions are no success; with values in their places, spelled as texts, it is one."""
    data = documented("submit_task_answer_described")["data"]

    described = Started.read(data)
    reported = Started.read(data | {"success": "true", "jobInstanceId": "8001", "error": None})
    from_here = Started.read(data | {"jobConfig": data["jobConfig"] | {"savePointPath": None}})

    assert (described.success, described.instance_id) == (False, None)
    assert (reported.success, reported.instance_id, reported.error) == (True, 8001, "")
    assert reported.restored == data["jobConfig"]["savePointPath"]
    assert from_here.restored == ""


def test_a_described_start_is_never_taken_for_a_start(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Over the wire: an answer that names no job instance leaves it open what runs."""
    answer = documented("submit_task_answer_described") | {"code": 0}
    answer["data"] |= {"error": None}
    dinky.fail(at="submitTask", response=Response(200, answer))

    with pytest.raises(OutcomeUnknown, match="without naming a job"):
        provider.submit(submission(job()))
