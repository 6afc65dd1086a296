"""A manifest that is there already, made equal to what runs: only the fields that differ are written.

A field is found by the lines it stands on, so every other line stays as it is, byte for byte. The lines of a changed
field go through ruamel's round trip, so its comments and quotes stay, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AbstractMapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from headgate.manifests.manifest_writing import ORDER, program
from headgate.manifests.secret_placeholders import Unwritable
from headgate.manifests.yaml_reading import read
from headgate.manifests.yaml_tree import Mapping, Node, Scalar
from headgate.manifests.yaml_tree import Sequence as List
from headgate.manifests.yaml_values import block, dumped, node, setting, word, yaml
from headgate.model.configuration import current_key, normalised
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.sql import meaning

_BESIDE = re.compile(r"\s*(?:#.*)?")
_ENDS = re.compile(r"(?:---|\.\.\.)(?:\s|$)")
_GONE = object()
Path = tuple[str, ...]


def updated(text: str, before: JobSpec, after: JobSpec) -> str:
    """The text of a file in which one document is the manifest of `before`, with that document saying `after`.

    Only what the two differ in, by meaning, is written; jar uris are as the file has them, and a statement that changed
    is written into the manifest. Raises Unwritable where the file is not laid out so that a field can be reported by
    its lines.
    """
    for path, value in _edits(before, after):
        text = _edited(text, before.name, _Page(text, before.name).located(path), value)
    return text


def _edits(before: JobSpec, after: JobSpec) -> Iterator[tuple[Path, Any]]:
    match before.program, after.program:
        case Sql(old), Sql(new):
            if meaning(old, after.dialect) != meaning(new, after.dialect):
                yield ("statement_file",), _GONE
                yield ("statement",), block(new)
        case Jar(), Jar(uri, main_class, args):
            for key, was, is_now in (
                ("uri", before.program.uri, uri),
                ("main_class", before.program.main_class, main_class),
                ("args", list(before.program.args), list(args)),
            ):
                if was != is_now:
                    yield ("jar", key), node(is_now) if is_now else _GONE
        case _:
            for kind in ("statement", "statement_file", "jar"):
                yield (kind,), _GONE
            [(kind, value)] = program(after.program).items()
            yield (kind,), value
    if before.parallelism != after.parallelism:
        yield ("parallelism",), after.parallelism
    were, are = normalised(before.config), normalised(after.config)
    written = {current_key(key): (key, value) for key, value in after.config.items()}
    for key in sorted(were.keys() | are.keys()):
        if were.get(key) != are.get(key):
            yield ("config", key), setting(written[key][1]) if key in are else _GONE
    yield from _differences(("options",), before.options, after.options)
    if more := [path for path in after.ignore if path not in before.ignore]:
        yield ("ignore",), node([*before.ignore, *more])


def _differences(path: Path, before: AbstractMapping[str, Any], after: AbstractMapping[str, Any]) -> Iterator[Any]:
    for key in sorted(before.keys() | after.keys()):
        was, is_now = before.get(key, _GONE), after.get(key, _GONE)
        if was == is_now:
            continue
        if isinstance(was, AbstractMapping) and isinstance(is_now, AbstractMapping) and is_now:
            yield from _differences((*path, key), was, is_now)
        else:
            yield (*path, key), is_now if is_now is _GONE else node(is_now)


def _edited(text: str, job: str, path: Path, value: Any) -> str:
    """One field set, or taken out; where it is not there, it is put in its place."""
    page = _Page(text, job)
    mapping, stop = page.root, page.end
    for depth, key in enumerate(path):
        extents = page.extents(mapping, stop)
        if key not in extents:
            if value is _GONE:
                return text
            return page.inserted(mapping, extents, key, path[depth + 1 :], value)
        start, stop = extents[key]
        child = mapping.get(key)
        last = depth == len(path) - 1
        if last and value is _GONE:
            if len(mapping.entries) == 1 and depth:
                return _edited(text, job, path[:depth], _GONE)
            return page.replaced(start, stop, [])
        if last or not _is_block(mapping.key(key), child):
            return page.rewritten(mapping, key, (start, stop), path[depth + 1 :], value)
        assert isinstance(child, Mapping)  # noqa: S101 - what _is_block says
        mapping = child
    return text


class _Page:
    """The lines of a file, and where the manifest of one job stands on them."""

    def __init__(self, text: str, job: str) -> None:
        self._text = text
        self.lines = text.split("\n")
        tree = read(text)
        roots = [root for root in tree.documents if isinstance(root, Mapping) and _name(root) == job]
        if tree.findings or len(roots) != 1:
            raise Unwritable("its manifest cannot be read")
        self.root = roots[0]
        first = self.root.line - 1
        after = (at for at in range(first, len(self.lines)) if _ENDS.match(self.lines[at]))
        self.end = next(after, len(self.lines))
        if self.end == first:
            raise Unwritable("its manifest begins on the line of a `---`")

    def located(self, path: Path) -> Path:
        """The path by the keys of the file: an option may be nested, and under an older name."""
        config = self.root.get("config")
        if path[0] != "config" or not isinstance(config, Mapping):
            return path
        found = (keys for keys in _leaves(config, ()) if current_key(".".join(keys)) == path[1])
        return ("config", *next(found, path[1:]))

    def extents(self, mapping: Mapping, stop: int) -> dict[str, tuple[int, int]]:
        """The lines of every field of a block mapping, from 0, comments and blank lines after it left out."""
        starts = [(key.line - 1, key.column - 1, name) for name, (key, _) in mapping.entries.items()]
        found: dict[str, tuple[int, int]] = {}
        for (start, indent, name), following in zip(starts, [*(s for s, _, _ in starts[1:]), stop], strict=True):
            end = following
            if not start < end <= stop or self.lines[start][:indent].strip():
                raise Unwritable("several fields of its manifest stand on one line")
            while end - 1 > start and self._beside(self.lines[end - 1], indent):
                end -= 1
            found[name] = (start, end)
        return found

    @staticmethod
    def _beside(line: str, indent: int) -> bool:
        """Is this a blank line, or a comment that stands no deeper than the field?"""
        return bool(_BESIDE.fullmatch(line)) and len(line) - len(line.lstrip()) <= indent

    def replaced(self, start: int, stop: int, lines: Sequence[str]) -> str:
        return "\n".join([*self.lines[:start], *lines, *self.lines[stop:]])

    def inserted(self, mapping: Mapping, extents: dict[str, tuple[int, int]], key: str, rest: Path, value: Any) -> str:
        """A new field, after those that come before it."""
        place = ORDER.index(key) if mapping is self.root else len(extents)
        earlier = [end for name, (_, end) in extents.items() if mapping is not self.root or ORDER.index(name) < place]
        at = max(earlier, default=min(start for start, _ in extents.values()))
        indent = next(iter(mapping.entries.values()))[0].column - 1
        new = self._lines(dumped(CommentedMap({word(key): _nested(rest, value)})), indent)
        if at == len(self.lines):  # the last line has no line break
            return self.replaced(at, at, [*new, ""])
        return self.replaced(at, at, new)

    def rewritten(self, mapping: Mapping, key: str, extent: tuple[int, int], rest: Path, value: Any) -> str:
        """The lines of a field, with what stands at `rest` below it set or taken out."""
        start, stop = extent
        indent = mapping.key(key).column - 1
        snippet = "\n".join(line[indent:] for line in self.lines[start:stop]) + "\n"
        writer = _writer(mapping.key(key), mapping.get(key))
        try:
            small = writer.load(snippet)
        except YAMLError as problem:
            raise Unwritable("it uses anchors, and what they stand for differs") from problem
        _put(small, (key, *rest), value)
        new = self._lines(dumped(small, writer), indent) if small else []
        if stop == len(self.lines):
            new.append("")
        return self.replaced(start, stop, new)

    @staticmethod
    def _lines(text: str, indent: int) -> list[str]:
        return [f"{' ' * indent}{line}" if line else line for line in text.removesuffix("\n").split("\n")]


def _name(root: Mapping) -> str:
    name = root.get("name")
    return name.text if isinstance(name, Scalar) else ""


def _leaves(mapping: Mapping, above: Path) -> Iterator[Path]:
    for key, (_, child) in mapping.entries.items():
        if isinstance(child, Mapping) and child.entries:
            yield from _leaves(child, (*above, key))
        else:
            yield (*above, key)


def _is_block(key: Node, child: Node | None) -> bool:
    """Does each field of this mapping stand on lines of its own, below its key?"""
    if not isinstance(child, Mapping) or not child.entries:
        return False
    keys = [inner for inner, _ in child.entries.values()]
    lines = [inner.line for inner in keys]
    return lines[0] > key.line and len(set(lines)) == len(lines) and len({inner.column for inner in keys}) == 1


def _writer(key: Node, child: Node | None) -> Any:
    """One that indents lists as this one is."""
    if isinstance(child, List) and child.items and child.items[0].line > key.line:
        offset = max(child.column - key.column, 0)
        return yaml(sequence=offset + 2, offset=offset)
    return yaml()


def _nested(path: Path, value: Any) -> Any:
    for key in reversed(path):
        value = CommentedMap({word(key): value})
    return value


def _put(mapping: Any, path: Path, value: Any) -> None:
    """Set or take out what stands at a path, and mappings that are empty then."""
    key, rest = path[0], path[1:]
    if rest and isinstance(mapping.get(key), CommentedMap):
        _put(mapping[key], rest, value)
        if not mapping[key]:
            del mapping[key]
    elif value is not _GONE:
        mapping[key] = _in_place_of(mapping.get(key), _nested(rest, value))
    elif not rest:
        mapping.pop(key, None)


def _in_place_of(old: Any, new: Any) -> Any:
    """The new value, quoted as the old one was, a list with the comments of its items."""
    if isinstance(old, CommentedSeq) and isinstance(new, CommentedSeq):
        for at, item in enumerate(new):
            if at == len(old):
                old.append(item)
            elif old[at] != item:
                old[at] = item
        del old[len(new) :]
        return old
    quoted = isinstance(old, DoubleQuotedScalarString | SingleQuotedScalarString)
    if quoted and type(new) is str:
        return type(old)(new)
    return new
