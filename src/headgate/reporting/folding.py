"""Long messages, folded up: the first paragraph is enough to act on, and what is left out is counted.

A platform's words can be a hundred lines. Errors carry them whole, and JSON shows them whole; text shows the first
paragraph unless it was asked for all of it (`--verbose`).
"""

from __future__ import annotations

from headgate.reporting.plain_text import plain

MOST_LINES = 12


def message_lines(text: str, *, whole: bool, more: str = "`--verbose` shows them") -> list[str]:
    """The lines of a message, made harmless: its first paragraph, of at most 12 lines; all of them with `whole`."""
    lines = plain(text).rstrip().split("\n")
    if whole:
        return lines
    first = lines[: lines.index("")] if "" in lines else lines
    shown = first if len(first) <= MOST_LINES else first[: MOST_LINES - 1]
    more_lines = sum(1 for line in lines[len(shown) :] if line)
    return [*shown, f"({more_lines} more {'line' if more_lines == 1 else 'lines'}: {more})"] if more_lines else shown


def first_paragraph(text: str) -> str:
    """What a message says to everybody."""
    return text.partition("\n\n")[0]
