"""What Flink reads from the text of an option, by the type of the option.

The rules are those of Flink's `ConfigurationUtils`, `TimeUtils`, `MemorySize` and `StructuredOptionsSplitter`, and of
the Java methods behind them; a table of texts that real Flinks read and refused holds them (`tests/model/flink`).
https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/config/

A value has one normal text: two texts are the same value if their normal texts are equal. Two ways to be wrong are not
alike, so what is not sure to be read alike is taken for another value, and only what no version reads is unreadable.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Sequence

BLANK = "".join(map(chr, range(33)))  # what Java's `trim` takes away
_LONG = 2**63 - 1
_NANOS = {
    **dict.fromkeys(("d", "day", "days"), 86_400_000_000_000),
    **dict.fromkeys(("h", "hour", "hours"), 3_600_000_000_000),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60_000_000_000),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1_000_000_000),
    **dict.fromkeys(("", "ms", "milli", "millis", "millisecond", "milliseconds"), 1_000_000),
    **dict.fromkeys(("µs", "micro", "micros", "microsecond", "microseconds"), 1000),
    **dict.fromkeys(("ns", "nano", "nanos", "nanosecond", "nanoseconds"), 1),
}
_BYTES = {
    **dict.fromkeys(("", "b", "bytes"), 1),
    **dict.fromkeys(("k", "kb", "kibibytes"), 1024),
    **dict.fromkeys(("m", "mb", "mebibytes"), 1024**2),
    **dict.fromkeys(("g", "gb", "gibibytes"), 1024**3),
    **dict.fromkeys(("t", "tb", "tebibytes"), 1024**4),
}
_QUANTITY = re.compile(r"([0-9]+)(.*)", re.DOTALL)
# Java's `Duration.parse`, which Flink 2 tries for what begins with a P.
_ISO = re.compile(
    r"([-+]?)P(?:([-+]?[0-9]+)D)?(T(?:([-+]?[0-9]+)H)?(?:([-+]?[0-9]+)M)?(?:([-+]?)([0-9]+)(?:[.,]([0-9]{0,9}))?S)?)?",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"[-+]?\d+")
_DECIMAL = re.compile(r"([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)[fFdD]?")
_HEXADECIMAL = re.compile(r"([-+]?0[xX](?:[0-9a-fA-F]+\.?|[0-9a-fA-F]*\.[0-9a-fA-F]+)[pP][-+]?[0-9]+)[fFdD]?")
_NO_NUMBER = re.compile(r"[-+]?(?:NaN|Infinity)[fFdD]?")

EXPECTED = {
    "boolean": "true or false",
    "integer": "a whole number",
    "long": "a whole number",
    "float": "a number",
    "double": "a number",
    "duration": "a duration such as 30s",
    "memory": "a size such as 512mb",
    "map": "pairs such as a:b,c:d",
}


class Unreadable(ValueError):
    """No supported version of Flink reads this text as a value of the type."""


def normal(kind: str, text: str, choices: Sequence[str] = ()) -> str:
    """The normal text of one value; `choices` are those of an enum. Raises Unreadable."""
    if kind == "enum":
        return _enum(text, choices)
    read = _READERS.get(kind)
    return read(text) if read else text


def _boolean(text: str) -> str:
    if text.upper() not in ("TRUE", "FALSE"):
        raise Unreadable
    return text.upper()


def _enum(text: str, choices: Sequence[str]) -> str:
    """By the name a value shows, whatever its case: a dash is a dash."""
    if choices and text.upper() not in {choice.upper() for choice in choices}:
        raise Unreadable
    return text.upper()


def _integer(text: str) -> str:
    return _whole(text, 2**31)


def _long(text: str) -> str:
    return _whole(text, 2**63)


def _whole(text: str, bound: int) -> str:
    number = int(text) if _WHOLE.fullmatch(text) and len(text) < 4000 else bound
    if not -bound <= number < bound:
        raise Unreadable
    return str(number)


def _double(text: str) -> str:
    bare = text.strip(BLANK)
    if found := _DECIMAL.fullmatch(bare):
        return _shown(float(found[1]))
    if found := _HEXADECIMAL.fullmatch(bare):
        try:
            return _shown(float.fromhex(found[1]))
        except OverflowError:
            return _shown(math.copysign(math.inf, -1 if bare.startswith("-") else 1))
    if _NO_NUMBER.fullmatch(bare):
        return bare.rstrip("fFdD").removeprefix("+").removeprefix("-" if "NaN" in bare else "")
    raise Unreadable


def _float(text: str) -> str:
    number = _double(text)
    if number in ("NaN", "Infinity", "-Infinity"):
        return number
    try:
        return _shown(struct.unpack("f", struct.pack("f", float(number)))[0])
    except OverflowError:
        return _shown(math.copysign(math.inf, float(number)))


def _shown(number: float) -> str:
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    whole = number.is_integer() and abs(number) < 2**53 and not (number == 0 and math.copysign(1, number) < 0)
    return str(int(number)) if whole else repr(number)


def _duration(text: str) -> str:
    """Milliseconds; in the form of ISO 8601 what Flink 1.20 does not read, for there it is not the same value."""
    bare = text.strip(BLANK)
    if found := _QUANTITY.fullmatch(bare):
        unit = _NANOS.get(found[2].strip(BLANK).lower())
        number = int(found[1]) if len(found[1]) < 40 else 10**40
        nanos, everywhere = (number * unit if unit is not None else -1), number <= _LONG
    else:
        nanos, everywhere = _iso(bare), False
    if not 0 <= nanos < (_LONG + 1) * 1_000_000_000:
        raise Unreadable
    if everywhere:
        return _decimal(*divmod(nanos, 1_000_000), 6) + " ms"
    return f"PT{_decimal(*divmod(nanos, 1_000_000_000), 9)}S"


def _decimal(whole: int, part: int, digits: int) -> str:
    return f"{whole}.{part:0{digits}d}".rstrip("0").rstrip(".") if part else str(whole)


def _iso(text: str) -> int:
    found = _ISO.fullmatch(text)
    sign, days, time, hours, minutes, minus, seconds, fraction = found.groups() if found else ("",) * 8
    if not (days or hours or minutes or seconds) or (time or "").upper() == "T":
        return -1
    whole = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60
    last = int(seconds or 0) * 1_000_000_000 + int((fraction or "").ljust(9, "0"))
    nanos = whole * 1_000_000_000 + (-last if minus == "-" else last)
    return -nanos if sign == "-" else nanos


def _memory(text: str) -> str:
    found = _QUANTITY.fullmatch(text.strip(BLANK))
    unit = _BYTES.get(found[2].strip(BLANK).lower()) if found else None
    if not found or unit is None or len(found[1]) > 40 or int(found[1]) * unit > _LONG:
        raise Unreadable
    return f"{int(found[1]) * unit} b"


_READERS: dict[str, Callable[[str], str]] = {
    "boolean": _boolean,
    "integer": _integer,
    "long": _long,
    "float": _float,
    "double": _double,
    "duration": _duration,
    "memory": _memory,
}
