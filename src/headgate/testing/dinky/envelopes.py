"""How Dinky answers: one envelope for nearly everything, another for lists in pages, and hardly ever another status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headgate.testing.server import Response

_STACK = "\n\tat org.dinky.aop.UdfClassLoaderAspect.proceed(UdfClassLoaderAspect.java:66)"


class Business(Exception):
    """A refusal: code 1. The message may be null."""

    def __init__(self, message: str | None) -> None:
        super().__init__(message)
        self.message = message


class Exceptional(Exception):
    """Any other exception on the server: code 5."""


class NotLoggedIn(Exception):
    """HTTP 401."""


class Unbound(Exception):
    """The tenant interceptor refuses: HTTP 200 and nothing else."""


def envelope(data: Any, time: str, *, code: int = 0, message: str | None = "Execute Successfully") -> dict[str, Any]:
    """The five keys, all of them always there."""
    return {"data": data, "code": code, "msg": message, "time": time, "success": code == 0}


def exception(problem: str, time: str) -> Response:
    """The stack trace as data, the exception's text as message, and HTTP 200."""
    wrapped = f"java.lang.RuntimeException: {problem}"
    return Response(200, envelope(wrapped + _STACK, time, code=5, message=wrapped))


def paged(rows: Sequence[Any], body: dict[str, Any]) -> dict[str, Any]:
    """A page of a list: no code, no message."""
    current, size = int(body.get("current") or 1), int(body.get("pageSize") or 10)
    part = list(rows[(current - 1) * size : current * size])
    return {"total": len(rows), "success": True, "current": current, "pageSize": size, "data": part}
