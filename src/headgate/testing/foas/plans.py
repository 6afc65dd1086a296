"""Plans as the engine generates them: nodes with a uid and resources, and the links between them."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

_SOURCE = re.compile(r"\bFROM\s+`?(\w+)`?", re.IGNORECASE)
_SINK = re.compile(r"\bINSERT\s+INTO\s+`?(\w+)`?", re.IGNORECASE)
_STATEFUL = re.compile(r"\b(GROUP\s+BY|JOIN|OVER|DISTINCT)\b", re.IGNORECASE)
_OPTIONS = re.compile(r"\bWITH\s*\(.*?\)", re.IGNORECASE | re.DOTALL)
_VALUE = re.compile(r"=\s*'(?:[^']|'')*'")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(slots=True)
class PlanSession:
    """One generation that is under way; `looks` is how often it is still said to be."""

    looks: int
    plan: str
    error: str = ""


def plan(code: str, *, core: float | None = None, autoconf: bool = False) -> str:
    """The plan of a SQL script: its sources, an operator each for what keeps state or calculates, its sinks."""
    text = _COMMENT.sub(" ", code)
    names = [("Source: " + name, "Data Source", 0) for name in dict.fromkeys(_SOURCE.findall(text))] or [
        ("Source: values", "Data Source", 0)
    ]
    names.append(("GroupAggregate", "Operator", 1) if _STATEFUL.search(text) else ("Calc", "Operator", 0))
    names += [("Sink: " + name, "Data Sink", 0) for name in dict.fromkeys(_SINK.findall(text))]
    each = max(1, math.ceil(core / len(names))) if core and autoconf else 1
    nodes = [_node(number, *name, parallelism=each) for number, name in enumerate(names, start=1)]
    links = [
        {"source": number, "target": number + 1, "ship_strategy": "FORWARD", "side": "second"}
        for number in range(1, len(nodes))
    ]
    return json.dumps({"global": [{"isChainingEnabled": True}], "nodes": nodes, "links": links}, indent=2)


def _node(number: int, name: str, pact: str, state_size: int, *, parallelism: int) -> dict[str, Any]:
    return {
        "id": number,
        "uid": str(number),
        "pact": pact,
        "name": name,
        "slotSharingGroup": "default",
        "chainingStrategy": "HEAD" if pact == "Data Source" else "ALWAYS",
        "parallelism": parallelism,
        "core": 0.25 if state_size else 0.1,
        "heap_memory": 512 if state_size else 256,
        "direct_memory": 0,
        "native_memory": 10 if state_size else 0,
        "state_size": state_size,
    }


def logic(code: str) -> str:
    """What has to stay the same for state to fit: the script without comments and without values of WITH options."""
    text = _OPTIONS.sub(lambda options: _VALUE.sub("=?", options[0]), _COMMENT.sub(" ", code))
    return " ".join(text.split())
