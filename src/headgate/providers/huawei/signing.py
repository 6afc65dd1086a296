"""Requests signed with an access key: the headers that prove who asks.

Two schemes bear the name SDK-HMAC-SHA256. `PLAIN` is what today's API gateway and SDKs use: the secret key signs, and
every header that is listed. `scoped` is that of the first SDKs (2019, 2020): a key derived for one day, region and
service signs three headers. Both were compared with signatures that the official SDKs made (huaweicloudsdkcore 3.1
and java-sdk-core 2.0).
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
_UNSIGNED = "UNSIGNED-PAYLOAD"
_HASHED_TYPES = ("application/json", "application/bson")


@dataclass(frozen=True, slots=True)
class Keys:
    """An access key and its secret; `token` is the security token of temporary ones."""

    access: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a signature is made.

    `region` and `service` are the scope of a derived key; without a service the secret key itself signs. `signs` names
    the headers that are signed where they are present, in lower case; empty: all of them. `token_header` carries the
    security token of temporary keys.
    """

    algorithm: str = "SDK-HMAC-SHA256"
    region: str = ""
    service: str = ""
    signs: frozenset[str] = frozenset()
    token_header: str = "X-Security-Token"  # noqa: S105 - the name of a header

    def scope(self, at: str) -> str:
        """`day/region/service/sdk_request`, empty where no key is derived."""
        return f"{at[:8]}/{self.region}/{self.service}/sdk_request" if self.service else ""


PLAIN = Scheme()
_EXPIRED = "APIG.0301"
CLOCK = "this machine's clock and the platform's differ by more than 15 minutes: set it right"


def clock_hint(code: str, message: str) -> str:
    """What to say of a refusal of the gateway that is about the time of a signature; empty for any other."""
    return CLOCK if code == _EXPIRED and "expired" in message.lower() else ""


def scoped(region: str, service: str) -> Scheme:
    """The scheme of the first SDKs, for a service by its upper-case name (`CS`)."""
    signs = frozenset({"host", "x-project-id", "x-sdk-date"})
    return Scheme(region=region, service=service, signs=signs, token_header="X-Sdk-Security-Token")  # noqa: S106


@dataclass(frozen=True, slots=True)
class Signing:
    """A `Signer` for `providers.http`: signs each attempt with the time it is made at."""

    keys: Keys
    project_id: str = ""
    scheme: Scheme = PLAIN
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), repr=False)

    def __call__(self, request: Outgoing) -> dict[str, str]:
        headers = dict(request.headers)
        if "content-type" not in map(str.lower, headers):
            headers["Content-Type"] = "application/json"
        if self.project_id:
            headers["X-Project-Id"] = self.project_id
        whole = Outgoing(request.method, request.url, headers, request.body)
        return headers | signature(whole, self.keys, at=self.clock(), scheme=self.scheme)


def signature(request: Outgoing, keys: Keys, *, at: datetime, scheme: Scheme = PLAIN) -> dict[str, str]:
    """The headers that sign a request as it stands: host, date, security token, Authorization."""
    stamp = at.astimezone(UTC).strftime(_DATE)
    added = {"Host": request.host, "X-Sdk-Date": stamp}
    if keys.token:
        added[scheme.token_header] = keys.token
    kind = next((value for name, value in request.headers.items() if name.lower() == "content-type"), "")
    payload = hashlib.sha256(request.body).hexdigest()
    if not scheme.service and kind and not kind.startswith(_HASHED_TYPES):
        added["X-Sdk-Content-Sha256"] = _UNSIGNED
        payload = _UNSIGNED if request.body else payload
    headers = signed_headers({**request.headers, **added}, scheme)
    canonical = canonical_request(request.method, request.url, headers, payload)
    scope = scheme.scope(stamp)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join([scheme.algorithm, stamp, *filter(None, [scope]), digest])
    proof = hmac.new(_key(keys, scope), text.encode(), hashlib.sha256).hexdigest()
    who = f"Credential={keys.access}/{scope}" if scope else f"Access={keys.access}"
    names = ";".join(headers)
    return added | {"Authorization": f"{scheme.algorithm} {who}, SignedHeaders={names}, Signature={proof}"}


def signed_headers(headers: Mapping[str, str], scheme: Scheme = PLAIN) -> dict[str, str]:
    """The headers that are signed, in their canonical form and order."""
    canonical = {
        name.strip().lower(): " ".join(value.split()) if scheme.service else value.strip()
        for name, value in headers.items()
        if "_" not in name
    }
    return {name: canonical[name] for name in sorted(canonical) if not scheme.signs or name in scheme.signs}


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


def _key(keys: Keys, scope: str) -> bytes:
    if not scope:
        return keys.secret.encode()
    key = f"SDK{keys.secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _encoded(text: str) -> str:
    return quote(text, safe="")
