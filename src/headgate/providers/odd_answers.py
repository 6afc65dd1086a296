"""An answer that an adapter stumbles over is an oddity of its platform, and is reported as that.

Adapters check what they read where something hangs on it. What JSON allows is more than anybody thinks of: a list
where a mapping is documented, a number where a name is, in any part of any answer. So the port has an edge of its own:
what an adapter stumbles over becomes an error that says so, and of an effect that it may have been carried out.
"""

from __future__ import annotations

import functools
import os
import traceback
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from headgate.errors import DEBUG_VARIABLE, OutcomeUnknown, ProviderError, Unavailable

# What reading something of another shape raises; pydantic's ValidationError is a ValueError.
_STUMBLES = (AttributeError, TypeError, LookupError, ValueError, ArithmeticError, RecursionError)
_LOOKS = (
    *("observe", "compile", "platform_verdict", "topology", "numbered", "vertices", "kept", "retained", "no_place"),
    *("exists", "health", "graph", "detail", "references", "stop_progress", "savepoint_progress"),
)
_EFFECTS = ("submit", "update", "stop_with_savepoint", "cancel", "take_savepoint", "dispose", "delete_definition")

A = TypeVar("A")


def reports_odd_answers(adapter: type[A]) -> type[A]:
    """Class decorator of an adapter, or of its `compiled_form`: what its methods trip over is an error of the port.

    That is `Unavailable`, or `OutcomeUnknown` for an effect.
    """
    for kind, names in ((Unavailable, _LOOKS), (OutcomeUnknown, _EFFECTS)):
        for name in names:
            if (method := getattr(adapter, name, None)) is not None:
                setattr(adapter, name, _edge(method, kind))
    return adapter


def stumbled(bug: Exception, kind: type[ProviderError], where: str, environ: Mapping[str, str]) -> ProviderError:
    """The error for an answer that an adapter stumbled over; no value that the exception may quote is in it."""
    frame, line = list(traceback.walk_tb(bug.__traceback__))[-1]
    place = f"{type(bug).__name__} in {frame.f_globals.get('__name__', '?')}, line {line}"
    hint = (
        "is the target's url that of this platform, or of something in front of it? If it is the platform itself, "
        f"please report this with what {DEBUG_VARIABLE}=1 shows here"
    )
    if environ.get(DEBUG_VARIABLE):
        hint = "".join(traceback.format_exception(bug)).rstrip()
    return kind(f"an answer is not what this API documents, and cannot be read ({place})", where=where, hint=hint)


def _edge(method: Callable[..., Any], kind: type[ProviderError]) -> Callable[..., Any]:
    @functools.wraps(method)
    def reporting(self: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return method(self, *arguments, **named)
        except _STUMBLES as bug:
            raise stumbled(bug, kind, str(self.name), os.environ) from bug

    return reporting
