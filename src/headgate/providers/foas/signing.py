"""Requests signed with an AccessKey: the headers that prove who asks.

It is the signature of ROA services (HMAC-SHA1), which the foas SDKs use: the query is signed as it is meant, not as it
is encoded, and the body by its MD5. It was compared with what the official signers made (aliyun-python-sdk-core 2.16,
alibabacloud-openapi-util 0.2).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from urllib.parse import parse_qsl, urlsplit

from headgate.providers.foas.credentials import Credentials
from headgate.providers.http import Outgoing

VERSION = "2018-11-11"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Signing:
    """A `Signer` for `providers.http`: asked again for every attempt, with a new nonce and the time it is made at."""

    credentials: Credentials
    clock: Callable[[], datetime] = field(default=partial(datetime.now, UTC), repr=False)
    nonce: Callable[[], str] = field(default=lambda: uuid.uuid4().hex, repr=False)

    def __call__(self, request: Outgoing) -> dict[str, str]:
        added = {
            "Accept": JSON,
            "Date": format_datetime(self.clock().astimezone(UTC), usegmt=True),
            "x-acs-version": VERSION,
            "x-acs-signature-method": "HMAC-SHA1",
            "x-acs-signature-version": "1.0",
            "x-acs-signature-nonce": self.nonce(),
        }
        if request.body:
            added["Content-MD5"] = content_md5(request.body)
        if self.credentials.token:
            added["x-acs-security-token"] = self.credentials.token
        text = string_to_sign(request.method, request.url, {**request.headers, **added})
        return added | {"Authorization": authorization(text, self.credentials)}


def content_md5(body: bytes) -> str:
    """The value of Content-MD5: base64 of the digest."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def string_to_sign(method: str, url: str, headers: Mapping[str, str]) -> str:
    """What is signed: the method, four headers, every x-acs- header, the path and the query with its values raw."""
    named = {name.lower(): value for name, value in headers.items()}
    lines = [method, *(named.get(name, "") for name in ("accept", "content-md5", "content-type", "date"))]
    lines += [f"{name}:{value}" for name, value in sorted(named.items()) if name.startswith("x-acs-")]
    parts = urlsplit(url)
    query = "&".join(
        f"{key}={value}" if value else key for key, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
    )
    return "\n".join([*lines, parts.path + (f"?{query}" if query else "")])


def authorization(text: str, credentials: Credentials) -> str:
    """The Authorization header of a string to sign."""
    digest = hmac.new(credentials.secret.encode(), text.encode(), hashlib.sha1).digest()
    return f"acs {credentials.key_id}:{base64.b64encode(digest).decode()}"
