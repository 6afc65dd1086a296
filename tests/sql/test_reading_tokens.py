"""Tokens are read as Flink's default dialect reads them; everything else rests on that."""

from __future__ import annotations

import pytest

from headgate.sql import SqlMistake, TokenKind, tokens


def texts(sql: str) -> list[str]:
    return [token.text for token in tokens(sql)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        pytest.param("'it''s' x", ["'it''s'", "x"], id="doubled-quote"),
        pytest.param("'-- a /* b ; `'", ["'-- a /* b ; `'"], id="signs-inside-a-string"),
        pytest.param("N'a' x'0A' U&'b' _UTF8'c'", ["N'a'", "x'0A'", "U&'b'", "_UTF8'c'"], id="prefixed-strings"),
        pytest.param("x '0A'", ["x", "'0A'"], id="a-prefix-stands-close"),
        pytest.param("`a``b` `-- c`", ["`a``b`", "`-- c`"], id="quoted-names"),
        pytest.param("a -- 'b\nc // `d\r\ne", ["a", "c", "e"], id="line-comments"),
        pytest.param("a /* ' */ b /* /* */ c", ["a", "b", "c"], id="block-comments-do-not-nest"),
        pytest.param("a /**/ b /** c */ d /****/ e", ["a", "b", "d", "e"], id="comments-with-stars"),
        pytest.param("/*+ O('*/') -- x\n */ a", ["/*+", "O", "(", "'*/'", ")", "*/", "a"], id="hint"),
        pytest.param("/* + a */ b", ["b"], id="a-space-makes-it-a-comment"),
        pytest.param("1 2.5 .5 1. 1e3 1.5E-3", ["1", "2.5", ".5", "1.", "1e3", "1.5E-3"], id="numbers"),
        pytest.param("1a 1e", ["1", "a", "1", "e"], id="a-number-ends-at-a-letter"),
        pytest.param("a.b[1]", ["a", ".", "b", "[", "1", "]"], id="paths"),
        pytest.param("a<>b!=c<=d=>e||f", ["a", "<>", "b", "!=", "c", "<=", "d", "=>", "e", "||", "f"], id="operators"),
        pytest.param("$a a$b _c é 表", ["$a", "a$b", "_c", "é", "表"], id="names-of-any-script"),
        pytest.param("${env:A_1}b", ["${env:A_1}", "b"], id="placeholder"),
        pytest.param("`${env:A}` '${env:B}'", ["`${env:A}`", "'${env:B}'"], id="placeholder-in-quotes"),
    ],
)
def test_text_is_cut_where_flink_cuts_it(sql: str, expected: list[str]) -> None:
    """A quote or comment read differently from Flink would hide a statement or invent one."""
    assert texts(sql) == expected


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        pytest.param("a\n 'b", (2, 2), id="string"),
        pytest.param("a `b\nc`", (1, 3), id="quoted-name-over-two-lines"),
        pytest.param('a\r\nb "c', (2, 3), id="double-quote"),
        pytest.param("a /* b", (1, 3), id="comment"),
        pytest.param("a /***/", (1, 3), id="comment-of-three-stars"),
        pytest.param("a\n\n  /*+ b; c", (3, 3), id="hint"),
    ],
)
def test_what_is_not_closed_is_reported_where_it_opens(sql: str, place: tuple[int, int]) -> None:
    """The end of the file is where Flink notices; the opening is where the mistake is."""
    with pytest.raises(SqlMistake) as caught:
        list(tokens(sql))

    assert (caught.value.line, caught.value.column) == place
    assert "not closed" in caught.value.problem
    assert caught.value.hint


def test_every_line_end_counts_once() -> None:
    """A position must lead to the same line in any editor."""
    found = [(token.text, token.line, token.column) for token in tokens("a\nb\r\nc\rd\n\n  e")]

    assert found == [("a", 1, 1), ("b", 2, 1), ("c", 3, 1), ("d", 4, 1), ("e", 6, 3)]


def test_a_character_that_sql_does_not_have_is_still_a_token() -> None:
    """It is for `check` to report; reading goes on, so that the other mistakes are found too."""
    assert [(token.text, token.kind) for token in tokens("a # b")][1] == ("#", TokenKind.STRAY)
