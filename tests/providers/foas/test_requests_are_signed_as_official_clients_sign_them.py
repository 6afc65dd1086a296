"""Signatures, byte for byte as the official signers make them.

Made once with aliyun-python-sdk-core 2.16 and alibabacloud-openapi-util 0.2 from fixed dates and nonces.
"""

from __future__ import annotations

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
LINES = (
    "x-acs-signature-method:HMAC-SHA1",
    "x-acs-signature-nonce:0123456789abcdef0123456789abcdef",
    "x-acs-signature-version:1.0",
    "x-acs-version:2018-11-11",
)
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


def test_a_list_of_the_classic_client():
    """A: the query is part of what is signed, sorted by its bytes."""
    text = string_to_sign("GET", HOST + UDF_JOBS, classic("GetRefPackageJob"))

    assert text == (
        "GET\napplication/json\n\n\nThu, 01 Jan 2026 00:00:00 GMT\nx-acs-action:GetRefPackageJob\n"
        "x-acs-region-id:cn-shanghai\nx-acs-signature-method:HMAC-SHA1\nx-acs-signature-version:1.0\n"
        "x-acs-version:2018-11-11\n"
        "/api/v2/projects/demo_prj/packages/udf.jar/jobs?RegionId=cn-shanghai&pageIndex=1&pageSize=50"
    )
    assert authorization(text, KEYS) == "acs testid:Kmb8Azv9aO7Tu+ZvQFdbOWsEq+w="


def test_temporary_keys_of_the_classic_client():
    """A with a security token: it is signed like every x-acs- header."""
    text = string_to_sign("GET", HOST + UDF_JOBS, classic("GetRefPackageJob", **{"x-acs-security-token": "test-token"}))

    assert "x-acs-region-id:cn-shanghai\nx-acs-security-token:test-token\nx-acs-signature-method" in text
    keys = Credentials("STS.testid", "testsecret", "test-token")
    assert authorization(text, keys) == "acs STS.testid:b/6EHu6LJlvgij/cQFzLf+tVsag="


def test_a_pause_of_the_classic_client():
    """B: a form is signed by its digest and its type alone."""
    url = f"{HOST}{ORDERS}/instances/-1/expectstate?RegionId=cn-shanghai"
    typed = {"Content-MD5": content_md5(PAUSE), "Content-Type": FORM}

    text = string_to_sign("PUT", url, {**classic("ModifyInstanceState"), **typed})

    assert text == (
        "PUT\napplication/json\nWkovfuwymoBEmX/hEvv4HA==\napplication/x-www-form-urlencoded\n"
        "Thu, 01 Jan 2026 00:00:00 GMT\nx-acs-action:ModifyInstanceState\nx-acs-region-id:cn-shanghai\n"
        "x-acs-signature-method:HMAC-SHA1\nx-acs-signature-version:1.0\nx-acs-version:2018-11-11\n"
        "/api/v2/projects/demo_prj/jobs/orders_dwd/instances/-1/expectstate?RegionId=cn-shanghai"
    )
    assert authorization(text, KEYS) == "acs testid:aezvwfKmfSr26lZX9H9AKodHGno="


@pytest.mark.parametrize("blank", ["+", "%20"])
def test_values_of_a_query_are_signed_as_they_are_meant(blank: str):
    """C: not as they are encoded, whichever way that was."""
    query = f"RegionId=cn-shanghai&isShowFullField=true&jobName=a{blank}b%2Fc&pageIndex=1"

    text = string_to_sign("GET", f"{HOST}/api/v2/projects/demo_prj/jobs?{query}", classic("ListJob"))

    assert text.endswith("?RegionId=cn-shanghai&isShowFullField=true&jobName=a b/c&pageIndex=1")
    assert authorization(text, KEYS) == "acs testid:26QhGU7ll7k56v+Q+g2DXq3mD2E="


@pytest.mark.parametrize(
    ("action", "expected"),
    [("ListJob", "acs testid:sUEqljjDFsyVPC6/s+ckNLWLMTI="), ("", "acs testid:DW3bAEi3E8Kd4DsXxg4tZNb0oM8=")],
    ids=["with its action", "without"],
)
def test_a_list_of_the_newer_client(action: str, expected: str):
    """D: with a nonce; the action is signed where it is named."""
    url = f"{HOST}/api/v2/projects/demo_prj/jobs?pageIndex=1&pageSize=50&isShowFullField=true"

    text = string_to_sign("GET", url, newer(action))

    named = [f"x-acs-action:{action}"] if action else []
    resource = "/api/v2/projects/demo_prj/jobs?isShowFullField=true&pageIndex=1&pageSize=50"
    head = ["GET", "application/json", "", "", "Thu, 01 Jan 2026 00:00:00 GMT"]
    assert text == "\n".join([*head, *named, *LINES, resource])
    assert authorization(text, KEYS) == expected


def test_a_resumption_of_the_newer_client_with_temporary_keys():
    """E: a form without a digest."""
    headers = newer("ModifyInstanceState", **{"x-acs-accesskey-id": "testid", "x-acs-security-token": "test-token"})

    text = string_to_sign("PUT", f"{HOST}{ORDERS}/instances/-1/expectstate", {**headers, "Content-Type": FORM})

    assert authorization(text, KEYS) == "acs testid:d5TEgDL2wfWdcgWYw23gm2nFdmw="


def test_a_start_of_the_newer_client_with_a_json_body():
    """F: JSON and its digest."""
    typed = {"Content-Type": "application/json; charset=utf-8", "Content-MD5": "J/ESaE6qMyJcSug/ijvHIA=="}
    assert content_md5(OFFSET) == typed["Content-MD5"]

    text = string_to_sign("POST", f"{HOST}{ORDERS}/instance", {**newer("StartJob"), **typed})

    assert authorization(text, KEYS) == "acs testid:kyI8a4a0RiOcIziqEdQATviXyx4="


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("jobs:start", "acs testid:hFwTZdbfQoJKRK3ovK3LnNnIFDc="),
        ("jobs%3Astart", "acs testid:agPLimhFvJoC/OMmbYXt5p0BBD4="),
    ],
)
def test_a_path_is_signed_as_it_is_sent(path: str, expected: str):
    """Encoded or not makes another signature: no name that would need it is let into a path."""
    url = f"https://ververica.cn-beijing.aliyuncs.com/api/v2/namespaces/demo-default/{path}"
    headers = {**newer("StartJobWithParams"), "x-acs-version": "2022-07-18"}

    text = string_to_sign("POST", url, {**headers, "Content-Type": "application/json; charset=utf-8"})

    assert authorization(text, KEYS) == expected


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
