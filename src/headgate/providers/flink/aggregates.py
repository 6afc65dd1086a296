"""What a group aggregate of a compiled plan reads of its input: its keys, and the arguments and filters of its calls.

Nothing else of the input is stored, nor decides what is: `COUNT(*)` reads no column at all, and Flink 2.3 then feeds it
one that it needs anyway, another one for each filter. So columns that are not read, and the places of those that are,
are left out of what is compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_ON_ITS_INPUT = ("stream-exec-group-aggregate", "stream-exec-local-group-aggregate")
_GLOBAL = "stream-exec-global-group-aggregate"
_LOCAL_INPUT = "localAggInputRowType"


def columns_read(kind: str, node: Mapping[str, Any], width: int) -> Sequence[int]:
    """Which of the `width` columns of its input a node reads; of other nodes than group aggregates: all of them."""
    if kind not in _ON_ITS_INPUT or "aggCalls" not in node:
        return range(width)
    return tuple(dict.fromkeys([*(node.get("grouping") or ()), *_of_calls(node)]))


def by_what_is_read(kind: str, own: Mapping[str, Any], types: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The contents of an aggregate with its columns counted among those that are read; of other nodes as they are.

    `types` are the types of the columns of each row type that is named in it. The global half of a divided aggregate
    has its arguments in the input of the local half, and its keys in what that one hands on.
    """
    if "aggCalls" not in own or kind not in (*_ON_ITS_INPUT, _GLOBAL):
        return dict(own)
    grouping = list(own.get("grouping") or ())
    read = list(dict.fromkeys([*(() if kind == _GLOBAL else grouping), *_of_calls(own)]))
    place = {column: number for number, column in enumerate(read)}
    calls = [
        {
            **call,
            "argList": [place[one] for one in call.get("argList") or ()],
            "filterArg": place.get(call.get("filterArg", -1), -1),
        }
        for call in own["aggCalls"]
    ]
    known: dict[str, Any] = {**own, "aggCalls": calls}
    if kind != _GLOBAL:
        known["grouping"] = [place[one] for one in grouping]
    elif _LOCAL_INPUT in own:
        known[_LOCAL_INPUT] = [types[_LOCAL_INPUT][column] for column in read]
    return known


def _of_calls(node: Mapping[str, Any]) -> list[int]:
    found: list[int] = []
    for call in node["aggCalls"]:
        found += [int(one) for one in call.get("argList") or ()]
        if (chosen := int(call.get("filterArg", -1))) >= 0:
            found.append(chosen)
    return found
