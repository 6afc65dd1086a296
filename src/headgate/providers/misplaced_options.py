"""The form of `options:` of a platform that has options which a manifest says elsewhere.

Such an option is reported with its place, instead of "unknown key".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError


class PlatformOptions(BaseModel):
    """`ELSEWHERE` says of an option that is none how a manifest writes it."""

    model_config = ConfigDict(extra="forbid")
    ELSEWHERE: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="wrap")
    @classmethod
    def _reported_elsewhere(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Raises ValidationError with what is written elsewhere, and with all other mistakes."""
        names = [name for name in cls.ELSEWHERE if name in data] if isinstance(data, dict) else []
        if not names:
            return handler(data)
        mistakes = []
        for name in names:
            kind = PydanticCustomError("told_elsewhere", f"`{name}` is written as {cls.ELSEWHERE[name]}")
            mistakes.append(InitErrorDetails(type=kind, loc=(name,), input=data[name]))
        try:
            handler({name: value for name, value in data.items() if name not in names})
        except ValidationError as error:
            for one in error.errors(include_url=False):
                reported = InitErrorDetails(
                    type=one["type"], loc=one["loc"], input=one["input"], ctx=one.get("ctx", {})
                )
                mistakes.append(reported)
        raise ValidationError.from_exception_data(cls.__name__, mistakes)
