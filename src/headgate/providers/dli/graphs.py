"""The execution graph of a job, from what DLI tells of it.

`execute-graph` is Flink's own summary of the job; its vertices are taken from there where DLI passes them on. The
documented body has none, and then the static stream graph knows them, for SQL on Flink 1.10 and 1.12 (page
dli_02_0316). Where neither does, the job is one vertex.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from headgate.errors import Rejected, Unavailable
from headgate.model.health import Graph, Vertex
from headgate.model.spec import JobSpec, Sql
from headgate.providers.dli import reading, wire
from headgate.providers.dli.definition import Definition
from headgate.providers.dli.jobs import Jobs
from headgate.providers.dli.writing import options_of, written

OPEN_SOURCE = "flink_opensource_sql_job"
_PLACE = re.compile(r"\bline (?P<line>\d+)(?:,? col(?:umn)? (?P<column>\d+))?", re.IGNORECASE)
_WITH_STREAM_GRAPH = ("1.10", "1.12")
_ASKED = ("sql_body", "flink_version", "cu_number", "manager_cu_number", "parallel_number", "tm_cus", "tm_slot_num")


def graph_of(jobs: Jobs, found: Definition) -> Graph:
    """Vertices with their inputs, or the whole job as one."""
    running = jobs.execute_graph(found.id)
    state = str(running.get("state") or found.word)
    flat = reading.told(found.row)
    vertices = _of_flink(running)
    if not vertices and flat["job_type"] == OPEN_SOURCE and flat["flink_version"] in _WITH_STREAM_GRAPH:
        vertices = _of_stream(_stream_graph(jobs, found.id, flat), state)
    if not vertices:
        vertices = (Vertex(str(running.get("jid") or found.id), found.name, int(flat["parallel_number"]), state),)
    return Graph(found.id, found.name, vertices)


def checked(jobs: Jobs, found: Definition, spec: JobSpec) -> bool:
    """Have DLI read the statement of a spec, and change nothing. False: it cannot, for this kind of job.

    Raises `Rejected` with the code statement-rejected.
    """
    options = options_of(spec)
    if options.job_type != OPEN_SOURCE or not isinstance(spec.program, Sql):
        return False
    flat = {"flink_version": str(reading.told(found.row)["flink_version"]), **written(spec)}
    if flat["flink_version"] not in _WITH_STREAM_GRAPH:
        return False
    try:
        jobs.stream_graph(found.id, _question(flat))
    except wire.DliRejected as refused:
        if refused.code != wire.STATEMENT_REJECTED:
            return False
        raise _at_statement(refused, spec) from refused
    return True


def _at_statement(refused: wire.DliRejected, spec: JobSpec) -> Rejected:
    """The platform's words at the user's line, where they name one."""
    found = _PLACE.search(refused.problem)
    where = spec.source.at(int(found["line"]), int(found["column"] or 1)) if found else str(spec.source)
    return Rejected(refused.problem, where=where, code=refused.code)


def _stream_graph(jobs: Jobs, job_id: str, flat: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        found = json.loads(jobs.stream_graph(job_id, _question(flat)) or "{}")
    except (Rejected, ValueError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _question(flat: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: flat[name] for name in _ASKED if flat.get(name)}
    return {**known, "job_type": OPEN_SOURCE, "graph_type": "job_graph"}


def _of_flink(running: Mapping[str, Any]) -> tuple[Vertex, ...]:
    """From the vertices and the plan of Flink's own job answer."""
    plan = running.get("plan")
    nodes = {str(node.get("id")): node for node in (plan.get("nodes") or ())} if isinstance(plan, Mapping) else {}
    return tuple(
        Vertex(
            id=str(vertex["id"]),
            name=str(vertex.get("name") or vertex["id"]),
            parallelism=int(vertex.get("parallelism") or 1),
            status=str(vertex.get("status") or ""),
            inputs=_inputs(nodes.get(str(vertex["id"]), {})),
            max_parallelism=max(0, int(vertex.get("maxParallelism") or 0)),
        )
        for vertex in running.get("vertices") or ()
    )


def _of_stream(graph: Mapping[str, Any], state: str) -> tuple[Vertex, ...]:
    return tuple(
        Vertex(
            id=str(node["id"]),
            name=str(node.get("description") or node["id"]),
            parallelism=int(node.get("parallelism") or 1),
            status=state,
            inputs=_inputs(node),
        )
        for node in graph.get("nodes") or ()
    )


def _inputs(node: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(one["id"]), str(one.get("ship_strategy") or "")) for one in node.get("inputs") or ())


def flink_word(jobs: Jobs, job_id: str) -> str:
    """The state of the Flink job behind a job, empty where DLI does not tell."""
    try:
        return str(jobs.execute_graph(job_id).get("state") or "")
    except Unavailable:
        return ""
