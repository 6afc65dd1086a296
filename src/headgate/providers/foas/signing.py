"""Requests signed with an AccessKey: the headers that prove who asks.

`V1` is the signature of ROA services (HMAC-SHA1), which the foas SDKs use: the query is signed as it is meant, not as
it is encoded, and the body by its MD5. `V3` (ACS3-HMAC-SHA256) is what newer SDKs use with the same gateways. Both were
compared with what the official signers made (aliyun-python-sdk-core 2.16, alibabacloud-openapi-util 0.2,
alibabacloud-tea-openapi 0.4).
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
from urllib.parse import parse_qsl, quote, urlsplit

from headgate.providers.foas.credentials import Credentials
from headgate.providers.http import Outgoing

VERSION = "2018-11-11"
JSON = "application/json"


def _nonce() -> str:
    return uuid.uuid4().hex


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class V1:
    """A `Signer` for `providers.http`: asked anew for every attempt, with a new nonce and the time it is made at."""

    credentials: Credentials
    clock: Callable[[], datetime] = field(default=_now, repr=False)
    nonce: Callable[[], str] = field(default=_nonce, repr=False)

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
        return added | {"Authorization": authorization_v1(text, self.credentials)}


@dataclass(frozen=True, slots=True)
class V3:
    """As `V1`, with the newer signature."""

    credentials: Credentials
    clock: Callable[[], datetime] = field(default=_now, repr=False)
    nonce: Callable[[], str] = field(default=_nonce, repr=False)

    def __call__(self, request: Outgoing) -> dict[str, str]:
        digest = hashlib.sha256(request.body).hexdigest()
        added = {
            "Accept": JSON,
            "Host": request.host,
            "x-acs-version": VERSION,
            "x-acs-date": f"{self.clock().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": self.nonce(),
            "x-acs-content-sha256": digest,
        }
        if self.credentials.token:
            added |= {"x-acs-accesskey-id": self.credentials.key_id, "x-acs-security-token": self.credentials.token}
        headers = signed_headers({**request.headers, **added})
        text = canonical_request(request.method, request.url, headers, digest)
        return added | {"Authorization": authorization_v3(text, headers, self.credentials)}


def content_md5(body: bytes) -> str:
    """The value of Content-MD5: base64 of the digest."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def string_to_sign(method: str, url: str, headers: Mapping[str, str]) -> str:
    """What V1 signs: the method, four headers, every x-acs- header, the path and the query with its values raw."""
    named = {name.lower(): value for name, value in headers.items()}
    lines = [method, *(named.get(name, "") for name in ("accept", "content-md5", "content-type", "date"))]
    lines += [f"{name}:{value}" for name, value in sorted(named.items()) if name.startswith("x-acs-")]
    parts = urlsplit(url)
    query = "&".join(
        f"{key}={value}" if value else key for key, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
    )
    return "\n".join([*lines, parts.path + (f"?{query}" if query else "")])


def authorization_v1(text: str, credentials: Credentials) -> str:
    """The Authorization header of a string to sign."""
    digest = hmac.new(credentials.secret.encode(), text.encode(), hashlib.sha1).digest()
    return f"acs {credentials.key_id}:{base64.b64encode(digest).decode()}"


def signed_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that V3 signs, in their canonical form and order: host, accept, content type and every x-acs- one."""
    canonical = {name.lower(): value.strip() for name, value in headers.items()}
    signed = {"accept", "content-type", "host"}
    return {name: canonical[name] for name in sorted(canonical) if name in signed or name.startswith("x-acs-")}


def canonical_request(method: str, url: str, headers: Mapping[str, str], digest: str) -> str:
    """What V3 signs the digest of; `headers` in their canonical form, `digest` the SHA-256 of the body in hex."""
    parts = urlsplit(url)
    pairs = sorted(parse_qsl(parts.query, keep_blank_values=True))
    query = "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in pairs)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    return "\n".join([method, parts.path, query, lines, ";".join(headers), digest])


def authorization_v3(text: str, headers: Mapping[str, str], credentials: Credentials) -> str:
    """The Authorization header of a canonical request."""
    algorithm = "ACS3-HMAC-SHA256"
    to_sign = f"{algorithm}\n{hashlib.sha256(text.encode()).hexdigest()}"
    proof = hmac.new(credentials.secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{algorithm} Credential={credentials.key_id},SignedHeaders={';'.join(headers)},Signature={proof}"
