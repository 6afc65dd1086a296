"""What real Flinks say of their options: the table of the package, and `spellings.json`, what they read from texts.

Made again by hand, with a JDK and the homes of all supported versions: `python -m tests.model.flink HOME...` asks
`Options.java` for the options and for the value of every line in `spellings.txt` (a type, a tab, a text with escapes).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
ANSWERS = FOLDER / "spellings.json"


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text for an option of a type, and what each version read; `REFUSED` where it read nothing."""

    kind: str
    text: str
    read: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind}-{self.text!r}"


REFUSED = "refused"


def spellings() -> Iterator[Spelling]:
    """The answers of all supported versions."""
    for kind, texts in json.loads(ANSWERS.read_text("utf-8")).items():
        for text, read in texts.items():
            yield Spelling(kind, text, tuple(read))
