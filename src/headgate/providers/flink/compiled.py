"""Read a compiled plan into a `Topology`, and give its nodes the ids they are to run under.

A job started from a compiled plan keys its state by the plan's node ids, so a node whose state fits takes over the id
of the live one and everything else gets an id never used before (shown on 1.20 and 2.2). The ids Flink hands out come
from a counter in the JobManager and mean nothing, so they are always numbered again.

Two digests decide. `signature`: what the operator itself stores - its type, the types of its inputs and output,
grouping, aggregate calls. `feed`: what its input columns mean, followed up to the columns of the sources through
every projection, filters left out. Same signature but another feed is state that can be read and may mean something
else. It surely does not where Flink would look it up by other columns of the same sources: `keyed_by` are those that
the exchange in front of the operator hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from headgate.model.topology import Operator, Topology
from headgate.providers.flink.aggregates import by_what_is_read, columns_read

# Node types without state of their own. Everything else is taken to have some.
_STATELESS = frozenset(
    "stream-exec-" + name
    for name in (
        "calc",
        "exchange",
        "union",
        "values",
        "expand",
        "correlate",
        "watermark-assigner",
        "mini-batch-assigner",
        "drop-update-before",
        "local-group-aggregate",
        "local-window-aggregate",
        "match-partition",
        "lookup-join",
    )
)
_SCAN = "stream-exec-table-source-scan"
_SINK = "stream-exec-sink"
_EXCHANGE = "stream-exec-exchange"
# Not part of what an operator stores.
_CIRCUMSTANCES = {"id", "type", "description", "inputProperties", "configuration", "outputType", "state"}
_CIRCUMSTANCES |= {"generateUpdateBefore", "inputChangelogMode"}
# Connector options that say which data it is; the rest tune how it is read.
_IDENTITY = (
    *("connector", "topic", "topic-pattern", "path", "url", "table-name", "database-name", "schema-name"),
    *("hostname", "port", "stream", "index", "collection", "database", "properties.group.id"),
)

_WIDTHS = ("scan.parallelism", "sink.parallelism")


class _Column(NamedTuple):
    """What a column means: the expression it is computed by, and the columns of sources that are read in it."""

    meaning: str
    reads: frozenset[str]


def topology(compiled: str) -> Topology | None:
    """The operators of a compiled plan, or None if this is not a compiled plan."""
    try:
        plan = json.loads(compiled)
        nodes = {int(node["id"]): node for node in plan["nodes"]}
        inputs: dict[int, list[int]] = {number: [] for number in nodes}
        for edge in plan["edges"]:
            inputs[int(edge["target"])].append(int(edge["source"]))
        columns = frozenset(column for node in nodes.values() if _kind(node) == _SCAN for column in _readable(node))
        operators = _operators(nodes, inputs)
        keeps = any(one.kind not in (_SCAN, _SINK) for one in operators)
        return Topology(operators, last_id=max(nodes, default=0), columns=columns, keeps_state=keeps)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def numbered(compiled: str, ids: Mapping[int, int], *, fresh_from: int) -> str:
    """The plan with `ids` (plan id to live id) taken over and all other nodes numbered above `fresh_from`."""
    plan = json.loads(compiled)
    free = fresh_from
    chosen: dict[int, int] = {}
    for node in plan["nodes"]:
        if node["id"] in ids:
            chosen[node["id"]] = ids[node["id"]]
        else:
            free += 1
            chosen[node["id"]] = free
    for node in plan["nodes"]:
        node["id"] = chosen[node["id"]]
    for edge in plan["edges"]:
        edge["source"], edge["target"] = chosen[edge["source"]], chosen[edge["target"]]
    return json.dumps(plan, separators=(",", ":"), ensure_ascii=False)


def fixed_widths(compiled: str) -> frozenset[int]:
    """The parallelisms that sources and sinks of a compiled plan are given by their own tables."""
    try:
        nodes = json.loads(compiled)["nodes"]
        options = [_table(node).get("resolvedTable", {}).get("options", {}) for node in nodes]
        return frozenset(int(one[key]) for one in options for key in _WIDTHS if key in one)
    except (ValueError, KeyError, TypeError, AttributeError):
        return frozenset()


def _operators(nodes: Mapping[int, Any], inputs: Mapping[int, list[int]]) -> tuple[Operator, ...]:
    known: dict[int, tuple[_Column, ...]] = {}

    def columns(number: int) -> tuple[_Column, ...]:
        if number not in known:
            known[number] = _columns(nodes[number], [columns(source) for source in inputs[number]])
        return known[number]

    operators = []
    for number, node in nodes.items():
        kind = _kind(node)
        if kind in _STATELESS:
            continue
        sources = inputs[number]
        fed = "" if kind in (_SCAN, _SINK) else _digest([_meanings(_read_by(node, columns(one))) for one in sources])
        # What a sink keeps are its own open transactions, whatever the rows look like.
        types = [] if kind == _SINK else [_read_by(node, _types(nodes[one]["outputType"])) for one in sources]
        signature = _digest([kind, _contents(node, kind), types])
        keys = [columns(source)[key] for source in sources for key in _hashed(nodes[source])]
        keyed_by = tuple(sorted({column for key in keys for column in key.reads}))
        operators.append(Operator(number, kind, _name(node), signature, fed, keyed_by))
    return tuple(operators)


def _hashed(node: Mapping[str, Any]) -> list[int]:
    """The columns that rows are distributed by; none where this node does not distribute them so."""
    if _kind(node) != _EXCHANGE:
        return []
    [spread] = [one.get("requiredDistribution", {}) for one in node["inputProperties"]]
    return list(spread["keys"]) if spread.get("type") == "HASH" else []


_Any = TypeVar("_Any")


def _read_by(node: Mapping[str, Any], columns: Sequence[_Any]) -> list[_Any]:
    """Those of the columns of its input that a node reads."""
    return [columns[number] for number in columns_read(_kind(node), node, len(columns))]


def _meanings(columns: Sequence[_Column]) -> tuple[str, ...]:
    return tuple(column.meaning for column in columns)


def _contents(node: Mapping[str, Any], kind: str) -> Any:
    """What this operator stores, free of names that people may change."""
    if kind in (_SCAN, _SINK):
        table = _table(node)
        options = table.get("resolvedTable", {}).get("options", {})
        same = {key: options[key] for key in _IDENTITY if key in options}
        return [table.get("identifier", ""), same, node.get("inputUpsertKey") if kind == _SINK else None]
    own = {key: value for key, value in node.items() if key not in _CIRCUMSTANCES}
    if "aggCalls" in own:
        own["aggCalls"] = [{key: value for key, value in call.items() if key != "name"} for call in own["aggCalls"]]
        own = by_what_is_read(kind, own, {key: _types(own[key]) for key in own if key.endswith("RowType")})
    states = [[state["name"], not str(state.get("ttl", "0")).startswith("0")] for state in node.get("state", ())]
    return [own, states, _types(node["outputType"])]


def _columns(node: Mapping[str, Any], sources: list[tuple[_Column, ...]]) -> tuple[_Column, ...]:
    """What each output column of a node means: the expression over source columns it is computed from."""
    kind = _kind(node)
    if kind == _SCAN:
        return tuple(_Column(name, frozenset([name])) for name in _read(node))
    if kind == "stream-exec-calc":
        projection = node.get("projection")
        return sources[0] if projection is None else tuple(_expression(part, sources[0]) for part in projection)
    width = len(_row(node["outputType"]))
    if kind in _STATELESS and "aggCalls" not in node and sources and all(len(one) == width for one in sources):
        return tuple(_either(parts) for parts in zip(*sources, strict=True))
    # The keys of an aggregate come first, and are what they were; nobody else knows what it made of the rest.
    keys = tuple(sources[0][key] for key in node.get("grouping") or ())
    made = _digest([kind, _contents(node, kind), [_meanings(_read_by(node, source)) for source in sources]])
    rest = (f"{made}#{number}" for number in range(len(keys), width))
    return (*keys, *(_Column(name, frozenset([name])) for name in rest))


def _either(parts: Sequence[_Column]) -> _Column:
    return _Column("|".join(_meanings(parts)), frozenset().union(*(part.reads for part in parts)))


def _expression(part: Any, source: tuple[_Column, ...]) -> _Column:
    if part["kind"] == "INPUT_REF":
        return source[int(part["inputIndex"])]
    reads: set[str] = set()

    def resolved(value: Any) -> Any:
        if isinstance(value, dict):
            if value.get("kind") == "INPUT_REF":
                column = source[value["inputIndex"]]
                reads.update(column.reads)
                return column.meaning
            return {key: resolved(inner) for key, inner in value.items()}
        return [resolved(inner) for inner in value] if isinstance(value, list) else value

    return _Column(json.dumps(resolved(part), sort_keys=True), frozenset(reads))


def _read(scan: Mapping[str, Any]) -> list[str]:
    """The columns that a source hands on, each with its table."""
    return [f"{_table_name(scan)}.{name}" for name, _ in _row(scan["outputType"])]


def _readable(scan: Mapping[str, Any]) -> list[str]:
    """The columns that a source has, whether they are read or not."""
    schema = _table(scan).get("resolvedTable", {}).get("schema", {})
    return [*_read(scan), *(f"{_table_name(scan)}.{column['name']}" for column in schema.get("columns", ()))]


def _table_name(scan: Mapping[str, Any]) -> str:
    return str(_table(scan).get("identifier", "")).removeprefix("`default_catalog`.`default_database`.")


def _kind(node: Mapping[str, Any]) -> str:
    return str(node["type"]).rpartition("_")[0]


def _name(node: Mapping[str, Any]) -> str:
    return str(node.get("description", node["type"]))


def _table(node: Mapping[str, Any]) -> Mapping[str, Any]:
    holder = node.get("scanTableSource") or node.get("dynamicTableSink") or {}
    table: Mapping[str, Any] = holder.get("table", {})
    return table


def _types(row: Any) -> list[str]:
    return [kind for _, kind in _row(row)]


def _row(row: Any) -> list[tuple[str, str]]:
    """Columns of "ROW<`a` BIGINT, `b` ROW<...> NOT NULL>" or {"type": "ROW", "fields": [...]}: (name, type) pairs."""
    if isinstance(row, dict):
        return [(str(field["name"]), _canonical(field["fieldType"])) for field in row.get("fields", ())]
    inner = str(row).strip()
    inner = inner[inner.index("<") + 1 : inner.rindex(">")]
    columns, depth, quoted, start = [], 0, False, 0
    for position, char in enumerate(inner + ","):
        if char == "`":
            quoted = not quoted
        elif not quoted and char in "<(":
            depth += 1
        elif not quoted and char in ">)":
            depth -= 1
        elif char == "," and depth == 0 and not quoted:
            columns.append(inner[start:position].strip())
            start = position + 1
    return [_split_column(column) for column in columns if column]


def _split_column(column: str) -> tuple[str, str]:
    end = column.index("`", 1)
    while column[end : end + 2] == "``":
        end = column.index("`", end + 2)
    return column[1:end], column[end + 1 :].strip()


def _canonical(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
