"""The YAML nearly every manifest is written in, read line by line: some fifteen times as fast as a whole YAML parser.

It knows block mappings, plain and simply quoted words, `|` texts and short lists. At the first thing it is not sure
of it gives up, and `yaml_reading` takes the general way: it may decline any text, and may never read one differently or
find a mistake. A test holds the two against each other.
"""

from __future__ import annotations

import re

from headgate.manifests.yaml_tree import Mapping, Node, Scalar, Sequence

DEEPEST = 10
MOST = 50_000

_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_KEY = re.compile(r"( *)([A-Za-z_][A-Za-z0-9_./-]{0,200}):(?: +(?=\S)| *$)")
_ITEM = re.compile(r"( *)- +(?=\S)")
_BLANK = re.compile(r" *(?:#.*)?")
_LITERAL = re.compile(r"\|(-?)(?: +#.*| *)")
_PLAIN = re.compile(r"(-{0,2}[A-Za-z0-9_/.$](?:[^\s#:]|:(?=[^\s#])|(?<! )#| +(?=[^\s#]))*) *(?: #.*)?")
_QUOTED = re.compile(r"""(?:"([^"\\]*)"|'([^']*)') *(?: #.*)?""")
_WORD = re.compile(r""" *(?:([A-Za-z0-9_/$][A-Za-z0-9_./$:-]*[A-Za-z0-9_/]|[A-Za-z0-9_])|"([^"\\]*)"|'([^']*)') *""")
_NAME = re.compile(r" *([A-Za-z_][A-Za-z0-9_./-]{0,200}): +")
_AFTER = re.compile(r" *(?: #.*)?")


class Unsure(Exception):
    """Not the everyday kind."""


def documents(text: str, lines: list[str]) -> list[Node] | None:
    """The documents of a text whose lines end in newlines alone, or None where the general way is to be taken."""
    if _ODD.search(text) or not text.endswith("\n"):
        return None
    try:
        return _Lines(lines).documents()
    except Unsure:
        return None


class _Lines:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._count = 0

    def documents(self) -> list[Node]:
        found: list[Node] = []
        while self._skip_blank():
            if self._separates(self._lines[self._at]):
                self._at += 1
            else:
                found.append(self._mapping(0, 1))
        return found

    @staticmethod
    def _separates(line: str) -> bool:
        return line.startswith("---") and line.rstrip(" ") == "---"

    def _skip_blank(self) -> bool:
        """Go to the next line with something on it, if there is one."""
        while self._at < len(self._lines) and _BLANK.fullmatch(self._lines[self._at]):
            self._at += 1
        return self._at < len(self._lines)

    def _counted(self, size: int = 1) -> None:
        self._count += size
        if self._count > MOST:
            raise Unsure

    def _mapping(self, indent: int, depth: int) -> Mapping:
        if depth > DEEPEST:
            raise Unsure
        mapping = Mapping({}, self._at + 1, indent + 1)
        while self._skip_blank():
            line = self._lines[self._at]
            match = _KEY.match(line)
            if match is None:
                if self._separates(line):
                    break
                raise Unsure
            if len(match[1]) < indent:
                break
            if len(match[1]) > indent or match[2] in mapping.entries:
                raise Unsure
            self._counted()
            key = Scalar(match[2], self._at + 1, indent + 1)
            mapping.entries[key.text] = (key, self._value(line, match.end(), indent, depth))
        return mapping

    def _value(self, line: str, start: int, indent: int, depth: int) -> Node:
        """The value that begins at `start`, or on the next lines."""
        if start == len(line) or line[start] == "#":
            self._at += 1
            return self._nested(indent, depth)
        if line[start] == "|":
            return self._literal(line, start, indent)
        node = self._short(line, start)
        self._at += 1
        if self._skip_blank() and _indent(self._lines[self._at]) > indent:
            raise Unsure
        return node

    def _nested(self, indent: int, depth: int) -> Node:
        if not self._skip_blank():
            raise Unsure
        line = self._lines[self._at]
        if (item := _ITEM.match(line)) and len(item[1]) >= indent:
            return self._items(len(item[1]))
        match = _KEY.match(line)
        if match is None or len(match[1]) <= indent:
            raise Unsure
        return self._mapping(len(match[1]), depth + 1)

    def _items(self, indent: int) -> Sequence:
        sequence = Sequence([], self._at + 1, indent + 1)
        while self._skip_blank():
            line = self._lines[self._at]
            match = _ITEM.match(line)
            if match is None:
                if self._separates(line):
                    break
                if _indent(line) > indent or line.lstrip(" ").startswith("-"):
                    raise Unsure
                break
            if len(match[1]) != indent:
                raise Unsure
            sequence.items.append(self._short(line, match.end()))
            self._at += 1
        return sequence

    def _short(self, line: str, start: int) -> Node:
        """A value on one line."""
        self._counted(1 + len(line) // 1024)
        first = line[start]
        if first in "\"'":
            if match := _QUOTED.fullmatch(line, start):
                return Scalar(match[1] if first == '"' else match[2], self._at + 1, start + 1, first)
        elif first in "[{":
            return self._flow(line, start)
        elif match := _PLAIN.fullmatch(line, start):
            return Scalar(match[1].rstrip(" "), self._at + 1, start + 1)
        raise Unsure

    def _flow(self, line: str, start: int) -> Node:
        """`[a, b]` or `{a: b, c: d}` on one line, of words alone."""
        number, closing = self._at + 1, "]" if line[start] == "[" else "}"
        items: list[Node] = []
        entries: dict[str, tuple[Scalar, Node]] = {}
        at = start + 1
        while True:
            self._counted()
            name = _NAME.match(line, at) if closing == "}" else None
            match = _WORD.match(line, name.end() if name else at)
            if match is None or (name is None and closing == "}"):
                if line[at : at + 1] == closing and not items and not entries:
                    break
                raise Unsure
            group = match.lastindex or 1
            quote = ("", '"', "'")[group - 1]
            word = Scalar(match[group], number, match.start(group) + 1 - len(quote), quote)
            if name is None:
                items.append(word)
            elif name[1] in entries:
                raise Unsure
            else:
                entries[name[1]] = (Scalar(name[1], number, name.start(1) + 1), word)
            at = match.end()
            if line[at : at + 1] != ",":
                break
            at += 1
        if line[at : at + 1] != closing or not _AFTER.fullmatch(line, at + 1):
            raise Unsure
        return Sequence(items, number, start + 1) if closing == "]" else Mapping(entries, number, start + 1)

    def _literal(self, line: str, start: int, indent: int) -> Scalar:
        """A `|` or `|-` text."""
        header = _LITERAL.fullmatch(line, start)
        scalar = Scalar("", self._at + 1, start + 1, "|")
        first = self._at + 1
        while first < len(self._lines) and not self._lines[first].strip(" "):
            first += 1
        if header is None or first >= len(self._lines):
            raise Unsure
        opening = self._lines[first]
        inner = _indent(opening)
        margin = opening[:inner]
        leading = self._lines[self._at + 1 : first]
        if inner <= indent or opening[inner] == "\t" or any(leading):
            raise Unsure
        end = first
        for at in range(first, len(self._lines)):
            written = self._lines[at]
            if written.startswith(margin):
                end = at if written == margin else at + 1
            elif written.strip(" "):
                if _indent(written) > indent:
                    raise Unsure
                break
        text = "\n".join(written[inner:] for written in self._lines[self._at + 1 : end])
        self._at = end
        self._counted(1 + len(text) // 1024)
        scalar.text = text.rstrip("\n") + ("" if header[1] else "\n")
        return scalar


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
