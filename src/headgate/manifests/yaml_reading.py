"""YAML text to a tree: every word keeps its place, and nothing in a file can make headgate run, grow or fall over.

The tree is built from ruamel's events and not by its composer: nesting is counted instead of recursed, aliases are
counted as what they would expand to, and tags, which name types to construct, are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from headgate.manifests.everyday import documents
from headgate.manifests.yaml_tree import Finding, Mapping, Node, Scalar, Sequence, Tree

DEEPEST = 50
MOST_NODES = 100_000
# A scalar counts for its length too, so that one long text behind many aliases is seen as what it is.
_CHARACTERS_PER_NODE = 1024

_BREAKS = re.compile("\r\n?")
# What only an escape in double quotes can bring in: NUL ends paths, half of a surrogate pair is no character.
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

# The commonest things ruamel says, and what its users would say.
_WORDS = (
    ("mapping values are not allowed", "a second `: ` in one line", "quote text that contains `: `"),
    ("expected <block end>", "this line is not indented like those above it", "line it up"),
    ("could not find expected ':'", "a line without `: `", "write `key: value`"),
    ("'<stream end>'", "the file ends inside a list or mapping", "close it with ] or }"),
    ("end of stream", "the file ends inside quotes", "close the quotes"),
)


class Broken(Exception):
    """The rest of the file cannot be read."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.problem)
        self.finding = finding


def read(text: str) -> Tree:
    """Every document of a YAML text. Empty documents are left out."""
    text = _BREAKS.sub("\n", text)
    lines = text.split("\n")
    everyday = None if _CONTROL.search(text) else documents(text, lines)
    return Tree(lines, everyday) if everyday is not None else read_any(text)


def read_any(text: str) -> Tree:
    """The general way, for a text whose lines end in newlines alone."""
    tree = Tree(text.split("\n"))
    builder = _Builder(tree)
    try:
        if found := _CONTROL.search(text):
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            raise Broken(Finding(line, column, f"not valid YAML: control character U+{ord(found[0]):04X}"))
        builder.build(YAML(typ="safe", pure=True).parse(text))
    except Broken as broken:
        tree.findings.append(broken.finding)
        tree.broken = True
    except YAMLError as error:
        tree.findings.append(_syntax(error, tree))
        tree.broken = True
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        # ruamel trips over a few malformed inputs (a `%YAML x` line, for one) instead of reporting them.
        tree.findings.append(Finding(1, 1, "not valid YAML"))
        tree.broken = True
    return tree


def _syntax(error: YAMLError, tree: Tree) -> Finding:
    if isinstance(error, ReaderError):
        return Finding(1, 1, f"not valid YAML: {error.reason}")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    line = min(line, len(tree.lines))
    if tree.lines[line - 1][column - 1 : column] == "\t":
        return Finding(line, column, "not valid YAML: a tab where only spaces may indent", "use spaces")
    parts = [error.problem, error.context] if isinstance(error, MarkedYAMLError) else []
    said = ", ".join(" ".join(str(part).split()) for part in parts if part)
    for theirs, ours, hint in _WORDS:
        if theirs in said:
            return Finding(line, column, f"not valid YAML: {ours}", hint)
    return Finding(line, column, f"not valid YAML: {said}" if said else "not valid YAML")


class _Whole(NamedTuple):
    """A node that has ended, with the values and the levels it expands to."""

    node: Node
    size: int = 1
    height: int = 0


class _Open:
    """A list or mapping that has begun and not ended. `size` and `height` are what it expands to so far."""

    __slots__ = ("anchor", "height", "key", "merges", "node", "size")

    def __init__(self, node: Sequence | Mapping, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.size = 1
        self.height = 1
        self.key: Scalar | None = None
        self.merges: list[tuple[Scalar, Node]] = []


class _Builder:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._open: list[_Open] = []
        self._anchors: dict[str, _Whole | None] = {}

    def build(self, events: Iterable[Any]) -> None:
        for event in events:
            match event:
                case ScalarEvent():
                    line, column = _place(event)
                    self._check_tag(event)
                    if event.style == '"' and _UNFIT.search(event.value):
                        raise Broken(Finding(line, column, "an escape for a character that no file can hold"))
                    scalar = Scalar(event.value, line, column, event.style or "")
                    self._add(_Whole(scalar, 1 + len(scalar.text) // _CHARACTERS_PER_NODE), event.anchor, event)
                case MappingStartEvent():
                    self._begin(Mapping({}, *_place(event)), event)
                case SequenceStartEvent():
                    self._begin(Sequence([], *_place(event)), event)
                case MappingEndEvent() | SequenceEndEvent():
                    ended = self._open.pop()
                    if isinstance(ended.node, Mapping):
                        self._merge(ended)
                    self._add(_Whole(ended.node, ended.size, ended.height), ended.anchor, event)
                case AliasEvent():
                    self._alias(event)
                case DocumentStartEvent() | DocumentEndEvent():
                    self._anchors = {}

    def _begin(self, node: Sequence | Mapping, event: NodeEvent) -> None:
        self._check_tag(event)
        if self._open and isinstance(self._open[-1].node, Mapping) and self._open[-1].key is None:
            raise Broken(Finding(node.line, node.column, "expected text as a key, found a list or mapping"))
        self._check_depth(1, event)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Open(node, event.anchor))

    def _alias(self, event: AliasEvent) -> None:
        line, column = _place(event)
        if event.anchor not in self._anchors:
            raise Broken(Finding(line, column, f"no anchor `&{event.anchor}` before this alias"))
        known = self._anchors[event.anchor]
        if known is None:
            raise Broken(Finding(line, column, f"`*{event.anchor}` contains itself"))
        self._check_depth(known.height, event)
        self._add(known, None, event)

    def _check_depth(self, more: int, event: Any) -> None:
        if len(self._open) + more > DEEPEST:
            raise Broken(Finding(*_place(event), f"nested more than {DEEPEST} levels deep"))

    def _add(self, whole: _Whole, anchor: str | None, event: Any) -> None:
        """Hang a complete node where it belongs."""
        node = whole.node
        if anchor:
            self._anchors[anchor] = whole
        parent = self._open[-1] if self._open else None
        if parent is None:
            if not (isinstance(node, Scalar) and not node.style and not node.text):
                self._tree.documents.append(node)
            return
        parent.size += whole.size
        parent.height = max(parent.height, whole.height + 1)
        if parent.size > MOST_NODES:
            line, column = _place(event)
            raise Broken(
                Finding(line, column, f"more than {MOST_NODES} values once aliases are followed", "write less")
            )
        if isinstance(parent.node, Sequence):
            parent.node.items.append(node)
        elif parent.key is not None:
            self._entry(parent, parent.node, parent.key, node)
            parent.key = None
        elif isinstance(node, Scalar):
            parent.key = Scalar(node.text, *_place(event), node.style)
        else:
            raise Broken(Finding(*_place(event), "expected text as a key, found a list or mapping"))

    def _entry(self, parent: _Open, mapping: Mapping, key: Scalar, value: Node) -> None:
        if isinstance(value, Scalar) and not value.text and not value.style:
            # ruamel places what is not there at the next word, lines further down.
            value = Scalar("", key.line, key.column + len(key.text) + 1)
        if key.text == "<<" and not key.style:
            parent.merges.append((key, value))
        elif first := mapping.entries.get(key.text):
            self._tree.findings.append(
                Finding(
                    key.line,
                    key.column,
                    f"duplicate key `{key.text}`",
                    f"it was first written on line {first[0].line}, column {first[0].column}",
                )
            )
        else:
            mapping.entries[key.text] = (key, value)

    def _merge(self, ended: _Open) -> None:
        """`<<`: the keys of other mappings, where this one does not write them itself; the first one wins."""
        assert isinstance(ended.node, Mapping)  # noqa: S101 - only mappings have keys
        for key, value in ended.merges:
            for source in value.items if isinstance(value, Sequence) else [value]:
                if not isinstance(source, Mapping):
                    problem = "expected a mapping, or a list of them, to merge with `<<`"
                    self._tree.findings.append(Finding(key.line, key.column, problem))
                    continue
                for name, entry in source.entries.items():
                    ended.node.entries.setdefault(name, entry)

    def _check_tag(self, event: Any) -> None:
        if event.tag is not None:
            line, column = _place(event)
            self._tree.findings.append(
                Finding(line, column, f"tags such as `{event.tag}` are not allowed", "write the value alone")
            )


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
