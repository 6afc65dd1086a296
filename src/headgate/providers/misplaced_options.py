"""Options that a platform has and a manifest says elsewhere: reported where, instead of "unknown key"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ModelWrapValidatorHandler, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

_Form = TypeVar("_Form", bound=BaseModel)


def told_elsewhere(
    form: type[_Form], data: Any, handler: ModelWrapValidatorHandler[_Form], places: Mapping[str, str]
) -> _Form:
    """Validate options; `places` says of an option that is none how a manifest writes it.

    Raises ValidationError with these and all other mistakes.
    """
    elsewhere = {name: data[name] for name in places if name in data} if isinstance(data, dict) else {}
    if not elsewhere:
        return handler(data)
    mistakes = [
        InitErrorDetails(
            type=PydanticCustomError("told_elsewhere", f"`{name}` is written as {places[name]}"),
            loc=(name,),
            input=value,
        )
        for name, value in elsewhere.items()
    ]
    try:
        handler({name: value for name, value in data.items() if name not in elsewhere})
    except ValidationError as error:
        for one in error.errors(include_url=False):
            reported = InitErrorDetails(type=one["type"], loc=one["loc"], input=one["input"], ctx=one.get("ctx", {}))
            mistakes.append(reported)
    raise ValidationError.from_exception_data(form.__name__, mistakes)
