"""The execution plan of a job as a graph.

The API reference gives it as a JSON document inside a string, `execute_plan_items`, whose inside is not documented;
Flink's own plan (`nodes` with `predecessors`) and a plain list of nodes are understood. One release of the SDK had
Flink's job object in its place (`vertices`, `plan`), which is read too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from headgate.errors import Rejected
from headgate.model.health import Graph, Vertex
from headgate.providers.answer_fields import number

_NAMES = ("name", "contents", "description", "operator", "operator_name", "type", "pact")
_INPUTS = ("inputs", "predecessors")


def graph(job_id: str, name: str, payload: Mapping[str, Any]) -> Graph:
    """Read the payload of `execute_graph`. Raises Rejected where there is nothing that looks like a graph."""
    plan = _parsed(payload.get("execute_plan_items")) if "execute_plan_items" in payload else payload
    running = {str(one.get("id")): one for one in _nodes(payload.get("vertices"))}
    inner = plan.get("plan") if isinstance(plan, Mapping) else None
    nodes = _nodes(inner if isinstance(inner, Mapping) else plan) or list(running.values())
    if not nodes:
        raise Rejected(f"the platform shows no execution plan of job {name!r} now", where=f"job {job_id}")
    vertices = tuple(_vertex(place, node, running) for place, node in enumerate(nodes, start=1))
    known = {vertex.id for vertex in vertices}
    return Graph(job_id, name, tuple(_linked(vertex, known) for vertex in vertices))


def _parsed(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text) if text else []
    except (ValueError, RecursionError):
        return []


def _nodes(plan: Any) -> list[Mapping[str, Any]]:
    return _mappings(plan.get("nodes") if isinstance(plan, Mapping) else plan)


def _mappings(listed: Any) -> list[Mapping[str, Any]]:
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _vertex(place: int, node: Mapping[str, Any], running: Mapping[str, Mapping[str, Any]]) -> Vertex:
    vertex_id = str(node.get("id", place))
    live = running.get(vertex_id, {})
    name = next((str(one[key]) for one in (live, node) for key in _NAMES if one.get(key)), "")
    sources = next((found for key in _INPUTS if (found := _mappings(node.get(key)))), [])
    inputs = tuple((str(one.get("id")), str(one.get("ship_strategy") or "")) for one in sources)
    parallelism = next((width for one in (node, live) if (width := number(one.get("parallelism")) or 0) > 0), 1)
    # What is no plan of Flink's is shown as it is.
    shown = name or json.dumps(node, ensure_ascii=False, sort_keys=True)
    return Vertex(vertex_id, shown, parallelism, str(live.get("status") or ""), inputs)


def _linked(vertex: Vertex, known: set[str]) -> Vertex:
    """A link to a node that is not there would be drawn into nothing."""
    inputs = tuple(link for link in vertex.inputs if link[0] in known)
    return Vertex(vertex.id, vertex.name, vertex.parallelism, vertex.status, inputs)
