"""What a YAML file says, with the place of every word: the tree that reading makes and everything else looks at.

Lines and columns are 1-based. Aliases and merge keys are already followed, so a node may hang in several places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Scalar:
    """One value or key as written. `style` is empty (plain), a quote, `|` or `>`."""

    text: str
    line: int
    column: int
    style: str = ""


@dataclass(slots=True)
class Sequence:
    """A list."""

    items: list[Node]
    line: int
    column: int


@dataclass(slots=True)
class Mapping:
    """Key text to the key and the value as written."""

    entries: dict[str, tuple[Scalar, Node]]
    line: int
    column: int

    def get(self, key: str) -> Node | None:
        """The value of a key."""
        entry = self.entries.get(key)
        return entry[1] if entry else None

    def key(self, key: str) -> Node:
        """Where a key was written, or this mapping where it was not."""
        entry = self.entries.get(key)
        return entry[0] if entry else self


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a place of one file."""

    line: int
    column: int
    problem: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """Where the text of a scalar begins in its file; a `folded` text does not keep its lines."""

    line: int
    indent: int
    folded: bool = False

    def at(self, line: int, column: int) -> tuple[int, int]:
        """The place in the file of a 1-based place in the text."""
        if self.folded:
            return self.line, self.indent + 1
        return self.line + line - 1, self.indent + column


@dataclass(slots=True)
class Tree:
    """The documents of one file. After a `broken` read they are those before the break, and names may be missing."""

    lines: list[str]
    documents: list[Node] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    broken: bool = False

    def text_position(self, scalar: Scalar) -> Position:
        """Where line 1, column 1 of the text of a scalar is."""
        if scalar.style == "|":
            return self._literal(scalar)
        opening = len(scalar.style)
        written = self.lines[scalar.line - 1][scalar.column - 1 :]
        exact = scalar.style != ">" and written[opening:].startswith(scalar.text + scalar.style)
        if exact:
            return Position(scalar.line, scalar.column - 1 + opening)
        return Position(scalar.line, scalar.column - 1, folded=True)

    def _literal(self, scalar: Scalar) -> Position:
        for offset, text in enumerate(scalar.text.split("\n")):
            if text and scalar.line + offset < len(self.lines):
                indent = len(self.lines[scalar.line + offset]) - len(text)
                return Position(scalar.line + 1, max(indent, 0))
        return Position(scalar.line, scalar.column - 1, folded=True)


def scalars(node: Node) -> Iterator[Scalar]:
    """Every value under a node, keys left out, in file order."""
    waiting = [node]
    while waiting:
        match waiting.pop():
            case Scalar() as scalar:
                yield scalar
            case Sequence(items):
                waiting.extend(reversed(items))
            case Mapping(entries):
                waiting.extend(value for _, value in reversed(entries.values()))
