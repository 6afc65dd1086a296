"""The keywords of a Flink, read from the class files of its SQL parser: no Java is needed.

JavaCC gives each token a number: the constants of `FlinkSqlParserImplConstants`, whose pool holds the text `"ABS"` of
every keyword. `NonReservedKeyWord0of3` and its sisters are a switch over the numbers that may also be a name. The
layout of class files: https://docs.oracle.com/javase/specs/jvms/se17/html/jvms-4.html

Run by hand for a new Flink, with the homes of all versions: `python -m tests.sql.parser_keywords HOME...` writes
`src/headgate/sql/flink_keywords.json`.
"""

from __future__ import annotations

import io
import json
import re
import struct
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

DATA = Path(__file__).parents[2] / "src" / "headgate" / "sql" / "flink_keywords.json"
_PARSER = "org/apache/flink/sql/parser/impl/FlinkSqlParserImpl"
_KEYWORD = re.compile(r'"([A-Z][A-Z0-9_]*)"')
_MAY_BE_A_NAME = re.compile(r"NonReservedKeyWord\dof\d")
# The instructions before the switch, by their lengths: aload_0, iconst_m1, getfield, invoke, if_icmpne, goto.
_LENGTHS = {0x2A: 1, 0x02: 1, 0xB4: 3, 0xB6: 3, 0xB7: 3, 0xA0: 3, 0xA7: 3}
_TABLESWITCH, _LOOKUPSWITCH = 0xAA, 0xAB
_POOL_SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
_UTF8, _INTEGER, _WIDE = 1, 3, (5, 6)


@dataclass(frozen=True, slots=True)
class ClassFile:
    """What is needed of one: its texts, its constants by name, and the code of its methods by name."""

    texts: frozenset[str]
    constants: dict[str, int]
    code: dict[str, bytes]


@dataclass(slots=True)
class _Reader:
    content: io.BytesIO
    pool: dict[int, object] = field(default_factory=dict)

    def number(self, size: int) -> int:
        return int.from_bytes(self.content.read(size), "big")

    def read(self) -> ClassFile:
        self.content.seek(8)
        self.read_pool()
        self.content.seek(6, io.SEEK_CUR)
        self.content.seek(2 * self.number(2), io.SEEK_CUR)
        fields = {name: self._constant(found) for name, found in self._members() if "ConstantValue" in found}
        methods = {name: found["Code"] for name, found in self._members() if "Code" in found}
        texts = frozenset(text for text in self.pool.values() if isinstance(text, str))
        return ClassFile(texts, fields, {name: code[8 : 8 + _length(code)] for name, code in methods.items()})

    def read_pool(self) -> None:
        count, index = self.number(2), 1
        while index < count:
            tag = self.number(1)
            if tag == _UTF8:
                self.pool[index] = self.content.read(self.number(2)).decode("utf-8", "replace")
            else:
                raw = self.content.read(_POOL_SIZES[tag])
                self.pool[index] = int.from_bytes(raw, "big", signed=True) if tag == _INTEGER else None
            index += 2 if tag in _WIDE else 1

    def _members(self) -> Iterator[tuple[str, dict[str, bytes]]]:
        for _ in range(self.number(2)):
            self.number(2)
            name = str(self.pool[self.number(2)])
            self.number(2)
            yield (
                name,
                {str(self.pool[self.number(2)]): self.content.read(self.number(4)) for _ in range(self.number(2))},
            )

    def _constant(self, attributes: dict[str, bytes]) -> int:
        value = self.pool[int.from_bytes(attributes["ConstantValue"], "big")]
        return value if isinstance(value, int) else -1


def texts(content: io.BytesIO) -> set[str]:
    """The texts in the constant pool of a class file."""
    reader = _Reader(content)
    reader.content.seek(8)
    reader.read_pool()
    return {text for text in reader.pool.values() if isinstance(text, str)}


def _length(code: bytes) -> int:
    return int.from_bytes(code[4:8], "big")


def _cases(code: bytes) -> set[int]:
    """The numbers for which the first switch of a method does something else than its default."""
    at = 0
    while (opcode := code[at]) not in (_TABLESWITCH, _LOOKUPSWITCH):
        at += _LENGTHS[opcode]
    at = (at + 4) & ~3
    default, low = struct.unpack_from(">ii", code, at)
    if opcode == _LOOKUPSWITCH:
        pairs = list(struct.iter_unpack(">ii", code[at + 8 : at + 8 + 8 * low]))
    else:
        (high,) = struct.unpack_from(">i", code, at + 8)
        count = high - low + 1
        pairs = list(zip(range(low, high + 1), struct.unpack_from(f">{count}i", code, at + 12), strict=True))
    return {number for number, jump in pairs if jump != default}


def keywords(home: Path) -> dict[str, bool]:
    """Every keyword of the Flink in a folder, and whether it is reserved."""
    (loader,) = (home / "lib").glob("flink-table-planner-loader-*.jar")
    with zipfile.ZipFile(loader) as outer, zipfile.ZipFile(io.BytesIO(outer.read("flink-table-planner.jar"))) as jar:
        constants, parser = (
            _Reader(io.BytesIO(jar.read(f"{_PARSER}{name}.class"))).read() for name in ("Constants", "")
        )
    free = {number for name, code in parser.code.items() if _MAY_BE_A_NAME.fullmatch(name) for number in _cases(code)}
    words = {found[1] for text in constants.texts if (found := _KEYWORD.fullmatch(text))}
    # JavaCC has words of its own (MORE, SKIP, ...): those tokens have an underscore behind their name.
    numbers = {word: constants.constants.get(word, constants.constants.get(f"{word}_")) for word in words}
    return {word: number not in free for word, number in sorted(numbers.items()) if number is not None}


def version(home: Path) -> str:
    """The version of the Flink in a folder, from the name of its planner."""
    (loader,) = (home / "lib").glob("flink-table-planner-loader-*.jar")
    return loader.stem.rpartition("-")[2]


def written(homes: list[Path]) -> str:
    """The data file: the words by what they are in each version, R reserved, N a name too, - no keyword at all."""
    read = [keywords(home) for home in homes]
    groups: dict[str, list[str]] = {}
    for word in sorted(set().union(*read)):
        signs = "".join("-" if word not in words else "R" if words[word] else "N" for words in read)
        groups.setdefault(signs, []).append(word)
    lines = [f' "versions": {json.dumps([version(home) for home in homes])}']
    for signs, words in sorted(groups.items()):
        rows = textwrap.wrap(" ".join(words), 110)
        body = ",\n".join(f"  {json.dumps(row)}" for row in rows)
        lines.append(f' "{signs}": [\n{body}\n ]')
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    DATA.write_text(written([Path(home) for home in sys.argv[1:]]), "utf-8")
