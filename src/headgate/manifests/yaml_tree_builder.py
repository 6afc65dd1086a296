"""Events of a YAML parser to a tree of places, bounded before anything is built.

Nesting is counted instead of recursed, aliases are counted as what they would expand to, and tags, which name types to
construct, are refused. The events may be those of libyaml (PyYAML) or those of ruamel: they have the same names and
the same attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from headgate.manifests.yaml_tree import Finding, Mapping, Node, Scalar, Sequence, Tree

DEEPEST = 50
MOST_NODES = 100_000
# A scalar counts for its length too, so that one long text behind many aliases is seen as what it is.
_CHARACTERS_PER_NODE = 1024

# What only an escape in double quotes can bring in: NUL ends paths, half of a surrogate pair is no character.
_UNFIT = re.compile("[\x00\ud800-\udfff]")


class Broken(Exception):
    """The rest of the file cannot be read."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.problem)
        self.finding = finding


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


class TreeBuilder:
    """Adds the documents of a text to its tree. Raises Broken where the rest cannot be read."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._open: list[_Open] = []
        self._anchors: dict[str, _Whole | None] = {}

    def build(self, events: Iterable[Any]) -> None:
        for event in events:
            match type(event).__name__:
                case "ScalarEvent":
                    self._scalar(event)
                case "MappingStartEvent":
                    self._begin(Mapping({}, *_place(event)), event)
                case "SequenceStartEvent":
                    self._begin(Sequence([], *_place(event)), event)
                case "MappingEndEvent" | "SequenceEndEvent":
                    ended = self._open.pop()
                    if ended.merges:
                        self._merge(ended)
                    self._add(_Whole(ended.node, ended.size, ended.height), ended.anchor, event)
                case "AliasEvent":
                    self._alias(event)
                case "DocumentStartEvent" | "DocumentEndEvent":
                    self._anchors = {}

    def _scalar(self, event: Any) -> None:
        self._check_tag(event)
        text, style = event.value, event.style or ""
        line, column = _place(event)
        if style == '"' and _UNFIT.search(text):
            raise Broken(Finding(line, column, "an escape for a character that no file can hold"))
        self._add(_Whole(Scalar(text, line, column, style), 1 + len(text) // _CHARACTERS_PER_NODE), event.anchor, event)

    def _begin(self, node: Sequence | Mapping, event: Any) -> None:
        self._check_tag(event)
        if self._open and isinstance(self._open[-1].node, Mapping) and self._open[-1].key is None:
            raise Broken(Finding(node.line, node.column, "expected text as a key, found a list or mapping"))
        self._check_depth(1, event)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Open(node, event.anchor))

    def _alias(self, event: Any) -> None:
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
        if not self._open:
            if not (isinstance(node, Scalar) and not node.style and not node.text):
                self._tree.documents.append(node)
            return
        parent = self._open[-1]
        parent.size += whole.size
        parent.height = max(parent.height, whole.height + 1)
        if parent.size > MOST_NODES:
            problem = f"more than {MOST_NODES} values once aliases are followed"
            raise Broken(Finding(*_place(event), problem, "write less"))
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
            # A parser places what is not there at the next word, lines further down.
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
            self._tree.findings.append(
                Finding(*_place(event), f"tags such as `{event.tag}` are not allowed", "write the value alone")
            )


def _place(event: Any) -> tuple[int, int]:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1
