"""A script by what it means to its platform: for comparing two texts and for digests.

Whitespace, comments, the case of keywords and functions, the order of options, and semicolons around nothing do not
count. Everything else does: what is inside strings and quoted names, the case of names, numbers as they are spelled,
hints. `!=` is `<>`, and a name in backticks that needs none is that name.

In Stream SQL fewer words are keywords for certain, and the case of all others counts. Where a platform runs
all INSERTs as one job, several INSERTs mean what a statement set of them at the end of the script does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace

from headgate.sql.dialects import FLINK, Dialect
from headgate.sql.keywords import NAMES_ITS_COLUMN, NOT_THE_SAME_UNQUOTED, RESERVED
from headgate.sql.lexing import Token, TokenKind, runs, tokens
from headgate.sql.option_order import in_key_order
from headgate.sql.positions import keywords_by_place
from headgate.sql.splitting import Role, parts, words

_NEEDS_NO_QUOTES = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_PREFIX = re.compile(r"\A[unx]")
_BEGIN, _END = tuple(tokens("BEGIN STATEMENT SET")), tuple(tokens("END"))


def meaning(text: str, dialect: Dialect = FLINK) -> tuple[str, ...]:
    """The tokens of a script as they count; equal tuples, equal jobs. Raises SqlMistake as `tokens` does."""
    dialect = replace(dialect, variables="")
    script = tuple(tokens(text, dialect))
    spelled = frozenset(_content(token).upper() for token in script if token.kind is TokenKind.QUOTED)
    counted: list[str] = []
    for run in _grouped(text, dialect) if dialect.sets_alike else runs(iter(script)):
        if counted:
            counted.append(";")
        counted += _counted(run, spelled & NAMES_ITS_COLUMN, dialect)
    return tuple(counted)


def _grouped(text: str, dialect: Dialect) -> Iterable[tuple[Token, ...]]:
    """The statements of a script, several INSERTs that nobody grouped as a set at its end."""
    found = list(parts(text, dialect))
    inserts = [part.tokens for part in found if words(part.tokens, 1) == ["INSERT"]]
    if len(inserts) < 2 or any(part.role is not Role.STATEMENT for part in found):
        return runs(tokens(text, dialect))
    others = [part.tokens for part in found if part.tokens not in inserts]
    return [*others, _BEGIN, *inserts, _END]


def _counted(run: Sequence[Token], spelled: Set[str], dialect: Dialect) -> Iterator[str]:
    """`spelled` are the reserved words the script also uses as names: there, their case does count."""
    run = in_key_order(run)
    by_place = keywords_by_place(run) | _kind_of_a_stream(run, dialect)
    for i, token in enumerate(run):
        match token.kind:
            case TokenKind.WORD:
                word = token.keyword()
                folds = i in by_place or (word in dialect.reserved and word not in spelled)
                yield (folds and word) or token.text
            case TokenKind.QUOTED:
                yield _bare(token)
            case TokenKind.STRING:
                yield _PREFIX.sub(lambda prefix: prefix[0].upper(), token.text)
            case TokenKind.NUMBER:
                yield token.text.upper()
            case _:
                yield "<>" if token.text == "!=" else token.text


def _kind_of_a_stream(run: Sequence[Token], dialect: Dialect) -> Set[int]:
    """The place of SOURCE in `CREATE SOURCE STREAM`."""
    match words(tuple(run[:3]), 3):
        case ["CREATE", kind, "STREAM"] if kind in dialect.kinds:
            return {1}
    return frozenset()


def _bare(token: Token) -> str:
    name = _content(token)
    keyword = name.upper() in RESERVED or name.upper() in NOT_THE_SAME_UNQUOTED
    bare = token.text.startswith("`") and _NEEDS_NO_QUOTES.fullmatch(name) and not keyword
    return name if bare else token.text


def _content(token: Token) -> str:
    quote = token.text[0]
    return token.text[1:-1].replace(quote * 2, quote)
