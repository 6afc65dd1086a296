"""Plain data from a tree, by the rules of YAML 1.2, and the words for what was found.

`yes`, `no`, `on` and `off` are text. So are dates, `.inf` and `.nan`: nothing headgate reads is one of those, and JSON
could not carry them.
"""

from __future__ import annotations

import re
from typing import Any

from headgate.manifests.yaml_tree import Mapping, Node, Scalar, Sequence

_WORDS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
# Longer numbers are no numbers anybody means, and slow to convert.
_LONGEST_NUMBER = 64
_WHOLE = re.compile(r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)")
_DECIMAL = re.compile(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)"
)
_BASES = {"0b": 2, "0o": 8, "0x": 16}
_SHOWN = 60


def value(scalar: Scalar) -> str | int | float | bool | None:
    """What a scalar means."""
    text = scalar.text
    if scalar.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789" or len(text) > _LONGEST_NUMBER:
        return text
    if _WHOLE.fullmatch(text):
        return _whole(text)
    if _DECIMAL.fullmatch(text):
        number = float(text.replace("_", ""))
        return text if number in (float("inf"), float("-inf")) else number
    return text


def _whole(text: str) -> int | str:
    digits = text.lstrip("+-").replace("_", "")
    base = _BASES.get(digits[:2], 10)
    digits = digits if base == 10 else digits[2:]
    if not digits:
        return text
    return int(digits, base) * (-1 if text[0] == "-" else 1)


def plain(node: Node) -> Any:
    """A tree as dicts, lists and scalars."""
    match node:
        case Scalar():
            return value(node)
        case Sequence(items):
            return [plain(item) for item in items]
        case Mapping(entries):
            return {key: plain(child) for key, (_, child) in entries.items()}


def found(node: Node) -> str:
    """What stands there, in words: `text 'four'`, `the number 3`, `a list`, `nothing`."""
    match node:
        case Sequence(items):
            return "a list" if items else "an empty list"
        case Mapping():
            return "a mapping"
    match value(node):
        case None:
            return "nothing"
        case bool():
            return node.text
        case int() | float():
            return f"the number {node.text}"
        case _:
            return "text " + quoted(node.text)


def quoted(text: str) -> str:
    """A text in quotes, on one line and not too long."""
    line = " ".join(text.split())
    return repr(line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "...")
