"""Markdown that shows what it is given: nothing in a job name or an error becomes markup, a link or a mention."""

from __future__ import annotations

import re

from headgate.reporting.plain_text import one_line, plain

# Written as entities, these are letters to a Markdown reader, also inside a table and inside HTML.
_MARKUP = re.compile(r"[&<>|\\`*_\[\]~#$@]|(?<=[a-z]):(?=//)")

# GitHub refuses a comment that is longer.
LONGEST_COMMENT = 65_536


def text(value: str) -> str:
    """Words on one line, shown as they are."""
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", one_line(value))


def code(value: str) -> str:
    """The same in a typewriter face, where GitHub reads no `@mention` and no `#123`."""
    return f"<code>{text(value)}</code>" if value else ""


def fenced(lines: list[str], language: str = "") -> str:
    """A code block whose fence no line in it can close."""
    content = plain("\n".join(lines))
    longest = max((len(run) for run in re.findall(r"`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{content}\n{fence}"


def row(*cells: str) -> str:
    """One row of a table; cells must be escaped."""
    return f"| {' | '.join(cells)} |"


def table(heads: tuple[str, ...], rows: list[str]) -> str:
    """A whole table."""
    return "\n".join((row(*heads), row(*("---" for _ in heads)), *rows))


def details(summary: str, body: str) -> str:
    """A part that is folded up until somebody opens it; the summary must be escaped."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def size(value: str) -> int:
    """How much of a limit a text uses up, counted in the larger of the two ways (characters, bytes)."""
    return len(value.encode("utf-8", "replace"))
