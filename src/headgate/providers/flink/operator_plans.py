"""A job as its operators' texts show it: read from a job plan, an explained statement or a stream graph.

Each of the three answers lacks something. A job plan (of a running job, or `getJobPlan` of Dinky) has the vertices and
their ids, but says of two vertices only that one feeds the other, not which operator of a chain does. EXPLAIN has every
edge and no vertex; the stream graph has every edge and the parallelism of each operator. What an answer does not show
is not filled in: an input has every operator that may feed it, and what is not understood is `Unread`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from headgate.providers.flink.operator_texts import OperatorText, Unread, chain, operator_text

# What reading raises of an answer that has another shape.
_ODD = (AttributeError, KeyError, TypeError, ValueError, OverflowError)
_LAST_OF_ALL = frozenset({"Sink", "LegacySink"})
_OPTIMIZED = "== Optimized Execution Plan =="
_SECTION = re.compile(r"== [A-Za-z ]+ ==")
_BRANCH = re.compile(r"(?P<bars>(?::  |   )*)(?P<branch>(?::- |\+- )?)(?P<text>.*)", re.DOTALL)
_DEFINED = re.compile(r"(?P<text>.*)\(reuse_id=\[(?P<id>\d+)\]\)", re.DOTALL)
_REUSED = re.compile(r"Reused\(reference_id=\[(?P<id>\d+)\]\)")


@dataclass(frozen=True, slots=True)
class PlanOperator:
    """One operator of a plan.

    `inputs` has one entry for each edge that comes in, in order (each branch of a union is one): the places in the plan
    of the operators that may feed it. One place is certain; several: one of them; none: where from is not known.
    `vertex` and `position` (in its chain, as printed) are there only in a job plan. A `parallelism` of 0 is not known.
    """

    text: OperatorText | Unread
    inputs: tuple[tuple[int, ...], ...] = ()
    vertex: str = ""
    position: int = 0
    parallelism: int = 0


@dataclass(frozen=True, slots=True)
class OperatorPlan:
    """All operators that an answer shows. `problems`: what of the answer itself is not understood."""

    operators: tuple[PlanOperator, ...] = ()
    problems: tuple[Unread, ...] = ()

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Everything that is not understood. Where this is not empty, the plan may be another one than it seems."""
        return (*self.problems, *(one.text for one in self.operators if isinstance(one.text, Unread)))


@dataclass(slots=True)
class _Line:
    """An operator's text, and the place of the line that it hangs on."""

    text: OperatorText | Unread
    above: int | None = None
    reuse: str = ""
    reused: str = ""


@dataclass(slots=True)
class _Vertex:
    lines: list[_Line]
    fed_by: list[str]
    parallelism: int
    start: int = 0
    feeds: int = 0


def job_plan(answer: Any) -> OperatorPlan:
    """Read `GET /jobs/:id/plan`, `GET /jobs/:id`, or `getJobPlan` of Dinky."""
    try:
        plan = answer.get("plan", answer)
        names = {str(one["id"]): str(one["name"]) for one in answer.get("vertices") or ()}
        vertices = {str(node["id"]): _vertex(node, names) for node in plan["nodes"]}
        if len(vertices) != len(plan["nodes"]):
            return _not_understood(answer, "two vertices have one id")
        start = 0
        for vertex in vertices.values():
            vertex.start, start = start, start + len(vertex.lines)
            for source in vertex.fed_by:
                vertices[source].feeds += 1
    except _ODD:
        return _not_understood(answer, "it is not a job plan")
    operators: list[PlanOperator] = []
    for name, vertex in vertices.items():
        for position, line in enumerate(vertex.lines):
            above = line.above
            chained: list[tuple[int, ...]] = [(vertex.start + above,)] if above is not None else []
            inputs = chained if above is not None else [_emitting(vertices[source]) for source in vertex.fed_by]
            operators.append(PlanOperator(line.text, tuple(inputs), name, position, vertex.parallelism))
    return OperatorPlan(tuple(operators))


def execution_plan(explained: str) -> OperatorPlan:
    """Read the optimized execution plan of what EXPLAIN answers."""
    lines = [line.removesuffix("\r") for line in explained.split("\n")]
    if lines.count(_OPTIMIZED) != 1:
        return _not_understood(explained, "it has no optimized execution plan, or more than one")
    section = lines[lines.index(_OPTIMIZED) + 1 :]
    end = next((place for place, line in enumerate(section) if _SECTION.fullmatch(line)), len(section))
    trees = _tree([line for line in section[:end] if line], explained=True)
    if isinstance(trees, Unread):
        return OperatorPlan(problems=(trees,))
    defined = [line.reuse for line in trees if line.reuse]
    if len(set(defined)) != len(defined) or not {line.reused for line in trees if line.reused} <= set(defined):
        return _not_understood(explained, "a part that is used again is not there, or there twice")
    return OperatorPlan(_downwards(trees))


def stream_graph(answer: Any) -> OperatorPlan:
    """Read a stream graph: `getStreamGraph` of Dinky, or the JSON execution plan of Flink."""
    try:
        nodes = {int(node["id"]): node for node in answer["nodes"]}
        if len(nodes) != len(answer["nodes"]):
            return _not_understood(answer, "two operators have one id")
        places = {number: place for place, number in enumerate(nodes)}
        return OperatorPlan(
            tuple(
                PlanOperator(
                    operator_text(str(node["contents"])),
                    tuple((places[int(one["id"])],) for one in node.get("predecessors") or ()),
                    parallelism=_parallelism(node),
                )
                for node in nodes.values()
            )
        )
    except _ODD:
        return _not_understood(answer, "it is not a stream graph")


def _not_understood(answer: Any, why: str) -> OperatorPlan:
    return OperatorPlan(problems=(Unread(str(answer), why, closed=False),))


def _parallelism(node: Mapping[str, Any]) -> int:
    found = node.get("parallelism")
    return found if isinstance(found, int) and found > 0 else 0


def _vertex(node: Mapping[str, Any], names: Mapping[str, str]) -> _Vertex:
    inputs = sorted(node.get("inputs") or (), key=lambda one: int(one["num"]))
    lines = _described(str(node.get("description") or ""), names.get(str(node["id"]), ""))
    return _Vertex(lines, [str(one["id"]) for one in inputs], _parallelism(node))


def _described(description: str, name: str) -> list[_Line]:
    """The chain of a vertex: a tree, one line for each operator, or (an option of Flink) all of them in one line."""
    if not description:
        return _row(chain(name))
    printed = [html.unescape(line) for line in description.removesuffix("<br/>").split("<br/>")]
    if len(printed) == 1:
        return _row(chain(printed[0]))
    found = _tree(printed, explained=False)
    if not isinstance(found, Unread) and sum(line.above is None for line in found) != 1:
        found = Unread(description, "it is not one chain")
    return [_Line(found)] if isinstance(found, Unread) else found


def _row(texts: Sequence[OperatorText | Unread]) -> list[_Line]:
    return [_Line(text, place - 1 if place else None) for place, text in enumerate(texts)]


def _tree(printed: Sequence[str], *, explained: bool) -> list[_Line] | Unread:
    """The lines of a tree. One that is left open may hold the next lines, so then nothing of the tree is known."""
    whole = "\n".join(printed)
    lines: list[_Line] = []
    path: list[int] = []
    for place, one in enumerate(printed):
        found = _BRANCH.fullmatch(one)
        depth = len(found["bars"]) // 3 + bool(found["branch"]) if found else 0
        if found is None or depth > len(path) or (found["bars"] and not found["branch"]):
            return Unread(whole, "it is not a tree", closed=False)
        line = _line(found["text"], explained=explained)
        if isinstance(line.text, Unread) and not line.text.closed:
            return Unread(whole, line.text.why, closed=False)
        line.above = path[depth - 1] if depth else None
        path[depth:] = [place]
        lines.append(line)
    return lines


def _line(text: str, *, explained: bool) -> _Line:
    if explained and (found := _REUSED.fullmatch(text)):
        return _Line(OperatorText("Reused"), reused=found["id"])
    if explained and (found := _DEFINED.fullmatch(text)):
        return _Line(operator_text(found["text"]), reuse=found["id"])
    return _Line(operator_text(text))


def _downwards(lines: Sequence[_Line]) -> tuple[PlanOperator, ...]:
    """The operators of explained trees: a line is an input of the one above, or stands for a part shown elsewhere."""
    shown = [place for place, line in enumerate(lines) if not line.reused]
    places = {old: new for new, old in enumerate(shown)}
    defined = {lines[old].reuse: old for old in shown if lines[old].reuse}
    operators = [PlanOperator(lines[old].text) for old in shown]
    for old, line in enumerate(lines):
        if line.above is not None and line.above in places:
            above = places[line.above]
            source = places[defined[line.reused] if line.reused else old]
            operators[above] = replace(operators[above], inputs=(*operators[above].inputs, (source,)))
    return tuple(operators)


def _emitting(vertex: _Vertex) -> tuple[int, ...]:
    """The operators of a chain that may feed another vertex.

    The last ones do, unless they write to the outside; and if there are as many edges as such ones, no other does.
    """
    heads = {line.above for line in vertex.lines}
    possible = [place for place, line in enumerate(vertex.lines) if not _is_last_of_all(line)]
    ends = [place for place in possible if place not in heads]
    sure = all(isinstance(vertex.lines[place].text, OperatorText) for place in ends)
    chosen = ends if sure and len(ends) == vertex.feeds else possible
    return tuple(vertex.start + place for place in chosen)


def _is_last_of_all(line: _Line) -> bool:
    return isinstance(line.text, OperatorText) and line.text.kind in _LAST_OF_ALL and not line.text.part
