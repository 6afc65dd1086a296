"""Defaults in a JSON Schema: as they would be written, or left out where nothing that is written means the same.

The forms have defaults as headgate uses them: a time as a number of seconds, no text as an empty one. An editor takes a
default for something to write down, and then marks it as wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
    "null": type(None),
}
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def with_fitting_defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, every default of its own type."""
    fitted: dict[str, Any] = _fitted(schema, schema)
    return fitted


def fits(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    """Does a value keep to a schema, as far as types, words, patterns and bounds go?"""
    if "$ref" in schema:
        found: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return fits(value, found, root)
    if "anyOf" in schema and not any(fits(value, one, root) for one in schema["anyOf"]):
        return False
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, _KINDS[kind]) for kind in kinds):
        return False
    if isinstance(value, bool) and kinds and "boolean" not in kinds:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, str):
        return bool(re.search(schema.get("pattern", ""), value)) and len(value) >= schema.get("minLength", 0)
    if isinstance(value, list):
        return all(fits(one, schema.get("items", {}), root) for one in value)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return all(fits(one, known.get(key, {}), root) for key, one in value.items())
    return _in_bounds(value, schema)


def _in_bounds(value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, int | float):
        return True
    above = value >= schema.get("minimum", value) and value > schema.get("exclusiveMinimum", value - 1)
    below = value <= schema.get("maximum", value) and value < schema.get("exclusiveMaximum", value + 1)
    return bool(above and below)


def _fitted(part: Any, root: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_fitted(one, root) for one in part]
    if not isinstance(part, dict):
        return part
    made = {key: _fitted_under(key, value, root) for key, value in part.items() if key != "default"}
    if "default" in part:
        made |= next(({"default": one} for one in _spellings(part["default"]) if fits(one, part, root)), {})
    return made


def _fitted_under(key: str, value: Any, root: Mapping[str, Any]) -> Any:
    """What stands under a keyword; under some stand names, and `default` may be one of them."""
    if key in ("properties", "$defs") and isinstance(value, dict):
        return {name: _fitted(one, root) for name, one in value.items()}
    return _fitted(value, root)


def _spellings(default: Any) -> Iterator[Any]:
    """How a default may be written: a time in words first."""
    if isinstance(default, float) and default >= 1:
        size, unit = next((size, unit) for unit, size in _UNITS if default % size == 0 or size == 1)
        yield f"{default / size:g}{unit}"
    yield default
