"""Signatures, byte for byte as the official signers make them.

Made once with aliyun-python-sdk-core 2.16 and alibabacloud-openapi-util 0.2 from fixed dates and nonces.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from headgate.providers.foas.credentials import Credentials
from headgate.providers.foas.signing import (
    Signing,
    authorization,
    content_md5,
    string_to_sign,
)
from headgate.providers.http import Outgoing

HOST = "https://foas.cn-shanghai.aliyuncs.com"
KEYS = Credentials("testid", "testsecret")
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
NONCE = "0123456789abcdef0123456789abcdef"
FORM = "application/x-www-form-urlencoded"
ROA = {
    "Accept": "application/json",
    "Date": "Thu, 01 Jan 2026 00:00:00 GMT",
    "x-acs-version": "2018-11-11",
    "x-acs-signature-method": "HMAC-SHA1",
    "x-acs-signature-version": "1.0",
}
REGION = {"x-acs-region-id": "cn-shanghai"}
PAUSE = b"expectState=PAUSED&triggerCheckpoint=true"
OFFSET = b'{"parameterJson":"{\\"startOffset\\":\\"1767225600000\\"}"}'
ORDERS = "/api/v2/projects/demo_prj/jobs/orders_dwd"
UDF_JOBS = "/api/v2/projects/demo_prj/packages/udf.jar/jobs?RegionId=cn-shanghai&pageIndex=1&pageSize=50"


def classic(action: str, **more: str) -> dict[str, str]:
    """The headers of the classic SDK: with a region, without a nonce."""
    return {**ROA, **REGION, "x-acs-action": action} | {key.replace("_", "-"): value for key, value in more.items()}


def newer(action: str = "", **more: str) -> dict[str, str]:
    """The headers of the newer signer: with a nonce, without a region."""
    named = {"x-acs-action": action} if action else {}
    return {**ROA, "x-acs-signature-nonce": NONCE, **named} | {k.replace("_", "-"): v for k, v in more.items()}


def test_what_is_signed_of_a_list():
    """The query is part of it, sorted by its bytes."""
    assert string_to_sign("GET", HOST + UDF_JOBS, classic("GetRefPackageJob")) == (
        "GET\napplication/json\n\n\nThu, 01 Jan 2026 00:00:00 GMT\nx-acs-action:GetRefPackageJob\n"
        "x-acs-region-id:cn-shanghai\nx-acs-signature-method:HMAC-SHA1\nx-acs-signature-version:1.0\n"
        "x-acs-version:2018-11-11\n"
        "/api/v2/projects/demo_prj/packages/udf.jar/jobs?RegionId=cn-shanghai&pageIndex=1&pageSize=50"
    )


LIST = f"{HOST}/api/v2/projects/demo_prj/jobs?"
FULL = f"{LIST}pageIndex=1&pageSize=50&isShowFullField=true"
NAMED = LIST + "RegionId=cn-shanghai&isShowFullField=true&jobName=a{}b%2Fc&pageIndex=1"
STATE = f"{HOST}{ORDERS}/instances/-1/expectstate"
LATER = "https://ververica.cn-beijing.aliyuncs.com/api/v2/namespaces/demo-default/"
STS = {"x-acs-security-token": "test-token"}
TYPED = {"Content-Type": "application/json; charset=utf-8"}
LATER_START = {**newer("StartJobWithParams"), "x-acs-version": "2022-07-18", **TYPED}


BY_STS = {**newer("ModifyInstanceState", **STS, **{"x-acs-accesskey-id": "testid"}), "Content-Type": FORM}
PAUSED = {**classic("ModifyInstanceState"), "Content-MD5": content_md5(PAUSE), "Content-Type": FORM}
STARTED = {**newer("StartJob"), **TYPED, "Content-MD5": content_md5(OFFSET)}


@pytest.mark.parametrize(
    ("request_line", "headers", "expected"),
    [
        # The classic client: a list; temporary keys, whose token is signed like every x-acs- header; a pause, whose
        # form is signed by its digest and type alone; and values of a query as they are meant, however a blank is sent.
        (f"GET {HOST}{UDF_JOBS}", classic("GetRefPackageJob"), "Kmb8Azv9aO7Tu+ZvQFdbOWsEq+w="),
        (f"GET {HOST}{UDF_JOBS}", classic("GetRefPackageJob", **STS), "b/6EHu6LJlvgij/cQFzLf+tVsag="),
        (f"PUT {STATE}?RegionId=cn-shanghai", PAUSED, "aezvwfKmfSr26lZX9H9AKodHGno="),
        ("GET " + NAMED.format("+"), classic("ListJob"), "26QhGU7ll7k56v+Q+g2DXq3mD2E="),
        ("GET " + NAMED.format("%20"), classic("ListJob"), "26QhGU7ll7k56v+Q+g2DXq3mD2E="),
        # The newer client: a list with a nonce, and without its action; a resumption with temporary keys, a form
        # without a digest; a start, JSON and its digest.
        (f"GET {FULL}", newer("ListJob"), "sUEqljjDFsyVPC6/s+ckNLWLMTI="),
        (f"GET {FULL}", newer(), "DW3bAEi3E8Kd4DsXxg4tZNb0oM8="),
        (f"PUT {STATE}", BY_STS, "d5TEgDL2wfWdcgWYw23gm2nFdmw="),
        (f"POST {HOST}{ORDERS}/instance", STARTED, "kyI8a4a0RiOcIziqEdQATviXyx4="),
        # A path is signed as it is sent, so no name that needs encoding is let into one.
        (f"POST {LATER}jobs:start", LATER_START, "hFwTZdbfQoJKRK3ovK3LnNnIFDc="),
        (f"POST {LATER}jobs%3Astart", LATER_START, "agPLimhFvJoC/OMmbYXt5p0BBD4="),
    ],
    ids=lambda value: value if isinstance(value, str) and value.endswith("=") else "",
)
def test_a_signature_is_that_of_the_official_client(request_line: str, headers: dict[str, str], expected: str):
    """Which is made of all that is signed: one other byte would make another."""
    method, _, url = request_line.partition(" ")
    keys = replace(KEYS, key_id="STS.testid") if expected.startswith("b/6") else KEYS

    assert authorization(string_to_sign(method, url, headers), keys) == f"acs {keys.key_id}:{expected}"


def test_what_is_added_to_a_request_is_what_is_signed():
    """The signer of the adapter, on the pause of vector B."""
    url = f"{HOST}{ORDERS}/instances/-1/expectstate"
    request = Outgoing("PUT", url, {"Content-Type": FORM, "x-acs-action": "ModifyInstanceState"}, PAUSE)
    keys = Credentials("STS.testid", "testsecret", "test-token")

    added = Signing(keys, clock=lambda: MOMENT, nonce=lambda: NONCE)(request)

    proof = added.pop("Authorization")
    assert added == {
        **ROA,
        "x-acs-signature-nonce": NONCE,
        "x-acs-security-token": "test-token",
        "Content-MD5": "WkovfuwymoBEmX/hEvv4HA==",
    }
    assert proof == authorization(string_to_sign("PUT", url, {**request.headers, **added}), keys)


def test_every_attempt_has_a_nonce_of_its_own():
    """The gateway refuses one that it has seen."""
    request = Outgoing("GET", f"{HOST}/api/v2/projects", {}, b"")
    sign = Signing(KEYS)

    assert sign(request)["x-acs-signature-nonce"] != sign(request)["x-acs-signature-nonce"]
