"""What would be refused, or would run as something else than one job, is reported before anything is contacted."""

from __future__ import annotations

import pytest

from headgate.sql import check

INTO = "INSERT INTO t SELECT 1"


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(INTO, id="one-insert"),
        pytest.param(f"SET 'a' = 'b'; {INTO};", id="configuration"),
        pytest.param(f"BEGIN STATEMENT SET; {INTO}; {INTO}; END;", id="statement-set"),
        pytest.param(f"EXECUTE STATEMENT SET BEGIN {INTO}; {INTO}; END;", id="executed-statement-set"),
        pytest.param(f"EXECUTE {INTO}", id="executed-insert"),
        pytest.param("INSERT OVERWRITE t PARTITION (p = '1') (a, b) SELECT 1, 2", id="overwrite-of-a-partition"),
        pytest.param(f"CREATE TABLE t (a INT, b AS a + 1) LIKE s (INCLUDING ALL); {INTO}", id="computed-column"),
        pytest.param(f"CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 1; {INTO}", id="view"),
        pytest.param(f"CREATE FUNCTION f AS 'c' USING JAR 'x.jar'; ADD JAR 'y.jar'; {INTO}", id="function-and-jar"),
        pytest.param(f"CREATE CATALOG c WITH ('a' = 'b'); USE CATALOG c; USE d; {INTO}", id="catalog"),
        pytest.param(f"LOAD MODULE m; UNLOAD MODULE m; ALTER TABLE t RENAME TO u; DROP TABLE u; {INTO}", id="others"),
        pytest.param("INSERT INTO t SELECT CASE WHEN a THEN 1 ELSE 2 END FROM s", id="case-at-the-end"),
        pytest.param("INSERT INTO t SELECT CASE WHEN a THEN 1 END", id="end-as-the-last-word"),
        pytest.param("INSERT INTO t SELECT f(a)[1] /*+ O('k' = 'v') */ FROM s", id="hint-and-brackets"),
        pytest.param("${env:STATEMENT}", id="a-placeholder-may-be-anything"),
    ],
)
def test_what_flink_runs_as_one_job_has_no_mistakes(sql: str) -> None:
    """A false alarm blocks a job that is right."""
    assert check(sql) == ()


@pytest.mark.parametrize(
    ("sql", "place", "problem", "hint"),
    [
        pytest.param("", (1, 1), "no statement", "INSERT INTO", id="nothing"),
        pytest.param("-- a\n/* b */ ;", (1, 1), "no statement", "INSERT INTO", id="only-comments"),
        pytest.param(
            "\n CREATE TABLE t (a INT);", (2, 2), "at least one INSERT INTO", "add the INSERT", id="no-insert"
        ),
        pytest.param(f"{INTO};\nSELECT 1", (2, 1), "go nowhere", "INSERT INTO", id="select"),
        pytest.param(f"{INTO}; (SELECT 1)", (1, 25), "go nowhere", "INSERT INTO", id="select-in-parentheses"),
        pytest.param("WITH a AS (SELECT 1) SELECT * FROM a", (1, 1), "go nowhere", "INSERT INTO", id="with"),
        pytest.param("VALUES (1)", (1, 1), "go nowhere", "INSERT INTO", id="values"),
        pytest.param("TABLE t", (1, 1), "go nowhere", "INSERT INTO", id="table"),
        pytest.param(f"show tables; {INTO}", (1, 1), "SHOW only shows", "remove it", id="show"),
        pytest.param(f"DESC t; {INTO}", (1, 1), "DESC only shows", "remove it", id="describe"),
        pytest.param(f"EXPLAIN {INTO}", (1, 1), "EXPLAIN only shows", "remove it", id="explain"),
        pytest.param(f"DELETE FROM t; {INTO}", (1, 1), "DELETE acts on tables", "by hand", id="delete"),
        pytest.param(f"CALL p(1); {INTO}", (1, 1), "CALL acts on tables", "by hand", id="call"),
        pytest.param("EXECUTE PLAN 'x'", (1, 1), "job of its own", "headgate starts", id="execute-plan"),
        pytest.param(f"COMPILE PLAN 'x' FOR {INTO}", (1, 1), "job of its own", "headgate starts", id="compile"),
        pytest.param("STOP JOB 'x'", (1, 1), "job of its own", "headgate starts", id="stop-job"),
        pytest.param(f"RESET 'a'; {INTO}", (1, 1), "RESET takes back", "remove it", id="reset"),
        pytest.param(f"QUIT; {INTO}", (1, 1), "command of the SQL client", "remove it", id="client-command"),
        pytest.param(f"SET; {INTO}", (1, 1), "both quoted", "SET 'key' = 'value'", id="bare-set"),
        pytest.param(f"SET a.b = c; {INTO}", (1, 1), "both quoted", "write SET 'a.b' = 'c'", id="unquoted-set"),
        pytest.param("CREATE TABLE t AS SELECT 1", (1, 1), "job of its own", "CREATE TABLE with", id="create-table-as"),
        pytest.param(
            "CREATE OR REPLACE TABLE t WITH ('a' = 'b') AS SELECT 1",
            (1, 1),
            "job of its own",
            "CREATE TABLE with",
            id="replace-table-as",
        ),
        pytest.param(
            f"CREATE MATERIALIZED TABLE m AS SELECT 1; {INTO}",
            (1, 1),
            "materialized table",
            "CREATE TABLE",
            id="materialized-table",
        ),
        pytest.param(f"{INTO};\n{INTO}", (2, 1), "second job", "BEGIN STATEMENT SET", id="two-inserts"),
        pytest.param(
            f"BEGIN STATEMENT SET; {INTO}; END;\n{INTO}", (2, 1), "second job", "one `BEGIN", id="insert-after-a-set"
        ),
        pytest.param(
            f"{INTO};\nBEGIN STATEMENT SET; {INTO}; END", (2, 1), "second job", "one `BEGIN", id="insert-before-a-set"
        ),
        pytest.param(
            f"BEGIN STATEMENT SET; {INTO}; END;\nBEGIN STATEMENT SET; {INTO}; END;",
            (2, 1),
            "second job",
            "one `BEGIN",
            id="two-sets",
        ),
        pytest.param(
            f"BEGIN STATEMENT SET; {INTO};\nBEGIN STATEMENT SET; {INTO}; END;",
            (2, 1),
            "inside another",
            "`END;`",
            id="set-in-a-set",
        ),
        pytest.param(f"BEGIN STATEMENT SET; {INTO};", (1, 1), "never closed", "`END;`", id="set-without-end"),
        pytest.param(f"{INTO}; END;", (1, 25), "closes nothing", "BEGIN STATEMENT SET", id="end-without-set"),
        pytest.param("BEGIN STATEMENT SET; END;", (1, 1), "empty", "write the INSERTs", id="empty-set"),
        pytest.param(
            f"BEGIN STATEMENT SET; CREATE TABLE t (a INT); {INTO}; END;",
            (1, 22),
            "only INSERT",
            "before BEGIN",
            id="ddl-in-a-set",
        ),
        pytest.param(
            f"BEGIN STATEMENT SET {INTO}; END;", (1, 17), "semicolon is missing", "SET;`", id="no-semicolon-after-begin"
        ),
        pytest.param(
            f"EXECUTE STATEMENT SET BEGIN; {INTO}; END;",
            (1, 23),
            "may not follow",
            "remove it",
            id="semicolon-too-many",
        ),
        pytest.param(
            f"BEGIN STATEMENT SET; {INTO} END;", (1, 45), "missing before this END", "`;`", id="no-semicolon-before-end"
        ),
        pytest.param(f"BEGIN; {INTO}", (1, 1), "BEGIN STATEMENT SET", "BEGIN STATEMENT SET;", id="begin-alone"),
        pytest.param(
            f"CREATE TABLE t (a INT)\n{INTO}", (2, 1), "missing before this INSERT", "`;`", id="no-semicolon-between"
        ),
        pytest.param("INSERT INTO t\nSELECT f(a", (2, 9), "`(` is never closed", "close it", id="unclosed-parenthesis"),
        pytest.param("INSERT INTO t SELECT a)", (1, 23), "`)` closes nothing", "remove it", id="spare-parenthesis"),
        pytest.param("INSERT INTO t SELECT f(a]", (1, 25), "`]` closes nothing", "`[`", id="crossed-brackets"),
        pytest.param("INSRT INTO t SELECT 1", (1, 1), "starts with `INSRT`", "did you mean INSERT?", id="misspelled"),
        pytest.param("FLY TO t", (1, 1), "starts with `FLY`", "it may start with ADD", id="unknown"),
        pytest.param("INSERT INTO t SELECT “a”", (1, 22), "no character `“`", "type it again", id="typographic-quote"),
        pytest.param("INSERT INTO t\u00a0SELECT 1", (1, 14), "U+00A0", "type it again", id="no-break-space"),
        pytest.param('INSERT INTO t SELECT "a"', (1, 22), "double quotes", "'text'", id="double-quotes"),
        pytest.param("INSERT INTO t SELECT a*/* b */2", (1, 23), "`*/` ends nothing", "a space", id="star-and-comment"),
        pytest.param("INSERT INTO t SELECT 'a", (1, 22), "not closed", "''", id="unclosed-string"),
    ],
)
def test_a_mistake_has_its_place_and_the_next_move(sql: str, place: tuple[int, int], problem: str, hint: str) -> None:
    """The first mistake is at the place to edit, and says what to write there."""
    first = check(sql)[0]

    assert (first.line, first.column) == place
    assert problem in first.problem
    assert hint in first.hint


def test_all_mistakes_are_reported_in_one_run_in_the_order_of_the_text() -> None:
    """One round through review for all of them, not one round each."""
    sql = f"SELECT 1;\nSET a = b;\n{INTO};\n{INTO}, f(;\nSHOW TABLES"

    assert [mistake.line for mistake in check(sql)] == [1, 2, 4, 4, 5]


def test_loose_inserts_are_reported_once() -> None:
    """One statement set around them mends them all."""
    assert [mistake.line for mistake in check(f"{INTO};\n{INTO};\n{INTO};")] == [2]
