"""Times as people write and read them: `30s`, `5m`, `3 h`."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)")


def seconds_of(text: str) -> float | None:
    """The seconds in `500ms`, `30s`, `5m`, `1h` or `7d`; None if it is none of those."""
    match = _WRITTEN.fullmatch(text.strip())
    return float(match[1]) * _UNITS[match[2]] if match else None


def in_words(seconds: float) -> str:
    """In the largest unit that gives at least one: `40 s`, `12 min`, `3 h`, `5 d`."""
    for unit in ("d", "h", "min"):
        if seconds >= _UNITS[unit]:
            return f"{seconds / _UNITS[unit]:.0f} {unit}"
    return f"{seconds:.0f} s"
