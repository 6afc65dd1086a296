"""SQL text to tokens, by the rules of Flink's default dialect and what another dialect differs in.

Comments and whitespace are left out. `/*+` and `*/` are tokens of their own, because a hint is read like the rest of
a statement: a comment inside it is a comment, and `*/` inside one of its strings does not end it. `//` starts a line
comment as `--` does. A `/**` comment needs one more character before its end, so `/***/` is not closed: a quirk of
Calcite's grammar that is kept here, because what follows would otherwise be judged by us and never read by Flink.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from headgate.sql.dialects import FLINK, Dialect


class TokenKind(StrEnum):
    """What a token is, as far as its characters tell; only its place tells a keyword from a name."""

    WORD = "word"
    QUOTED = "quoted"
    STRING = "string"
    NUMBER = "number"
    PLACEHOLDER = "placeholder"
    SYMBOL = "symbol"
    STRAY = "stray"  # a character that Flink's SQL does not have


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text as it is written there; line and column count from 1, offset from 0."""

    kind: TokenKind
    text: str
    line: int
    column: int
    offset: int

    def keyword(self) -> str:
        """A word in upper case if it could be a keyword, which is ASCII only; empty for anything else."""
        return self.text.upper() if self.kind is TokenKind.WORD and self.text.isascii() else ""


@dataclass(unsafe_hash=True)
class SqlMistake(Exception):  # not frozen: Python itself writes to an exception that is raised
    """Something Flink would refuse, or run as something else than one job; `hint` is the next move.

    `doubtful`: it is in a dialect that may have other rules.
    """

    problem: str
    line: int
    column: int
    hint: str
    doubtful: bool = False

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.problem} ({self.hint})"


_LINE_END = re.compile(r"\r\n|\r|\n")
_GRAMMAR = r"""
      (?P<skip> (?: [ \t\n\r\f]+ | (?:--|//)[^\r\n]*
                  | /\*\*/ | /\*\*[^/](?s:.*?)\*/ | /\*(?![*+])(?s:.*?)\*/ )+ )
    | (?P<placeholder> \$\{env:[A-Za-z_][A-Za-z0-9_]*\} VARIABLES )
    | (?P<string> (?: [uU]& | [nNxX] | _[A-Za-z0-9][A-Za-z0-9:._-]* )? '[^']*+(?:''[^']*+)*+' )
    | (?P<word> (?: [^\W\d] | \$ ) [\w$]* )
    | (?P<quoted> `(?:[^`\r\n]|``)+` | "[^"]*+(?:""[^"]*+)*+" )
    | (?P<number> (?: [0-9]+ (?:\.[0-9]*)? | \.[0-9]+ ) (?: [eE][+-]?[0-9]+ )? )
    | (?P<unclosed> ['"`] | /\*(?!\+) )
    | (?P<symbol> /\*\+ | \*/ | <> | != | <= | >= | => | -> | \|\| | \.\. | [()\[\]{};.,=<>?:|^+*/%-] )
    | (?P<stray> (?s:.) )
"""
_UNCLOSED = {
    "'": ("this string is not closed", "end it with `'`; a quote inside it is written twice: `''`"),
    "`": ("this quoted name is not closed on its line", "end it with a backtick"),
    '"': ("this double quote is not closed", "write 'text' for a string, `name` in backticks for a name"),
    "/*": ("this comment is not closed", "end it with `*/`; `/***/` does not count, `/* */` does"),
    "/*+": ("this hint is not closed", "end it with `*/`"),
}


def tokens(text: str, dialect: Dialect = FLINK) -> Iterator[Token]:
    """The tokens of a script, in order. Raises SqlMistake where a string, name, comment or hint is not closed."""
    line, line_start = 1, 0
    line_ends = _LINE_END.finditer(text)
    next_start = _next_line(line_ends, len(text))
    kinds = {kind.value: kind for kind in TokenKind}
    hint: Token | None = None
    for match in _pattern(dialect.variables).finditer(text):
        name = match.lastgroup
        if name is None or name == "skip":
            continue
        offset = match.start()
        while next_start <= offset:
            line, line_start = line + 1, next_start
            next_start = _next_line(line_ends, len(text))
        column = offset - line_start + 1
        if name == "unclosed":
            raise _unclosed(match[0], line, column, dialect)
        is_string = name == "quoted" and dialect.double_quotes and match[0].startswith('"')
        token = Token(TokenKind.STRING if is_string else kinds[name], match[0], line, column, offset)
        if token.text == "/*+":
            hint = hint or token
        elif token.text == "*/":
            hint = None
        yield token
    if hint:
        raise _unclosed(hint.text, hint.line, hint.column, dialect)


def separated(script: Iterator[Token]) -> Iterator[tuple[tuple[Token, ...], int | None]]:
    """The tokens before each semicolon, and the offset behind it; at the end of the text None.

    A semicolon inside a hint separates nothing.
    """
    run: list[Token] = []
    in_hint = False
    for token in script:
        if token.kind is TokenKind.SYMBOL:
            if token.text == ";" and not in_hint:
                yield tuple(run), token.offset + 1
                run = []
                continue
            in_hint = token.text == "/*+" or (in_hint and token.text != "*/")
        run.append(token)
    yield tuple(run), None


def runs(script: Iterator[Token]) -> Iterator[tuple[Token, ...]]:
    """The tokens between semicolons, empty runs left out."""
    return (run for run, _ in separated(script) if run)


@functools.cache
def _pattern(variables: str) -> re.Pattern[str]:
    return re.compile(_GRAMMAR.replace("VARIABLES", f"| {variables}" if variables else ""), re.VERBOSE)


def _next_line(line_ends: Iterator[re.Match[str]], length: int) -> int:
    found = next(line_ends, None)
    return found.end() if found else length + 1


def _unclosed(opener: str, line: int, column: int, dialect: Dialect) -> SqlMistake:
    problem, hint = _UNCLOSED[opener]
    if opener == '"' and dialect.double_quotes:
        problem, hint = "this string is not closed", 'end it with `"`'
    return SqlMistake(problem, line, column, hint)
