"""Twelve statements, and what a real Dinky 1.1.0 on Flink 1.18 answered to each: every operator of them is read.

`recorded/` holds the answers as they came: `getJobPlan`, `explainSql` and `getStreamGraph`.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from headgate.providers.flink.operator_plans import OperatorPlan, execution_plan, job_plan, stream_graph
from headgate.providers.flink.operator_texts import OperatorText, operator_text, prints_plainly

FOLDER = Path(__file__).parent / "recorded"
COUNT = "GroupAggregate(groupBy=[customer], select=[customer, COUNT(*) AS EXPR$1])"
JOIN = (
    "Join(joinType=[{}], where=[(customer = name)], select=[customer, amount, name, city], "
    "leftInputSpec=[NoUniqueKey], rightInputSpec=[JoinKeyContainsUniqueKey])"
)
WINDOW = (
    "GlobalWindowAggregate(window=[TUMBLE(slice_end=[$slice_end], size=[{} min])], "
    "select=[COUNT(count1$0) AS EXPR$1, start('w$) AS window_start, end('w$) AS window_end])"
)
# The operator at the head of each vertex that has an input.
KEYED = {
    "count-and-sum-by-customer": [
        "GroupAggregate(groupBy=[customer], select=[customer, COUNT(*) AS EXPR$1, SUM(amount) AS EXPR$2])"
    ],
    "count-by-customer": [COUNT],
    "count-by-customer-filtered": [COUNT],
    "count-by-id": ["GroupAggregate(groupBy=[id], select=[id, COUNT(*) AS EXPR$1])"],
    "dedup": ["Deduplicate(keep=[LastRow], key=[id], order=[ROWTIME])"],
    "join": [JOIN.format("InnerJoin")],
    "left-join": [JOIN.format("LeftOuterJoin")],
    "sum-by-customer": ["GroupAggregate(groupBy=[customer], select=[customer, SUM(amount) AS EXPR$1])"],
    "top-3": [
        (
            "Rank(strategy=[AppendFastStrategy], rankType=[ROW_NUMBER], rankRange=[rankStart=1, rankEnd=3], "
            "partitionBy=[customer], orderBy=[amount DESC], select=[customer, amount])"
        )
    ],
    "tumble": [WINDOW.format(1)],
    "tumble-2-minutes": [WINDOW.format(2)],
    "two-sinks": [COUNT, "GroupAggregate(groupBy=[id], select=[id, COUNT(*) AS EXPR$1])"],
}


def recorded(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return answer


def explained(answer: dict[str, Any]) -> OperatorPlan:
    [text] = [one["explain"] for one in answer["explainSql"] if one["type"] != "DDL"]
    return execution_plan(text)


def texts(plan: OperatorPlan) -> Counter[OperatorText]:
    """Without the exchanges, which only EXPLAIN prints."""
    found = [one.text for one in plan.operators]
    assert plan.unread == ()
    return Counter(one for one in found if isinstance(one, OperatorText) and one.kind != "Exchange")


def edges(plan: OperatorPlan) -> Counter[tuple[Any, int, Any]]:
    """Who feeds whom, as which input, exchanges left out."""
    found: Counter[tuple[Any, int, Any]] = Counter()
    for one in plan.operators:
        for number, (source,) in enumerate(one.inputs):
            feeding = plan.operators[source]
            while isinstance(feeding.text, OperatorText) and feeding.text.kind == "Exchange":
                ((source,),) = feeding.inputs
                feeding = plan.operators[source]
            if isinstance(one.text, OperatorText) and one.text.kind != "Exchange":
                found[feeding.text, number, one.text] += 1
    return found


def test_all_twelve_are_here() -> None:
    assert sorted(KEYED) == sorted(file.stem for file in FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", KEYED)
def test_three_answers_show_the_same_operators(name: str) -> None:
    answer = recorded(name)
    planned, graph, tree = job_plan(answer["getJobPlan"]), stream_graph(answer["getStreamGraph"]), explained(answer)

    assert texts(planned) == texts(graph) == texts(tree)
    assert edges(graph) == edges(tree)
    assert prints_plainly(answer["statement"])


@pytest.mark.parametrize("name", KEYED)
def test_the_operator_that_rows_are_sent_to_is_the_head_of_its_vertex(name: str) -> None:
    plan = job_plan(recorded(name)["getJobPlan"])
    ids = {node["id"] for node in recorded(name)["getJobPlan"]["nodes"]}

    heads = [one for one in plan.operators if one.position == 0 and one.inputs]

    assert [one.text for one in heads] == [operator_text(text) for text in KEYED[name]]
    assert {one.vertex for one in plan.operators} == ids
    assert all(one.parallelism in (1, 2) for one in plan.operators)


@pytest.mark.parametrize("name", sorted(set(KEYED) - {"two-sinks"}))
def test_edges_between_vertices_are_known_where_one_operator_can_have_them(name: str) -> None:
    answer = recorded(name)

    assert edges(job_plan(answer["getJobPlan"])) == edges(stream_graph(answer["getStreamGraph"]))


def test_where_a_chain_divides_both_ends_may_feed_the_next_vertex() -> None:
    """A job plan does not say which; EXPLAIN of the same statement does."""
    answer = recorded("two-sinks")
    plan = job_plan(answer["getJobPlan"])
    ends = tuple(
        place
        for place, one in enumerate(plan.operators)
        if isinstance(one.text, OperatorText) and one.text.kind == "Calc"
    )

    assert [one.inputs for one in plan.operators if one.position == 0] == [(ends,), (ends,), ()]
    assert all(len(place) == 1 for one in explained(answer).operators for place in one.inputs)


def test_a_number_that_grows_with_every_request_is_no_part_of_a_text() -> None:
    """And nothing else differs of two statements with one filter between them, but the Calc."""
    plain, filtered = (
        job_plan(recorded(name)["getJobPlan"]) for name in ("count-by-customer", "count-by-customer-filtered")
    )

    differing = [
        (one.text, other.text) for one, other in zip(plain.operators, filtered.operators, strict=True) if one != other
    ]

    assert differing == [
        (operator_text("Calc(select=[customer])"), operator_text("Calc(select=[customer], where=[(amount > 10)])"))
    ]
