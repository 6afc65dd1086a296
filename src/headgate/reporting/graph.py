"""The execution graph of a job: from each sink back to what feeds it, as JSON, or as Mermaid for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from headgate.model.health import Graph, Vertex
from headgate.model.masking import masked_text
from headgate.model.secret import Secrets
from headgate.reporting.plain_text import one_line, shortened
from headgate.reporting.plan_json import FORMAT_VERSION, as_json

_LONGEST = 120
_MORE, _LAST = "├─ ", "└─ "
_NO_SECRETS = Secrets()
_MARKUP = re.compile(r'["#<>&`;]')


def graph_text(graph: Graph, secrets: Secrets = _NO_SECRETS) -> str:
    """A tree for each sink; a vertex that feeds several is drawn once and named after that."""
    graph = _masked(graph, secrets)
    vertices = {vertex.id: vertex for vertex in graph.vertices}
    feeding = {source for vertex in graph.vertices for source, _ in vertex.inputs}
    drawn: set[str] = set()
    lines = [one_line(f"{graph.name} ({graph.job_id})")]
    if not vertices:
        lines.append("The platform tells no vertices of this job.")
    sinks = [vertex for vertex in graph.vertices if vertex.id not in feeding]
    # A graph with a loop, or one the platform reported in part, still shows every vertex once.
    for vertex in (*sinks, *graph.vertices):
        if vertex.id not in drawn:
            lines += _tree(vertex, vertices, drawn)
    return "\n".join(lines)


def graph_json(graph: Graph, secrets: Secrets = _NO_SECRETS) -> str:
    """Vertices in the platform's order, each with the inputs it reads."""
    graph = _masked(graph, secrets)
    vertices = [
        {
            "id": vertex.id,
            "name": vertex.name,
            "parallelism": vertex.parallelism,
            "max_parallelism": vertex.max_parallelism or None,
            "status": vertex.status or None,
            "inputs": [{"id": source, "ship": ship or None} for source, ship in vertex.inputs],
        }
        for vertex in graph.vertices
    ]
    return as_json({"format_version": FORMAT_VERSION, "id": graph.job_id, "name": graph.name, "vertices": vertices})


def graph_mermaid(graph: Graph, secrets: Secrets = _NO_SECRETS) -> str:
    """A flowchart from sources to sinks."""
    graph = _masked(graph, secrets)
    names = {vertex.id: f"v{number}" for number, vertex in enumerate(graph.vertices)}
    lines = ["flowchart LR"]
    lines += [f'    {names[vertex.id]}["{_label(_words(vertex))}"]' for vertex in graph.vertices]
    for vertex in graph.vertices:
        for source, ship in vertex.inputs:
            if source in names:
                arrow = f'-->|"{_label(ship)}"|' if ship else "-->"
                lines.append(f"    {names[source]} {arrow} {names[vertex.id]}")
    return "\n".join(lines)


def _tree(sink: Vertex, vertices: dict[str, Vertex], drawn: set[str]) -> Iterator[str]:
    """A vertex and all that feeds it, depth first. (Not by recursion: a chain may be longer than Python's stack.)"""
    waiting = [(sink, "", "", "")]
    while waiting:
        vertex, before, branch, ship = waiting.pop()
        again = vertex.id in drawn
        words = f"{one_line(ship).lower()}: {_words(vertex)}" if ship else _words(vertex)
        yield f"{before}{branch}{words}{' (drawn above)' if again else ''}"
        if again:
            continue
        drawn.add(vertex.id)
        inputs = [(vertices[source], how) for source, how in vertex.inputs if source in vertices]
        deeper = before + {"": "", _LAST: "   "}.get(branch, "│  ")
        branches = [_MORE] * (len(inputs) - 1) + [_LAST] * bool(inputs)
        waiting += [(one, deeper, how, ship) for (one, ship), how in zip(inputs, branches, strict=True)][::-1]


def _masked(graph: Graph, secrets: Secrets) -> Graph:
    """Platforms name operators after their SQL, literals and all."""
    vertices = tuple(replace(vertex, name=masked_text(vertex.name, secrets)) for vertex in graph.vertices)
    return replace(graph, vertices=vertices)


def _words(vertex: Vertex) -> str:
    status = f" {vertex.status}" if vertex.status else ""
    return f"{shortened(one_line(vertex.name or vertex.id), _LONGEST)} x{vertex.parallelism}{one_line(status)}"


def _label(text: str) -> str:
    """Mermaid reads `#35;` as the character with that number, everything else in quotes as it stands."""
    return _MARKUP.sub(lambda match: f"#{ord(match[0])};", one_line(text))
