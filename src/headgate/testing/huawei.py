"""The gate in front of Huawei Cloud's simulated services: who may pass, and what everybody else is reported.

It works out signatures by itself, from the bytes of a request as they came; tokens come from the simulated IAM.
Refusals are those of the API gateway (APIG.0301 and its kin), and after too many wrong signatures in a row an access
key is locked, as Huawei's pages on APIG.0301 say.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from headgate.testing.server import Request, Response

ACCESS_KEY = "EXAMPLEAK0000000TEST"
SECRET_KEY = "ExampleSecretKeyForTestVectorsOnly000000"  # noqa: S105 - made up, for tests
PROJECT_ID = "0123456789abcdef0123456789abcdef"
REGION = "eu-west-101"

_PLAIN = re.compile(r"SDK-HMAC-SHA256 Access=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})")
_MOST_WRONG = 5
_CONTENT_HASH = "x-sdk-content-sha256"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_ALWAYS_HASHED = ("application/json", "application/bson")


@dataclass(slots=True)
class HuaweiGate:
    """What a simulator asks about every request. Attributes that a test may set:

    `keys`       access key to secret key
    `temporary`  access key to the security token that must come with it
    `tokens`     IAM tokens that are good; the simulated IAM adds those it gives out
    `users`      (user, domain) to password, for IAM
    `projects`   project id to name: IAM knows all of them, the service only `project_id`
    `clock`      the gate's time
    `wrong`      access key to how many wrong signatures came in a row; `locked` are those that had too many
    """

    project_id: str = PROJECT_ID
    keys: dict[str, str] = field(default_factory=lambda: {ACCESS_KEY: SECRET_KEY})
    temporary: dict[str, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    users: dict[tuple[str, str], str] = field(default_factory=lambda: {("ann", "acme"): "ann-password"})
    projects: dict[str, str] = field(default_factory=lambda: {PROJECT_ID: REGION})
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    wrong: dict[str, int] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    given: int = 0

    def refusal(self, request: Request) -> Response | None:
        """What a request that may not pass is reported; None: it may pass."""
        token = request.headers.get("x-auth-token")
        if token is not None:
            return None if token in self.tokens else _refused("APIG.0307", "The token must be updated.")
        authorization = request.headers.get("authorization", "")
        if signed := _PLAIN.fullmatch(authorization):
            return self._checked(request, *signed.groups())
        return _refused("APIG.0301", "Incorrect IAM authentication information: no signature and no token")

    def iam(self, request: Request) -> Response | None:
        """The simulated IAM at the same address; None: the request is not for it."""
        if request.path == "/v3/auth/tokens" and request.method == "POST":
            return self._token(request.json)
        if request.path == "/v3/projects" and request.method == "GET":
            name = request.query.get("name", "")
            found = [{"id": key, "name": one} for key, one in self.projects.items() if name in ("", one)]
            return self.refusal(request) or Response(200, {"projects": found, "links": {}})
        return None

    def _checked(self, request: Request, access: str, names: str, proof: str) -> Response | None:
        if access in self.locked:
            return _refused("APIG.0301", "Incorrect IAM authentication information: the AK is locked for 5 minutes")
        why = self._wrong(request, access, names.split(";"), proof)
        if not why:
            self.wrong[access] = 0
            return None
        self.wrong[access] = self.wrong.get(access, 0) + 1
        if self.wrong[access] > _MOST_WRONG:
            self.locked.add(access)
        return _refused("APIG.0301", f"Incorrect IAM authentication information: {why}")

    def _wrong(self, request: Request, access: str, names: list[str], proof: str) -> str:
        """Why the signature is no good, empty if it is."""
        headers = request.headers
        if access not in self.keys:
            return f"AK {access} does not exist"
        stamp = headers.get("x-sdk-date", "")
        try:
            signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            return "x-sdk-date is missing or not a date"
        if abs(self.clock() - signed_at) > timedelta(minutes=15):
            return "x-sdk-date expired"
        if not {"host", "x-sdk-date"} <= set(names) or names != sorted(names) or any(n not in headers for n in names):
            return "the signed headers are not those of the request"
        if self.temporary.get(access, "") != headers.get("x-security-token", ""):
            return "the security token is wrong"
        if "x-security-token" in headers and "x-security-token" not in names:
            return "the security token is not signed"
        if hmac.compare_digest(expected(request, self.keys[access], names), proof):
            return ""
        return "verify aksk signature fail"

    def _token(self, asked: Any) -> Response:
        try:
            user = asked["auth"]["identity"]["password"]["user"]
            scope = asked["auth"]["scope"]["project"]
            known = self.users.get((user["name"], user["domain"]["name"]))
            right = known is not None and known == user["password"]
        except (KeyError, TypeError):
            return Response(400, {"error": {"code": 400, "message": "Request parameter is invalid.", "title": "Bad"}})
        project = next(
            (k for k, name in self.projects.items() if k == scope.get("id") or name == scope.get("name")), ""
        )
        if not right or not project:
            message = "The username or password is wrong."
            return Response(401, {"error": {"code": 401, "message": message, "title": "Unauthorized"}})
        self.given += 1
        token = f"MIIToken{self.given:08}"
        self.tokens.add(token)
        reported = {"token": {"methods": ["password"], "project": {"id": project, "name": self.projects[project]}}}
        return Response(201, reported, {"X-Subject-Token": token})


def expected(request: Request, secret: str, names: list[str]) -> str:
    """The signature that a request with these signed headers must have, as 64 hex digits."""
    path, _, query = request.target.partition("?")
    segments = [quote(unquote_to_bytes(part), safe="") for part in path.split("/")]
    canonical_path = "/".join(segments)
    if not canonical_path.endswith("/"):
        canonical_path += "/"
    pairs: list[tuple[bytes, bytes]] = []
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    canonical_query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(pairs))
    lines = [f"{name}:{request.headers[name].strip()}" for name in names]
    digest = _UNSIGNED if _is_unsigned(request, names) else hashlib.sha256(request.body).hexdigest()
    text = f"{request.method}\n{canonical_path}\n{canonical_query}\n" + "\n".join(lines) + "\n\n"
    text += ";".join(names) + "\n" + digest
    hashed = hashlib.sha256(text.encode("latin-1", "surrogateescape")).hexdigest()
    stamp = request.headers["x-sdk-date"]
    return hmac.digest(secret.encode(), f"SDK-HMAC-SHA256\n{stamp}\n{hashed}".encode(), "sha256").hex()


def _is_unsigned(request: Request, names: list[str]) -> bool:
    """Was this body left out of the signature, as the SDKs do it: reported in a signed header, and not of JSON or BSON?

    A body of any other kind is hashed here, whatever the request says its hash is.
    """
    kind = request.headers.get("content-type", "")
    reported = _CONTENT_HASH in names and request.headers.get(_CONTENT_HASH) == _UNSIGNED
    return bool(reported and request.body and kind and not kind.startswith(_ALWAYS_HASHED))


def throttled() -> Response:
    """The gateway's answer to too many requests."""
    message = "The throttling threshold has been reached: policy user over ratelimit,limit:20,time:1 second"
    return Response(429, gateway_error("APIG.0308", message), {"Retry-After": "0"})


def gateway_error(code: str, message: str) -> dict[str, str]:
    """An error in the shape of the API gateway's."""
    return {"error_code": code, "error_msg": message, "request_id": "7d2ebc5fd95a1b38d5c48ac2b8d5cf31"}


def _refused(code: str, message: str) -> Response:
    return Response(401, gateway_error(code, message))
