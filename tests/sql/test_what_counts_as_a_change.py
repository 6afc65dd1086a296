"""A restart costs a savepoint and a gap, so it happens for changes of meaning only, and for all of those."""

from __future__ import annotations

import pytest
from tests.sql.twins import TWINS, Twins

from headgate.sql import meaning


@pytest.mark.parametrize("twins", [pytest.param(twins, id=twins.name) for twins in TWINS])
def test_a_cosmetic_edit_means_the_same(twins: Twins) -> None:
    """Reformatting a script must not restart the job."""
    assert meaning(twins.cosmetic) == meaning(twins.base)


@pytest.mark.parametrize("twins", [pytest.param(twins, id=twins.name) for twins in TWINS])
def test_its_lookalike_is_a_change(twins: Twins) -> None:
    """A change that looks like reformatting must not be missed."""
    assert meaning(twins.lookalike) != meaning(twins.base)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("CREATE TEMPORARY VIEW v AS", "create temporary view v as", id="kind-of-object"),
        pytest.param("CREATE CATALOG c", "create catalog c", id="catalog"),
        pytest.param(
            "CREATE TABLE IF NOT EXISTS t (a INT)", "CREATE TABLE if not exists t (a int)", id="if-not-exists"
        ),
        pytest.param(
            "CREATE TABLE t (a INT) PARTITIONED BY (a)", "CREATE TABLE t (a INT) partitioned by (a)", id="partitioned"
        ),
        pytest.param(
            "CREATE TABLE t (a MAP<STRING, INT> METADATA FROM 'h' VIRTUAL)",
            "CREATE TABLE t (a map<string, int> metadata from 'h' virtual)",
            id="metadata-column",
        ),
        pytest.param("CREATE TABLE t (a AS F(b))", "CREATE TABLE t (a as f(b))", id="computed-column"),
        pytest.param(
            "CREATE TABLE t LIKE s (INCLUDING ALL EXCLUDING OPTIONS)",
            "CREATE TABLE t LIKE s (including all excluding options)",
            id="like-options",
        ),
        pytest.param(
            "SELECT a FROM t ORDER BY a1 ASC NULLS LAST, b DESC",
            "SELECT a FROM t order by a1 asc nulls last, b desc",
            id="order",
        ),
        pytest.param(
            "SUM(a) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING)",
            "sum(a) over (order by b rows between unbounded preceding and 1 following)",
            id="frame",
        ),
        pytest.param("SELECT my.Db.FUNC(a)", "SELECT my.Db.func(a)", id="function-of-a-catalog"),
        pytest.param("SELECT INTERVAL '5' MINUTES", "SELECT interval '5' minutes", id="plural-time-unit"),
        pytest.param(
            "SELECT EXTRACT(WEEK FROM a), FLOOR(a TO WEEK)", "SELECT extract(week from a), floor(a to week)", id="week"
        ),
        pytest.param("AFTER MATCH SKIP PAST LAST ROW", "after match skip past last row", id="row-pattern"),
        pytest.param("SELECT `name`, `key` FROM t", "SELECT name, key FROM t", id="quoted-words-that-are-names-anyway"),
        pytest.param("SELECT a != b", "SELECT a <> b", id="not-equal"),
        pytest.param("SELECT X'0A', u&'x'", "SELECT x'0A', U&'x'", id="prefix-of-a-literal"),
        pytest.param("SELECT CURRENT_DATE", "SELECT current_date", id="constant"),
        pytest.param(
            "SELECT JSON_VALUE(a, '$.x' RETURNING INT)",
            "SELECT json_value(a, '$.x' returning int)",
            id="json-returning",
        ),
        pytest.param("SELECT a . b ,c", "SELECT a.b, c", id="dots-and-commas"),
        pytest.param("SELECT /*+ BROADCAST(t) */ a", "SELECT /*+broadcast( t )*/ a", id="hint-name"),
        pytest.param("SELECT a", "SELECT a;;", id="semicolons-at-the-end"),
        pytest.param(
            "CREATE TABLE t (a INT) WITH ('connector' = 'x', 'b' = '1', 'a' = ',')",
            "CREATE TABLE t (a INT) WITH ('a' = ',', 'connector' = 'x', 'b' = '1')",
            id="order-of-options",
        ),
        pytest.param(
            "SELECT 1 FROM t /*+ OPTIONS('a' = '1', 'b' = '2') */",
            "SELECT 1 FROM t /*+ options('b' = '2', 'a' = '1') */",
            id="order-of-options-of-a-hint",
        ),
        pytest.param(
            "SELECT /*+ LOOKUP('table' = 'd', 'async' = 'true'), STATE_TTL('a' = '1d', 'b' = '2d') */ 1",
            "SELECT /*+ LOOKUP('async' = 'true', 'table' = 'd'), STATE_TTL('b' = '2d', 'a' = '1d') */ 1",
            id="order-of-options-of-several-hints",
        ),
        pytest.param(
            "ALTER TABLE t SET ('a' = '1', 'b' = '2')",
            "ALTER TABLE t SET ('b' = '2', 'a' = '1')",
            id="order-of-options-that-are-set",
        ),
    ],
)
def test_words_that_cannot_be_names_are_keywords(one: str, other: str) -> None:
    """Many of Flink's keywords may also be names; where they stand decides, and there their case is nothing."""
    assert meaning(one) == meaning(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("SELECT DESC FROM t", "SELECT desc FROM t", id="a-column-called-desc"),
        pytest.param("SELECT a DESC, b FROM t", "SELECT a desc, b FROM t", id="an-alias-called-desc"),
        pytest.param("CREATE TABLE t (METADATA INT)", "CREATE TABLE t (metadata INT)", id="a-column-called-metadata"),
        pytest.param(
            "CREATE TABLE t (a ROW<VIRTUAL INT>)", "CREATE TABLE t (a ROW<virtual INT>)", id="a-field-called-virtual"
        ),
        pytest.param(
            "CREATE TABLE t (a AS b > METADATA)", "CREATE TABLE t (a AS b > metadata)", id="metadata-in-an-expression"
        ),
        pytest.param(
            "SELECT JSON_VALUE(RETURNING, '$.x')", "SELECT JSON_VALUE(returning, '$.x')", id="a-column-called-returning"
        ),
        pytest.param("SELECT MAP['a'] FROM t", "SELECT map['a'] FROM t", id="a-column-called-map"),
        pytest.param("INSERT INTO T (a) SELECT 1", "INSERT INTO t (a) SELECT 1", id="a-table-before-columns"),
        pytest.param("SELECT 1 FROM x AS T(a)", "SELECT 1 FROM x AS t(a)", id="an-alias-before-columns"),
        pytest.param("SELECT 1 FROM x T(a)", "SELECT 1 FROM x t(a)", id="an-alias-without-as"),
        pytest.param(
            "WITH A AS (SELECT 1), B (c) AS (SELECT 2)",
            "WITH A AS (SELECT 1), b (c) AS (SELECT 2)",
            id="a-common-table",
        ),
        pytest.param("PATTERN (A (B C)*)", "PATTERN (a (B C)*)", id="a-pattern-variable"),
        pytest.param("SELECT Lımit", "SELECT lımit", id="a-name-that-is-upper-cased-to-a-keyword"),
        pytest.param("SELECT `select`", "SELECT select", id="backticks-that-are-needed"),
        pytest.param("SELECT `a b`", "SELECT a b", id="backticks-around-a-space"),
        pytest.param("SELECT 1.0", "SELECT 1.00", id="digits-after-the-point"),
        pytest.param("SELECT 'a' 'b'", "SELECT 'a''b'", id="two-strings-and-one"),
        pytest.param("SELECT X'0A'", "SELECT '0A'", id="bytes-and-text"),
        pytest.param("SELECT ${env:A}", "SELECT ${env:a}", id="a-placeholder"),
        pytest.param("SELECT a; SELECT b", "SELECT a SELECT b", id="a-semicolon-between-statements"),
        pytest.param("SELECT a -1", "SELECT a --1", id="minus-and-comment"),
        pytest.param(
            "CREATE TABLE t (a INT) WITH ('a' = '1', 'a' = '2', 'b' = '3')",
            "CREATE TABLE t (a INT) WITH ('a' = '2', 'a' = '1', 'b' = '3')",
            id="an-option-that-is-there-twice",
        ),
        pytest.param(
            "CREATE TABLE t (a INT) WITH ('a' = '1', 'b' = '2')",
            "CREATE TABLE t (a INT) WITH ('a' = '2', 'b' = '1')",
            id="values-of-options-exchanged",
        ),
        pytest.param("SELECT ('a' = 'b', 'c' = 'd')", "SELECT ('c' = 'd', 'a' = 'b')", id="a-row-of-comparisons"),
        pytest.param(
            "SELECT /*+ BROADCAST(a, b) */ 1", "SELECT /*+ BROADCAST(b, a) */ 1", id="order-of-tables-in-a-hint"
        ),
        pytest.param(
            "CREATE VIEW v AS SELECT CURRENT_DATE; SELECT `current_date` FROM v",
            "CREATE VIEW v AS SELECT current_date; SELECT `current_date` FROM v",
            id="a-constant-that-names-its-column",
        ),
    ],
)
def test_names_keep_their_case_and_text_its_characters(one: str, other: str) -> None:
    """Flink tells `Orders` from `orders`: a name taken for a keyword would be a change that nobody sees."""
    assert meaning(one) != meaning(other)
