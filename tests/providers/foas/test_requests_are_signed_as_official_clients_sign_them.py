"""Signatures, byte for byte as the official signers make them.

Made once with aliyun-python-sdk-core 2.16, alibabacloud-openapi-util 0.2 and alibabacloud-tea-openapi 0.4 from fixed
dates and nonces; P is the example in the documentation of the V3 signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from headgate.providers.foas.credentials import Credentials
from headgate.providers.foas.signing import (
    V1,
    V3,
    authorization_v1,
    authorization_v3,
    canonical_request,
    content_md5,
    signed_headers,
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
    assert authorization_v1(text, KEYS) == "acs testid:Kmb8Azv9aO7Tu+ZvQFdbOWsEq+w="


def test_temporary_keys_of_the_classic_client():
    """A with a security token: it is signed like every x-acs- header."""
    text = string_to_sign("GET", HOST + UDF_JOBS, classic("GetRefPackageJob", **{"x-acs-security-token": "test-token"}))

    assert "x-acs-region-id:cn-shanghai\nx-acs-security-token:test-token\nx-acs-signature-method" in text
    keys = Credentials("STS.testid", "testsecret", "test-token")
    assert authorization_v1(text, keys) == "acs STS.testid:b/6EHu6LJlvgij/cQFzLf+tVsag="


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
    assert authorization_v1(text, KEYS) == "acs testid:aezvwfKmfSr26lZX9H9AKodHGno="


@pytest.mark.parametrize("blank", ["+", "%20"])
def test_values_of_a_query_are_signed_as_they_are_meant(blank: str):
    """C: not as they are encoded, whichever way that was."""
    query = f"RegionId=cn-shanghai&isShowFullField=true&jobName=a{blank}b%2Fc&pageIndex=1"

    text = string_to_sign("GET", f"{HOST}/api/v2/projects/demo_prj/jobs?{query}", classic("ListJob"))

    assert text.endswith("?RegionId=cn-shanghai&isShowFullField=true&jobName=a b/c&pageIndex=1")
    assert authorization_v1(text, KEYS) == "acs testid:26QhGU7ll7k56v+Q+g2DXq3mD2E="


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
    assert authorization_v1(text, KEYS) == expected


def test_a_resumption_of_the_newer_client_with_temporary_keys():
    """E: a form without a digest."""
    headers = newer("ModifyInstanceState", **{"x-acs-accesskey-id": "testid", "x-acs-security-token": "test-token"})

    text = string_to_sign("PUT", f"{HOST}{ORDERS}/instances/-1/expectstate", {**headers, "Content-Type": FORM})

    assert authorization_v1(text, KEYS) == "acs testid:d5TEgDL2wfWdcgWYw23gm2nFdmw="


def test_a_start_of_the_newer_client_with_a_json_body():
    """F: JSON and its digest."""
    typed = {"Content-Type": "application/json; charset=utf-8", "Content-MD5": "J/ESaE6qMyJcSug/ijvHIA=="}
    assert content_md5(OFFSET) == typed["Content-MD5"]

    text = string_to_sign("POST", f"{HOST}{ORDERS}/instance", {**newer("StartJob"), **typed})

    assert authorization_v1(text, KEYS) == "acs testid:kyI8a4a0RiOcIziqEdQATviXyx4="


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

    assert authorization_v1(text, KEYS) == expected


def test_what_is_added_to_a_request_is_what_is_signed():
    """The signer of the adapter, on the pause of vector B."""
    url = f"{HOST}{ORDERS}/instances/-1/expectstate"
    request = Outgoing("PUT", url, {"Content-Type": FORM, "x-acs-action": "ModifyInstanceState"}, PAUSE)
    keys = Credentials("STS.testid", "testsecret", "test-token")

    added = V1(keys, clock=lambda: MOMENT, nonce=lambda: NONCE)(request)

    authorization = added.pop("Authorization")
    assert added == {
        **ROA,
        "x-acs-signature-nonce": NONCE,
        "x-acs-security-token": "test-token",
        "Content-MD5": "WkovfuwymoBEmX/hEvv4HA==",
    }
    assert authorization == authorization_v1(string_to_sign("PUT", url, {**request.headers, **added}), keys)


def test_every_attempt_has_a_nonce_of_its_own():
    """The gateway refuses one that it has seen."""
    request = Outgoing("GET", f"{HOST}/api/v2/projects", {}, b"")
    sign = V1(KEYS)

    assert sign(request)["x-acs-signature-nonce"] != sign(request)["x-acs-signature-nonce"]


# -- V3 ----------------------------------------------------------------------------------------------------------------

EMPTY = hashlib.sha256(b"").hexdigest()
START = (
    b'{"deploymentId":"00000000-0000-0000-0000-0000012345",'
    b'"restoreStrategy":{"kind":"LATEST_STATE","allowNonRestoredState":false}}'
)
START_URL = "https://ververica.cn-beijing.aliyuncs.com/api/v2/namespaces/demo-default/jobs%3Astart"
START_HEADERS = {
    "content-type": "application/json; charset=utf-8",
    "host": "ververica.cn-beijing.aliyuncs.com",
    "x-acs-action": "StartJobWithParams",
    "x-acs-content-sha256": "d6f8154cf7675f18c580748b3aa7a4239f06c9424a7f57ea76fcfe68fde2fce7",
    "x-acs-date": "2026-01-01T00:00:00Z",
    "x-acs-signature-nonce": NONCE,
    "x-acs-version": "2022-07-18",
}


def proven(method: str, url: str, headers: Mapping[str, str], body: bytes, keys: Credentials) -> tuple[str, str, str]:
    """The canonical request, its digest, and the Authorization header; the headers are all signed."""
    ordered = dict(sorted(headers.items()))
    text = canonical_request(method, url, ordered, hashlib.sha256(body).hexdigest())
    return text, hashlib.sha256(text.encode()).hexdigest(), authorization_v3(text, ordered, keys)


def test_the_documented_example_of_v3():
    """P: keys, date and nonce of the documentation."""
    url = (
        "https://ecs.cn-shanghai.aliyuncs.com/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
        "&RegionId=cn-shanghai"
    )
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": EMPTY,
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }

    _, digest, authorization = proven("POST", url, headers, b"", Credentials("YourAccessKeyId", "YourAccessKeySecret"))

    assert digest == "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
    assert authorization.endswith("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def test_v3_of_a_write():
    """Q: every header that was set is signed."""
    headers = {**START_HEADERS, "accept": "application/json", "workspace": "ws-demo-001"}

    text, digest, authorization = proven("POST", START_URL, headers, START, KEYS)

    names = (
        "accept;content-type;host;workspace;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;"
        "x-acs-version"
    )
    assert text == (
        "POST\n/api/v2/namespaces/demo-default/jobs%3Astart\n\naccept:application/json\n"
        "content-type:application/json; charset=utf-8\nhost:ververica.cn-beijing.aliyuncs.com\nworkspace:ws-demo-001\n"
        "x-acs-action:StartJobWithParams\n"
        "x-acs-content-sha256:d6f8154cf7675f18c580748b3aa7a4239f06c9424a7f57ea76fcfe68fde2fce7\n"
        "x-acs-date:2026-01-01T00:00:00Z\nx-acs-signature-nonce:0123456789abcdef0123456789abcdef\n"
        f"x-acs-version:2022-07-18\n\n{names}\nd6f8154cf7675f18c580748b3aa7a4239f06c9424a7f57ea76fcfe68fde2fce7"
    )
    assert digest == "71332c25f96bc1790d5f0a7a846cc06c36d24eb34bb52d7c4cc0d35ca3bc389f"
    assert authorization == (
        f"ACS3-HMAC-SHA256 Credential=testid,SignedHeaders={names},"
        "Signature=bdf5c22872c1b2cec4f6f21fbd10d5b28412aa4cf9d533fef989b06b7bb0e333"
    )


def test_v3_with_the_fewest_headers():
    """R: without accept and workspace."""
    _, digest, authorization = proven("POST", START_URL, START_HEADERS, START, KEYS)

    assert digest == "15d340b4df1c875f65bec0e3c05481ace819a6c9a9a9f745b948b1f38dbeecb6"
    assert authorization == (
        "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;"
        "x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=de9e07d8ccc927f0a983c0c2a7eb5ac17f8fcd8d9b735a2fca579e2e9c2d05e7"
    )


def test_v3_of_a_query_with_temporary_keys():
    """S: the query is signed encoded, a blank as %20, however it was sent."""
    url = (
        "https://ververica.cn-beijing.aliyuncs.com/api/v2/namespaces/demo-default/deployments"
        "?name=orders+dwd&pageIndex=1&pageSize=100&labelValueArray=a%3Bb"
    )
    headers = {
        "accept": "application/json",
        "host": "ververica.cn-beijing.aliyuncs.com",
        "workspace": "ws-demo-001",
        "x-acs-accesskey-id": "testid",
        "x-acs-action": "ListDeployments",
        "x-acs-content-sha256": EMPTY,
        "x-acs-date": "2026-01-01T00:00:00Z",
        "x-acs-security-token": "test-token",
        "x-acs-signature-nonce": NONCE,
        "x-acs-version": "2022-07-18",
    }

    text, digest, authorization = proven("GET", url, headers, b"", KEYS)

    assert text.splitlines()[2] == "labelValueArray=a%3Bb&name=orders%20dwd&pageIndex=1&pageSize=100"
    assert digest == "eddbbee640dbacffcb79f9c98ed4a0590281559ee05d219e2a1ea6e629ae9c38"
    assert authorization == (
        "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=accept;host;workspace;x-acs-accesskey-id;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version,"
        "Signature=25fb5fed02a93d1abf1d333ca0d062b5437706c661d4203a31ff1f2d5f4925f2"
    )


def test_v3_signs_the_host_that_is_sent():
    """With its port, where that does not go without saying."""
    sign = V3(Credentials("testid", "testsecret", "test-token"), clock=lambda: MOMENT, nonce=lambda: NONCE)
    request = Outgoing("GET", "http://127.0.0.1:8080/api/v2/projects", {"x-acs-action": "ListProject"}, b"")

    added = sign(request)

    assert added["Host"] == "127.0.0.1:8080"
    assert (added["x-acs-accesskey-id"], added["x-acs-security-token"]) == ("testid", "test-token")
    signed = signed_headers({**request.headers, **added})
    assert set(signed) >= {"host", "accept", "x-acs-action", "x-acs-security-token"}
    text = canonical_request("GET", request.url, signed, EMPTY)
    assert added["Authorization"] == authorization_v3(text, signed, sign.credentials)
