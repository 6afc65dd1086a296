"""Signatures and feeds, read from small compiled plans of the shape that Flink 1.20, 2.2 and 2.3 write."""

from __future__ import annotations

import copy
import json
from itertools import pairwise
from typing import Any

import pytest

from headgate.model.topology import Operator, Topology
from headgate.providers.flink.compiled import numbered, topology

SCAN = {
    "id": 21,
    "type": "stream-exec-table-source-scan_1",
    "scanTableSource": {
        "table": {
            "identifier": "`c`.`d`.`Orders`",
            "resolvedTable": {"options": {"connector": "kafka", "topic": "orders", "fetch.size": "1"}},
        }
    },
    "outputType": "ROW<`k` INT, `a,b` DECIMAL(10, 2), `price` ROW<`x` INT, `y` INT> NOT NULL>",
    "description": "TableSourceScan(table=[[c, d, Orders]])",
}
CALC = {
    "id": 22,
    "type": "stream-exec-calc_1",
    "projection": [{"kind": "INPUT_REF", "inputIndex": 0, "type": "INT"}],
    "condition": None,
    "outputType": "ROW<`k` INT>",
    "description": "Calc(select=[k])",
}
COUNT = {
    "id": 23,
    "type": "stream-exec-group-aggregate_1",
    "configuration": {"table.exec.mini-batch.enabled": "false"},
    "grouping": [0],
    "aggCalls": [{"name": "total", "internalName": "$COUNT$1", "argList": []}],
    "state": [{"index": 0, "ttl": "0 ms", "name": "groupAggregateState"}],
    "outputType": "ROW<`k` INT, `total` BIGINT NOT NULL>",
    "description": "GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS total])",
}
PLAN = {
    "flinkVersion": "2.2",
    "nodes": [SCAN, CALC, COUNT],
    "edges": [{"source": 21, "target": 22}, {"source": 22, "target": 23}],
}


def edited(number: int, **changes: Any) -> str:
    plan = copy.deepcopy(PLAN)
    nodes: Any = plan["nodes"]
    nodes[number].update(changes)
    return json.dumps(plan)


def read(text: str) -> Topology:
    found = topology(text)
    assert found is not None
    return found


def aggregate(text: str) -> tuple[str, str]:
    found = read(text)
    return found.operators[1].signature, found.operators[1].feed


def test_only_operators_with_state_are_listed():
    """A projection stores nothing; a source stores offsets."""
    found = read(json.dumps(PLAN))
    assert [(operator.id, operator.kind) for operator in found.operators] == [
        (21, "stream-exec-table-source-scan"),
        (23, "stream-exec-group-aggregate"),
    ]
    assert found.last_id == 23


@pytest.mark.parametrize(
    ("number", "change"),
    [
        pytest.param(1, {"condition": {"kind": "CALL"}}, id="a-filter-upstream"),
        pytest.param(2, {"description": "GroupAggregate(another text)"}, id="a-description"),
        pytest.param(2, {"outputType": "ROW<`key` INT, `n` BIGINT NOT NULL>"}, id="names-of-its-columns"),
        pytest.param(
            2, {"aggCalls": [{"name": "n", "internalName": "$COUNT$1", "argList": []}]}, id="name-of-an-aggregate"
        ),
    ],
)
def test_what_does_not_touch_state_changes_neither_digest(number: int, change: dict[str, Any]):
    """These edits were restored and went on counting on a real Flink."""
    assert aggregate(edited(number, **change)) == aggregate(json.dumps(PLAN))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"grouping": []}, id="grouping"),
        pytest.param({"aggCalls": [{"name": "total", "internalName": "$SUM$1", "argList": [0]}]}, id="aggregate"),
        pytest.param({"outputType": "ROW<`k` BIGINT, `total` BIGINT NOT NULL>"}, id="types"),
        pytest.param({"type": "stream-exec-global-group-aggregate_1"}, id="another-operator"),
        pytest.param({"state": [{"index": 0, "ttl": "5 ms", "name": "groupAggregateState"}]}, id="ttl-switched-on"),
    ],
)
def test_what_an_operator_stores_is_its_signature(change: dict[str, Any]):
    """Old state cannot be read by these."""
    assert aggregate(edited(2, **change))[0] != aggregate(json.dumps(PLAN))[0]


def test_another_column_of_the_same_type_is_another_feed():
    """It would restore, run, and be silently wrong: the counts of one column read as those of another."""
    other = [{"kind": "INPUT_REF", "inputIndex": 1, "type": "INT"}]

    signature, feed = aggregate(edited(1, projection=other))

    assert signature == aggregate(json.dumps(PLAN))[0]
    assert feed != aggregate(json.dumps(PLAN))[1]


COUNT_ALL = {**COUNT, "grouping": [], "outputType": "ROW<`total` BIGINT NOT NULL>"}
ZERO = {**CALC, "projection": [{"kind": "LITERAL", "value": 0}], "outputType": "ROW<`$f0` INT NOT NULL>"}
LOCAL = {**COUNT_ALL, "id": 25, "type": "stream-exec-local-group-aggregate_1", "outputType": "ROW<`count1$0` BIGINT>"}


def test_columns_that_an_aggregate_does_not_read_are_not_its_state():
    """`COUNT(*)` reads none: what Flink 2.3 feeds it follows from the filter in front of it, and so does its type."""
    text = {**CALC, "projection": [{"kind": "INPUT_REF", "inputIndex": 1}], "outputType": "ROW<`a,b` DECIMAL(10, 2)>"}
    whole = {**COUNT_ALL, "type": "stream-exec-global-group-aggregate_1"}

    over_zero, over_text, over_all = last(SCAN, ZERO, COUNT_ALL), last(SCAN, text, COUNT_ALL), last(SCAN, COUNT_ALL)
    divided = [last(SCAN, calc, LOCAL, {**whole, "localAggInputRowType": calc["outputType"]}) for calc in (ZERO, text)]

    assert (over_zero.signature, over_zero.feed) == (over_text.signature, over_text.feed)
    assert (over_zero.signature, over_zero.feed) == (over_all.signature, over_all.feed)
    assert (divided[0].signature, divided[0].feed) == (divided[1].signature, divided[1].feed)


def test_columns_that_an_aggregate_reads_are_the_same_wherever_they_stand():
    """Flink reads an argument by its place in the input, and keeps nothing of the place; so is a filter read."""
    call = {"name": "n", "internalName": "$SUM$1"}
    swapped = {**CALC, "outputType": "ROW<`p` ROW<`x` INT, `y` INT> NOT NULL, `k` INT>"}
    swapped["projection"] = [{"kind": "INPUT_REF", "inputIndex": number} for number in (2, 0)]
    summed = {**COUNT_ALL, "aggCalls": [{**call, "argList": [0], "filterArg": -1}]}
    moved = {**COUNT_ALL, "aggCalls": [{**call, "argList": [1], "filterArg": -1}]}
    filtered = {**COUNT_ALL, "aggCalls": [{**call, "argList": [0], "filterArg": 2}]}

    first, second = last(SCAN, summed), last(SCAN, swapped, moved)

    assert (first.signature, first.feed) == (second.signature, second.feed)
    assert first.signature != last(SCAN, filtered).signature
    assert first.signature != last(SCAN, swapped, summed).signature


EXCHANGE = {
    "id": 24,
    "type": "stream-exec-exchange_1",
    "inputProperties": [{"requiredDistribution": {"type": "HASH", "keys": [0]}}],
    "outputType": "ROW<`k` INT>",
    "description": "Exchange(distribution=[hash[k]])",
}


def last(*nodes: Any) -> Operator:
    """The last operator of a plan in which each node reads the one before it."""
    edges = [{"source": one["id"], "target": other["id"]} for one, other in pairwise(nodes)]
    found = read(json.dumps({"nodes": nodes, "edges": edges}))
    return found.operators[-1]


def distributed(kind: str, *keys: int, **changes: Any) -> dict[str, Any]:
    return {**EXCHANGE, **changes, "inputProperties": [{"requiredDistribution": {"type": kind, "keys": list(keys)}}]}


def test_state_is_kept_by_the_columns_that_rows_are_distributed_by():
    """Followed up to the source: through projections, and as the keys of an aggregate, which hands them on.

    What an aggregate computed is no column of a source, so nobody can say that a key which it became is another one.
    """
    first, again = (SCAN, CALC, EXCHANGE, COUNT), {**COUNT, "id": 26}
    handed_on, computed = (distributed("HASH", key, id=25, outputType=COUNT["outputType"]) for key in (0, 1))

    assert last(*first).keyed_by == last(*first, handed_on, again).keyed_by == ("`c`.`d`.`Orders`.k",)
    assert not read(json.dumps(PLAN)).columns & set(last(*first, computed, again).keyed_by)
    assert last(*first, computed, again).keyed_by
    assert last(SCAN, CALC, distributed("SINGLETON"), {**COUNT, "grouping": []}).keyed_by == ()


def test_a_column_that_is_only_handed_on_means_the_same():
    """Flink puts a projection before an operator or leaves it out, as it likes."""
    handed_on = [{"kind": "INPUT_REF", "inputIndex": number, "type": "INT"} for number in range(3)]
    copied = {**CALC, "id": 30, "projection": handed_on, "outputType": SCAN["outputType"]}

    assert last(SCAN, copied, COUNT).feed == last(SCAN, COUNT).feed


def test_a_source_has_columns_that_nobody_reads():
    """Where a connector reads only the columns that are used, the table still tells them all."""
    table = {**SCAN["scanTableSource"]["table"]}  # type: ignore[index]
    table["resolvedTable"] = {**table["resolvedTable"], "schema": {"columns": [{"name": "unread", "dataType": "INT"}]}}

    found = read(edited(0, scanTableSource={"table": table}))
    assert {"`c`.`d`.`Orders`.k", "`c`.`d`.`Orders`.unread"} < found.columns


def test_a_source_is_what_it_reads_not_how():
    """Offsets of one topic mean nothing in another; a fetch size is nobody's state."""

    def source(**options: str) -> str:
        table = {"identifier": "`c`.`d`.`Orders`", "resolvedTable": {"options": {"connector": "kafka", **options}}}
        found = read(edited(0, scanTableSource={"table": table}))
        return found.operators[0].signature

    assert source(topic="orders") == source(topic="orders", **{"fetch.size": "9"})
    assert source(topic="orders") != source(topic="payments")


def test_ids_are_taken_over_and_new_ones_were_never_used():
    """What stays goes by the live id; what is new must not find old state."""
    plan = json.loads(numbered(json.dumps(PLAN), {23: 4}, fresh_from=5))

    assert [node["id"] for node in plan["nodes"]] == [6, 7, 4]
    assert plan["edges"] == [{"source": 6, "target": 7}, {"source": 7, "target": 4}]


@pytest.mark.parametrize("text", ["", "uncompilable: x", "[]", "{}", '{"nodes": 3, "edges": []}'])
def test_what_is_not_a_compiled_plan_has_no_topology(text: str):
    """Unknown, never a guess."""
    assert topology(text) is None
