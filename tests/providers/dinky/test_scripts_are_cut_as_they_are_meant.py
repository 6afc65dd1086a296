"""Dinky cuts a script by lines; what we send is cut into the statements that were meant, or is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.dinky.given import job

from headgate.errors import Rejected
from headgate.model.spec import Jar, JobSpec, Source, Sql
from headgate.providers.dinky import statements
from headgate.sql import meaning
from headgate.testing.dinky import planner

_PIECES = st.sampled_from(
    [
        "INSERT INTO a SELECT 1",
        "INSERT INTO b SELECT ';' AS x -- why; not",
        "INSERT INTO c /*+ OPTIONS('k'=';') */ SELECT `odd;name` FROM s",
        "/* first; */ INSERT INTO d\nSELECT CASE WHEN x THEN 1 END FROM s",
    ]
)
_ENDS = st.sampled_from([";", ";\n", " ;\r\n", ";  ", ";\n\n", "; -- and\n", ";;"])


@st.composite
def scripts(draw: st.DrawFn) -> str:
    """INSERTs, alone or in a statement set of either kind, with all the white space people leave."""
    pieces = draw(st.lists(_PIECES, min_size=1, max_size=4))
    ended = [piece + "\n" * ("--" in piece) + draw(_ENDS) for piece in pieces]
    opens, closes = draw(
        st.sampled_from(
            [
                ("", ""),
                ("BEGIN STATEMENT SET;", "END;"),
                ("begin statement set ;\n", "\nEND"),
                ("EXECUTE STATEMENT SET BEGIN ", " END;\n"),
            ]
        )
    )
    before = draw(st.sampled_from(["", "CREATE TABLE s (x INT);", "SET 'a' = 'b' ;\n", "-- hello\n"]))
    return before + opens + "".join(ended) + closes


@given(script=scripts())
def test_dinky_sees_the_inserts_of_a_script_and_we_get_it_back(script: str) -> None:
    """As many statements, none of them in two, brackets gone for Dinky and there again for us."""
    sent = statements.rendered(script)

    inserts = [tokens for one in planner.inserts(sent) if (tokens := meaning(one))]
    assert all(tokens[0] == "INSERT" for tokens in inserts)
    assert len(inserts) == meaning(script).count("INSERT")
    if not any(bracket in meaning(script) for bracket in ("BEGIN", "EXECUTE")) and len(inserts) > 1:
        return
    assert meaning(statements.restored(sent)) == meaning(script)
    assert statements.rendered(statements.restored(sent)) == sent


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("INSERT INTO a\nSELECT 'x;\ny' FROM s", "2:10", id="in-a-string"),
        pytest.param("INSERT INTO a\n  SELECT 1 -- one;\n FROM s", "2:18", id="in-a-comment"),
        pytest.param("INSERT INTO a SELECT ';--' FROM s", "1:23", id="before-what-looks-like-a-comment"),
    ],
)
def test_a_script_that_dinky_would_cut_in_two_is_refused_at_the_place(text: str, place: str) -> None:
    """Nothing else would tell: half a statement may even be right."""
    with pytest.raises(Rejected) as refused:
        statements.checked(job(program=Sql(text), source=Source("jobs/a.yaml", statement_line=1)))

    assert refused.value.code == "statement-rejected"
    assert refused.value.where == f"jobs/a.yaml:{place}"


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("CREATE TABLE t (a INT); INSERT INTO t SELECT 1", True),
        ("CREATE CATALOG c WITH ('type' = 'jdbc'); INSERT INTO c.d.t SELECT 1", False),
        ("use catalog c; INSERT INTO t SELECT 1", False),
        ("EXECUTE JAR WITH ('uri' = 'rs:/a.jar')", False),
        ("INSERT INTO t SELECT 'open", False),
    ],
)
def test_only_scripts_that_touch_nothing_are_planned(text: str, may: bool) -> None:
    """Dinky carries out the DDL of what it plans."""
    assert statements.may_plan(text) is may


def test_a_jar_is_written_as_a_statement_and_read_back() -> None:
    """With its state where there is some; the parallelism is that of the task."""
    jar = Jar("rs:/jobs/a.jar", "org.acme.A", ("--x", "1"))
    spec = JobSpec("a", "dinky", jar, 4)

    text = statements.jar_statement(spec, jar)

    assert "'parallelism' = '4'" in text
    assert statements.read_jar(text) == jar
    assert statements.read_jar("execute jar with ('uri'='rs:/b.jar');") == Jar("rs:/b.jar")
    assert statements.read_jar("INSERT INTO a SELECT 1") is None
