"""Laws that hold for every script in every dialect, tried on made-up ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.sql.test_laws_of_sql_text import ANY_TEXT, GAPS, LAW, joined

from headgate.sql import (
    BLINK,
    DINKY,
    DINKY_WITH_VARIABLES,
    DLI,
    DLI_BEFORE_SETS,
    STREAM,
    Dialect,
    check,
    meaning,
    options,
    split,
    tokens,
)

DIALECTS = st.sampled_from([STREAM, BLINK, DLI, DLI_BEFORE_SETS, DINKY, DINKY_WITH_VARIABLES])
STREAMS = """\
CREATE SOURCE STREAM s (a STRING) WITH (type = "dis", quote = "'") TIMESTAMP BY proctime.proctime;
INSERT INTO t SELECT a FROM s WHERE a = "x ; -- y";"""
SCRIPTS = st.sampled_from(
    [
        STREAMS,
        "INSERT INTO t SELECT a FROM s; CREATE VIEW v AS SELECT 1; INSERT INTO u SELECT b FROM v EMIT WITHOUT DELAY",
        "INSERT INTO t SELECT @{a}, ${b} FROM s WHERE c = '{d}'",
        "SET table.sql-dialect = hive; INSERT INTO t SELECT 全角, 1 FROM s /*+ OPTIONS('a' = 'b') */",
    ]
)
CONTENT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"'), max_size=8)


@LAW
@given(dialect=DIALECTS, script=SCRIPTS, data=st.data())
def test_space_and_comments_between_tokens_mean_nothing(dialect: Dialect, script: str, data: st.DataObject) -> None:
    """An import writes other line ends than it read, and the next plan must find the same statement."""
    pieces = [token.text for token in tokens(script, dialect)]
    gaps = data.draw(st.lists(GAPS, min_size=len(pieces), max_size=len(pieces)))

    assert meaning(joined(pieces, gaps), dialect) == meaning(script, dialect)


@LAW
@given(dialect=DIALECTS, one=CONTENT, other=CONTENT)
def test_another_text_in_double_quotes_is_another_meaning(dialect: Dialect, one: str, other: str) -> None:
    """To the last blank, also where the dialect reads no double quotes."""
    script = 'INSERT INTO t SELECT a FROM s WHERE b = "{}"'

    same = meaning(script.format(one), dialect) == meaning(script.format(other), dialect)

    assert same == (one == other)


@LAW
@given(dialect=DIALECTS, text=ANY_TEXT)
def test_any_text_is_checked_and_never_breaks_a_check(dialect: Dialect, text: str) -> None:
    """What is no mistake can be split and compared, and where options stand is asked of any text."""
    mistakes = check(text, dialect)

    assert all(0 <= start <= end <= len(text) for _, start, end in options(text))
    if all(mistake.doubtful for mistake in mistakes):
        assert split(text, dialect)
        assert meaning(text, dialect)
