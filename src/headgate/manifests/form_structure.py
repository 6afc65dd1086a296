"""What a form wants at a location: its keys, examples of its text, the items of its list. Pure; knows pydantic alone.

A location is pydantic's: names of fields and numbers of items, from the outside in.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

Location = Sequence[str | int]


def keys(form: Any, loc: Location) -> tuple[str, ...]:
    """The keys that are valid at a location of a form."""
    for model in _unwrapped(functools.reduce(_inside, loc, form)):
        if _is_model(model):
            return tuple(_fields(model))
    return ()


def examples(form: Any, loc: Location) -> tuple[str, ...]:
    """Texts that would do at a location: the `examples` of its field."""
    *above, last = loc
    around = functools.reduce(_inside, above, form)
    infos = [field for side in _sides(around) if _is_model(side) and (field := _fields(side).get(str(last)))]
    if get_origin(inner := _inside(around, last)) is Annotated:
        infos += [info for info in get_args(inner)[1:] if isinstance(info, FieldInfo)]
    return tuple(str(one) for info in infos for one in info.examples or ())


def item(form: Any, loc: Location) -> TypeAdapter[Any]:
    """What reads one item of the list at a location."""
    return TypeAdapter(_inside(functools.reduce(_inside, loc, form), 0))


def _inside(form: Any, step: str | int) -> Any:
    """What stands at one step of a location: the values of a mapping, the items of a list, a field of a form."""
    for side in _sides(form):
        if get_origin(side) is dict:
            return get_args(side)[1]
        if get_origin(side) in (list, tuple, set, frozenset):
            return get_args(side)[0]
        if _is_model(side):
            fields = _fields(side)
            return fields[str(step)].annotation if step in fields else None
    return None


def _sides(form: Any) -> list[Any]:
    """The sides of a union, what is annotated."""
    if get_origin(form) is Annotated:
        return _sides(get_args(form)[0])
    if get_origin(form) in (Union, types.UnionType):
        return [side for part in get_args(form) for side in _sides(part)]
    return [form]


def _unwrapped(kind: Any) -> list[Any]:
    """The types a type is made of: the items of a list or dict, the sides of a union."""
    if get_origin(kind) in (list, dict, tuple, set, frozenset, Annotated, Union, types.UnionType):
        return [part for inner in get_args(kind) for part in _unwrapped(inner)]
    return [kind]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a form, by the names they are written with."""
    return {field.alias or name: field for name, field in model.model_fields.items()}
