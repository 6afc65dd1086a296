"""Values as YAML that reads back as exactly these values, by the rules of `yaml_scalars` and not only by those of YAML.

Words stay plain where nobody could take them for anything else; whatever is in doubt is quoted. SQL is a literal block,
its lines as they are, if a block can hold them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from headgate.manifests import yaml_scalars
from headgate.manifests.secret_placeholders import Unwritable
from headgate.manifests.yaml_reading import read
from headgate.manifests.yaml_tree import Mapping as Tree
from headgate.manifests.yaml_tree import Scalar
from headgate.sql import SqlMistake, meaning

_PLAIN = re.compile(r"[A-Za-z0-9_/.][A-Za-z0-9_./+%@-]*(?:[: ]+[A-Za-z0-9_./+%@-]+)*")
# Plain words that YAML 1.1 readers, editors among them, take for true and false.
_DOUBTFUL = re.compile(r"y|n|yes|no|on|off", re.IGNORECASE)
_WIDE = 10_000_000
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def yaml(*, sequence: int = 4, offset: int = 2) -> YAML:
    """A round-trip reader and writer that breaks no lines."""
    made = YAML(typ="rt", pure=True)
    made.width = _WIDE
    made.preserve_quotes = True
    made.indent(mapping=2, sequence=sequence, offset=offset)
    return made


def dumped(value: Any, writer: YAML | None = None) -> str:
    """A mapping as text that ends with a line break."""
    stream = io.StringIO()
    (writer or yaml()).dump(value, stream)
    return stream.getvalue()


def node(value: Any) -> Any:
    """A value of JSON types, for the writer. Raises Unwritable for a text that no file can hold."""
    match value:
        case str():
            return word(value)
        case Mapping():
            made = CommentedMap()
            for key, one in value.items():
                made[word(key)] = node(one)
            return made
        case list() | tuple():
            sequence = CommentedSeq([node(one) for one in value])
            if all(isinstance(one, int) or (isinstance(one, str) and len(one) < 20) for one in value):
                sequence.fa.set_flow_style()
            return sequence
    return value


def word(text: str) -> Any:
    """A text on one line."""
    if _UNFIT.search(text):
        raise Unwritable("it contains a character that no file can hold")
    plain = _PLAIN.fullmatch(text) and not _DOUBTFUL.fullmatch(text) and ": " not in text
    return text if plain and yaml_scalars.value(Scalar(text, 1, 1)) == text else DoubleQuotedScalarString(text)


def setting(text: str) -> Any:
    """The text of a Flink option: numbers and true and false as such, where they read back as this text."""
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,15})", text) and text != "-0":
        return int(text)
    return word(text)


def block(text: str) -> Any:
    """SQL: a literal block, if need be of the same statements with other whitespace; else in quotes."""
    if _UNFIT.search(text):
        raise Unwritable("it contains a character that no file can hold")
    for written in (tidied(text), text):
        if _reads_back(LiteralScalarString(written)):
            return LiteralScalarString(written)
    return DoubleQuotedScalarString(text)


def tidied(text: str) -> str:
    """SQL with plain line ends and none of the blanks before them, if that means the same; else as it is."""
    tidy = "\n".join(line.rstrip() for line in re.split(r"\r\n|\r|\n", text)).strip("\n") + "\n"
    return tidy if _same(tidy, text) else text


def _same(one: str, other: str) -> bool:
    try:
        return one == other or meaning(one) == meaning(other)
    except SqlMistake:
        return False


def _reads_back(literal: LiteralScalarString) -> bool:
    tree = read(dumped(CommentedMap(statement=literal)))
    said = next((root.get("statement") for root in tree.documents if isinstance(root, Tree)), None)
    return not tree.findings and isinstance(said, Scalar) and said.text == literal
