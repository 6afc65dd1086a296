"""Stream SQL, Blink SQL and older Flink SQL have forms of their own; what Flink's parser says of them is no mistake."""

from __future__ import annotations

import pytest

from headgate.sql import (
    BLINK,
    DINKY,
    DINKY_WITH_VARIABLES,
    DLI,
    DLI_BEFORE_SETS,
    FLINK,
    STREAM,
    Dialect,
    SqlMistake,
    TokenKind,
    check,
    meaning,
    options,
    split,
    tokens,
    with_values,
)

INTO = "INSERT INTO t SELECT 1"
SOURCE = """\
/** 车辆 **/
CREATE SOURCE STREAM rides (rider STRING, km INT, at_time TIMESTAMP)
WITH (type = "dis", region = "north", encode = "csv", field_delimiter = ",")
TIMESTAMP BY at_time.rowtime
SET WATERMARK (RANGE interval 5 second, interval 9 second);
"""


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        pytest.param(STREAM, SOURCE + INTO, id="stream-with-event-time"),
        pytest.param(
            STREAM,
            "CREATE TEMP STREAM far(rider string) TIMESTAMP BY proctime.proctime;\n"
            'INSERT INTO far SELECT rider FROM rides WHERE town = "Bern";\nINSERT INTO warnings SELECT rider FROM far;',
            id="two-inserts-through-a-temporary-stream",
        ),
        pytest.param(
            STREAM, f'create sink stream s (a int) partitioned by (a) with (file.path = "obs://b/s"); {INTO}', id="sink"
        ),
        pytest.param(
            STREAM, f'CREATE TABLE t (a STRING) WITH (type = "dcs_redis", key_column = "a"); {INTO}', id="dim"
        ),
        pytest.param(
            DLI_BEFORE_SETS, f'CREATE TABLE s (a INT) WITH ("connector" = "kafka"); {INTO}; {INTO}', id="quotes"
        ),
        pytest.param(DLI, f"SET table.sql-dialect=hive; SET 'a' = 'b'; {INTO}", id="settings-without-quotes"),
        pytest.param(
            DLI_BEFORE_SETS,
            f"create external table d (a INT) stored as parquet location 'obs://b/d'; {INTO}",
            id="hive",
        ),
        pytest.param(BLINK, f"{INTO}; CREATE VIEW v AS SELECT 1 a; INSERT INTO u SELECT a FROM v", id="mixed-inserts"),
        pytest.param(
            BLINK,
            "CREATE FUNCTION f AS 'x.F';\n"
            "CREATE TABLE s (a VARCHAR, b AS f(a), WATERMARK wk FOR b AS withOffset(b, 4000)) WITH (type = 'sls');\n"
            "CREATE TABLE d (k BIGINT, PRIMARY KEY (k), PERIOD FOR SYSTEM_TIME) WITH (type = 'rds');\n"
            "INSERT INTO t SELECT a FROM s JOIN d FOR SYSTEM_TIME AS OF PROCTIME() AS x ON s.a = x.k\n"
            "EMIT WITH DELAY '1' MINUTE BEFORE WATERMARK, WITHOUT DELAY AFTER WATERMARK;",
            id="forms-of-blink",
        ),
        pytest.param(BLINK, f"BEGIN STATEMENT SET; {INTO}; {INTO}; END; {INTO}", id="a-set-and-an-insert-beside-it"),
        pytest.param(DINKY, f"ADD CUSTOMJAR 'rs:/f.jar'; {INTO}", id="jar"),
        pytest.param(DINKY, f"{INTO}; {INTO}", id="two-inserts-on-dinky"),
        pytest.param(DINKY, "INSERT INTO t SELECT @{column}, #{column} FROM s", id="variables-of-dinky"),
        pytest.param(
            DINKY_WITH_VARIABLES, "top := 3;\n${prelude}\nINSERT INTO t SELECT a FROM ${source}", id="fragment"
        ),
        pytest.param(DINKY_WITH_VARIABLES, "${whole}", id="a-variable-may-be-anything"),
    ],
)
def test_a_form_of_a_dialect_is_no_mistake_there(dialect: Dialect, sql: str) -> None:
    """A false alarm keeps a job that runs out of git."""
    assert check(sql, dialect) == ()


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(SOURCE + INTO, id="double-quotes"),
        pytest.param(f"{INTO}; {INTO}", id="two-inserts"),
        pytest.param(f"x := 1; {INTO}", id="definition"),
        pytest.param("INSERT INTO t SELECT @{column} FROM s", id="variable"),
        pytest.param(f"SET a.b = c; {INTO}", id="setting-without-quotes"),
    ],
)
def test_flink_is_as_strict_as_before(sql: str) -> None:
    """The forms of others are mistakes in a script for Flink, and sure ones."""
    assert check(sql, FLINK)
    assert not any(mistake.doubtful for mistake in check(sql))


@pytest.mark.parametrize("dialect", [STREAM, BLINK], ids=["stream", "blink"])
@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("CREATE TABLE t (a INT) WITH (type = 'x');", id="no-insert"),
        pytest.param("SELECT a FROM s", id="query"),
        pytest.param("INSERT INTO t\u3000SELECT a， b FROM s", id="full-width"),
        pytest.param(f"CREATE TABLE t (a INT)\n{INTO}", id="no-semicolon"),
        pytest.param(f"FLY TO t; {INTO}", id="unknown-statement"),
    ],
)
def test_what_flink_alone_is_known_to_refuse_is_in_doubt_elsewhere(dialect: Dialect, sql: str) -> None:
    """headgate has no parser of these dialects: it may warn, and may not refuse."""
    found = check(sql, dialect)

    assert found
    assert all(mistake.doubtful for mistake in found)
    assert not any(mistake.doubtful for mistake in check(sql))


@pytest.mark.parametrize("dialect", [STREAM, BLINK, DLI_BEFORE_SETS, DINKY_WITH_VARIABLES])
@pytest.mark.parametrize("sql", ["INSERT INTO t SELECT f(a FROM s", "INSERT INTO t SELECT 'a", "/* a", "", "END;"])
def test_what_no_sql_reads_is_a_mistake_in_every_dialect(dialect: Dialect, sql: str) -> None:
    """Brackets, quotes and comments are closed everywhere, and an empty text is no job."""
    [mistake, *_] = check(sql, dialect)

    assert not mistake.doubtful


def test_older_flink_sql_is_judged_like_flink() -> None:
    """It is Flink that reads it, only an older one."""
    [mistake] = check("FLY TO t; INSERT INTO t SELECT 1", DLI_BEFORE_SETS)

    assert not mistake.doubtful


def test_a_double_quoted_text_is_a_string_where_the_dialect_says_so() -> None:
    """In Flink's SQL it is read as nothing at all."""
    kinds = [[token.kind for token in tokens('"a"', dialect)] for dialect in (FLINK, STREAM, DLI_BEFORE_SETS, BLINK)]

    assert kinds == [[TokenKind.QUOTED], [TokenKind.STRING], [TokenKind.STRING], [TokenKind.QUOTED]]


def test_an_open_string_is_reported_with_the_quote_that_closes_it() -> None:
    """Not with the advice to write single quotes, where double ones are right."""
    with pytest.raises(SqlMistake) as found:
        list(tokens('WITH (type = "dis)', STREAM))

    assert (found.value.problem, found.value.hint) == ("this string is not closed", 'end it with `"`')


@pytest.mark.parametrize(
    ("dialect", "one", "other"),
    [
        pytest.param(STREAM, "create source stream S (a INT)", "CREATE SOURCE STREAM S (a INT)", id="head"),
        pytest.param(
            STREAM, "insert into t select a /* so */ from s", "INSERT INTO t\r\n\tSELECT a FROM s;", id="words"
        ),
        pytest.param(
            BLINK,
            "BEGIN STATEMENT SET; INSERT INTO t SELECT 1; INSERT INTO u SELECT 1; END;",
            "INSERT INTO t SELECT 1; INSERT INTO u SELECT 1",
            id="set",
        ),
        pytest.param(
            BLINK,
            "CREATE VIEW v AS SELECT 2 a; BEGIN STATEMENT SET; INSERT INTO t SELECT 1; INSERT INTO u SELECT 2; END",
            "INSERT INTO t SELECT 1; CREATE VIEW v AS SELECT 2 a; INSERT INTO u SELECT 2;",
            id="inserts-where-they-like",
        ),
    ],
)
def test_the_same_job_is_the_same_in_its_dialect(dialect: Dialect, one: str, other: str) -> None:
    """Else a second plan would restart a job for nothing."""
    assert meaning(one, dialect) == meaning(other, dialect)


@pytest.mark.parametrize(
    ("dialect", "one", "other"),
    [
        pytest.param(STREAM, 'WHERE a = "Bern"', 'WHERE a = "bern"', id="case-in-a-string"),
        pytest.param(STREAM, 'WHERE a = "b  c"', 'WHERE a = "b c"', id="blanks-in-a-string"),
        pytest.param(STREAM, 'WHERE a = "/* b */"', 'WHERE a = ""', id="comment-in-a-string"),
        pytest.param(STREAM, 'WHERE a = "b"', "WHERE a = 'b'", id="other-quotes"),
        pytest.param(STREAM, "SELECT Bytes FROM s", "SELECT bytes FROM s", id="a-word-that-may-be-a-name"),
        pytest.param(BLINK, "INSERT INTO t SELECT 1; INSERT INTO u SELECT 2", "INSERT INTO t SELECT 1", id="one-less"),
        pytest.param(
            BLINK,
            "INSERT INTO t SELECT 1; INSERT INTO u SELECT 2",
            "INSERT INTO u SELECT 2; INSERT INTO t SELECT 1",
            id="order-of-inserts",
        ),
        pytest.param(DLI_BEFORE_SETS, 'WITH ("a" = "B")', 'WITH ("a" = "b")', id="case-in-an-option"),
    ],
)
def test_what_may_be_another_job_is_a_change(dialect: Dialect, one: str, other: str) -> None:
    """To take a string or a name for something that does not count would hide a change."""
    assert meaning(one, dialect) != meaning(other, dialect)


@pytest.mark.parametrize("dialect", [STREAM, BLINK, DLI_BEFORE_SETS, DINKY, DINKY_WITH_VARIABLES])
def test_a_script_without_forms_of_its_own_splits_as_for_flink(dialect: Dialect) -> None:
    """Statements have the same text and place in every dialect."""
    sql = "SET 'a' = 'b';\nCREATE TABLE s (a INT) WITH ('connector' = 'x; y');\nINSERT INTO t SELECT a FROM s"

    assert split(sql, dialect) == split(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW v AS SELECT 1; BEGIN STATEMENT SET; INSERT INTO t SELECT 1; INSERT INTO u SELECT 2; END;",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT Statement FROM s; END;",
        "INSERT INTO t SELECT a FROM s WHERE b > ${limit} AND Watermark = 1",
    ],
)
@pytest.mark.parametrize("dialect", [BLINK, DLI, DLI_BEFORE_SETS, DINKY, DINKY_WITH_VARIABLES])
def test_the_digest_of_a_manifest_stays_what_it_was(dialect: Dialect, sql: str) -> None:
    """Jobs carry it and plans name it: a script that loaded before there were dialects means what it meant."""
    assert meaning(sql, dialect) == meaning(sql)


def test_an_option_in_double_quotes_is_an_option() -> None:
    """A password is one whatever quotes it has, and any caller that looks for it need not know the dialect."""
    sql = 'CREATE SINK STREAM s (a INT) WITH (type = "rds", password = "b""c", "x.sk" = "d", region = \'e\')'

    assert [(key, sql[start:end]) for key, start, end in options(sql)] == [
        ("type", "rds"),
        ("password", 'b""c'),
        ("x.sk", "d"),
        ("region", "e"),
    ]
    assert [sql[start:end] for start, end in with_values(sql)] == ["rds", 'b""c', "d", "e"]
