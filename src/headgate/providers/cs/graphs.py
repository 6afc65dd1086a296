"""The execution plan of a job as a graph.

The API reference gives it as a JSON document inside a string, `execute_plan_items`, whose inside is not documented;
Flink's own plan and a plain list of nodes are understood. One release of the SDK had Flink's job object in its place
(`vertices`, `plan`), which is read too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.errors import Rejected
from headgate.model.health import Graph
from headgate.providers.definitions.graph_nodes import document, nodes_of, vertices

_NAMES = ("name", "contents", "description", "operator", "operator_name", "type", "pact")


def graph(job_id: str, name: str, payload: Mapping[str, Any]) -> Graph:
    """Read the payload of `execute_graph`. Raises Rejected where there is nothing that looks like a graph."""
    plan = document(payload["execute_plan_items"]) if "execute_plan_items" in payload else payload
    inner = plan.get("plan") if isinstance(plan, Mapping) else None
    running = payload.get("vertices")
    found = vertices(nodes_of(inner if isinstance(inner, Mapping) else plan) or running, running, names=_NAMES)
    if not found:
        raise Rejected(f"the platform shows no execution plan of job {name!r} now", where=f"job {job_id}")
    return Graph(job_id, name, found)
