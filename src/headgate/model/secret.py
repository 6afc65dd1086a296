"""Values that came from the environment: used, compared and masked, never shown.

A manifest keeps its `${env:NAME}` placeholders; the values travel beside it in `Secrets`. So everything that is
printed, stored or carried by a job is the placeholder, and only the request that needs the value holds it.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

PLACEHOLDER = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")

# Shorter values ("1", "dev") would be masked all over ordinary text and hide nothing worth hiding.
_SHORTEST_MASKED = 4
# In base64 a short one is a few letters that words are made of as well.
_SHORTEST_IN_BASE64 = 6


@functools.lru_cache(maxsize=4096)
def _digest(name: str, value: str) -> str:
    """Tell that a value changed without telling the value: slow, salted by its name, and cut to 32 bits."""
    salt = f"headgate:{name}".encode()
    return hashlib.pbkdf2_hmac("sha256", value.encode(), salt, 20_000)[:4].hex()


def digests(values: Mapping[str, str]) -> dict[str, str]:
    """Name to digest of its value."""
    return {name: _digest(name, value) for name, value in sorted(values.items())}


@dataclass(frozen=True, slots=True)
class Secrets:
    """The resolved `${env:NAME}` values a job uses, by name. Its repr and str show names only."""

    values: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Environment({', '.join(sorted(self.values))})"

    def __bool__(self) -> bool:
        return bool(self.values)

    def digests(self) -> dict[str, str]:
        """Name to digest: what a job carries, so that a rotated value is seen as a change."""
        return digests(self.values)

    def fill(self, text: str) -> str:
        """The text with every placeholder replaced: for the request to the platform, and nowhere else."""
        return PLACEHOLDER.sub(lambda match: self.values.get(match[1], match[0]), text)

    def fill_all(self, value: Any) -> Any:
        """The same for every text in a JSON value, however deep; keys stay as they are."""
        match value:
            case str():
                return self.fill(value)
            case Mapping():
                return {key: self.fill_all(one) for key, one in value.items()}
            case list() | tuple():
                return [self.fill_all(one) for one in value]
            case _:
                return value

    def fill_json(self, text: str) -> str:
        """A JSON text with every placeholder in its strings replaced."""
        escaped = {name: _in_json(value)[0] for name, value in self.values.items()}
        return PLACEHOLDER.sub(lambda match: escaped.get(match[1], match[0]), text)

    def unfill(self, text: str, template: str, values: dict[str, str]) -> str:
        """Put the placeholders of `template` back into a text that was filled from it; the values go into `values`.

        Whatever values the text was filled with, older ones too, they are found by their places. A text that does not
        fit the template keeps its own words, but for known values.
        """
        names = PLACEHOLDER.findall(template)
        if not names:
            return text if text == template else self.put_back(text)
        pieces = PLACEHOLDER.split(template)
        pattern, seen = "", set()
        for at, piece in enumerate(pieces):
            if at % 2 == 0:
                pattern += r"\s+".join(re.escape(word) for word in re.split(r"\s+", piece))
            else:
                pattern += f"(?P={piece})" if piece in seen else f"(?P<{piece}>.*?)"
                seen.add(piece)
        found = re.fullmatch(pattern, text.strip() if template.strip() == template else text, re.DOTALL)
        if found is None:
            known = self.put_back(text)
            values.update({name: self.values[name] for name in names if "${env:" + name + "}" in known})
            return known
        values.update(found.groupdict())
        return template

    def mask(self, text: str) -> str:
        """The text with every value put back to its placeholder, however it is spelled there: for what is shown."""
        known = self._maskable()
        return replaced(text, {form: said for value, said in known.items() for form in spellings(value)})

    def put_back(self, text: str) -> str:
        """The text with every value put back where it stands as it is: `fill` makes it what it was."""
        return replaced(text, self._maskable())

    def put_back_in_json(self, text: str) -> str:
        """The same for a JSON text, in whose strings values are escaped: `fill_json` makes it what it meant."""
        known = self._maskable()
        return replaced(text, {form: said for value, said in known.items() for form in _in_json(value)})

    def _maskable(self) -> dict[str, str]:
        """Value to placeholder; of two names with one value the first."""
        named = sorted(self.values.items(), reverse=True)
        return {value: "${env:" + name + "}" for name, value in named if len(value) >= _SHORTEST_MASKED}


def replaced(text: str, words: Mapping[str, str]) -> str:
    """The text with words replaced, the longest first; a placeholder is passed over whole, whatever its name."""
    found = sorted((word for word in words if word in text), key=lambda word: (-len(word), word))
    if not found:
        return text
    pattern = re.compile("|".join([PLACEHOLDER.pattern, *map(re.escape, found)]))
    return pattern.sub(lambda match: words.get(match[0], match[0]), text)


@functools.lru_cache(maxsize=4096)
def spellings(value: str) -> tuple[str, ...]:
    """A value as it may come back from elsewhere: as it is, and encoded for JSON, SQL, HTML, a URL, or in base64."""
    plain = {value, value.strip(), value.replace("\n", "\r\n"), repr(value)[1:-1]}
    plain |= {value.replace("'", "''"), value.replace("''", "'")}
    in_json = set(_in_json(value))
    twice = {json.dumps(one)[1:-1] for one in in_json}
    in_url = {quote(value, safe=""), quote(value), quote_plus(value)}
    in_url |= {re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), one) for one in in_url}
    forms = plain | in_json | twice | in_url | {html.escape(value), html.escape(value, quote=False)} | _base64(value)
    return tuple(sorted(form for form in forms if len(form) >= _SHORTEST_MASKED))


def _in_json(value: str) -> tuple[str, str]:
    """A value between the quotes of a JSON string: as it is, but for what has to be escaped; and in ASCII alone."""
    plain, ascii_only = (json.dumps(value, ensure_ascii=escaped)[1:-1] for escaped in (False, True))
    return plain, ascii_only


def _base64(value: str) -> set[str]:
    """What a value is in base64, at whichever of the three places in a group of bytes it begins: `user:value`, too."""
    reported = value.encode("utf-8", "surrogateescape")
    if len(reported) < _SHORTEST_IN_BASE64:
        return set()
    found = set()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + reported).decode()
        # The first and the last characters hold bits of what is around it.
        ends = len(coded) if (before + len(reported)) % 3 == 0 else len(coded.rstrip("=")) - 1
        inner = coded[(0, 2, 3)[before] : ends]
        found |= {inner, inner.translate(str.maketrans("+/", "-_"))}
    return found
