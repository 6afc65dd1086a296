"""The body of an answer, read no further than a cap: as it comes over the wire, and as it is once it is unpacked.

A few megabytes of gzip unpack to gigabytes, and packed twice, to more than a machine has; so unpacking is done here,
piece by piece, and only what was asked for (`ACCEPTED`) is unpacked at all.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

ACCEPTED = "gzip"
MIB = 1024 * 1024
# What the largest answers of a platform with thousands of jobs need, several times over.
MOST_MIB = 32
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_PIECE = 64 * 1024
_GZIP = 31  # wbits: a gzip header and trailer, and nothing else
_MAGIC = 0x1F  # the first byte of a gzip member
# What an answer may say its text is written in; anything else is read as UTF-8.
_CHARSETS = frozenset({"utf-8", "us-ascii", "iso-8859-1", "windows-1252", "gbk", "gb2312", "gb18030", "big5"})


class TooLarge(Exception):
    """The body goes on beyond the cap."""


class Unreadable(Exception):
    """The body is packed in a way that was not asked for, or is not what it says it is packed as."""


def content_of(stream: Iterable[bytes], headers: Mapping[str, str], most: int, moved: Callable[[int], None]) -> bytes:
    """The whole body, unpacked. `moved` hears of every byte of the wire. Raises `TooLarge`, `Unreadable`."""
    announced = headers.get("content-length", "").strip()
    if announced.isdecimal() and (len(announced) > len(str(most)) or int(announced) > most):
        raise TooLarge
    names = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    packed = [name for name in names if name not in ("", "identity")]
    if packed not in ([], ["gzip"], ["x-gzip"]):
        raise Unreadable(f"it is packed as {', '.join(packed)[:40]}, which was not asked for")
    wire = _capped(_heard(stream, moved), most)
    return b"".join(_capped(_unpacked(wire), most) if packed else wire)


def text_of(content: bytes, content_type: str) -> str:
    """The body as text, by the charset that its content type names."""
    named = content_type.lower().partition("charset=")[2].partition(";")[0].strip("\"' ")
    return content.decode(named if named in _CHARSETS else "utf-8", "replace")


def document_of(content: bytes) -> Any:
    """The body as JSON, as the standard has it (no NaN, no Infinity); None if it is empty or none.

    Half of a surrogate pair is JSON and no text: nothing can be written that holds one, so it is shown as unreadable.
    """
    try:
        document = json.loads(content, parse_constant=_finite, parse_float=_finite) if content else None
        return _as_text(document) if _HALF.search(content) else document
    except (ValueError, RecursionError):
        return None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _as_text(part: Any) -> Any:
    if isinstance(part, str):
        return part.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(part, list):
        return [_as_text(one) for one in part]
    return {_as_text(key): _as_text(value) for key, value in part.items()} if isinstance(part, dict) else part


def _heard(stream: Iterable[bytes], moved: Callable[[int], None]) -> Iterator[bytes]:
    for chunk in stream:
        moved(len(chunk))
        yield chunk


def _capped(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise TooLarge
        yield chunk


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Of one or several gzip members; what follows the last one is padding. Nothing at all is an empty body."""
    member, begun, whole = zlib.decompressobj(_GZIP), False, False
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if whole and not begun and rest[0] != _MAGIC:
                    return
                begun = True
                yield member.decompress(rest, _PIECE)
                rest = member.unconsumed_tail
                if member.eof:
                    rest, member, begun, whole = member.unused_data, zlib.decompressobj(_GZIP), False, True
    except zlib.error as problem:
        raise Unreadable(f"it is not the gzip it says it is ({problem})") from None
    if begun:
        raise Unreadable("it ends before what was packed in it ends")
