"""The gate of the simulators: it believes the official signers, us, and nobody who changed a byte."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from headgate.providers.http import Outgoing
from headgate.providers.huawei.signing import Keys, Signing, canonical_request
from headgate.testing.huawei import ACCESS_KEY, PROJECT_ID, SECRET_KEY, HuaweiGate
from headgate.testing.server import Request

AT = datetime(2026, 11, 21, 7, 13, 13, tzinfo=UTC)
KEYS = Keys(ACCESS_KEY, SECRET_KEY)


def _gate() -> HuaweiGate:
    return HuaweiGate(clock=lambda: AT)


def _signed(
    method: str = "POST",
    target: str = "/v1.0/p%20q/jobs?b=1%202&a=%E6%B5%81",
    body: bytes = b'{"desc":"x"}',
    keys: Keys = KEYS,
    at: datetime = AT,
) -> Request:
    """A request as it comes out of our signer, as a server sees it."""
    outgoing = Outgoing(method, f"http://127.0.0.1:8080{target}", {}, body)
    headers = Signing(keys, PROJECT_ID, clock=lambda: at)(outgoing)
    path, _, _ = target.partition("?")
    return Request(method, target, path, {}, {name.lower(): value for name, value in headers.items()}, body)


def test_a_body_is_not_what_its_sender_says_that_it_is() -> None:
    """A hash that comes with the request, unsigned, would let anybody put another body under a signature."""
    request = _signed()
    reported = {"x-sdk-content-sha256": hashlib.sha256(request.body).hexdigest()}

    forged = replace(request, headers={**request.headers, **reported}, body=b'{"desc":"y"}')

    assert _gate().refusal(request) is None
    assert _gate().refusal(forged) is not None


@pytest.mark.parametrize(
    ("kind", "signed", "passes"),
    [
        pytest.param("multipart/form-data; boundary=XyZ", True, True, id="as-the-sdks-do"),
        pytest.param("multipart/form-data; boundary=XyZ", False, False, id="not-reported-in-a-signed-header"),
        pytest.param("application/json", True, False, id="json"),
    ],
)
def test_a_body_is_left_out_of_a_signature_only_as_documented(kind: str, signed: bool, passes: bool) -> None:
    """UNSIGNED-PAYLOAD is for what is neither JSON nor BSON, and said under the signature."""
    target, unsigned = "/v1.0/p/jar_job", "UNSIGNED-PAYLOAD"
    headers = {"content-type": kind, "host": "127.0.0.1:8080", "x-sdk-date": "20261121T071313Z"}
    signing = dict(sorted({**headers, **({"x-sdk-content-sha256": unsigned} if signed else {})}.items()))
    canonical = canonical_request("POST", f"http://127.0.0.1:8080{target}", signing, unsigned)
    text = f"SDK-HMAC-SHA256\n{headers['x-sdk-date']}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    proof = hmac.digest(SECRET_KEY.encode(), text.encode(), "sha256").hex()
    authorization = f"SDK-HMAC-SHA256 Access={ACCESS_KEY}, SignedHeaders={';'.join(signing)}, Signature={proof}"
    sent = {**headers, "x-sdk-content-sha256": unsigned, "authorization": authorization}

    refused = _gate().refusal(Request("POST", target, target, {}, sent, b"any body"))

    assert (refused is None) is passes


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"method": "PUT"}, id="method"),
        pytest.param({"target": "/v1.0/p%20q/jobs?b=1%202"}, id="query"),
        pytest.param({"target": "/v1.0/other/jobs?b=1%202&a=%E6%B5%81"}, id="path"),
        pytest.param({"body": b'{"desc":"y"}'}, id="body"),
    ],
)
def test_a_changed_request_does_not(change: dict[str, object]) -> None:
    """That is what a signature is for."""
    request = replace(_signed(), **change)  # type: ignore[arg-type]

    refused = _gate().refusal(request)

    assert refused is not None
    assert (refused.status, refused.body["error_code"]) == (401, "APIG.0301")


def test_an_old_signature_does_not() -> None:
    """A clock that is too far off is the usual cause."""
    refused = _gate().refusal(_signed(at=AT - timedelta(minutes=16)))

    assert refused is not None
    assert "expired" in refused.body["error_msg"]


def test_temporary_keys_come_with_their_token() -> None:
    """Without it, or with another, they open nothing."""
    gate = _gate()
    gate.temporary[ACCESS_KEY] = "FAKE.TOKEN"

    assert gate.refusal(_signed(keys=replace(KEYS, token="FAKE.TOKEN"))) is None
    assert gate.refusal(_signed(keys=replace(KEYS, token="OTHER.TOKEN"))) is not None
    assert gate.refusal(_signed()) is not None


def test_too_many_wrong_signatures_lock_the_key() -> None:
    """Which is why nobody may try a refused request again and again."""
    gate = _gate()
    for _ in range(6):
        gate.refusal(_signed(keys=replace(KEYS, secret="wrong")))

    refused = gate.refusal(_signed())

    assert refused is not None
    assert "locked" in refused.body["error_msg"]


def test_a_token_passes_if_iam_gave_it() -> None:
    """And nothing else does."""
    gate = _gate()
    login = {"password": {"user": {"name": "ann", "password": "ann-password", "domain": {"name": "acme"}}}}
    body = {"auth": {"identity": {"methods": ["password"], **login}, "scope": {"project": {"id": PROJECT_ID}}}}
    asked = Request("POST", "/v3/auth/tokens", "/v3/auth/tokens", {}, {}, str(body).replace("'", '"').encode())

    answer = gate.iam(asked)

    assert answer is not None
    token = answer.headers["X-Subject-Token"]
    plain = Request("GET", "/", "/", {}, {"x-auth-token": token}, b"")
    assert gate.refusal(plain) is None
    assert gate.refusal(replace(plain, headers={"x-auth-token": "made-up"})) is not None
    assert gate.refusal(replace(plain, headers={})) is not None
