"""One setting, two signatures: byte for byte those of the official signers, on the service's own requests.

The first two vectors were made with huaweicloudsdkcore 3.1.219, the others with the Java core (2.0.1) that the
service's own SDK brings along; all keys are made up.
"""

from __future__ import annotations

import urllib.request
from datetime import UTC, datetime

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials  # type: ignore[import-untyped]
from huaweicloudsdkcore.sdk_request import SdkRequest  # type: ignore[import-untyped]
from huaweicloudsdkcore.signer.signer import Signer  # type: ignore[import-untyped]
from tests.providers.cs.given import CsBench, jar_job, sql_job

from headgate.errors import Rejected
from headgate.providers.cs.forms import CsTarget
from headgate.providers.cs.opening import address, scheme_of
from headgate.providers.http import Outgoing, Unauthorised
from headgate.providers.huawei.signing import Keys, signature
from headgate.testing.contract import submission
from headgate.testing.cs import CsSimulator
from headgate.testing.huawei import ACCESS_KEY, PROJECT_ID, SECRET_KEY

HOST = "https://cs.cn-north-1.myhuaweicloud.com"
P = f"/v1.0/{PROJECT_ID}"
JSON = "application/json"
NAMES = "content-type;host;x-project-id;x-sdk-date"
PARTS = "content-type;host;x-project-id;x-sdk-content-sha256;x-sdk-date"
CURRENT = [
    pytest.param(
        ("POST", f"{P}/job/50320/run?resumeSavePoint=true", JSON, b""),
        f"SDK-HMAC-SHA256 Access={ACCESS_KEY}, SignedHeaders={NAMES}, "
        "Signature=9ad000a8cf95bbcd3a29dfbe52a8ef2fd301eb96e1d65c3314a915455d2afe0d",
        id="a-start",
    ),
    pytest.param(
        ("PATCH", f"{P}/jar_job", "multipart/form-data; boundary=XyZ", b"--XyZ--"),
        f"SDK-HMAC-SHA256 Access={ACCESS_KEY}, SignedHeaders={PARTS}, "
        "Signature=6290a381a695668e1605aa5a455ad2fc28f762e0f2f2cf513c487bf1d3227e33",
        id="a-form-of-parts",
    ),
]
LEGACY = [
    pytest.param(
        ("GET", f"{P}/job/50320", JSON, b""),
        datetime(2026, 11, 21, 7, 13, 13, tzinfo=UTC),
        "4636a4b67792a2fd97830bfa1b72e84de8e9707a3ed662e267d8dfc33ccf8e01",
        id="job-details",
    ),
    pytest.param(
        ("POST", f"{P}/job/50320/run?resumeSavePoint=true", JSON, b""),
        datetime(2026, 11, 21, 7, 13, 13, tzinfo=UTC),
        "390e15721e10d6fc97bdcf7e8e7878111640631256270a94b89718a180c795af",
        id="a-start",
    ),
    pytest.param(
        ("POST", f"{P}/sql_job", JSON, b'{"name":"orders","run_mode":"shared_cluster"}'),
        datetime(2026, 11, 21, 7, 13, 14, tzinfo=UTC),
        "9255b2b660e2e6a14bc2b3f47ab92bac78a2e941ed32f40a54ca5f23509bbd71",
        id="a-new-job",
    ),
]
Asked = tuple[str, str, str, bytes]


def authorization(setting: str, asked: Asked, at: datetime) -> str:
    method, path, kind, body = asked
    scheme = scheme_of(CsTarget.model_validate({"signature": setting}), where="cs")("cn-north-1")
    request = Outgoing(method, HOST + path, {"Content-Type": kind, "X-Project-Id": PROJECT_ID}, body)
    return signature(request, Keys(ACCESS_KEY, SECRET_KEY), at=at, scheme=scheme)["Authorization"]


@pytest.mark.parametrize(("asked", "expected"), CURRENT)
def test_the_current_signature_is_the_official_signers(asked: Asked, expected: str) -> None:
    """What today's API gateway wants, byte for byte."""
    assert authorization("current", asked, datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)) == expected


@pytest.mark.parametrize(("asked", "at", "proof"), LEGACY)
def test_the_legacy_signature_is_the_services_own_sdks(asked: Asked, at: datetime, proof: str) -> None:
    """What the SDK of 2020 sent, byte for byte: a key for a day, a region and the service CS."""
    scope = f"{ACCESS_KEY}/20261121/cn-north-1/CS/sdk_request"
    names = "host;x-project-id;x-sdk-date"

    found = authorization("legacy", asked, at)

    assert found == f"SDK-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={proof}"


@pytest.mark.parametrize("setting", ["current", "legacy"])
def test_every_call_is_signed_the_way_the_target_says(platform: CsSimulator, setting: str) -> None:
    """Reads, JSON and forms alike: the other way is turned away."""
    platform.accepts = {setting}
    bench = CsBench(platform, signature=setting)

    for spec in (sql_job(), jar_job()):
        job_id = bench.provider.submit(submission(spec))
        assert bench.provider.detail(job_id)["name"] == spec.name
    bench.close()


def test_the_other_signature_is_refused_and_not_tried_again(platform: CsSimulator, bench: CsBench) -> None:
    """Five wrong signatures in a row lock an access key."""
    platform.accepts = {"legacy"}

    with pytest.raises(Unauthorised):
        bench.provider.observe()
    assert len(platform.requests) == 1


def test_the_simulator_takes_what_the_official_core_signs(platform: CsSimulator) -> None:
    """The gate of the simulator was not made to fit our signer."""
    job_id = platform.start_stranger("theirs")
    request = SdkRequest(
        method="GET",
        schema="http",
        host=platform.url.removeprefix("http://"),
        resource_path=f"{P}/job/{job_id}",
        query_params=[],
        header_params={"Content-Type": JSON, "X-Project-Id": PROJECT_ID},
        body="",
        stream=False,
        signing_algorithm=None,
    )

    Signer(BasicCredentials(ACCESS_KEY, SECRET_KEY)).sign(request)
    sent = urllib.request.Request(f"{platform.url}{P}/job/{job_id}", headers=request.header_params)  # noqa: S310
    with urllib.request.urlopen(sent) as answer:  # noqa: S310 - the simulator's own address
        assert answer.status == 200


def test_the_legacy_signature_needs_a_region() -> None:
    """It is part of the key."""
    with pytest.raises(Rejected, match="region"):
        scheme_of(CsTarget(signature="legacy"), where="cs")("")


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("cn-north-1", "https://cs.cn-north-1.myhuaweicloud.com"),
        ("cn-north-5", "https://cs-api.cn-north-5.myhuaweicloud.com"),
        ("eu-west-0", "https://cs.eu-west-0.prod-cloud-ocb.orange-business.com"),
        ("eu-de", "https://cs.eu-de.otc.t-systems.com"),
    ],
)
def test_every_region_has_its_address(region: str, url: str) -> None:
    """As the official SDK knows them."""
    assert address(region) == url
