"""A script is handed to Flink statement by statement, its INSERTs as one job."""

from __future__ import annotations

import pytest

from headgate.sql import Statement, StatementKind, split

EXECUTE, SET, INSERT = StatementKind.EXECUTE, StatementKind.SET, StatementKind.INSERT


def kinds_and_texts(sql: str) -> list[tuple[StatementKind, str]]:
    return [(statement.kind, statement.text) for statement in split(sql)]


def test_statements_come_in_order_with_their_kind() -> None:
    """DDL is executed and SET is configuration before the INSERTs become the job; a SET may follow DDL."""
    sql = "CREATE TABLE t (a INT);\nset 'a.b' = 'it''s';\ninsert overwrite t SELECT 1;"

    assert kinds_and_texts(sql) == [
        (EXECUTE, "CREATE TABLE t (a INT)"),
        (SET, "a.b=it's"),
        (INSERT, "insert overwrite t SELECT 1"),
    ]


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("BEGIN STATEMENT SET; INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;", id="begin"),
        pytest.param("begin statement set;\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nend", id="lower-case"),
        pytest.param("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END", id="execute"),
        pytest.param("EXECUTE INSERT INTO a SELECT 1; INSERT INTO b SELECT 2", id="execute-insert"),
    ],
)
def test_inserts_are_taken_out_of_their_statement_set(sql: str) -> None:
    """However they are grouped they are one job, so nothing but the INSERTs is kept of a group."""
    assert kinds_and_texts(sql) == [(INSERT, "INSERT INTO a SELECT 1"), (INSERT, "INSERT INTO b SELECT 2")]


def test_the_end_of_a_case_closes_no_statement_set() -> None:
    """END is a bracket only as a statement of its own."""
    sql = "BEGIN STATEMENT SET; INSERT INTO a SELECT CASE WHEN b THEN 1 END; INSERT INTO a SELECT 2; END;"

    assert [text for _, text in kinds_and_texts(sql)] == [
        "INSERT INTO a SELECT CASE WHEN b THEN 1 END",
        "INSERT INTO a SELECT 2",
    ]


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param("'a;b'", id="string"),
        pytest.param("`a;b`", id="quoted-name"),
        pytest.param("1 -- a;b\n", id="line-comment"),
        pytest.param("1 /* a;b */", id="comment"),
        pytest.param("/*+ O('a;b') */ 1", id="hint"),
    ],
)
def test_a_semicolon_in_quotes_or_comments_splits_nothing(inside: str) -> None:
    """Half a statement would be refused at best."""
    assert len(split(f"INSERT INTO t SELECT {inside} FROM s; INSERT INTO t SELECT 2")) == 2


def test_a_statement_keeps_its_comments_and_says_where_it_starts() -> None:
    """Flink counts lines and columns within the statement; added to its start they lead to the user's file."""
    sql = "-- first\n;;\n  INSERT INTO t -- why\n  SELECT 1 -- last\n;"

    assert split(sql) == (Statement(INSERT, "INSERT INTO t -- why\n  SELECT 1", line=3, column=3),)


@pytest.mark.parametrize("sql", [pytest.param("", id="empty"), pytest.param(" ;; -- a;\n/* b */", id="comments")])
def test_a_script_of_nothing_has_no_statements(sql: str) -> None:
    """Spare semicolons and comments are no statements."""
    assert split(sql) == ()
