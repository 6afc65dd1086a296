"""What the SQL parsers of real Flinks take for a keyword and for a name: `words.json`.

`statements.txt` holds statements, `templates.txt` statements with places (@) for a name. Made again by hand, with a JDK
and the homes of all supported versions: `python -m tests.sql.parsed HOME...`
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
ANSWERS = FOLDER / "words.json"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A statement, and the offsets of the words that are keywords in every version, or a name in any."""

    sql: str
    keywords: tuple[int, ...]
    names: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """`words` are those that may be names in some version; `no_names` which of them may not in a template."""

    statements: tuple[Parsed, ...]
    words: tuple[str, ...]
    no_names: Mapping[str, frozenset[str]]


def answers() -> Answers:
    """The answers of all supported versions taken together."""
    read = json.loads(ANSWERS.read_text("utf-8"))
    statements = tuple(
        Parsed(sql, tuple(found["keywords"]), tuple(found["names"])) for sql, found in read["statements"].items()
    )
    no_names = {one: frozenset(words.split()) for words, templates in read["templates"].items() for one in templates}
    return Answers(statements, tuple(read["words"].split()), no_names)
