"""An edit of a text as a unified diff: three lines around each change, whole text never."""

from __future__ import annotations

import difflib

from headgate.reporting.plain_text import plain


def unified(before: str, after: str) -> list[str]:
    """The changed hunks: `@@` lines, then lines that begin with a blank, `-` or `+`. No file headers."""
    lines = difflib.unified_diff(_lines(before), _lines(after), n=3, lineterm="")
    return list(lines)[2:]


def is_text(*values: object) -> bool:
    """Is a change between these better read as a diff than as `before -> after`?"""
    return any(isinstance(value, str) and "\n" in value.strip() for value in values)


def _lines(text: str) -> list[str]:
    return plain(text).expandtabs(4).rstrip("\n").split("\n") if text.strip() else []
