"""The job parameters: a text in Java's .properties format, with the comments people wrote in it.

headgate adds one comment line of its own: what the manifest asked for and the platform has no field for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_MARK = "#headgate: "
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
# Characters that would end a line, or begin a value later than it begins.
_ESCAPED = str.maketrans({"\\": "\\\\"} | {character: f"\\{name}" for name, character in _ESCAPES.items()})
_UNESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")
_KEY = re.compile(r"((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a manifest asked for, beside the job's own fields.

    `parallelism` and `options` are the manifest's. `plan_of` is a digest of what the stored plan was made from, and
    `folder_id` the folder that was chosen.
    """

    parallelism: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)
    plan_of: str = ""
    folder_id: int = 0

    def written(self) -> str:
        beside = {"planOf": self.plan_of, "folderId": self.folder_id}
        known = {"parallelism": self.parallelism, "options": self.options, **{k: v for k, v in beside.items() if v}}
        return _MARK + json.dumps(known, sort_keys=True, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Asked | None:
        """What the properties of a job say was asked for; None if headgate left nothing there."""
        line = next((line for line in _LINE_END.split(text) if line.startswith(_MARK)), "")
        try:
            known = json.loads(line.removeprefix(_MARK))
            parallelism, options = int(known["parallelism"]), dict(known["options"])
            return cls(parallelism, options, str(known.get("planOf", "")), int(known.get("folderId", 0)))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None


def parsed(text: str) -> dict[str, str]:
    """The parameters in a text; the last of several by one name counts, as in Java."""
    pairs = map(_KEY.fullmatch, _logical_lines(text))
    return {_unescaped(pair[1]): _unescaped(pair[2]) for pair in pairs if pair}


def rendered(config: Mapping[str, str], asked: Asked, *, old: str = "") -> str:
    """The text for some parameters, sorted; the comments of the old text stay."""
    comments = [line for line in _LINE_END.split(old) if line.lstrip().startswith(("#", "!"))]
    lines = [line for line in comments if not line.startswith(_MARK)] + [asked.written()]
    lines += [f"{_escaped_key(key)}={_escaped(value)}" for key, value in sorted(config.items())]
    return "\n".join(lines) + "\n"


def _logical_lines(text: str) -> Iterator[str]:
    """Lines that end in a backslash go on in the next; comments and blank lines are left out."""
    begun = ""
    for physical in _LINE_END.split(text):
        line = physical.lstrip(" \t\f")
        if not begun and (not line or line.startswith(("#", "!"))):
            continue
        if (len(line) - len(line.rstrip("\\"))) % 2:
            begun += line[:-1]
            continue
        yield begun + line
        begun = ""
    if begun:
        yield begun


def _unescaped(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        escape = match[1]
        return chr(int(escape[1:], 16)) if len(escape) > 1 else _ESCAPES.get(escape, escape)

    return _UNESCAPE.sub(plain, text)


def _escaped(text: str) -> str:
    return ("\\" if text.startswith(" ") else "") + text.translate(_ESCAPED)


def _escaped_key(key: str) -> str:
    return re.sub(r"([=: ]|^[#!])", r"\\\1", key.translate(_ESCAPED))
