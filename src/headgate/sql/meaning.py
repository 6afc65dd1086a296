"""A script by what it means to Flink: for comparing two texts and for digests.

Whitespace, comments, the case of keywords and functions, the order of options, and semicolons around nothing do not
count. Everything else does: what is inside strings and quoted names, the case of names, numbers as they are spelled,
hints. `!=` is `<>`, and a name in backticks that needs none is that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from headgate.sql.keywords import NAMES_ITS_COLUMN, NOT_THE_SAME_UNQUOTED, RESERVED
from headgate.sql.lexing import Token, TokenKind, runs, tokens
from headgate.sql.option_order import in_key_order
from headgate.sql.positions import keywords_by_place

_NEEDS_NO_QUOTES = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_PREFIX = re.compile(r"\A[unx]")


def meaning(text: str) -> tuple[str, ...]:
    """The tokens of a script as they count; equal tuples, equal jobs. Raises SqlMistake as `tokens` does."""
    script = tuple(tokens(text))
    spelled = frozenset(_content(token).upper() for token in script if token.kind is TokenKind.QUOTED)
    counted: list[str] = []
    for run in runs(iter(script)):
        if counted:
            counted.append(";")
        counted += _counted(run, spelled & NAMES_ITS_COLUMN)
    return tuple(counted)


def _counted(run: Sequence[Token], spelled: Set[str]) -> Iterator[str]:
    """`spelled` are the reserved words the script also uses as names: there, their case does count."""
    run = in_key_order(run)
    by_place = keywords_by_place(run)
    for i, token in enumerate(run):
        match token.kind:
            case TokenKind.WORD:
                word = token.keyword()
                folds = i in by_place or (word in RESERVED and word not in spelled)
                yield (folds and word) or token.text
            case TokenKind.QUOTED:
                yield _bare(token)
            case TokenKind.STRING:
                yield _PREFIX.sub(lambda prefix: prefix[0].upper(), token.text)
            case TokenKind.NUMBER:
                yield token.text.upper()
            case _:
                yield "<>" if token.text == "!=" else token.text


def _bare(token: Token) -> str:
    name = _content(token)
    keyword = name.upper() in RESERVED or name.upper() in NOT_THE_SAME_UNQUOTED
    bare = token.text.startswith("`") and _NEEDS_NO_QUOTES.fullmatch(name) and not keyword
    return name if bare else token.text


def _content(token: Token) -> str:
    quote = token.text[0]
    return token.text[1:-1].replace(quote * 2, quote)
