"""Requests signed with an access key: the headers that prove who asks.

SDK-HMAC-SHA256 as today's API gateway and SDKs use it: the secret key signs every header that is listed. It was
compared with signatures that the official SDK made (huaweicloudsdkcore 3.1).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit

from headgate.providers.http import Outgoing

_DATE = "%Y%m%dT%H%M%SZ"
_ALGORITHM = "SDK-HMAC-SHA256"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_HASHED_TYPES = ("application/json", "application/bson")


@dataclass(frozen=True, slots=True)
class Keys:
    """An access key and its secret; `token` is the security token of temporary ones."""

    access: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


_EXPIRED = "APIG.0301"
_CLOCK = "this machine's clock and the platform's differ by more than 15 minutes: set it right"


def clock_hint(code: str, message: str) -> str:
    """What to say of a refusal of the gateway that is about the time of a signature; empty for any other."""
    return _CLOCK if code == _EXPIRED and "expired" in message.lower() else ""


@dataclass(frozen=True, slots=True)
class Signing:
    """A `Signer` for `providers.http`: signs each attempt with the time it is made at."""

    keys: Keys
    project_id: str = ""
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), repr=False)

    def __call__(self, request: Outgoing) -> dict[str, str]:
        headers = dict(request.headers)
        if "content-type" not in map(str.lower, headers):
            headers["Content-Type"] = "application/json"
        if self.project_id:
            headers["X-Project-Id"] = self.project_id
        whole = Outgoing(request.method, request.url, headers, request.body)
        return headers | signature(whole, self.keys, at=self.clock())


def signature(request: Outgoing, keys: Keys, *, at: datetime) -> dict[str, str]:
    """The headers that sign a request as it stands: host, date, security token, Authorization."""
    stamp = at.astimezone(UTC).strftime(_DATE)
    added = {"Host": request.host, "X-Sdk-Date": stamp}
    if keys.token:
        added["X-Security-Token"] = keys.token
    kind = next((value for name, value in request.headers.items() if name.lower() == "content-type"), "")
    payload = hashlib.sha256(request.body).hexdigest()
    if kind and not kind.startswith(_HASHED_TYPES):
        added["X-Sdk-Content-Sha256"] = _UNSIGNED
        payload = _UNSIGNED if request.body else payload
    headers = signed_headers({**request.headers, **added})
    canonical = canonical_request(request.method, request.url, headers, payload)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join([_ALGORITHM, stamp, digest])
    proof = hmac.new(keys.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    who, names = f"Access={keys.access}", ";".join(headers)
    return added | {"Authorization": f"{_ALGORITHM} {who}, SignedHeaders={names}, Signature={proof}"}


def signed_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that are signed, in their canonical form and order."""
    canonical = {name.strip().lower(): value.strip() for name, value in headers.items() if "_" not in name}
    return dict(sorted(canonical.items()))


def canonical_request(method: str, url: str, headers: Mapping[str, str], payload: str) -> str:
    """The text whose digest is signed: `headers` in their canonical form, `payload` the digest of the body."""
    parts = urlsplit(url)
    path = "/".join(_encoded(segment) for segment in unquote(parts.path).split("/"))
    path = path if path.endswith("/") else f"{path}/"
    pairs = [pair.partition("=") for pair in parts.query.split("&") if pair]
    query = "&".join(
        f"{_encoded(key)}={_encoded(value)}" for key, value in sorted((unquote(key), unquote(v)) for key, _, v in pairs)
    )
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    return "\n".join([method.upper(), path, query, lines, ";".join(headers), payload])


def _encoded(text: str) -> str:
    return quote(text, safe="")
