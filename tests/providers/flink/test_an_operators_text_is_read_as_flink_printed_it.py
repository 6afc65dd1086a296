"""What an operator's text says is read to the letter; what it does not say for certain is unknown.

The texts are what Flink 1.20 to 2.3 printed.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headgate.providers.flink.operator_plans import execution_plan, job_plan, stream_graph
from headgate.providers.flink.operator_texts import (
    Argument,
    OperatorText,
    Unread,
    chain,
    items,
    operator_text,
    prints_plainly,
)

SCAN = "TableSourceScan(table=[[default_catalog, default_database, o]], fields=[id, c])"
WINDOW = "GroupWindowAggregate(groupBy=[c], window=[TumblingGroupWindow('w$, ts, 60000)], select=[c, COUNT(id) AS n])"
PRINTED = [
    SCAN,
    SCAN[:-1] + ", hints=[[[OPTIONS options:{rows-per-second=7, fields.c.length=3}]]])",
    WINDOW,
    (
        "WindowAggregate(groupBy=[c], window=[SESSION(time_col=[ts], gap=[1 min], partition keys=[c])], "
        "select=[c, COUNT(*) AS EXPR$1, start('w$) AS window_start, end('w$) AS window_end])"
    ),
    (
        "OverAggregate(partitionBy=[c], orderBy=[ts ASC], window=[ RANG BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW], "
        "select=[id, c, ts, COUNT(id) AS w0$o0, $SUM0(id) AS w0$o1])"
    ),
    (
        "Match(partitionBy=[c], orderBy=[ts ASC], measures=[FINAL(A.c) AS a], rowsPerMatch=[ONE ROW PER MATCH], "
        "after=[SKIP TO NEXT ROW], pattern=[(_UTF-16LE'A', _UTF-16LE'B')], define=[{A==(PREV(A.$1, 0), _UTF-16LE'a')}])"
    ),
    "Values(tuples=[[{ _UTF-16LE'a', 1 }, { _UTF-16LE'b]', 2 }]])",
    "Expand(projects=[{c, null AS id, 1 AS $e}, {null AS c, id, 2 AS $e}])",
    (
        "Rank(strategy=[UpdateFastStrategy[0]], rankType=[ROW_NUMBER], rankRange=[rankStart=1, rankEnd=3], "
        "partitionBy=[], orderBy=[n DESC], select=[c, n])"
    ),
    (
        "IntervalJoin(joinType=[InnerJoin], windowBounds=[isRowTime=true, leftLowerBound=-60000, leftUpperBound=0], "
        "where=[((c = c0) AND (ts >= (ts0 - 60000:INTERVAL MINUTE)) AND (ts <= ts0))], select=[id, c])"
    ),
    "StreamRecordTimestampInserter(rowtime field: 5)",
    "ConstraintEnforcer[NotNullEnforcer(fields=[x])]",
    "DropUpdateBefore",
]
UNCERTAIN = [
    # A literal with an apostrophe in it, and names that need their quotes.
    "Calc(select=[c, (c = 'a]b'(c, d') IS TRUE AS $f1])",
    "Calc(select=[c AS a, id AS d]'e])",
    "Calc(select=[c], where=[(c = 'a'b, 'c')])",
    "Calc(select=[o', p'])",
    "Calc(select=[c], where=[(c = f('w$))])",
    "Calc(select=[c], where=[(c = 'l1",
    "Calc(select=[c)]",
    "Calc(select=[c], select=[d])",
    "Calc(select=[c], of columns)",
    "Calc(select=[c]) and more",
    "Calc",
    "Source: o[1]",
    "Source: GroupAggregate[1]",
    "GroupAggregate[7]: Writer",
    "b[7]: Writer",
    "WatermarkAssigner[2]",
    "StreamingFileWriter",
    "end: Writer",
    "",
]

PIECES = st.sampled_from([*"()[]{}'\"`,=:;.\\<>&- \n", "w$", "[1]:", "Calc", "Sink", "select=", " -> ", "+- ", ":- "])
ANY_TEXT = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join), st.sampled_from([*PRINTED, *UNCERTAIN]))
NAMES = st.from_regex(r"[a-z][a-zA-Z]{0,8}", fullmatch=True)
LITERALS = st.text(st.characters(exclude_characters="'$", codec="utf-8"), max_size=8).map("'{}'".format)
VALUES = st.recursive(
    st.one_of(NAMES, LITERALS, st.just("COUNT(*) AS EXPR$1"), st.just("(a > 10)")),
    lambda inner: st.tuples(st.sampled_from(["()", "[]", "{}"]), st.lists(inner, max_size=3)).map(
        lambda drawn: drawn[0][0] + ", ".join(drawn[1]) + drawn[0][1]
    ),
    max_leaves=12,
)
ARGUMENTS = st.dictionaries(NAMES, st.lists(VALUES, max_size=4), min_size=1, max_size=4)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ANY_TEXT),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                [
                    *("plan", "nodes", "vertices", "id", "inputs", "num"),
                    *("description", "name", "contents", "predecessors", "parallelism"),
                ]
            ),
            inner,
            max_size=6,
        ),
    ),
    max_leaves=20,
)


def printed(arguments: dict[str, list[str]]) -> str:
    return ", ".join(f"{name}=[{', '.join(values)}]" for name, values in arguments.items())


@pytest.mark.parametrize("text", PRINTED)
def test_a_text_that_flink_printed_is_read(text: str) -> None:
    found = operator_text(text)

    assert isinstance(found, OperatorText)
    assert operator_text(f"[4711]:{text}") == found
    assert all(items(one.text) is not None for one in found.arguments)


@pytest.mark.parametrize("text", UNCERTAIN)
def test_a_text_that_can_be_read_in_two_ways_or_none_is_unknown(text: str) -> None:
    found = operator_text(text)

    assert isinstance(found, Unread)
    assert found.text == text
    assert found.why


def test_a_tables_name_is_not_taken_for_the_kind_of_an_operator() -> None:
    kinds = {text: getattr(operator_text(text), "kind", "") for text in UNCERTAIN if "(" not in text and text}

    assert kinds == {
        "Calc": "",
        "Source: o[1]": "",
        "Source: GroupAggregate[1]": "",
        "GroupAggregate[7]: Writer": "Sink",
        "b[7]: Writer": "Sink",
        "WatermarkAssigner[2]": "WatermarkAssigner",
        "StreamingFileWriter": "",
        "end: Writer": "",
    }


@given(arguments=ARGUMENTS)
@example(arguments={"where": ["'a], b=[c'"]})
def test_brackets_nest_and_a_literal_holds_anything(arguments: dict[str, list[str]]) -> None:
    found = operator_text(f"Calc({printed(arguments)})")

    read = OperatorText("Calc", tuple(Argument(name, ", ".join(values)) for name, values in arguments.items()))
    assert found == read
    assert [items(one.text) for one in read.arguments] == [tuple(values) for values in arguments.values()]


@given(arguments=ARGUMENTS, data=st.data())
def test_a_text_cut_short_is_never_an_operator(arguments: dict[str, list[str]], data: st.DataObject) -> None:
    text = f"Calc({printed(arguments)})"
    cut = data.draw(st.integers(0, len(text) - 1))

    assert isinstance(operator_text(text[:cut]), Unread)


@given(text=ANY_TEXT)
def test_no_text_breaks_the_reader(text: str) -> None:
    for found in (operator_text(text), *chain(text)):
        assert isinstance(found, OperatorText) or found.why
    if (found_items := items(text)) is not None:
        assert "".join(",".join(found_items).split()) == "".join(text.split())
    assert execution_plan(f"== Optimized Execution Plan ==\n{text}") is not None
    assert job_plan({"nodes": [{"id": "a", "description": text}]}).operators


@given(answer=JSON)
def test_no_answer_breaks_the_reader(answer: Any) -> None:
    for plan in (job_plan(answer), stream_graph(answer)):
        assert all(place < len(plan.operators) for one in plan.operators for edge in one.inputs for place in edge)


def test_what_stands_behind_an_open_quote_is_not_trusted() -> None:
    """A literal with a line break could hold a line that looks like an operator."""
    description = f"[1]:{SCAN}<br/>+- [2]:Calc(where=[(c = 'x<br/>   +- [3]:Calc(select=[id])<br/>')])<br/>"

    plan = job_plan({"nodes": [{"id": "a", "description": description}]})

    [only] = plan.operators
    assert isinstance(only.text, Unread)
    assert not only.text.closed


def test_signs_that_flink_escapes_in_a_description_are_as_they_were() -> None:
    where = "(c &lt;&gt; 'x&#92;y &quot;q&quot; &lt;br/&gt; &amp;gt;')"
    description = f"[1]:{SCAN}<br/>+- [2]:Calc(select=[c], where=[{where}])<br/>"

    plan = job_plan({"nodes": [{"id": "a", "description": description}]})

    _, calc = plan.operators
    assert isinstance(calc.text, OperatorText)
    assert calc.text.argument("where") == "(c <> 'x\\y \"q\" <br/> &gt;')"


def test_a_chain_in_one_line_is_read() -> None:
    """`pipeline.vertex-description-mode: CASCADING`, and names of vertices that are not simplified."""
    line = f"Source: {SCAN} -> Calc(select=[c], where=[(c = 'a -> b')]) -> DropUpdateBefore"
    described = job_plan({"nodes": [{"id": "a", "description": line.replace(">", "&gt;")}]})
    named = job_plan({"plan": {"nodes": [{"id": "a"}]}, "vertices": [{"id": "a", "name": line}]})

    assert described == named
    assert described.unread == ()
    assert [one.inputs for one in described.operators] == [(), ((0,),), ((1,),)]
    for unknown in (
        f"{SCAN} -> (Calc(select=[c]), Calc(select=[id]))",
        "Calc(where=[(c = f('w$))]) -> Calc(select=[id])",
    ):
        assert isinstance(chain(unknown)[0], Unread)


@pytest.mark.parametrize(
    ("ends", "edges", "may_feed"),
    [
        (["Calc(select=[c])", "Calc(select=[id])"], 2, (1, 2)),
        (["Calc(select=[c])", "Calc(select=[id])"], 3, (0, 1, 2)),
        (["Calc(select=[c])", "Sink(table=[b], fields=[c])"], 1, (1,)),
        (["Calc(select=[c])", "Sink(table=[b], fields=[c])"], 2, (0, 1)),
        (["Calc(select=[c])", "StreamingFileWriter"], 2, (0, 1, 2)),
    ],
    ids=["each-end", "one-edge-more", "beside-a-sink", "beside-a-sink-one-more", "beside-something-unknown"],
)
def test_an_edge_has_every_operator_that_may_be_its_source(
    ends: list[str], edges: int, may_feed: tuple[int, ...]
) -> None:
    one, other = ends
    nodes: list[dict[str, Any]] = [{"id": "a", "description": f"[1]:{SCAN}<br/>:- {one}<br/>+- {other}<br/>"}]
    fed = {"description": "[9]:GroupAggregate(groupBy=[c], select=[c])<br/>", "inputs": [{"num": 0, "id": "a"}]}
    nodes += [{"id": f"fed-{number}", **fed} for number in range(edges)]

    plan = job_plan({"nodes": nodes})

    assert [one.inputs for one in plan.operators[3:]] == [(may_feed,)] * edges


def test_short_names_say_the_kind_and_that_the_rest_is_not_known() -> None:
    plan = job_plan(
        {"plan": {"nodes": [{"id": "a"}]}, "vertices": [{"id": "a", "name": "Source: o[1] -> Calc[2] -> Sink: b[3]"}]}
    )

    assert [one.kind for one in plan.unread] == ["", "Calc", ""]


@pytest.mark.parametrize(
    "tree",
    [
        "Sink(fields=[c])\n+- Reused(reference_id=[1])",
        "Calc(select=[c])(reuse_id=[1])\n\nCalc(select=[c])(reuse_id=[1])",
        "Sink(fields=[c])\n      +- Calc(select=[c])",
        "Sink(fields=[c])\n\n== Optimized Execution Plan ==\nSink(fields=[id])",
        "Sink(fields=[c])\n+- MultipleInput(members=[\nJoin(where=[true])\n])",
    ],
    ids=["not-there", "there-twice", "too-deep", "two-plans", "over-several-lines"],
)
def test_an_explained_tree_that_does_not_hang_together_is_unknown(tree: str) -> None:
    plan = execution_plan(f"== Optimized Execution Plan ==\n{tree}\n")

    assert plan.operators == ()
    assert plan.unread


@pytest.mark.parametrize(
    ("statement", "plainly"),
    [
        ("INSERT INTO b SELECT c FROM o WHERE c = 'a], b' -- it's a comment", True),
        ("INSERT INTO b SELECT `c` FROM `订单`", True),
        ("INSERT INTO b SELECT c FROM o WHERE c IN ('a'', ''b')", False),
        ("INSERT INTO b SELECT c AS `a, b` FROM o", False),
        ("INSERT INTO b SELECT c FROM o WHERE c = 'l1\nl2'", False),
        ("INSERT INTO b SELECT c FROM o WHERE c = U&'\\0027'", False),
        ("INSERT INTO b SELECT c FROM o WHERE c = 'open", False),
    ],
)
def test_a_statement_says_whether_its_texts_can_mislead(statement: str, plainly: bool) -> None:
    """Flink prints names without quotes, and does not double an apostrophe: `a, b` is one column or two."""
    assert prints_plainly(statement) is plainly
