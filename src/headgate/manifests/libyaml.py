"""YAML through libyaml, PyYAML's parser in C: some fifteen times as fast as ruamel, which reads what is declined here.

libyaml has the line breaks of YAML 1.1, allows tabs where ruamel does not, and differs in a few odd block texts. A text
with one of those is declined, and so is any that libyaml finds a mistake in: ruamel words it. A property test holds the
trees of the two equal over whatever is not declined.

PyYAML has no parser in C where its wheel was built without libyaml; then every text is declined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from headgate.manifests.yaml_tree import Scalar, Tree
from headgate.manifests.yaml_tree_builder import Broken, TreeBuilder

try:
    from yaml import YAMLError
    from yaml.cyaml import CParser
except ImportError:
    CParser = None

# Line breaks of YAML 1.1 (U+0085, U+2028, U+2029), what is not printable, byte order marks; directives and ends of
# documents, which libyaml is more patient with; `? key`, whose place differs where nothing follows.
_DIFFERENT = re.compile(
    r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|^(?:%|\.\.\.)|(?:^|[\s{\[,])\?\s", re.MULTILINE
)
# What may follow the name of an anchor.
_ENDS = ("", " ", "\n", ",", "]", "}")
_TEXTS = ("'", '"', "|", ">")


class Declined(Exception):
    """A text that ruamel has to read."""


def tree_of(text: str) -> Tree | None:
    """The tree of a text whose lines end in newlines alone, without a mistake in it; or None: ask ruamel."""
    if CParser is None or _DIFFERENT.search(text):
        return None
    tree = Tree(text.split("\n"))
    try:
        TreeBuilder(tree).build(_events(text, tree.lines))
    except (Broken, Declined, YAMLError):
        return None
    # A text at the outermost level is a mistake; where it is a block, the two end it differently.
    clean = not tree.findings and not any(isinstance(node, Scalar) for node in tree.documents)
    return tree if clean else None


def _events(text: str, lines: list[str]) -> Iterator[Any]:
    """Raises Declined where ruamel may read the text differently."""
    tabs = text.count("\t")
    parser = CParser(text)
    while event := parser.get_event():
        if (anchor := getattr(event, "anchor", None)) and not _ended(text, event.start_mark.index, anchor):
            raise Declined  # ruamel takes more characters for a part of the name
        style = getattr(event, "style", None)
        if style in _TEXTS:
            if style in "|>":
                _decline_odd_block(lines, event.start_mark.line, event.start_mark.column)
            if tabs and not event.anchor:
                tabs -= text.count("\t", event.start_mark.index, event.end_mark.index)
        yield event
    if tabs:
        raise Declined


def _ended(text: str, index: int, anchor: str) -> bool:
    following = index + 1 + len(anchor)
    return text[following : following + 1] in _ENDS


def _decline_odd_block(lines: list[str], line: int, column: int) -> None:
    """A comment or tab after the `|`, and lines of blanks alone before the first line of the text."""
    header = lines[line][column:]
    if "#" in header or "\t" in header:
        raise Declined
    following = line + 1
    while following < len(lines) and not lines[following]:
        following += 1
    if following < len(lines) and not lines[following].strip(" "):
        raise Declined
