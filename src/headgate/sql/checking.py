"""What is wrong with a script, reported without asking a platform.

Flink runs every INSERT outside a statement set as a job of its own, and some statements start a job or print rows
without looking like it. headgate keeps one job a script, so these are mistakes here although Flink would run them.
In a dialect that is not judged by the rules of Flink, a mistake is doubtful unless no SQL would read it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from headgate.sql.dialects import FLINK, Dialect
from headgate.sql.lexing import SqlMistake, Token, TokenKind
from headgate.sql.splitting import Part, Role, parts, setting, words

_ALLOWED = {"INSERT", "SET", "CREATE", "DROP", "ALTER", "USE", "LOAD", "UNLOAD", "ADD", "REMOVE"}
_QUERY = ("the rows of this query go nowhere", "write `INSERT INTO <table>` in front of it")
_SHOWS = ("{} only shows something", "remove it: nobody reads what a job shows")
_AT_ONCE = ("{} acts on tables at once and is no part of a streaming job", "run it by hand, outside the job")
_APART = ("{} starts or stops a job of its own", "remove it: headgate starts and stops the job")
_CLIENT = ("{} is a command of the SQL client, not a statement", "remove it")
_REFUSED = {
    **dict.fromkeys(("SELECT", "WITH", "VALUES", "TABLE", "("), _QUERY),
    **dict.fromkeys(("SHOW", "DESCRIBE", "DESC", "EXPLAIN"), _SHOWS),
    **dict.fromkeys(("UPDATE", "DELETE", "MERGE", "TRUNCATE", "CALL", "ANALYZE"), _AT_ONCE),
    **dict.fromkeys(("COMPILE", "EXECUTE", "STOP"), _APART),
    **dict.fromkeys(("HELP", "CLEAR", "QUIT", "EXIT", "SOURCE"), _CLIENT),
    "RESET": ("RESET takes back configuration that headgate owns", "remove it, and remove the SET it takes back"),
    "BEGIN": ("BEGIN opens a statement set only as BEGIN STATEMENT SET", "write `BEGIN STATEMENT SET;`"),
    "END": ("END closes a statement set only by itself", "write `END;`"),
    "REPLACE": ("REPLACE TABLE starts a job of its own", "write CREATE TABLE, and INSERT INTO that table"),
}
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_ONE_SET = "put all INSERTs of the job between one `BEGIN STATEMENT SET;` and one `END;`"
_RETYPE = "remove it or type it again: copied text often has other quotes and spaces"
_REQUOTE = "write 'text' for a string, `name` in backticks for a name"


def check(text: str, dialect: Dialect = FLINK) -> tuple[SqlMistake, ...]:
    """All mistakes of a script in the order of their places; if it cannot be read to its end, only where and why."""
    try:
        script = tuple(parts(text, dialect))
    except SqlMistake as unreadable:
        return (unreadable,)
    if not script:
        return (SqlMistake("there is no statement", 1, 1, "write at least one INSERT INTO"),)
    sure = [*_in_grouping(script, dialect)]
    doubtful: list[SqlMistake] = []
    for part in script:
        if part.role is Role.STATEMENT and not (dialect.definitions and _defines(part.tokens)):
            doubtful += _in_statement(part.tokens, dialect)
            sure += _in_brackets(part.tokens)
    if not (sure or doubtful) and not any(_may_insert(part) for part in script):
        first = script[0].tokens[0]
        doubtful.append(_at(first, "a job needs at least one INSERT INTO", "add the INSERT that writes its result"))
    mistakes = [*sure, *(replace(mistake, doubtful=not dialect.judged) for mistake in doubtful)]
    return tuple(sorted(mistakes, key=lambda mistake: (mistake.line, mistake.column)))


@dataclass(slots=True)
class _Sets:
    """The statement sets read so far, and the INSERTs outside of them."""

    open: Token | None = None
    count: int = 0
    inside: int = 0
    outside: int = 0


def _in_grouping(script: Sequence[Part], dialect: Dialect) -> Iterator[SqlMistake]:
    """One job is one INSERT, or one statement set that is closed, holds INSERTs only and has none beside it.

    Where INSERTs are one job without a set, any number of them may stand beside it.
    """
    sets = _Sets()
    for part in script:
        match part.role:
            case Role.OPENS_SET:
                yield from _opened(part, sets, dialect)
            case Role.CLOSES_SET:
                yield from _closed(part, sets)
            case Role.STATEMENT if sets.open:
                sets.inside += 1
                for word in words(part.tokens, 1):
                    if word in _ALLOWED - {"INSERT"}:
                        problem = f"{word} stands inside a statement set, where only INSERT may be"
                        yield _at(part.tokens[0], problem, "move it before BEGIN")
                if _ends_once_too_often(part.tokens):
                    sets.open = None
            case Role.STATEMENT if words(part.tokens, 1) == ["INSERT"]:
                sets.outside += 1
                if not dialect.free_inserts and (sets.count or sets.outside == 2):
                    yield _at(part.tokens[0], "this INSERT would be a second job of its own", _ONE_SET)
    if sets.open:
        yield _at(sets.open, "this statement set is never closed", "write `END;` after its last INSERT")


def _opened(part: Part, sets: _Sets, dialect: Dialect) -> Iterator[SqlMistake]:
    first, last = part.tokens[0], part.tokens[-1]
    if sets.open:
        yield _at(first, "a statement set is opened inside another one", "close the first with `END;`")
    elif not dialect.free_inserts and (sets.count or sets.outside):
        yield _at(first, "this statement set would be a second job of its own", _ONE_SET)
    executes = first.keyword() == "EXECUTE"
    if executes and part.alone:
        yield _at(last, "a semicolon may not follow this BEGIN", "remove it: the first INSERT follows directly")
    if not executes and not part.alone:
        yield _at(last, "a semicolon is missing after BEGIN STATEMENT SET", "write `BEGIN STATEMENT SET;`")
    sets.open, sets.inside, sets.count = first, 0, sets.count + 1


def _closed(part: Part, sets: _Sets) -> Iterator[SqlMistake]:
    if not sets.open:
        yield _at(part.tokens[0], "END closes nothing here", "write `BEGIN STATEMENT SET;` before the INSERTs")
    elif not sets.inside:
        yield _at(sets.open, "this statement set is empty", "write the INSERTs before its END")
    sets.open = None


def _in_statement(run: tuple[Token, ...], dialect: Dialect) -> Iterator[SqlMistake]:
    """Mistakes of one statement by itself."""
    yield from _in_characters(run)
    outside = _outside_brackets(run)
    named = [token.keyword() for token in outside]
    if named[:1] and named[0] in _ALLOWED:
        for token, word in zip(outside[1:], named[1:], strict=True):
            if word in {"INSERT", "CREATE"}:
                hint = "end the statement before it with `;`"
                yield _at(token, f"a semicolon is missing before this {word}", hint)
                return
    if _ends_once_too_often(run):
        yield _at(run[-1], "a semicolon is missing before this END", "end the INSERT with `;`")
    yield from _in_first_word(run, named, dialect)


def _in_first_word(run: tuple[Token, ...], outside: Sequence[str], dialect: Dialect) -> Iterator[SqlMistake]:
    first, word = run[0], run[0].keyword() or run[0].text
    if first.kind in {TokenKind.PLACEHOLDER, TokenKind.STRAY}:
        return
    if word == "SET" and setting(run, dialect) is None:
        yield _at(first, "a SET names one key and one value, both quoted", f"write {_quoted_setting(run)}")
    elif word == "CREATE" and "MATERIALIZED" in outside[1:4]:
        yield _at(first, "a materialized table runs jobs of its own", "write CREATE TABLE, and INSERT INTO that table")
    elif word == "CREATE" and "TABLE" in outside[1:5] and _is_filled(outside):
        hint = "write CREATE TABLE with its columns, and INSERT INTO that table"
        yield _at(first, "CREATE TABLE ... AS starts a job of its own", hint)
    elif word in _REFUSED:
        problem, hint = _REFUSED[word]
        yield _at(first, problem.format(word), hint)
    elif word not in _ALLOWED:
        near = difflib.get_close_matches(word, sorted(_ALLOWED), n=1)
        hint = f"did you mean {near[0]}?" if near else f"it may start with {', '.join(sorted(_ALLOWED))}"
        yield _at(first, f"no statement of a job starts with `{first.text}`", hint)


def _in_characters(run: Sequence[Token]) -> Iterator[SqlMistake]:
    in_hint = False
    for token in run:
        if token.kind is TokenKind.STRAY:
            shown = f"`{token.text}`" if token.text.isprintable() else f"U+{ord(token.text):04X}"
            yield _at(token, f"Flink SQL has no character {shown}", _RETYPE)
        elif token.kind is TokenKind.QUOTED and token.text.startswith('"'):
            yield _at(token, "Flink SQL does not read double quotes", _REQUOTE)
        elif token.text == "*/" and not in_hint:
            yield _at(token, "`*/` ends nothing here", "put a space between `*` and a comment that follows it")
        in_hint = token.text == "/*+" or (in_hint and token.text != "*/")


def _in_brackets(run: Sequence[Token]) -> Iterator[SqlMistake]:
    opened: list[Token] = []
    for token in run:
        if token.text in _BRACKETS.values():
            opened.append(token)
        elif (opener := _BRACKETS.get(token.text)) and (not opened or opened.pop().text != opener):
            yield _at(token, f"`{token.text}` closes nothing", f"remove it, or open it with `{opener}`")
            return
    for token in opened[:1]:
        yield _at(token, f"`{token.text}` is never closed in this statement", "close it before the semicolon")


def _outside_brackets(run: Sequence[Token]) -> list[Token]:
    depth, outside = 0, []
    for token in run:
        if token.text in _BRACKETS.values():
            depth += 1
        elif token.text in _BRACKETS:
            depth -= 1
        elif depth <= 0:
            outside.append(token)
    return outside


def _ends_once_too_often(run: Sequence[Token]) -> bool:
    called = [token.keyword() for token in run]
    return len(run) > 1 and called[-1] == "END" and called.count("END") > called.count("CASE")


def _quoted_setting(run: Sequence[Token]) -> str:
    key, _, value = "".join(token.text for token in run[1:]).partition("=")
    return f"SET '{key.strip(chr(39))}' = '{value.strip(chr(39))}'" if key and value else "SET 'key' = 'value'"


def _is_filled(outside: Sequence[str]) -> bool:
    """`CREATE TABLE t AS SELECT`, not the `STORED AS PARQUET` of a Hive table."""
    return any(word == "AS" and before != "STORED" for before, word in pairwise(outside))


def _defines(run: Sequence[Token]) -> bool:
    """`name := text`, whatever the text is."""
    return [token.text for token in run[1:3]] == [":", "="]


def _may_insert(part: Part) -> bool:
    """An INSERT; or a statement that starts with a placeholder, which may be any."""
    opens = part.tokens[0].kind is TokenKind.PLACEHOLDER
    return part.role is Role.STATEMENT and (opens or words(part.tokens, 1) == ["INSERT"])


def _at(token: Token, problem: str, hint: str) -> SqlMistake:
    return SqlMistake(problem, token.line, token.column, hint)
