"""Laws that hold for every script, tried on made-up ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sql.twins import TWINS

from headgate.sql import SqlMistake, Token, TokenKind, check, meaning, split, tokens
from headgate.sql.keywords import NAMES_ITS_COLUMN, RESERVED

LAW = settings(deadline=None)  # a slow machine breaks no law
SCRIPTS = st.sampled_from([script for twins in TWINS for script in twins[1:]])
# A space in front: `*` and a comment side by side would be read as `*/`, by Flink too.
GAPS = st.sampled_from([" ", "\n", "\t", "\r\n", " /* ' ; */", " -- it's\n", " // `;\n", " /**/ ", " /* + a */"])
CONTENT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="'"), max_size=8)
ANY_TEXT = st.text(st.sampled_from("ab1 .,;'`\"()[]<>=!*/+-\n\r${}:#é") | st.characters(exclude_categories=["Cs"]))
STATEMENTS = st.sampled_from(
    [
        "INSERT INTO t SELECT CASE WHEN a THEN 1 END FROM s",
        "CREATE TABLE t (a INT) WITH ('connector' = 'x;y')",
        "CREATE VIEW v AS SELECT `a;b` FROM t -- why; not\n WHERE a > 1",
        "INSERT INTO t SELECT a /*+ O('k' = ';') */ FROM s",
        "DROP TABLE /* ; */ t",
    ]
)


def joined(pieces: Iterable[str], gaps: Iterable[str]) -> str:
    return "".join(gap + piece for piece, gap in zip(pieces, gaps, strict=True))


@LAW
@given(script=SCRIPTS, data=st.data())
def test_space_and_comments_between_tokens_mean_nothing(script: str, data: st.DataObject) -> None:
    """A formatter may do what it likes."""
    pieces = [token.text for token in tokens(script)]
    gaps = data.draw(st.lists(GAPS, min_size=len(pieces), max_size=len(pieces)))

    assert meaning(joined(pieces, gaps)) == meaning(script)


@LAW
@given(script=SCRIPTS, data=st.data())
def test_the_case_of_reserved_words_means_nothing(script: str, data: st.DataObject) -> None:
    """A linter may do what it likes with keywords."""
    swaps = data.draw(st.randoms(use_true_random=False))
    recased = re.sub(
        r"'(?:[^']|'')*'|`[^`]*`|--.*|//.*|/\*.*?\*/|\w+",
        lambda word: (
            "".join(swaps.choice((letter.upper(), letter.lower())) for letter in word[0])
            if word[0].upper() in RESERVED - NAMES_ITS_COLUMN
            else word[0]
        ),
        script,
    )

    assert meaning(recased) == meaning(script)


@LAW
@given(script=SCRIPTS, content=CONTENT, data=st.data())
def test_another_literal_is_another_meaning(script: str, content: str, data: st.DataObject) -> None:
    """Whatever is inside a string counts, to the last character."""
    strings = [token for token in tokens(script) if token.kind is TokenKind.STRING]
    old = data.draw(st.sampled_from(strings))
    edited = script[: old.offset] + f"'{content}'" + script[old.offset + len(old.text) :]

    assert (meaning(edited) == meaning(script)) == (old.text == f"'{content}'")


@LAW
@given(statements=st.lists(STATEMENTS, max_size=6), data=st.data())
def test_joined_statements_are_split_again(statements: list[str], data: st.DataObject) -> None:
    """Nothing is lost, cut or glued together."""
    gaps = data.draw(st.lists(GAPS, min_size=len(statements), max_size=len(statements)))

    found = split(joined([statement + ";" for statement in statements], gaps))

    assert [statement.text for statement in found] == statements


@LAW
@given(text=ANY_TEXT)
def test_a_position_leads_to_its_token(text: str) -> None:
    """Line and column are for people: they must hold in an editor."""
    lines = re.split(r"\r\n|\r|\n", text)

    for token in readable(text):
        assert text[token.offset :].startswith(token.text)
        assert lines[token.line - 1][token.column - 1 :].startswith(re.split(r"[\r\n]", token.text)[0])


@LAW
@given(text=ANY_TEXT)
def test_nothing_but_space_and_comments_is_left_out(text: str) -> None:
    """What is read past is compared by nobody."""
    found = readable(text)
    left_out = [text[one.offset + len(one.text) : other.offset] for one, other in pairwise(found)]

    assert all(not list(tokens(gap)) for gap in left_out)


@LAW
@given(text=ANY_TEXT)
def test_any_text_is_judged_and_never_breaks_the_judge(text: str) -> None:
    """A wrong script is an answer, not a crash; and what cannot be read cannot be right."""
    mistakes = check(text)

    assert list(mistakes) == sorted(mistakes, key=lambda mistake: (mistake.line, mistake.column))
    try:
        assert split(text) or mistakes
    except SqlMistake as unreadable:
        assert mistakes == (unreadable,)


def test_a_script_of_a_megabyte_is_read_whole() -> None:
    """Generated scripts are long, and nothing in them may be too much."""
    script = TWINS[0].base * 3_000

    assert len(split(script)) == 9_000
    assert len(meaning(script)) > 180_000


def readable(text: str) -> list[Token]:
    """The tokens up to where the text cannot be read on."""
    found: list[Token] = []
    try:
        for token in tokens(text):
            found.append(token)
    except SqlMistake:
        pass
    return found
