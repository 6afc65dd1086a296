"""Pairs of scripts that look different and mean the same, each with a look-alike that is a real change.

All of them are whole jobs on Flink's datagen and blackhole connectors, so that other tests can run them for real.
"""

from __future__ import annotations

from typing import NamedTuple


class Twins(NamedTuple):
    """`base` and `cosmetic` are one job; `lookalike` is another one, a few characters away."""

    name: str
    base: str
    cosmetic: str
    lookalike: str


ORDERS = (
    "CREATE TABLE orders (id INT, other INT, kind STRING, price DECIMAL(10, 2), at_time AS PROCTIME())"
    " WITH ('connector' = 'datagen', 'rows-per-second' = '1');\n"
)
NAMES = "CREATE TABLE names (name STRING) WITH ('connector' = 'blackhole');\n"
NUMBERS = "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'blackhole');\n"
# Two tables, and two columns in each, distinguished by their case only.
TOTALS = NUMBERS + "".join(
    f"CREATE TABLE {name} (total INT, Total INT, kind STRING)"
    " WITH ('connector' = 'datagen', 'rows-per-second' = '1');\n"
    for name in ("totals", "Totals")
)


def _names(query: str) -> str:
    return f"{ORDERS}{NAMES}INSERT INTO names {query};\n"


def _numbers(query: str) -> str:
    return f"{ORDERS}{NUMBERS}INSERT INTO numbers {query};\n"


TWINS = (
    Twins(
        "whitespace-between-tokens-and-inside-a-string",
        base=_names("SELECT kind FROM orders WHERE kind <> 'a b'"),
        cosmetic=_names("\n  SELECT kind\n  FROM\torders\n  WHERE kind<>'a b'\n"),
        lookalike=_names("SELECT kind FROM orders WHERE kind <> 'a  b'"),
    ),
    Twins(
        "line-comment-and-two-dashes-inside-a-string",
        base=_names("SELECT kind FROM orders WHERE kind <> 'a'"),
        cosmetic=_names("SELECT kind -- what's ordered; mostly\nFROM orders WHERE kind <> 'a' -- b"),
        lookalike=_names("SELECT kind FROM orders WHERE kind <> 'a -- b'"),
    ),
    Twins(
        "slash-comment-and-an-address-inside-a-string",
        base=_names("SELECT 'http:' || kind FROM orders"),
        cosmetic=_names("SELECT 'http:' || kind // host\nFROM orders"),
        lookalike=_names("SELECT 'http://host' || kind FROM orders"),
    ),
    Twins(
        "block-comment-and-its-signs-inside-a-string",
        base=_names("SELECT 'a' || kind FROM orders"),
        cosmetic=_names("SELECT /* prefix; */ 'a' || /* 'it */ kind FROM orders /**/"),
        lookalike=_names("SELECT 'a/* prefix */' || kind FROM orders"),
    ),
    Twins(
        "comment-and-hint",
        base=_names("SELECT kind FROM orders"),
        cosmetic=_names("SELECT kind FROM orders /* OPTIONS('rows-per-second' = '2') */"),
        lookalike=_names("SELECT kind FROM orders /*+ OPTIONS('rows-per-second' = '2') */"),
    ),
    Twins(
        "spacing-and-value-of-a-hint",
        base=_names("SELECT kind FROM orders /*+ OPTIONS('rows-per-second' = '2') */"),
        cosmetic=_names("SELECT kind FROM orders /*+OPTIONS( 'rows-per-second'='2' -- slow\n) */"),
        lookalike=_names("SELECT kind FROM orders /*+ OPTIONS('rows-per-second' = '3') */"),
    ),
    Twins(
        "case-of-a-keyword-and-of-a-quoted-name",
        base=f"{TOTALS}INSERT INTO numbers SELECT `total` FROM totals;",
        cosmetic=f"{TOTALS}insert into numbers select `total` from totals;",
        lookalike=f"{TOTALS}INSERT INTO numbers SELECT `Total` FROM totals;",
    ),
    Twins(
        "case-of-a-keyword-and-of-an-unquoted-name",
        base=f"{TOTALS}INSERT INTO numbers SELECT total FROM totals;",
        cosmetic=f"{TOTALS}Insert Into numbers Select total From totals;",
        lookalike=f"{TOTALS}INSERT INTO numbers SELECT total FROM Totals;",
    ),
    Twins(
        "case-of-a-function-and-of-a-column",
        base=f"{TOTALS}INSERT INTO numbers SELECT ABS(total) + CHAR_LENGTH(kind) FROM totals;",
        cosmetic=f"{TOTALS}INSERT INTO numbers SELECT abs(total) + Char_Length(kind) FROM totals;",
        lookalike=f"{TOTALS}INSERT INTO numbers SELECT ABS(Total) + CHAR_LENGTH(kind) FROM totals;",
    ),
    Twins(
        "spare-semicolons-and-one-inside-a-string",
        base=_names("SELECT 'a' || kind FROM orders"),
        cosmetic=";" + _names("SELECT 'a' || kind FROM orders").replace(";\n", ";;\n ; -- ;\n"),
        lookalike=_names("SELECT 'a;' || kind FROM orders"),
    ),
    Twins(
        "spacing-of-a-number-and-its-digits",
        base=_names("SELECT kind FROM orders WHERE id > 10"),
        cosmetic=_names("SELECT kind FROM orders WHERE id>10"),
        lookalike=_names("SELECT kind FROM orders WHERE id > 100"),
    ),
    Twins(
        "exponent-case-and-type-of-a-number",
        base=_numbers("SELECT id FROM orders WHERE price > 1e2"),
        cosmetic=_numbers("SELECT id FROM orders WHERE price > 1E2"),
        lookalike=_numbers("SELECT id FROM orders WHERE price > 100"),
    ),
    Twins(
        "case-of-a-keyword-and-of-the-same-word-as-a-string",
        base=_names("SELECT kind FROM orders WHERE kind = 'select'"),
        cosmetic=_names("select kind from orders where kind = 'select'"),
        lookalike=_names("SELECT kind FROM orders WHERE kind = 'SELECT'"),
    ),
    Twins(
        "spacing-and-value-of-a-table-option",
        base=_names("SELECT kind FROM orders"),
        cosmetic=_names("SELECT kind FROM orders").replace(
            "'rows-per-second' = '1'", "\n  'rows-per-second'='1' -- slow\n"
        ),
        lookalike=_names("SELECT kind FROM orders").replace("'rows-per-second' = '1'", "'rows-per-second' = '2'"),
    ),
    Twins(
        "case-and-amount-of-a-watermark",
        base="CREATE TABLE events (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND,"
        " PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'datagen', 'rows-per-second' = '1');\n"
        + NUMBERS
        + "INSERT INTO numbers SELECT id FROM events;",
        cosmetic="create table events (id int, ts timestamp(3), watermark for ts as ts - interval '5' second,"
        " primary key (id) not enforced) with ('connector' = 'datagen', 'rows-per-second' = '1');\n"
        + NUMBERS
        + "insert into numbers select id from events;",
        lookalike="CREATE TABLE events (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '6' SECOND,"
        " PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'datagen', 'rows-per-second' = '1');\n"
        + NUMBERS
        + "INSERT INTO numbers SELECT id FROM events;",
    ),
    Twins(
        "needless-backticks-and-another-name-in-them",
        base=_numbers("SELECT id FROM orders"),
        cosmetic=_numbers("SELECT `id` FROM `orders`"),
        lookalike=_numbers("SELECT `other` FROM `orders`"),
    ),
    Twins(
        "case-of-a-statement-set-and-a-filter-in-it",
        base=ORDERS
        + NAMES
        + NUMBERS
        + "BEGIN STATEMENT SET;\nINSERT INTO names SELECT kind FROM orders;\n"
        + "INSERT INTO numbers SELECT id FROM orders;\nEND;",
        cosmetic=ORDERS
        + NAMES
        + NUMBERS
        + "begin statement set;\n  insert into names select kind from orders;\n"
        + "  -- the second of two\n  insert into numbers select id from orders;\nend",
        lookalike=ORDERS
        + NAMES
        + NUMBERS
        + "BEGIN STATEMENT SET;\nINSERT INTO names SELECT kind FROM orders;\n"
        + "INSERT INTO numbers SELECT id FROM orders WHERE id > 0;\nEND;",
    ),
    Twins(
        "spacing-and-value-of-a-set",
        base="SET 'table.exec.state.ttl' = '1 h';\n" + _names("SELECT DISTINCT kind FROM orders"),
        cosmetic="set   'table.exec.state.ttl'='1 h' ;\n" + _names("SELECT DISTINCT kind FROM orders"),
        lookalike="SET 'table.exec.state.ttl' = '2 h';\n" + _names("SELECT DISTINCT kind FROM orders"),
    ),
    Twins(
        "case-and-direction-of-an-order",
        base=_names(
            "SELECT kind FROM (SELECT kind, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY at_time DESC) AS nth"
            " FROM orders) WHERE nth = 1"
        ).replace("(name STRING)", "(name STRING, PRIMARY KEY (name) NOT ENFORCED)"),
        cosmetic=_names(
            "select kind from (select kind, row_number() over (partition by kind order by at_time desc) as nth"
            " from orders) where nth = 1"
        ).replace("(name STRING)", "(name STRING, Primary Key (name) Not Enforced)"),
        lookalike=_names(
            "SELECT kind FROM (SELECT kind, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY at_time ASC) AS nth"
            " FROM orders) WHERE nth = 1"
        ).replace("(name STRING)", "(name STRING, PRIMARY KEY (name) NOT ENFORCED)"),
    ),
    Twins(
        "case-and-branches-of-a-case-expression",
        base=_names("SELECT CASE WHEN id > 0 THEN 'a' ELSE 'b' END FROM orders"),
        cosmetic=_names("SELECT case when id > 0\n then 'a'\n else 'b'\n end\nFROM orders"),
        lookalike=_names("SELECT CASE WHEN id > 0 THEN 'b' ELSE 'a' END FROM orders"),
    ),
    Twins(
        "case-of-a-window-and-its-length",
        base=_numbers(
            "SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(at_time), INTERVAL '1' MINUTES))"
            " GROUP BY window_start, window_end"
        ),
        cosmetic=_numbers(
            "select count(*) from table(tumble(table orders, descriptor(at_time), interval '1' minutes))"
            " group by window_start, window_end"
        ),
        lookalike=_numbers(
            "SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(at_time), INTERVAL '2' MINUTES))"
            " GROUP BY window_start, window_end"
        ),
    ),
    Twins(
        "line-ends-between-tokens-and-inside-a-string",
        base=_names("SELECT 'a b' || kind FROM orders"),
        cosmetic=_names("SELECT 'a b' || kind FROM orders").replace("\n", "\r\n"),
        lookalike=_names("SELECT 'a\nb' || kind FROM orders"),
    ),
    Twins(
        "comment-after-and-quote-inside-a-string",
        base=_names("SELECT 'it''s' || kind FROM orders"),
        cosmetic=_names("SELECT 'it''s'/* 's */ || kind FROM orders"),
        lookalike=_names("SELECT 'its' || kind FROM orders"),
    ),
)
