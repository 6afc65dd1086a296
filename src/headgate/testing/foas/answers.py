"""How the service answers: envelopes, pages, errors, and XML for a caller that does not ask for JSON."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from headgate.testing.server import Request, Response


class Refused(Exception):
    """A request that is not done: the status and the code of the error body."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def answered(request: Request, body: Mapping[str, Any], *, status: int = 200) -> Response:
    """A body with its RequestId, in the format the request asks for."""
    document = {"RequestId": str(uuid.uuid4()).upper(), **body}
    if request.headers.get("accept", "") == "application/json":
        return Response(status, document)
    return Response(status, _xml(document), {"Content-Type": "text/xml;charset=utf-8"})


def camel_case(body: Any) -> Any:
    """The same document with small letters at the beginning of its keys."""
    if isinstance(body, Mapping):
        return {key[0].lower() + key[1:]: camel_case(value) for key, value in body.items()}
    return [camel_case(each) for each in body] if isinstance(body, list) else body


def error(request: Request, host: str, refused: Refused) -> Response:
    body = {"HostId": host, "Code": refused.code, "Message": refused.message}
    return answered(request, body, status=refused.status)


def page(request: Request, rows: Sequence[Any], wrapper: str, item: str, *, largest: int) -> dict[str, Any]:
    """One page of a list; pages begin with 1 and hold 10 entries unless asked."""
    index = whole(request.query.get("pageIndex", "1"), "pageIndex")
    size = min(whole(request.query.get("pageSize", "10"), "pageSize"), largest)
    return {
        "PageIndex": index,
        "PageSize": size,
        "TotalPage": -(-len(rows) // size),
        "TotalCount": len(rows),
        wrapper: {item: list(rows[(index - 1) * size : index * size])},
    }


def arguments(request: Request) -> dict[str, str]:
    """The arguments in a body, be it a form or JSON."""
    if request.headers.get("content-type", "").startswith("application/json"):
        document = request.json
        return {key: _said(value) for key, value in document.items()} if isinstance(document, dict) else {}
    return request.form


def required(fields: Mapping[str, str], name: str) -> str:
    """An argument that has to be there."""
    if not fields.get(name):
        raise Refused(400, f"Missing{name[0].upper()}{name[1:]}", f"{name} is mandatory for this action.")
    return fields[name]


def whole(text: str, name: str) -> int:
    """A positive whole number."""
    if not text.isdigit() or int(text) < 1:
        raise Refused(400, f"Invalid{name[0].upper()}{name[1:]}", f"The specified parameter {name} is not valid.")
    return int(text)


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _xml(document: Any) -> str:
    """Elements without a root, as the documentation shows them; a list repeats its element."""
    parts = []
    for key, value in document.items():
        for each in value if isinstance(value, list) else [value]:
            inner = _xml(each) if isinstance(each, Mapping) else escape(_text(each))
            parts.append(f"<{key}>{inner}</{key}>" if inner else f"<{key}/>")
    return "".join(parts)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
