"""What Flink says went wrong, out of a Java stack trace: the last cause, and no Java around it.

An error body is `{"errors": [..., stack]}`. The first paragraph of a message is for everybody, one line where Flink has
one; what follows behind an empty line is the rest of Flink's words, for a reader who wants all of them.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from typing import NamedTuple

_CAUSE = re.compile(r"^\s*(?:Caused by: )(.+)", re.MULTILINE)
# With a message behind it, or alone: then only if it is the name of an exception, for a message may be a class itself.
_CLASS = re.compile(
    r"^(?:[a-z][\w$]*\.)+(?:([A-Z][\w$]*):\s*|([A-Z][\w$]*(?:Exception|Error|Throwable|Failure))(?:\n|$))"
)
_FRAME = re.compile(r"\s+at [\w.$/<>]+\(|\s*\.\.\. \d+ (?:more|common frames)|\s*Suppressed: ")
_METHOD = re.compile(r"\s+at (?:[\w.@-]+/)*([\w.$<>]+)\(")
_WRAPPED = re.compile(r"<Exception on server side:\s*|End of exception on server side>")
_EXPECTING = re.compile(
    r'(Encountered "(.*?)" at line \d+, column \d+)\.\s*\nWas expecting(?: one of)?:\s*\n', re.DOTALL
)
_OPTIONS = re.compile(r"(Unsupported options found for '.*?')\.\s*\nUnsupported options:\n", re.DOTALL)
_SUPPORTED = "\nSupported options:\n"
_WORD = re.compile(r"\S+")
# Up to three words.
_SHORT = re.compile(r"\S+(?: \S+){0,2}")
# What is wrong with a statement is said whole by the message.
_OF_STATEMENTS = re.compile(r"Sql|Validation|Table|Calcite")
_LONGEST = 20_000
_NEAREST = 3


class Cause(NamedTuple):
    """The exception's class without its package, empty where the text names none, and its message."""

    kind: str
    message: str


def root_cause(body: str) -> str:
    """The last cause in a Flink error body or stack trace, for a person; its first paragraph is enough to read."""
    return summary(last_cause(body))


def summary(cause: Cause, *, near: str = "") -> str:
    """The message in one line, and Flink's own words behind it where they are more than that.

    A message of a few words (a path, `/ by zero`) says little without its exception. `near` is what stands before the
    place where Flink's parser stopped: often the word that was mistyped.
    """
    kind, message = cause
    if not message:
        return kind or "no reason was given"
    if kind and (_WORD.fullmatch(message) or (_SHORT.fullmatch(message) and not _OF_STATEMENTS.match(kind))):
        return f"{kind}: {message}"
    if found := _EXPECTING.search(message):
        expected = [_bare(line) for line in message[found.end() :].splitlines() if line.strip()]
        nearest = _nearest_to((near, found[2]), expected)
        return f"{found[1]}; expected {_alternatives(nearest, len(expected))}\n\n{message}"
    if found := _OPTIONS.search(message):
        wrong, _, right = message[found.end() :].partition(_SUPPORTED)
        names = wrong.split()
        nearest = _nearest_to(names, right.split())
        return f"{found[1]}: {', '.join(names)}; the nearest it has: {', '.join(nearest)}\n\n{message}"
    return message


def last_cause(body: str) -> Cause:
    """The innermost exception."""
    lines: list[str] = []
    for line in _innermost(body).splitlines():
        if _FRAME.match(line) and lines:
            break
        if line.strip():
            lines.append(line.strip())
    kind, message = "", "\n".join(lines)
    while named := _CLASS.match(message):
        kind, message = named[1] or named[2], message[named.end() :]
    return Cause(kind, message[:_LONGEST])


def frames_of(body: str) -> list[str]:
    """The methods that the innermost exception passed through, the one that threw it first: `a.b.Class.method`."""
    return [found[1] for line in _innermost(body).splitlines() if (found := _METHOD.match(line))]


def _innermost(body: str) -> str:
    """The text of an error body from its last cause on."""
    try:
        text = "\n".join(str(part) for part in json.loads(body)["errors"])
    except (ValueError, KeyError, TypeError):
        text = body
    text = _WRAPPED.sub("", text)
    causes = list(_CAUSE.finditer(text))
    return text[causes[-1].start(1) if causes else 0 :]


def _bare(line: str) -> str:
    """A token as a person would type it, out of a line like `"TABLE" ...`."""
    return line.strip().removesuffix("...").strip().replace('" "', " ").strip('"')


def _nearest_to(words: Iterable[str], candidates: list[str]) -> list[str]:
    """The candidates most like one of the words, the likest first."""
    typed = [word.upper() for word in words if word]

    def likeness(candidate: str) -> float:
        return max((difflib.SequenceMatcher(None, word, candidate.upper()).ratio() for word in typed), default=0)

    return sorted(candidates, key=likeness, reverse=True)[:_NEAREST]


def _alternatives(nearest: list[str], among: int) -> str:
    more = f" (or {among - len(nearest)} others)" if among > len(nearest) else ""
    return f"{' or '.join(nearest)}{more}"
