"""Values that came from the environment: used, compared and masked, never shown.

A manifest keeps its `${env:NAME}` placeholders; the values travel beside it in `Environment`. So everything that is
printed, stored or carried by a job is the placeholder, and only the request that needs the value holds it.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

PLACEHOLDER = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")

_SECRET_OPTION = re.compile(
    r"('[^']*(?:password|secret|token|credential|access.?key)[^']*'\s*=\s*)('[^']*')", re.IGNORECASE
)
# Shorter values ("1", "dev") would be masked all over ordinary text and hide nothing worth hiding.
_SHORTEST_MASKED = 4


@functools.lru_cache(maxsize=4096)
def _digest(name: str, value: str) -> str:
    """Tell that a value changed without telling the value: slow, salted by its name, and cut to 32 bits."""
    salt = f"headgate:{name}".encode()
    return hashlib.pbkdf2_hmac("sha256", value.encode(), salt, 20_000)[:4].hex()


def _hidden(option: re.Match[str]) -> str:
    """An option that tells a secret, without it; a placeholder says nothing."""
    return option[0] if "${env:" in option[2] else f"{option[1]}'***'"


def digests(values: Mapping[str, str]) -> dict[str, str]:
    """Name to digest of its value."""
    return {name: _digest(name, value) for name, value in sorted(values.items())}


@dataclass(frozen=True, slots=True)
class Environment:
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

    def unfill(self, text: str, template: str, values: dict[str, str]) -> str:
        """Put the placeholders of `template` back into a text that was filled from it; the values go into `values`.

        Whatever values the text was filled with, older ones too, they are found by their places. A text that does not
        fit the template keeps its own words, but for known values and what stands under a key that tells a secret.
        """
        names = PLACEHOLDER.findall(template)
        if not names:
            return self.mask(text)
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
            masked = self.mask(text)
            values.update({name: self.values[name] for name in names if "${env:" + name + "}" in masked})
            return _SECRET_OPTION.sub(_hidden, masked)
        values.update(found.groupdict())
        return template

    def mask(self, text: str) -> str:
        """The text with every secret value put back to its placeholder, longest first."""
        for name, value in sorted(self.values.items(), key=lambda item: (-len(item[1]), item[0])):
            if len(value) >= _SHORTEST_MASKED:
                text = text.replace(value, "${env:" + name + "}")
        return text
