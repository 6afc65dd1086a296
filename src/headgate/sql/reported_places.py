"""Where Flink says that a statement is wrong: `From line 1, column 8 to line 1, column 12`, `at line 1, column 8`."""

from __future__ import annotations

import re

_POSITION = re.compile(r"[Ff]rom line (\d+), column (\d+) to line \d+, column \d+|[Ll]ine (\d+), column (\d+)")


def within_statement(message: str) -> tuple[int, int]:
    """The line and column that a message counts within the statement; 0 where it names none.

    The last is nearest to the root cause: the last cause itself often has none, the one above it does.
    """
    found = list(_POSITION.finditer(message))
    line, column = (int(part) for part in found[-1].groups() if part is not None) if found else (0, 0)
    return line, column


def within_script(message: str, line: int, column: int) -> tuple[int, int]:
    """The same, counted within the script in which the statement begins at this line and column."""
    inside_line, inside_column = within_statement(message)
    if not inside_line:
        return line, column
    return line + inside_line - 1, inside_column + (column - 1 if inside_line == 1 else 0)
