"""A script to its statements, with the INSERTs taken out of their statement set.

One job runs all INSERTs of a script together, however they were grouped, so the brackets of a statement set are
dropped here: `BEGIN STATEMENT SET; ... END;`, `EXECUTE STATEMENT SET BEGIN ... END;` and the EXECUTE of
`EXECUTE INSERT`. END is a bracket only as a statement of its own, so the END of a CASE never is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from headgate.sql.dialects import FLINK, Dialect
from headgate.sql.lexing import Token, TokenKind, runs, tokens


class StatementKind(StrEnum):
    """How a statement is handed to Flink: executed at once, set as configuration, or made part of the job."""

    EXECUTE = "execute"
    SET = "set"
    INSERT = "insert"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement without its semicolon, as written, comments inside it included; a SET is `key=value`.

    Line and column are those of its first token in the script, so a position that Flink reports inside the text can
    be added to them.
    """

    kind: StatementKind
    text: str
    line: int
    column: int


class Role(StrEnum):
    """What a run of tokens is for: a statement, or a bracket of a statement set."""

    OPENS_SET = "opens-set"
    CLOSES_SET = "closes-set"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Part:
    """A run of at least one token, and its role. A bracket is `alone` if a semicolon follows it."""

    role: Role
    tokens: tuple[Token, ...]
    alone: bool = True


def parts(text: str, dialect: Dialect = FLINK) -> Iterator[Part]:
    """Statements and brackets of a script, in order; not all of them need make sense. Raises SqlMistake."""
    for run in runs(tokens(text, dialect)):
        count = bracket(run)
        if count and words(run, 2) != ["EXECUTE", "INSERT"]:
            role = Role.CLOSES_SET if words(run, 1) == ["END"] else Role.OPENS_SET
            yield Part(role, run[:count], alone=count == len(run))
        if count < len(run):
            yield Part(Role.STATEMENT, run[count:])


def bracket(run: tuple[Token, ...]) -> int:
    """How many of the first tokens of a run are a bracket around INSERTs."""
    match words(run, 4):
        case ["BEGIN", "STATEMENT", "SET", *_]:
            return 3
        case ["EXECUTE", "STATEMENT", "SET", "BEGIN"]:
            return 4
        case ["EXECUTE", "INSERT", *_]:
            return 1
    return int(words(run, 1) == ["END"] and len(run) == 1)


def split(text: str, dialect: Dialect = FLINK) -> tuple[Statement, ...]:
    """The statements of a script, in order. Raises SqlMistake where the text cannot be read to its end."""
    return tuple(_statement(part.tokens, text, dialect) for part in parts(text, dialect) if part.role is Role.STATEMENT)


def words(run: tuple[Token, ...], count: int) -> list[str]:
    """The first tokens as keywords, up to the first that cannot be one."""
    found: list[str] = []
    for token in run[:count]:
        if not (word := token.keyword()):
            break
        found.append(word)
    return found


def setting(run: tuple[Token, ...], dialect: Dialect = FLINK) -> tuple[str, str] | None:
    """Key and value of `SET 'key' = 'value'`; None for anything else."""
    if dialect.bare_settings and (bare := _bare_setting(run)):
        return bare
    shape = [token.kind for token in run] == [
        TokenKind.WORD,
        TokenKind.STRING,
        TokenKind.SYMBOL,
        TokenKind.STRING,
    ]
    if not shape or run[0].keyword() != "SET" or run[2].text != "=":
        return None
    key, value = run[1].text, run[3].text
    if not (key.startswith("'") and value.startswith("'")):
        return None
    return _unquoted(key), _unquoted(value)


def _bare_setting(run: tuple[Token, ...]) -> tuple[str, str] | None:
    """`SET table.sql-dialect = hive`: one key, and one value, each with or without quotes."""
    texts = [token.text for token in run[1:]]
    if (
        not run
        or run[0].keyword() != "SET"
        or texts.count("=") != 1
        or not 0 < (at := texts.index("=")) < len(texts) - 1
    ):
        return None
    key, value = ("".join(part) for part in (texts[:at], texts[at + 1 :]))
    return _unquoted(key), _unquoted(value)


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] == "'"
    return text[1:-1].replace("''", "'") if quoted else text


def _statement(run: tuple[Token, ...], text: str, dialect: Dialect) -> Statement:
    first, last = run[0], run[-1]
    if pair := setting(run, dialect):
        return Statement(StatementKind.SET, "=".join(pair), first.line, first.column)
    inserts = words(run, 1) == ["INSERT"]
    return Statement(
        kind=StatementKind.INSERT if inserts else StatementKind.EXECUTE,
        text=text[first.offset : last.offset + len(last.text)],
        line=first.line,
        column=first.column,
    )
