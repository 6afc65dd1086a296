"""`status` and `graph`: what is live, said the same to people and programs, and unknown said as unknown."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from headgate.model.health import Graph, Health, Vertex
from headgate.model.live import Absent, JobState, Live, Marker, Observed, Remembered, Several, Snapshot, Unknown
from headgate.model.secret import Secrets
from headgate.model.spec import AppliedSpec, Sql
from headgate.reporting import (
    StatusLine,
    graph_json,
    graph_mermaid,
    graph_text,
    status_json,
    status_markdown,
    status_text,
)
from tests.reporting.given import DEGRADED, SPEC, assert_golden, live

STOPPED = live(
    "returns", "5709", JobState.SUSPENDED, word="FINISHED", snapshot=Snapshot("file:/s/savepoint-1", "savepoint")
)
LINES = [
    StatusLine("customers", "local", live("customers"), desired="0123456789abcdef"),
    StatusLine("invoices", "local", live("invoices", "beef"), desired="fedcba9876543210"),
    StatusLine("orders", "local", Several((live("orders", "1"), live("orders", "2")))),
    StatusLine("payouts", "remote", Unknown("no connection")),
    StatusLine("returns", "local", STOPPED),
    StatusLine("shipments", "local", DEGRADED.live or Absent(), secrets=SPEC.secrets),
    StatusLine("vendors", "local", Absent()),
]
GRAPH = Graph(
    "f00d",
    "orders-totals",
    (
        Vertex("a", "Source: orders[1] -> Calc[2]", 4, "RUNNING"),
        Vertex("b", 'GroupAggregate(groupBy=[id], select=["x"])', 4, "RUNNING", (("a", "HASH"),)),
        Vertex("c", "Sink: totals", 1, "RUNNING", (("b", "FORWARD"),)),
        Vertex("d", "Sink: audit", 1, "RUNNING", (("b", "REBALANCE"), ("a", "FORWARD"))),
    ),
)


def test_columns_line_up() -> None:
    """A list of jobs is read down its columns."""
    text = status_text(LINES)

    assert_golden("status.txt", text)


def test_a_table_for_a_comment() -> None:
    """The same rows in Markdown."""
    text = status_markdown(LINES)

    assert_golden("status.md", text)


def test_one_job_says_how_it_is_doing() -> None:
    """Tasks, checkpoints and the last failure are what is looked at first when a job misbehaves."""
    health = Health(JobState.RUNNING, "RUNNING", 3, 4, True, 12, 1, "no route to the broker")

    text = status_text([replace(LINES[0], health=health)])

    assert "not settled: 3/4 tasks running" in text
    assert "12 checkpoints, 1 restart" in text
    assert "last failure: no route to the broker" in text


@pytest.mark.parametrize(
    ("health", "reported"),
    [
        pytest.param(Health(JobState.RUNNING, "R", 1, 1, False, None, 0), "checkpointing is off, 0 restarts", id="off"),
        pytest.param(
            Health(JobState.RUNNING, "R", 1, 1, True, None, 2),
            "checkpointing is on, 2 restarts\n  not reported: checkpoints",
            id="on-and-not-counted",
        ),
        pytest.param(Health(JobState.RUNNING, "R", 1, 1), "not reported: checkpoints, restarts", id="nothing"),
    ],
)
def test_what_a_platform_does_not_tell_is_not_said_to_be_off(health: Health, reported: str) -> None:
    """ "Checkpointing is off" of a job that makes them sends its owner to the wrong place."""
    text = status_text([replace(LINES[0], health=health)])
    [document] = json.loads(status_json([replace(LINES[0], health=health)]))["jobs"]

    assert f"  settled: 1/1 tasks running\n  {reported}\n" in text
    assert ("checkpointing is off" in text) is (health.checkpointing is False)
    found = document["health"]
    assert (found["checkpointing"], found["restarts"]) == (health.checkpointing, health.restarts)


def test_one_job_says_what_it_was_started_from() -> None:
    """Which commit, from which state, after what: the questions that follow "is it running?"."""
    secrets = Secrets({"BUCKET_KEY": "hunter2"})
    marker = Marker(
        "payments", "orders", "feed", "c0ffee", "1d", "s3://hunter2/savepoint-1", "a77e", quarantined="ed17"
    )
    applied = AppliedSpec(Sql("INSERT INTO t SELECT 1"), 4, {}, {})
    snapshot = Snapshot("s3://hunter2/chk-9", "checkpoint", 1_767_225_600_000)
    job = live("orders", "beef", JobState.FAILED, marker=marker, applied=applied, snapshot=snapshot)
    line = StatusLine("orders", "local", job, "feed", Health(JobState.FAILED, "FAILED"), secrets)

    text, comment, document = status_text([line]), status_markdown([line]), json.loads(status_json([line]))["jobs"][0]

    assert_golden("status-of-one.txt", text)
    assert "restored from: s3://${env:BUCKET_KEY}/savepoint-1" in comment
    assert "hunter2" not in json.dumps(document) + text + comment
    assert {key: document[key] for key in ("parallelism", "restored_from", "attempt", "avoids")} == {
        "parallelism": 4,
        "restored_from": "s3://${env:BUCKET_KEY}/savepoint-1",
        "attempt": "a77e",
        "avoids": "ed17",
    }


def test_a_job_that_has_no_marker_says_so() -> None:
    """Nothing is made up about a job that headgate did not start."""
    job = live("adhoc", marker=None)

    text = status_text([StatusLine("adhoc", "local", job, health=Health(JobState.RUNNING, "RUNNING", 1, 1))])

    assert "  has no marker: headgate did not start it" in text.splitlines()
    assert "revision" not in text


def test_programs_get_the_platforms_word_and_ours() -> None:
    """`status` is the same on every platform; `word` is what this one calls it."""
    job = json.loads(status_json([LINES[4]]))["jobs"][0]

    assert (job["status"], job["word"], job["snapshot"]) == ("SUSPENDED", "FINISHED", "file:/s/savepoint-1")


@pytest.mark.parametrize(
    ("observed", "known"),
    [
        pytest.param(live("a"), True, id="running"),
        pytest.param(Absent(), True, id="absent-is-an-answer"),
        pytest.param(Unknown("timeout"), False, id="no-answer"),
        pytest.param(live("a", state=JobState.UNKNOWN), False, id="a-word-nobody-knows"),
        pytest.param(Several((live("a"), live("a", "2"))), False, id="two-where-one-should-be"),
    ],
)
def test_unknown_is_reported_from_absent(observed: Observed, known: bool) -> None:
    """The exit code of `status` depends on it: nobody may take silence for a stopped job."""
    line = StatusLine("a", "local", observed)

    assert line.known is known


def test_a_graph_is_drawn_from_its_sinks() -> None:
    """What a sink gets is read from the top down; a vertex that feeds two sinks is drawn once."""
    text = graph_text(GRAPH)

    assert_golden("graph.txt", text)


def test_a_graph_can_be_pasted_into_a_pull_request() -> None:
    """GitHub draws Mermaid; quotes and brackets in operator names must not end a label."""
    text = graph_mermaid(GRAPH)

    assert_golden("graph.mmd", text)


def test_a_graph_is_also_data() -> None:
    """Vertices keep the platform's order and name their inputs."""
    document = json.loads(graph_json(GRAPH))

    assert [vertex["id"] for vertex in document["vertices"]] == ["a", "b", "c", "d"]
    assert document["vertices"][3]["inputs"] == [{"id": "b", "ship": "REBALANCE"}, {"id": "a", "ship": "FORWARD"}]


def test_a_graph_reported_in_part_is_drawn_all_the_same() -> None:
    """A loop, or an input the platform did not list, must not make `graph` fail or leave a vertex out."""
    loop = Graph(
        "1", "loop", (Vertex("a", "A", 1, "", (("b", ""), ("gone", ""))), Vertex("b", "B", 1, "", (("a", ""),)))
    )

    text = graph_text(loop)

    assert text == "loop (1)\nA x1\n└─ B x1\n   └─ A x1 (drawn above)"


# A platform that numbers its nodes, knows no ways of shipping, joins a table with itself and names nothing in English.
_ELSEWHERE = Graph(
    "task 7",
    "明细 [1]",
    (
        Vertex("1", "来源\n表", 2, "运行中"),
        Vertex("3 4", "", 2, "", (("1", ""), ("1", "广播"))),
    ),
)


@pytest.mark.parametrize(
    ("render", "name"),
    [(graph_text, "graph-elsewhere.txt"), (graph_mermaid, "graph-elsewhere.mmd"), (graph_json, "graph-elsewhere.json")],
    ids=["text", "mermaid", "json"],
)
def test_a_graph_of_any_platform_is_drawn(render: Callable[[Graph], str], name: str) -> None:
    """Ids, names, states and ways of shipping are words of the platform: nothing in them is relied on."""
    assert_golden(name, render(_ELSEWHERE))


def test_a_job_without_vertices_says_so() -> None:
    """An empty picture looks like a bug; some platforms show a plan only while the job runs."""
    nothing = Graph("7", "orders")

    assert graph_text(nothing) == "orders (7)\nThe platform tells no vertices of this job."
    assert json.loads(graph_json(nothing))["vertices"] == []


def test_a_very_long_chain_is_drawn_to_its_end() -> None:
    """A script of many statements on a platform that chains nothing."""
    chain = tuple(Vertex(str(n), f"v{n}", 1, "", ((str(n - 1), ""),) if n else ()) for n in range(3000))

    assert len(graph_text(Graph("1", "chain", chain)).splitlines()) == 3001


@pytest.mark.parametrize(
    ("line", "note", "known"),
    [
        pytest.param({}, "", True, id="never-ran"),
        pytest.param({"last_seen": JobState.RUNNING}, "job f00 was RUNNING when last seen", False, id="ran"),
        pytest.param({"last_seen": JobState.RUNNING, "suspended": True}, "RUNNING", True, id="to-be-suspended"),
        pytest.param({"last_seen": JobState.SUSPENDED}, "was SUSPENDED when last seen", True, id="was-suspended"),
        pytest.param({"left_traces": True}, "storage shows that it ran there", False, id="left-traces"),
    ],
)
def test_a_job_that_its_target_forgot_is_not_shown_like_one_that_never_ran(
    line: dict[str, Any], note: str, known: bool
):
    """ABSENT without a word, and exit 0, would read as if nothing were amiss."""
    if "last_seen" in line:
        line = line | {"last_seen": Remembered("local", Live("f00", "orders", line["last_seen"]), 1000)}

    absent = StatusLine("orders", "local", Absent(), **line)

    assert note in status_text([absent])
    assert (not note) == ("forgotten" not in status_text([absent]))
    assert absent.known is known
