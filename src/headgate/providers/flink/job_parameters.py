"""What a Flink job carries about itself, in `pipeline.global-job-parameters`.

Flink writes the map as `key:value,key:value`; a `,` or `:` in a value would need quoting, so values that are not plain
words are base64url. `GET /jobs/:id/config` gives the map back, unchanged for the life of a job id.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headgate.model.live import MARKER_KEYS, Marker
from headgate.model.spec import AppliedSpec

_PREFIX = "headgate."
_PLAIN = re.compile(r"[A-Za-z0-9._/-]*")
_CODED = "b64_"
_NONE = "none"
# Flink answered with values of 120 KB whole; a larger compiled plan is left out and made again when it is needed.
_LARGEST_COMPILED = 100_000
_LARGEST_MANIFEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Carried:
    """What a job says about itself. All empty for a job that headgate did not start.

    `fixed` is set for one that was started where parallelism changes without a restart, so that the parallelism it
    carries may not be the last word: the widths of those of its vertices that do not follow it.
    """

    marker: Marker | None = None
    applied: AppliedSpec | None = None
    compiled: str = ""
    fixed: frozenset[int] | None = None


def write(marker: Marker, manifest: Mapping[str, Any], compiled: str, *, fixed: frozenset[int] | None = None) -> str:
    """The value of `pipeline.global-job-parameters` for a job."""
    pairs = {key: _word(value) for key, value in marker.written().items() if value}
    if fixed is not None:
        pairs["fixed"] = "-".join(map(str, sorted(fixed))) or _NONE
    text = _packed(json.dumps(manifest, separators=(",", ":"), ensure_ascii=False))
    if len(text) <= _LARGEST_MANIFEST:
        pairs["manifest"] = text
    if compiled and len(packed := _packed(compiled)) <= _LARGEST_COMPILED:
        pairs["compiled"] = packed
    return ",".join(f"{_PREFIX}{key}:{value}" for key, value in pairs.items())


def split(text: str) -> dict[str, str]:
    """What `write` wrote as Flink splits it."""
    return dict(pair.split(":", 1) for pair in text.split(","))


def read(parameters: Mapping[str, str]) -> Carried:
    """Read what `write` wrote back from a job's user-config. What cannot be read is left empty."""
    own = {key.removeprefix(_PREFIX): value for key, value in parameters.items() if key.startswith(_PREFIX)}
    try:
        marker = Marker.read({key: _unword(value) for key, value in own.items() if key in MARKER_KEYS})
    except (KeyError, ValueError):
        return Carried()
    compiled = _compiled(own.get("compiled", ""))
    return Carried(marker, _applied(own.get("manifest", "")), compiled, _fixed(own.get("fixed", "")))


def _fixed(word: str) -> frozenset[int] | None:
    return frozenset(int(width) for width in word.split("-") if width.isdecimal()) if word else None


def _applied(packed: str) -> AppliedSpec | None:
    try:
        return AppliedSpec.restored(json.loads(_unpacked(packed))) if packed else None
    except (ValueError, KeyError, TypeError, zlib.error):
        return None


def _compiled(packed: str) -> str:
    try:
        return _unpacked(packed) if packed else ""
    except (ValueError, zlib.error):
        return ""


def _word(text: str) -> str:
    if _PLAIN.fullmatch(text) and not text.startswith(_CODED):
        return text
    return _CODED + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unword(word: str) -> str:
    return _decoded(word.removeprefix(_CODED)).decode() if word.startswith(_CODED) else word


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def _unpacked(packed: str) -> str:
    return zlib.decompress(_decoded(packed)).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as problem:
        raise ValueError(str(problem)) from problem
