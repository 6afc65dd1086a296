"""The SQL of a simulated Dinky: cut into statements its way, explained, planned. Not Flink, but strict enough."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from headgate.testing.dinky.envelopes import Exceptional

_SEPARATOR = re.compile(r";\s*(?:\n|--.*)")
_COMMENT = re.compile(r"/\*(?!\+).*?\*/|--[^\n]*", re.DOTALL)
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_EXECUTABLE = ("FlinkSql", "FlinkJar")


def statements(script: str) -> list[str]:
    """Cut at `;` before a line break or a comment; comments are gone after that, and so are empty pieces."""
    pieces = _SEPARATOR.split(script.replace("\r\n", "\n"))
    stripped = (_COMMENT.sub("", piece).strip().removesuffix(";").strip() for piece in pieces)
    return [piece for piece in stripped if piece]


def inserts(script: str) -> list[str]:
    """The statements that become the job."""
    return [one for one in statements(script) if re.match(r"(?i)INSERT|EXECUTE", one)]


def substituted(script: str, variables: Mapping[str, str]) -> str:
    """`${name}` replaced, where there is a value."""
    return _VARIABLE.sub(lambda found: variables.get(found[1], found[0]), script)


def explained(script: str, rejects: Iterable[str]) -> list[dict[str, Any]]:
    """A row for each statement but SET; nothing after the first one that is broken. Never a failure by itself."""
    rows: list[dict[str, Any]] = []
    for index, one in enumerate(statements(script), start=1):
        if re.match(r"(?i)SET\b", one):
            continue
        wrong = _wrong(one, rejects)
        rows.append(
            {
                "index": index,
                "type": "Modify DML" if re.match(r"(?i)INSERT", one) else "Create DDL",
                "sql": one,
                "parse": None,
                "explain": None if wrong else "== Abstract Syntax Tree ==",
                "error": wrong,
                "parseTrue": not wrong,
                "explainTrue": not wrong,
                "explainTime": "2024-10-20T12:00:00.123",
            }
        )
        if wrong:
            break
    return rows


def planned(body: Mapping[str, Any], before: str, rejects: Iterable[str]) -> dict[str, Any]:
    """Flink's plan of the graph: a source and a sink for each INSERT. Without one, an exception."""
    if body.get("dialect") not in _EXECUTABLE:
        raise Exceptional(f"not support dialect: {body.get('dialect')}")
    script = f"{before}\n{body.get('statement') or ''}"
    for one in statements(script):
        if wrong := _wrong(one, rejects):
            raise Exceptional(wrong)
    found = inserts(script)
    if not found:
        raise Exceptional("No operators defined in streaming topology. Cannot execute.")
    nodes: list[dict[str, Any]] = []
    parallelism = int(body.get("parallelism") or 1)
    for one in found:
        source, sink = (_vertex(one, role) for role in ("source", "sink"))
        nodes.append({"id": source, "parallelism": parallelism, "operator": "", "description": "Source: " + one[:40]})
        link = {"num": 0, "id": source, "ship_strategy": "FORWARD", "exchange": "pipelined_bounded"}
        nodes.append({"id": sink, "parallelism": parallelism, "operator": "", "description": "Sink", "inputs": [link]})
    return {"jid": _vertex(script, "job"), "name": body.get("name") or "", "type": "STREAMING", "nodes": nodes}


def _vertex(statement: str, role: str) -> str:
    text = " ".join(statement.split())
    return hashlib.md5(f"{role} {text}".encode(), usedforsecurity=False).hexdigest()


def _wrong(statement: str, rejects: Iterable[str]) -> str | None:
    """Flink's complaint about a word, at its place in the statement."""
    for word in rejects:
        at = statement.find(word)
        if at >= 0:
            line, column = statement.count("\n", 0, at) + 1, at - statement.rfind("\n", 0, at)
            end = column + len(word) - 1
            place = f"From line {line}, column {column} to line {line}, column {end}"
            return f"org.apache.flink.table.api.ValidationException: {place}: Object '{word}' not found"
    return None
