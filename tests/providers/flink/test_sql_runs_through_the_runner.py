"""What the runner promises the adapter, on a real Flink: plans come back, mistakes have a place."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from headgate.local import LocalFlink
from headgate.providers.flink.rejection import is_duplicate
from headgate.providers.flink.runner import ENTRY_CLASS, JAR, content_name

pytestmark = pytest.mark.flink

ORDERS = ("execute", "CREATE TABLE orders (k INT, amount BIGINT) WITH ('connector'='datagen')")
COUNTS = ("execute", "CREATE TABLE counts (k INT, total BIGINT) WITH ('connector'='blackhole')")
SUMS = ("execute", "CREATE TABLE sums (k INT, total BIGINT) WITH ('connector'='blackhole')")
COUNT = ("insert", "INSERT INTO counts SELECT k, COUNT(*) FROM orders GROUP BY k")
SUM = ("insert", "INSERT INTO sums SELECT k, SUM(amount) FROM orders GROUP BY k")
SETTINGS = {
    "pipeline.name": "orders-totals",
    "pipeline.global-job-parameters": "headgate.owner:payments",
    "parallelism.default": "2",
    "pipeline.max-parallelism": "64",
    "execution.checkpointing.interval": "7 s",
}

Pair = tuple[str, str]


class Runner:
    """The runner's jar, uploaded to a Flink."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        sent = client.post("/jars/upload", files={"jarfile": (content_name(), JAR.read_bytes())}).json()
        self._jar = sent["filename"].rpartition("/")[2]

    def call(self, endpoint: str, *pairs: Pair, **body: Any) -> httpx.Response:
        arguments = ["compile" if endpoint == "plan" else "run", *(part for pair in pairs for part in pair)]
        body = {"entryClass": ENTRY_CLASS, "programArgsList": arguments, **body}
        return self._client.post(f"/jars/{self._jar}/{endpoint}", json=body)

    def plan(self, *pairs: Pair, **body: Any) -> dict[str, Any]:
        answer = self.call("plan", *pairs, **body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["plan"])

    def get(self, path: str) -> dict[str, Any]:
        return dict(self._client.get(path).json())

    def running(self, *pairs: Pair) -> Iterator[str]:
        job = uuid.uuid4().hex
        answer = self.call("run", *pairs, jobId=job, flinkConfiguration=SETTINGS)
        assert answer.status_code == 200, answer.text
        try:
            yield job
        finally:
            self._client.patch(f"/jobs/{job}", params={"mode": "cancel"})


@pytest.fixture(scope="module")
def runner(flink: LocalFlink) -> Iterator[Runner]:
    with httpx.Client(base_url=flink.url, trust_env=False, timeout=60) as client:
        yield Runner(client)


def renumbered(compiled: str, by: int) -> str:
    plan = json.loads(compiled)
    for node in plan["nodes"]:
        node["id"] += by
    for edge in plan["edges"]:
        edge["source"] += by
        edge["target"] += by
    return json.dumps(plan)


def vertices(plan: dict[str, Any]) -> set[str]:
    return {node["id"] for node in plan["nodes"]}


def test_the_compiled_plan_comes_back_as_the_name(runner: Runner) -> None:
    """The plan endpoint has no other field that a program can write."""
    answer = runner.plan(ORDERS, COUNTS, SUMS, COUNT, SUM, ("set", "table.exec.state.ttl=1 h"))

    compiled = json.loads(answer["name"])

    states = [state for node in compiled["nodes"] for state in node.get("state", [])]
    assert [state["ttl"] for state in states] == ["1 h", "1 h"]
    assert len(answer["nodes"]) == 3


def test_vertex_ids_follow_from_the_node_ids_of_the_plan(runner: Runner) -> None:
    """State is found again by vertex id, so ids that are carried over must give the vertices they gave before."""
    first = runner.plan(ORDERS, COUNTS, COUNT)
    compiled_again = runner.plan(ORDERS, COUNTS, COUNT)

    carried = runner.plan(("plan", first["name"]))
    renamed = runner.plan(("plan", renumbered(first["name"], by=1000)))

    assert vertices(carried) == vertices(first)
    assert vertices(renamed).isdisjoint(vertices(first))
    assert vertices(compiled_again).isdisjoint(vertices(first))


@pytest.mark.parametrize("from_plan", [False, True], ids=["from-inserts", "from-a-compiled-plan"])
def test_settings_of_the_job_take_effect(runner: Runner, from_plan: bool) -> None:
    """Name, marker, parallelism and checkpoints are given beside the SQL, whichever way it is run."""
    compiled = ("plan", runner.plan(ORDERS, COUNTS, COUNT)["name"])
    pairs = [compiled] if from_plan else [ORDERS, COUNTS, COUNT]

    for job in runner.running(*pairs):
        settings = runner.get(f"/jobs/{job}/config")
        checkpoints = runner.get(f"/jobs/{job}/checkpoints/config")
        overview = runner.get(f"/jobs/{job}")

    assert settings["name"] == "orders-totals"
    assert settings["execution-config"]["user-config"] == {"headgate.owner": "payments"}
    assert checkpoints["interval"] == 7000
    assert {(each["parallelism"], each["maxParallelism"]) for each in overview["vertices"]} == {(2, 64)}


@pytest.mark.parametrize("endpoint", ["plan", "run"])
@pytest.mark.parametrize(
    ("pairs", "place", "words"),
    [
        pytest.param([("execute", "CREATE TABL x"), COUNTS], 0, 'Encountered "TABL"', id="syntax"),
        pytest.param([ORDERS, COUNTS, COUNT, SUM], 3, "sums", id="unknown-sink"),
        pytest.param([COUNTS, ("insert", "INSERT INTO counts SELECT k, 1 FROM nope")], 1, "'nope'", id="table"),
        pytest.param(
            [ORDERS, COUNTS, ("set", "table.exec.state.ttl=soon"), COUNT], 2, "table.exec.state.ttl", id="set"
        ),
        pytest.param([("plan", "{}")], 0, "plan", id="plan"),
        pytest.param([("whisper", "x")], 0, "unknown kind of statement: whisper", id="kind"),
    ],
)
def test_a_failure_names_its_statement(
    runner: Runner, endpoint: str, pairs: list[Pair], place: int, words: str
) -> None:
    """The adapter maps the number to a line of the user's file."""
    answer = runner.call(endpoint, *pairs)

    complaint = "\n".join(answer.json()["errors"])

    assert answer.status_code in {400, 500}
    assert f"Caused by: java.lang.RuntimeException: headgate: statement {place} failed\n" in complaint
    assert words in complaint


def test_a_refused_submission_is_no_statements_fault(runner: Runner) -> None:
    """A job id that is taken says that another run was first, not that the SQL is wrong."""
    for job in runner.running(ORDERS, COUNTS, COUNT):
        answer = runner.call("run", ORDERS, COUNTS, COUNT, jobId=job)

    assert is_duplicate(answer.text)
    assert "headgate: statement" not in answer.text


def test_without_an_insert_there_is_nothing_to_run(runner: Runner) -> None:
    """DDL alone is no job, and Flink's own words for that are about an execute() nobody wrote."""
    answer = runner.call("run", ORDERS, COUNTS)

    complaint = answer.text

    assert "headgate: no INSERT statement to run" in complaint


@pytest.mark.parametrize("written", ["batch", "BATCH"])
def test_batch_mode_is_honoured(runner: Runner, written: str) -> None:
    """The mode is fixed before the first statement runs, wherever it is asked for."""
    bounded = ("execute", "CREATE TABLE few (k INT) WITH ('connector'='datagen', 'number-of-rows'='10')")
    count = ("insert", "INSERT INTO counts SELECT k, COUNT(*) FROM few GROUP BY k")

    set_in_sql = runner.plan(bounded, COUNTS, count, ("set", f"execution.runtime-mode={written}"))
    configured = runner.plan(bounded, COUNTS, count, flinkConfiguration={"execution.runtime-mode": written})

    for answer in (set_in_sql, configured):
        assert any("HashAggregate" in node["description"] for node in answer["nodes"])
