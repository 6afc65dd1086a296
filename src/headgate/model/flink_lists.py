"""Lists and maps as Flink reads them from the text of an option: `a;b` and `[a, b]`, `a:b,c:d` and `{a: b, c: d}`.

Flink tries YAML first and then its own `StructuredOptionsSplitter`: parts between separators, trimmed; one that begins
with a quote goes to the next such quote, which is doubled inside. Of YAML only what is plain is read here: for the
rest the answer is "not known", and then the text is its own value.
https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/config/
"""

from __future__ import annotations

import re

from headgate.model.flink_values import BLANK, Unreadable

# Words that YAML takes for a text, or whole numbers that are written as they are read.
_PLAIN = r"(?!(?:true|false|null|yes|no|on|off)\b)[A-Za-z_/](?:[\w./+@-]|\ (?=[\w./+@-]))*|0|[1-9][0-9]{0,8}"
_SCALAR = re.compile(rf"{_PLAIN}|'[^'\\\n]*'|\"[^\"\\\n]*\"", re.IGNORECASE | re.ASCII)
_FIRST = "[]{}#!&*|>%@`?-"  # a text that begins so may be something else to YAML than a text
_NEEDS_QUOTES = re.compile(r"[;,:'\"]|^\s|\s$|^$")


class NotKnown(ValueError):
    """Flink may read this text, and what it reads is not known here."""


def items(text: str) -> list[str]:
    """The parts of a list. Raises Unreadable or NotKnown."""
    bare = text.strip(BLANK)
    if bare.startswith("[") and bare.endswith("]") and "\n" not in bare:
        return _flow(bare[1:-1])
    if bare[:1] in _FIRST and bare:
        if bare[0] == "-" and bare[1:2].strip():
            return parts(text, ";")
        raise NotKnown
    return parts(text, ";")


def pairs(text: str) -> dict[str, str]:
    """The entries of a map. Raises Unreadable or NotKnown."""
    bare = text.strip(BLANK)
    if bare.startswith("{") and bare.endswith("}") and "\n" not in bare:
        return _distinct([_pair(one) for one in _split_flow(bare[1:-1])])
    if bare and (bare[0] in _FIRST or "\n" in bare or bare.endswith(":") or re.search(r":\s", bare)):
        raise NotKnown
    found = [parts(one, ":") for one in parts(text, ",")]
    if any(len(pair) != 2 for pair in found):
        raise Unreadable
    entries = {pair[0]: pair[1] for pair in found}
    if len(entries) < len(found):
        raise Unreadable
    return entries


def parts(text: str, separator: str) -> list[str]:
    """As `StructuredOptionsSplitter` splits. Raises Unreadable for a quote that is never closed."""
    found: list[str] = []
    at, open_part, separated = 0, False, False
    while at < len(text):
        if text[at] in BLANK:
            at += 1
        elif text[at] == separator:
            if separated:
                found.append("")
            separated, open_part, at = True, False, at + 1
        elif open_part:
            raise NotKnown
        elif text[at] in "'\"":
            part, at = _quoted(text, at)
            found.append(part)
            separated, open_part = False, True
        else:
            end = text.find(separator, at)
            end = len(text) if end < 0 else end
            found.append(text[at:end].strip(BLANK))
            separated, at = False, end
    return found


def _quoted(text: str, at: int) -> tuple[str, int]:
    quote, part, at = text[at], "", at + 1
    while (end := text.find(quote, at)) >= 0:
        part += text[at:end]
        if text[end + 1 : end + 2] != quote:
            return part, end + 1
        part, at = part + quote, end + 2
    raise Unreadable


def joined(found: list[str]) -> str:
    """A list as its normal text, which reads back."""
    return ";".join(quoted(one) for one in found)


def quoted(part: str) -> str:
    """A part as it is written where it may hold anything."""
    return '"' + part.replace('"', '""') + '"' if _NEEDS_QUOTES.search(part) or part[:1] in _FIRST else part


def _flow(inside: str) -> list[str]:
    return [_scalar(one) for one in _split_flow(inside)]


def _split_flow(inside: str) -> list[str]:
    """The parts of a YAML flow collection without others in it; a comma at the end is none."""
    found = [one.strip() for one in inside.split(",")]
    if found and not found[-1]:
        found.pop()
    return found


def _pair(text: str) -> tuple[str, str]:
    key, colon, value = text.partition(": ")
    if not colon:
        raise NotKnown
    return _scalar(key), _scalar(value.strip())


def _distinct(found: list[tuple[str, str]]) -> dict[str, str]:
    entries = dict(found)
    if len(entries) < len(found):
        raise NotKnown
    return entries


def _scalar(text: str) -> str:
    if not _SCALAR.fullmatch(text):
        raise NotKnown
    return text[1:-1] if text[:1] in "'\"" else text
