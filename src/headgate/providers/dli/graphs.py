"""The execution graph of a job, from what DLI reports of it.

`execute-graph` is Flink's own summary of the job; its vertices are taken from there where DLI passes them on. The
documented body has none, and then the static stream graph knows them, for SQL on Flink 1.10 and 1.12 (page
dli_02_0316). Where neither does, the job is one vertex. A part of a graph that is not as documented is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from headgate.errors import Rejected, Unavailable
from headgate.model.health import Graph, Vertex
from headgate.model.spec import JobSpec, Sql
from headgate.providers.definitions.graph_nodes import document, entries, nodes_of, vertices
from headgate.providers.dli import wire
from headgate.providers.dli.api import DliApi
from headgate.providers.dli.job import DliJob
from headgate.providers.dli.spec import flat_fields, options_of, reported_fields

OPEN_SOURCE = "flink_opensource_sql_job"
_PLACE = re.compile(r"\bline (?P<line>\d+)(?:,? col(?:umn)? (?P<column>\d+))?", re.IGNORECASE)
_WITH_STREAM_GRAPH = ("1.10", "1.12")
_ASKED = ("sql_body", "flink_version", "cu_number", "manager_cu_number", "parallel_number", "tm_cus", "tm_slot_num")


def graph_of(api: DliApi, found: DliJob) -> Graph:
    """Vertices with their inputs, or the whole job as one."""
    running = api.execute_graph(found.id) or {}
    state = str(running.get("state") or found.word)
    flat = reported_fields(found.row)
    shown = vertices(entries(running.get("vertices"), "id"), nodes_of(running.get("plan") or {}), names=("name", "id"))
    if not shown and flat["job_type"] == OPEN_SOURCE and flat["flink_version"] in _WITH_STREAM_GRAPH:
        static = entries(_stream_graph(api, found.id, flat).get("nodes"), "id")
        shown = vertices(static, names=("description", "id"), status=state)
    if not shown:
        shown = (Vertex(str(running.get("jid") or found.id), found.name, int(flat["parallel_number"]), state),)
    return Graph(found.id, found.name, shown)


def checked(api: DliApi, found: DliJob, spec: JobSpec) -> bool:
    """Have DLI read the statement of a spec, and change nothing. False: it cannot, for this kind of job.

    Raises `Rejected` with the code statement-rejected.
    """
    options = options_of(spec)
    if options.job_type != OPEN_SOURCE or not isinstance(spec.program, Sql):
        return False
    flat = {"flink_version": str(reported_fields(found.row)["flink_version"]), **flat_fields(spec)}
    if flat["flink_version"] not in _WITH_STREAM_GRAPH:
        return False
    try:
        api.stream_graph(found.id, _question(flat))
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


def _stream_graph(api: DliApi, job_id: str, flat: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        found = document(api.stream_graph(job_id, _question(flat)))
    except Rejected:
        return {}
    return found if isinstance(found, Mapping) else {}


def _question(flat: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: flat[name] for name in _ASKED if flat.get(name)}
    return {**known, "job_type": OPEN_SOURCE, "graph_type": "job_graph"}


def flink_word(api: DliApi, job_id: str) -> str | None:
    """The state of the Flink job behind a job; empty where there is none, None where DLI does not report it."""
    try:
        graph = api.execute_graph(job_id)
    except Unavailable:
        return None
    return None if graph is None else str(graph.get("state") or "")
