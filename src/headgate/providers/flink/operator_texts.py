"""One operator's text, as Flink prints it in plans: "GroupAggregate(groupBy=[customer], select=[customer, COUNT(*)])".

The text is Flink's own and the same wherever it is shown: the optimized execution plan of EXPLAIN, the description of
a vertex (https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/#jobs-jobid-plan), a node of the stream
graph. It is for people: names of columns stand in it without quotes. So what is read here is where an argument begins
and ends, never what a column is; and a text that can be read in two ways is `Unread`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from headgate.sql.lexing import SqlMistake, TokenKind, tokens

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_QUOTES = frozenset("'\"`")
# The name of a window, "start('w$) AS window_start": an apostrophe that opens nothing.
_WINDOW = re.compile(r"(?<=\()'w\$(?=[),])")
_HAS_WINDOWS = "WindowAggregate"
# What can stand beside a literal. Anything else there, and the apostrophe may belong to the literal or to a name.
_BEFORE_LITERAL = re.compile(r"(?:^|[\s(\[{,=.']|_[A-Z0-9-]+|\bX)\Z")
_AFTER_LITERAL = frozenset(" ,)]}:.'")
_TEXT = re.compile(r"(?:\[\d+\]:)?(?:(?:Source|Sink): )?(?P<kind>[A-Z][A-Za-z0-9]*)(?P<rest>.*)", re.DOTALL)
_ARGUMENT = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_ ]*)(?:=|: )(?P<value>.*)", re.DOTALL)
_SHORT_NAME = re.compile(r"(?P<kind>[A-Z][A-Za-z0-9]*)\[\d+\]")
_SINK_NAME = re.compile(r".*\[\d+\]: (?:Writer|Committer|Global Committer)", re.DOTALL)
_PART = re.compile(r": (?P<part>[A-Z][A-Za-z ]*)")
# The one operator that Flink prints with nothing behind its name.
_WITHOUT_ARGUMENTS = frozenset({"DropUpdateBefore"})
# The one that lists what it is made of in square brackets: "ConstraintEnforcer[NotNullEnforcer(fields=[x])]".
_ENFORCER = "ConstraintEnforcer"
_PLAIN_NAME = re.compile(r"\w+")
_PLAIN_LITERAL = re.compile(r"'[^'\r\n]*'")


class Argument(NamedTuple):
    """`text` is what stands in the brackets; `listed` says whether there were any."""

    name: str
    text: str
    listed: bool = True


@dataclass(frozen=True, slots=True)
class OperatorText:
    """An operator: its kind, and its arguments in the order of the text.

    The number in front ("[12]:") grows with every request and is left out. `part` is what is behind the arguments where
    Flink makes several operators of one ("Writer" of a sink).
    """

    kind: str
    arguments: tuple[Argument, ...] = ()
    part: str = ""

    def argument(self, name: str) -> str | None:
        """The text of an argument; None where the operator does not have it."""
        return next((one.text for one in self.arguments if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Unread:
    """A text, or a part of an answer, that is not understood: what it says is unknown.

    `kind` is the operator's where the text shows that much. `closed`: false where a bracket or a quote is left open, or
    may be, so that it is not known where the text ends; then what follows it cannot be trusted either.
    """

    text: str
    why: str
    kind: str = ""
    closed: bool = True


def operator_text(text: str) -> OperatorText | Unread:
    """Read one operator's text."""
    found = _TEXT.fullmatch(text)
    kind = found["kind"] if found and found["rest"].startswith("(") else ""
    if _flags(text) is None:
        return Unread(text, "a bracket or a quote in it is left open, or can be read in two ways", kind, closed=False)
    if _WINDOW.search(text) and not kind.endswith(_HAS_WINDOWS):
        return Unread(text, "an apostrophe in it can be a quote or the name of a window", kind, closed=False)
    if _SINK_NAME.fullmatch(text):
        return Unread(text, "it is a short name, without arguments", "Sink")
    if short := _SHORT_NAME.fullmatch(text):
        return Unread(text, "it is a short name, without arguments", short["kind"])
    if found is None:
        return Unread(text, "it does not begin with the kind of an operator")
    rest = found["rest"]
    if found["kind"] in _WITHOUT_ARGUMENTS and not rest:
        return OperatorText(found["kind"])
    if found["kind"] == _ENFORCER and rest.startswith("[") and _group_end(rest) == len(rest):
        return OperatorText(_ENFORCER, (Argument("", rest[1:-1]),))
    return _with_arguments(text, kind, rest)


def chain(text: str) -> tuple[OperatorText | Unread, ...]:
    """The operators of "a -> b -> c", each the input of the next; of a chain that divides, one `Unread`."""
    pieces = _parted(text, " -> ")
    if pieces is None:
        return (Unread(text, "a bracket or a quote in it is left open", closed=False),)
    if any(piece.startswith("(") for piece in pieces):
        return (Unread(text, "the chain divides"),)
    found = tuple(operator_text(piece) for piece in pieces)
    if any(isinstance(one, Unread) and not one.closed for one in found):
        return (Unread(text, "it is not known where its operators end", closed=False),)
    return found


def items(text: str) -> tuple[str, ...] | None:
    """The items of an argument, divided at commas outside of brackets and quotes; None where one is left open."""
    if not text.strip():
        return ()
    found = _parted(text, ",")
    return None if found is None else tuple(one.strip() for one in found)


def prints_plainly(statement: str) -> bool:
    """Say whether the operators' texts of a statement can be read in one way only.

    No name in it needs its quotes, and no literal has an apostrophe or a line break in it. What Flink computes when it
    compiles is not seen here: `CHR(39)` is an apostrophe too.
    """
    try:
        script = list(tokens(statement))
    except SqlMistake:
        return False
    return all(_is_plain(one.kind, one.text) for one in script)


def _is_plain(kind: TokenKind, text: str) -> bool:
    match kind:
        case TokenKind.QUOTED:
            return _PLAIN_NAME.fullmatch(text[1:-1]) is not None
        case TokenKind.STRING:
            return _PLAIN_LITERAL.fullmatch(text) is not None
        case _:
            return kind not in (TokenKind.PLACEHOLDER, TokenKind.STRAY)


def _with_arguments(text: str, kind: str, rest: str) -> OperatorText | Unread:
    end = _group_end(rest) if rest.startswith("(") else 0
    if not end:
        return Unread(text, "it has no arguments", kind)
    arguments: dict[str, Argument] = {}
    for one in items(rest[1 : end - 1]) or ():
        found = _ARGUMENT.fullmatch(one)
        if found is None or found["name"] in arguments:
            why = "has no name" if found is None else "is there twice"
            return Unread(text, f"an argument {why}: {one}", kind)
        arguments[found["name"]] = _argument(found["name"], found["value"])
    part = _PART.fullmatch(rest[end:])
    if rest[end:] and part is None:
        return Unread(text, f"what follows the arguments is not understood: {rest[end:]}", kind)
    return OperatorText(kind, tuple(arguments.values()), part["part"] if part else "")


def _argument(name: str, value: str) -> Argument:
    if value.startswith("[") and _group_end(value) == len(value):
        return Argument(name, value[1:-1])
    return Argument(name, value, listed=False)


def _group_end(text: str) -> int:
    """Where the group that a text begins with is closed: the place behind its bracket; 0 where it is not."""
    flags = _flags(text)
    if flags is None:
        return 0
    return next((place + 1 for place, outside in enumerate(flags) if outside and place), 0)


def _parted(text: str, separator: str) -> list[str] | None:
    flags = _flags(text)
    if flags is None:
        return None
    pieces, start, place = [], 0, text.find(separator)
    while place >= 0:
        if flags[place]:
            pieces.append(text[start:place])
            start = place + len(separator)
        place = text.find(separator, place + 1)
    return [*pieces, text[start:]]


def _flags(text: str) -> list[bool] | None:
    """Of each character: does it stand outside all brackets and quotes; None where one is left open.

    None also where an apostrophe stands where none can begin or end a literal. A bracket that closes the outermost
    group, like one that opens it, counts as outside.
    """
    windows = {found.start() for found in _WINDOW.finditer(text)}
    flags: list[bool] = []
    expected: list[str] = []
    quote = ""
    for place, char in enumerate(text):
        if quote:
            if char == "'" == quote and text[place + 1 : place + 2] not in _AFTER_LITERAL and place + 1 < len(text):
                return None
            quote = "" if char == quote else quote
            flags.append(False)
            continue
        if char in _QUOTES and place not in windows:
            if char == "'" and not _BEFORE_LITERAL.search(text, max(place - 16, 0), place):
                return None
            quote = char
        elif expected and char == expected[-1]:
            expected.pop()
            flags.append(not expected)
            continue
        elif char in _CLOSING.values():
            return None
        flags.append(not expected and not quote)
        if not quote and char in _CLOSING:
            expected.append(_CLOSING[char])
    return None if quote or expected else flags
