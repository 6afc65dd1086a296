"""The nodes of an execution graph as platforms pass them on: Flink's own words, or close to them.

Flink's plan is `{"nodes": [{"id", "description", "parallelism", "inputs": [{"id", "ship_strategy"}]}]}`, its job object
has the states beside it in `vertices`; the plan of a program that does not run yet says `contents` and `predecessors`.
A part that is not like that is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from headgate.model.health import Vertex
from headgate.providers.answer_fields import number


def document(text: Any) -> Any:
    """What a JSON text says, None where it is none; anything else as it is."""
    try:
        return json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return None


def entries(listed: Any, *needed: str) -> list[Mapping[str, Any]]:
    """The entries of a list that are mappings with these keys; none where it is no list."""
    found = listed if isinstance(listed, list) else []
    return [one for one in found if isinstance(one, Mapping) and all(one.get(key) is not None for key in needed)]


def nodes_of(plan: Any) -> list[Mapping[str, Any]]:
    """The nodes of a plan, which may be the list of them."""
    return entries(plan.get("nodes") if isinstance(plan, Mapping) else plan)


def vertices(nodes: Any, beside: Any = None, *, names: tuple[str, ...], status: str = "") -> tuple[Vertex, ...]:
    """The vertices of these nodes; `beside` are others that say more of the same ids.

    `names` are the keys under which a node may have its name; one without any is shown as it is. `status` is that of
    all vertices, where they have none of their own.
    """
    more = {str(one.get("id")): one for one in entries(beside)}
    found = []
    for place, node in enumerate(entries(nodes), start=1):
        own = str(node.get("id", place))
        whole = {**more.get(own, {}), **node}
        name = next((str(whole[key]) for key in names if whole.get(key)), "")
        found.append(
            Vertex(
                own,
                name or json.dumps(node, ensure_ascii=False, sort_keys=True),
                max(1, number(whole.get("parallelism")) or 1),
                status or str(whole.get("status") or ""),
                inputs=links(whole),
                max_parallelism=max(0, number(whole.get("maxParallelism")) or 0),
            )
        )
    return connected(found)


def links(node: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The inputs of a node: (vertex id, ship strategy)."""
    found = entries(node.get("inputs")) or entries(node.get("predecessors"))
    return tuple((str(one.get("id")), str(one.get("ship_strategy") or "")) for one in found)


def connected(found: Iterable[Vertex]) -> tuple[Vertex, ...]:
    """The vertices, of several with one id the first; a link to one that is not there would be drawn into nothing."""
    known: dict[str, Vertex] = {}
    for vertex in found:
        known.setdefault(vertex.id, vertex)
    return tuple(
        replace(vertex, inputs=tuple(one for one in vertex.inputs if one[0] in known)) for vertex in known.values()
    )
