"""What is inside a graph is documented nowhere in full: it is drawn as far as it goes, or refused.

Cloud Stream has a text in `execute_plan_items`; one release of its SDK had Flink's job object in its place, as DLI has.
Where that has no vertices, DLI draws them from a text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from headgate.errors import Rejected
from headgate.model.health import Graph
from headgate.providers.cs import graphs as cs
from headgate.providers.dli import graphs as dli
from headgate.providers.dli.job import DliJob
from headgate.reporting.graph import graph_json, graph_mermaid, graph_text

NODE = {"id": "1", "contents": "source", "parallelism": 2}
DEEP = "[" * 200_000
ROW: dict[str, Any] = {"job_id": 148, "name": "orders", "status": "job_running", "job_type": dli.OPEN_SOURCE}
ODD_NODES: dict[str, dict[str, Any]] = {
    "parallelism-in-words": {"parallelism": "many"},
    "parallelism-in-a-list": {"parallelism": [2]},
    "no-end-of-parallelism": {"parallelism": float("inf")},
    "parallelism-as-a-flag": {"parallelism": True},
    "negative-parallelism": {"parallelism": -1},
    "inputs-that-are-none": {"inputs": [None, 7, "x", {}, {"id": "gone"}]},
    "inputs-in-a-mapping": {"inputs": {"id": 1}, "predecessors": {"id": 1}},
    "its-own-input": {"inputs": [{"id": "2", "ship_strategy": ["HASH"]}]},
    "no-name": {"contents": None, "name": ["a"], "operator_strategy": 7, "maxParallelism": None},
}


def of_dli(answer: Any, stream: str = "") -> Graph:
    api: Any = SimpleNamespace(execute_graph=lambda job_id: answer, stream_graph=lambda job_id, asked: stream)
    return dli.graph_of(api, DliJob.of({**ROW, "job_config": {"flink_version": "1.12", "parallel_number": 1}}))


DRAWN: dict[str, Callable[[list[Any]], Graph]] = {
    "cs-list": lambda nodes: cs.graph("148", "orders", {"execute_plan_items": json.dumps(nodes)}),
    "cs-plan": lambda nodes: cs.graph("148", "orders", {"execute_plan_items": json.dumps({"nodes": nodes})}),
    "cs-flink": lambda nodes: cs.graph("148", "orders", {"vertices": nodes, "plan": {"nodes": nodes}}),
    "dli-flink": lambda nodes: of_dli({"state": "RUNNING", "vertices": nodes, "plan": {"nodes": nodes}}),
    "dli-text": lambda nodes: of_dli({}, json.dumps({"nodes": nodes})),
}


@pytest.mark.parametrize("form", DRAWN)
@pytest.mark.parametrize("node", ODD_NODES)
def test_an_odd_node_is_a_vertex_like_any_other(form: str, node: str) -> None:
    """The graph has both nodes, no line leads to one that is none, and every way of showing it works."""
    found = DRAWN[form]([NODE, None, 7, {"id": "2", "contents": "sink", **ODD_NODES[node]}])

    assert [vertex.id for vertex in found.vertices] == ["1", "2"]
    assert all(vertex.parallelism >= 1 for vertex in found.vertices)
    assert all(source in ("1", "2") for vertex in found.vertices for source, _ in vertex.inputs)
    assert graph_text(found)
    assert graph_mermaid(found)
    assert json.loads(graph_json(found))


@pytest.mark.parametrize(
    "items", [None, "", "null", "{", "7", '"[]"', "[]", "[7]", "{}", '{"nodes": 7}', '{"plan": []}', DEEP, [], 7, True]
)
def test_what_is_no_graph_is_refused_with_the_name_of_the_job(items: Any) -> None:
    """No trace of what the parser tripped over; on DLI the job is one vertex then."""
    with pytest.raises(Rejected, match="no execution plan of job 'orders'"):
        cs.graph("148", "orders", {"execute_plan_items": items})
    text = items if isinstance(items, str) else ""
    for whole in (of_dli({"vertices": items, "plan": items}), of_dli({"plan": {"nodes": items}}, text)):
        assert [(vertex.name, vertex.parallelism) for vertex in whole.vertices] == [("orders", 1)]


def test_a_plan_without_vertices_is_drawn() -> None:
    """Whatever stands in the place of the vertices; a node without an id is shown by its place."""
    odd: tuple[Any, ...] = (None, 7, {}, [None], [{"id": "1", "parallelism": "x"}])
    for vertices in odd:
        found = cs.graph("148", "orders", {"vertices": vertices, "plan": {"nodes": [NODE, {"name": ""}]}})
        assert [(vertex.id, vertex.parallelism) for vertex in found.vertices] == [("1", 2), ("2", 1)]
