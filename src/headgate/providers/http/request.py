"""One request as it will be sent: its url, its headers and the bytes of its body, made once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Required, TypedDict
from urllib.parse import quote, urlsplit

_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request as it will be sent: `url` whole with its encoded query, `headers` set so far, `body` its bytes."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def host(self) -> str:
        """host[:port] as an HTTP client sends it: a port that goes without saying is not said."""
        parts = urlsplit(self.url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        return host if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


class Asked(TypedDict, total=False):
    """What may be said about a request.

    `writes` is stated by the caller: some platforms cancel a job through GET. `repeatable` says that asking twice does
    it once. `timeout` is how many seconds it may take, if not as long as any other. Of the bodies one may be given:
    `body` is sent as JSON, `form` as a form, `content` as (content type, bytes), `upload` as (multipart field, file).
    """

    writes: Required[bool]
    repeatable: bool
    timeout: float
    params: Mapping[str, str] | None
    headers: Mapping[str, str]
    body: Any
    form: Mapping[str, str] | None
    content: tuple[str, bytes]
    upload: tuple[str, Path]


def outgoing(base_url: str, method: str, path: str, asked: Asked) -> Outgoing:
    """The request for `path`, which is encoded already."""
    params = asked.get("params")
    kind, content = _content(asked)
    headers = {**({"Content-Type": kind} if kind else {}), **asked.get("headers", {})}
    return Outgoing(method, f"{base_url}{path}" + (f"?{encoded(params)}" if params else ""), headers, content)


def encoded(pairs: Mapping[str, str]) -> str:
    """`key=value&...` by RFC 3986: a space is %20, and only letters, digits and `-_.~` stand for themselves."""
    return "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in pairs.items())


def _content(asked: Asked) -> tuple[str, bytes]:
    """Content type and bytes of a body; nothing for none, and for an upload, which is read as it is sent."""
    if asked.get("body") is not None:
        return "application/json", json.dumps(asked["body"], separators=(",", ":"), ensure_ascii=False).encode()
    if (form := asked.get("form")) is not None:
        return "application/x-www-form-urlencoded", encoded(form).encode()
    return asked.get("content", ("", b""))
