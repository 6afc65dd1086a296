"""Signatures byte for byte: fixed ones of the official signers, and the installed one asked again.

The fixed ones were made with huaweicloudsdkcore 3.1.219; all keys are made up.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials  # type: ignore[import-untyped]
from huaweicloudsdkcore.sdk_request import SdkRequest  # type: ignore[import-untyped]
from huaweicloudsdkcore.signer.signer import Signer  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from headgate.providers.http import Outgoing, encoded
from headgate.providers.huawei.signing import (
    Keys,
    Signing,
    canonical_request,
    signature,
    signed_headers,
)

KEYS = Keys("EXAMPLEAK0000000TEST", "ExampleSecretKeyForTestVectorsOnly000000")
PROJECT = "0123456789abcdef0123456789abcdef"
DLI = f"https://dli.cn-north-4.myhuaweicloud.com/v1.0/{PROJECT}/streaming"
CS = f"https://cs.cn-north-1.myhuaweicloud.com/v1.0/{PROJECT}"
AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}
NAMES = "content-type;host;x-project-id;x-sdk-date"


def _asked(method: str, url: str, body: str = "", **headers: str) -> Outgoing:
    return Outgoing(method, url, {"X-Project-Id": PROJECT, **headers}, body.encode())


def _authorization(access: str, names: str, proof: str) -> str:
    return f"SDK-HMAC-SHA256 {access}, SignedHeaders={names}, Signature={proof}"


QUERY = encoded(
    {"show_detail": "true", "limit": "100", "offset": "0", "name": "orders sink~v1", "status": "job_running"}
)
PLAIN_SIGNATURES = [
    pytest.param(
        _asked("GET", f"{DLI}/jobs?{QUERY}", **JSON),
        "",
        "21b375dbcbf2f0c9eae90cf5ef3ff9bdbf65c4077a2d3123fd1482753e0c9381",
        NAMES,
        "00c35c586136e7745da42ecc620567b442a8366d02b0a4fb3cf14c455a01637f",
        id="a-query",
    ),
    pytest.param(
        _asked("POST", f"{DLI}/jobs/stop", '{"job_ids":[148],"trigger_savepoint":true}', **JSON),
        "",
        "bf9794c9b60b1d34bb79088d934d0bc728b46d44ac18a579ac03a6bd6cef494c",
        NAMES,
        "f91a5e4f9c7c1fd57d6e93452298587e38d93be5e651ead70a3693caef91ff90",
        id="a-body",
    ),
    pytest.param(
        _asked("POST", f"{DLI}/sql-jobs", '{"name":"orders","desc":"café – 流","sql_body":"SELECT 1"}', **JSON),
        "FAKE.SECURITY.TOKEN",
        "0ade08dcea1e1b52f61f01459a690b0a739d3cec231288228a2784e388a89e72",
        f"{NAMES};x-security-token",
        "d48fd6c811ba44876bddc784e4de4c336a50155823ee78ddc4486878f18fe945",
        id="temporary-keys",
    ),
    pytest.param(
        _asked("GET", f"{DLI}/jobs/148"),
        "",
        "4245e7990070d310d3949d55c057257d3584f2ace03252dfd0e086252c467b3e",
        "host;x-project-id;x-sdk-date",
        "9370dcd73d6ef0887a58846f6a27ed483af9e52a199f84b36b806b3a157ab7da",
        id="no-content-type",
    ),
    pytest.param(
        _asked("POST", f"{CS}/job/50320/run?resumeSavePoint=true", **JSON),
        "",
        "7a42609c1758a12ef4209612e43022a78e066c3ef57be5004de9293f664f926d",
        NAMES,
        "9ad000a8cf95bbcd3a29dfbe52a8ef2fd301eb96e1d65c3314a915455d2afe0d",
        id="a-query-and-no-body",
    ),
    pytest.param(
        _asked("PATCH", f"{CS}/jar_job", "anything", **{"Content-Type": "multipart/form-data; boundary=XyZ"}),
        "",
        "5d89471b5c09d71cb5685a0fcb71a7b1d23011b137699e3294278e409343df84",
        "content-type;host;x-project-id;x-sdk-content-sha256;x-sdk-date",
        "6290a381a695668e1605aa5a455ad2fc28f762e0f2f2cf513c487bf1d3227e33",
        id="a-form-of-parts",
    ),
]


@pytest.mark.parametrize(("request_", "token", "digest", "names", "proof"), PLAIN_SIGNATURES)
def test_todays_signature(request_: Outgoing, token: str, digest: str, names: str, proof: str) -> None:
    """The text that is signed, and the header that carries the proof."""
    headers = signature(request_, Keys(KEYS.access, KEYS.secret, token), at=AT)

    signed = signed_headers({**request_.headers, **{k: v for k, v in headers.items() if k != "Authorization"}})
    payload = headers.get("X-Sdk-Content-Sha256", hashlib.sha256(request_.body).hexdigest())
    canonical = canonical_request(request_.method, request_.url, signed, payload)
    assert hashlib.sha256(canonical.encode()).hexdigest() == digest
    assert headers["Authorization"] == _authorization(f"Access={KEYS.access}", names, proof)


def test_a_signer_adds_what_the_gateway_wants_to_see() -> None:
    """The first of the fixed signatures again, from nothing but the request."""
    sign = Signing(KEYS, PROJECT, clock=lambda: AT)

    headers = sign(Outgoing("GET", f"{DLI}/jobs?{QUERY}", {}, b""))

    assert headers["Authorization"].endswith("00c35c586136e7745da42ecc620567b442a8366d02b0a4fb3cf14c455a01637f")
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Project-Id"] == PROJECT
    assert headers["X-Sdk-Date"] == "20240102T030405Z"


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="/", exclude_categories=["C"]), min_size=1, max_size=8)


@given(
    path=st.lists(WORDS, max_size=3),
    query=st.dictionaries(WORDS, WORDS, max_size=4),
    body=st.text(max_size=20),
    token=st.sampled_from(["", "FAKE.TOKEN"]),
)
def test_the_official_signer_agrees(path: list[str], query: dict[str, str], body: str, token: str) -> None:
    """On any path, query and body that can be."""
    raw = "".join(f"/{encoded({'': word})[1:]}" for word in path) or "/v1.0"
    url = f"http://127.0.0.1:8080{raw}" + (f"?{encoded(query)}" if query else "")
    given_ = {**JSON, "X-Project-Id": PROJECT} | ({"X-Security-Token": token} if token else {})
    official = SdkRequest(
        method="POST",
        schema="http",
        host="127.0.0.1:8080",
        resource_path=raw,
        query_params=list(query.items()),
        header_params={**given_, "X-Sdk-Date": "20240102T030405Z"},
        body=body,
        stream=False,
        signing_algorithm=None,
    )

    Signer(BasicCredentials(KEYS.access, KEYS.secret)).sign(official)

    ours = signature(
        Outgoing("POST", url, {**JSON, "X-Project-Id": PROJECT}, body.encode()),
        Keys(KEYS.access, KEYS.secret, token),
        at=AT,
    )
    assert ours["Authorization"] == official.header_params["Authorization"]
