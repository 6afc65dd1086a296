"""What is inside `execute_plan_items` is documented nowhere: it is drawn as far as it goes, or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headgate.errors import Rejected
from headgate.providers.cs.graphs import graph
from headgate.reporting.graph import graph_json, graph_mermaid, graph_text

NODE = {"id": 1, "contents": "source", "parallelism": 2}
DEEP = "[" * 200_000


@pytest.mark.parametrize(
    "node",
    [
        pytest.param({"parallelism": "many"}, id="parallelism-in-words"),
        pytest.param({"parallelism": [2]}, id="parallelism-in-a-list"),
        pytest.param({"parallelism": float("inf")}, id="no-end-of-parallelism"),
        pytest.param({"parallelism": True}, id="parallelism-as-a-flag"),
        pytest.param({"parallelism": -1}, id="negative-parallelism"),
        pytest.param({"inputs": [None, 7, "x", {}]}, id="inputs-that-are-none"),
        pytest.param({"predecessors": {"id": 1}}, id="predecessors-in-a-mapping"),
        pytest.param({"inputs": [{"id": 2, "ship_strategy": ["HASH"]}]}, id="its-own-input"),
        pytest.param({"id": None, "contents": {"a": [1]}}, id="no-id"),
        pytest.param({"contents": None, "name": ["a"], "operator_strategy": 7}, id="no-name"),
    ],
)
@pytest.mark.parametrize("wrap", [lambda nodes: nodes, lambda nodes: {"nodes": nodes}], ids=["list", "plan"])
def test_an_odd_node_is_a_vertex_like_any_other(node: dict[str, Any], wrap: Any) -> None:
    """The graph has both nodes, and every way of showing it works."""
    items = json.dumps(wrap([NODE, {"id": 2, "contents": "sink", **node}]))

    found = graph("50320", "orders", {"execute_plan_items": items})

    assert len(found.vertices) == 2
    assert all(vertex.parallelism >= 1 for vertex in found.vertices)
    assert graph_text(found)
    assert graph_mermaid(found)
    assert json.loads(graph_json(found))


@pytest.mark.parametrize(
    "items", [None, "", "null", "{", "7", '"[]"', "[]", "[7]", "{}", '{"nodes": 7}', '{"plan": []}', DEEP, [], 7, True]
)
def test_what_is_no_graph_is_refused_with_the_name_of_the_job(items: Any) -> None:
    """No trace of what the parser tripped over."""
    with pytest.raises(Rejected, match="no execution plan of job 'orders'"):
        graph("50320", "orders", {"execute_plan_items": items})


@pytest.mark.parametrize("vertices", [None, 7, {}, [None], [{"id": "1", "parallelism": "x"}]])
def test_flinks_job_object_may_be_odd_too(vertices: Any) -> None:
    """One release of the SDK had it in this place."""
    found = graph("50320", "orders", {"vertices": vertices, "plan": {"nodes": [NODE]}})

    assert [(vertex.name, vertex.parallelism) for vertex in found.vertices] == [("source", 2)]
