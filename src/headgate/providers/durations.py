"""Times in the settings of a target: `30s` and `5m` as everywhere else, and a bare number of seconds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from headgate.model.duration import in_words, seconds_of

_EXPECTED = "expected a time such as 500ms, 30s or 5m"
_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            {"type": "string", "pattern": r"^\d+(\.\d+)?\s*(ms|s|min|m|h|d)$", "examples": ["30s"]},
            {"type": "number", "minimum": 0, "description": "seconds"},
        ]
    }
)


def _seconds(written: Any) -> float:
    if isinstance(written, int | float) and not isinstance(written, bool):
        return float(written)
    found = seconds_of(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError(_EXPECTED)
    return found


def _between(least: float, most: float) -> AfterValidator:
    """A time from `least` to `most`; 0 only where that is the least."""

    def bounded(seconds: float) -> float:
        if least <= seconds <= most:
            return seconds
        raise ValueError(f"{_EXPECTED}, from {_shown(least)} to {_shown(most)}")

    return AfterValidator(bounded)


def _shown(seconds: float) -> str:
    return "1ms" if 0 < seconds < 1 else in_words(seconds).replace(" ", "")


RequestTime = Annotated[float, BeforeValidator(_seconds), _between(0.001, 600), _SCHEMA]
SlowRequestTime = Annotated[float, BeforeValidator(_seconds), _between(0.001, 7200), _SCHEMA]
ShortWait = Annotated[float, BeforeValidator(_seconds), _between(0, 60), _SCHEMA]
