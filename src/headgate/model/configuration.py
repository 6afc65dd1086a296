"""Flink options compared by value: `30s` is `30000 ms`, `true` is `"true"`, a default written out is one left out.

The types and defaults in `flink_options.json` were read by reflection from the option classes of Flink 1.20.3 and
2.2.1; a default is listed only where both versions agree. An option that is not in the table is compared as text.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

# Flink's TimeUtils: the labels it accepts, in milliseconds (nanoseconds and microseconds as fractions).
_DURATION_UNITS = {
    **dict.fromkeys(("d", "day", "days"), 86_400_000.0),
    **dict.fromkeys(("h", "hour", "hours"), 3_600_000.0),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60_000.0),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1000.0),
    **dict.fromkeys(("ms", "milli", "millis", "millisecond", "milliseconds"), 1.0),
    **dict.fromkeys(("µs", "micro", "micros", "microsecond", "microseconds"), 1e-3),
    **dict.fromkeys(("ns", "nano", "nanos", "nanosecond", "nanoseconds"), 1e-6),
    "": 1.0,
}
# Flink's MemorySize: powers of 1024.
_MEMORY_UNITS = {
    **dict.fromkeys(("", "b", "bytes"), 1),
    **dict.fromkeys(("k", "kb", "kibibytes"), 1024),
    **dict.fromkeys(("m", "mb", "mebibytes"), 1024**2),
    **dict.fromkeys(("g", "gb", "gibibytes"), 1024**3),
    **dict.fromkeys(("t", "tb", "tebibytes"), 1024**4),
}
# Words that Flink takes for one another, whatever their case.
_SYNONYMS = {
    "restart-strategy.type": {
        **dict.fromkeys(("none", "off", "disable"), "none"),
        **dict.fromkeys(("fixed-delay", "fixeddelay"), "fixed-delay"),
        **dict.fromkeys(("failure-rate", "failurerate"), "failure-rate"),
        **dict.fromkeys(("exponential-delay", "exponentialdelay"), "exponential-delay"),
    }
}
_QUANTITY = re.compile(r"\s*(\d+)\s*([A-Za-zµ]*)\s*")
_ISO_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.IGNORECASE)


@functools.cache
def options() -> Mapping[str, Mapping[str, Any]]:
    """The option table: key to {type, default, instead_of, ...}."""
    text = resources.files("headgate.model").joinpath("flink_options.json").read_text("utf-8")
    table: dict[str, dict[str, Any]] = json.loads(text)
    return table


@functools.cache
def _current_keys() -> Mapping[str, str]:
    return {old: key for key, option in options().items() for old in option.get("instead_of", ())}


def current_key(key: str) -> str:
    """The key in use today for a deprecated one; other keys as they are."""
    return key if key in options() else _current_keys().get(key, key)


def normal_value(key: str, value: str) -> str:
    """One value in its normal form: equal for values that mean the same to Flink."""
    kind = options().get(current_key(key), {}).get("type", "string")
    text = value.strip()
    match kind:
        case "duration":
            normal = _duration(text)
        case "memory":
            normal = _memory(text)
        case "boolean" | "enum":
            normal = text.upper().replace("-", "_")
        case "integer" | "number":
            normal = _number(text)
        case "list":
            normal = ";".join(part.strip() for part in text.split(";") if part.strip())
        case _:
            normal = _SYNONYMS.get(current_key(key), {}).get(text.lower(), value)
    return normal


def normalised(config: Mapping[str, str]) -> dict[str, str]:
    """A configuration by value: current keys, normal values, defaults left out, sorted."""
    normal = {current_key(key): normal_value(key, value) for key, value in config.items()}
    return {key: value for key, value in sorted(normal.items()) if not _is_default(key, value)}


def _is_default(key: str, value: str) -> bool:
    default = options().get(key, {}).get("default")
    return default is not None and normal_value(key, default) == value


def _duration(text: str) -> str:
    if (match := _QUANTITY.fullmatch(text)) and (unit := _DURATION_UNITS.get(match[2].lower())) is not None:
        return f"{int(match[1]) * unit:.6f}".rstrip("0").rstrip(".") + " ms"
    if len(text) > 1 and (match := _ISO_DURATION.fullmatch(text)):
        days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
        millis = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
        return f"{millis:.6f}".rstrip("0").rstrip(".") + " ms"
    return text


def _memory(text: str) -> str:
    match = _QUANTITY.fullmatch(text)
    unit = _MEMORY_UNITS.get(match[2].lower()) if match else None
    return f"{int(match[1]) * unit} b" if match and unit is not None else text


def _number(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
