"""Verifies requests as the gateway does, from the documented rules alone: nothing here is shared with the adapter."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_plus

from headgate.testing.server import Request

VERSION = "2018-11-11"
_WINDOW = timedelta(minutes=15)
_AUTHORIZATION = re.compile(r"acs (?P<key>[^:]+):(?P<proof>.+)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not let in: the gateway's status, code and message."""

    status: int
    code: str
    message: str


@dataclass(slots=True)
class Gateway:
    """Lets signed requests in. `skew` is how far its clock is ahead of this machine's, in seconds."""

    key_id: str
    secret: str
    token: str = ""
    skew: float = 0.0
    nonces: set[str] = field(default_factory=set)

    def refusal(self, request: Request) -> Refusal | None:
        """None if the request may pass."""
        authorization = request.headers.get("authorization", "")
        found = _AUTHORIZATION.fullmatch(authorization)
        if found is None:
            return Refusal(400, "MissingAuthorization", "Authorization is mandatory for this action.")
        if found["key"] != self.key_id:
            return Refusal(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        if request.headers.get("x-acs-version") != VERSION:
            return Refusal(404, "InvalidApi.NotFound", "Specified api is not found, please check your url and method.")
        if request.headers.get("x-acs-security-token", "") != self.token:
            return Refusal(400, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.")
        nonce = request.headers.get("x-acs-signature-nonce", "")
        if nonce in self.nonces:
            return Refusal(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
        if refused := self._clock(request):
            return refused
        return self._proof(request, found, nonce)

    def _clock(self, request: Request) -> Refusal | None:
        try:
            said = parsedate_to_datetime(request.headers.get("date", ""))
        except (ValueError, TypeError):
            return Refusal(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")
        if abs(datetime.now(UTC) + timedelta(seconds=self.skew) - said) > _WINDOW:
            return Refusal(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
        return None

    def _proof(self, request: Request, found: re.Match[str], nonce: str) -> Refusal | None:
        text, proof = self._signed(request)
        digest = request.headers.get("content-md5")
        if digest and digest != base64.b64encode(hashlib.md5(request.body).digest()).decode():  # noqa: S324
            return Refusal(400, "SignatureDoesNotMatch", "The digest of the body is another one.")
        if not hmac.compare_digest(proof, found["proof"]):
            message = f"Specified signature is not matched with our calculation. server string to sign is:{text}"
            return Refusal(400, "SignatureDoesNotMatch", message)
        self.nonces |= {nonce} if nonce else set()
        return None

    def _signed(self, request: Request) -> tuple[str, str]:
        said = request.headers
        text = f"{request.method}\n"
        for name in ("accept", "content-md5", "content-type", "date"):
            text += said.get(name, "") + "\n"
        for name in sorted(said):
            if name.startswith("x-acs-"):
                text += f"{name}:{said[name]}\n"
        path, _, query = request.target.partition("?")
        text += path
        pairs = sorted(tuple(map(unquote_plus, pair.partition("=")[::2])) for pair in query.split("&") if pair)
        if pairs:
            text += "?" + "&".join(f"{key}={value}" if value else key for key, value in pairs)
        digest = hmac.new(self.secret.encode(), text.encode(), "sha1").digest()
        return text, base64.b64encode(digest).decode()
