"""Keys, tokens and passwords: where they are found, what goes first, and that they are never shown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from headgate.errors import HeadgateError, Rejected
from headgate.model.project import Target
from headgate.providers.cs.client import address as cs_address
from headgate.providers.http import Api, NotFound, Outgoing, Unauthorised
from headgate.providers.huawei.account import Account, host
from headgate.providers.huawei.credentials import Credentials, Password, Proof, Token, credentials
from headgate.providers.huawei.forms import HuaweiTarget
from headgate.providers.huawei.iam import TokenLogin
from headgate.providers.huawei.signing import Keys, Signing
from headgate.testing.server import Request, Response, SimulatedServer

PROJECT = "0123456789abcdef0123456789abcdef"


def _found(environ: dict[str, str], **form: Any) -> Credentials:
    return credentials(HuaweiTarget.model_validate(form), environ, where="dli")


SDK = {"HUAWEICLOUD_SDK_AK": "sdk", "HUAWEICLOUD_SDK_SK": "S"}
TERRAFORM = {"HW_ACCESS_KEY": "terraform", "HW_SECRET_KEY": "S"}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param(SDK | TERRAFORM, Keys("sdk", "S"), id="the-sdk-before-terraform"),
        pytest.param({"HUAWEICLOUD_SDK_AK": "sdk", **TERRAFORM}, Keys("terraform", "S"), id="never-from-two-places"),
        pytest.param(
            {"HUAWEICLOUD_SDK_AK": "A", "HUAWEICLOUD_SDK_SK": "S", "HUAWEICLOUD_SDK_SECURITY_TOKEN": "T"},
            Keys("A", "S", "T"),
            id="temporary-keys-of-the-sdk",
        ),
        pytest.param(TERRAFORM, Keys("terraform", "S"), id="terraform"),
        pytest.param(
            {"HW_ACCESS_KEY": "A", "HW_SECRET_KEY": "S", "HW_SECURITY_TOKEN": "T"},
            Keys("A", "S", "T"),
            id="temporary-keys-of-terraform",
        ),
        pytest.param({"OS_ACCESS_KEY": "A", "OS_SECRET_KEY": "S"}, Keys("A", "S"), id="openstack"),
        pytest.param({"HW_AUTH_TOKEN": "T"}, Token("T"), id="a-token"),
        pytest.param(
            {"HW_USER_NAME": "ann", "HW_USER_PASSWORD": "P", "HW_DOMAIN_NAME": "acme"},
            Password("ann", "P", "acme"),
            id="a-password",
        ),
        pytest.param(
            {"OS_USERNAME": "ann", "OS_PASSWORD": "P", "OS_DOMAIN_NAME": "acme"},
            Password("ann", "P", "acme"),
            id="a-password-of-openstack",
        ),
    ],
)
def test_the_variables_everybody_uses_are_read(environ: dict[str, str], expected: object) -> None:
    """A caller that runs the SDK or Terraform runs headgate; what headgate.yaml names goes first.

    An access key with another one's secret is five wrong signatures and a locked key.
    """
    assert _found(environ).proof == expected
    assert _found(environ, access_key="written", secret_key="S").proof == Keys("written", "S")


def test_the_sdks_file_is_read_last(tmp_path: Path) -> None:
    """Where it is by default, and where a variable says it is."""
    folder = tmp_path / ".huaweicloud"
    folder.mkdir()
    (folder / "credentials").write_text(f"[basic]\nak = file\nsk = S%S\nproject_id = {PROJECT}\n")

    at_home = _found({"HOME": str(tmp_path)})
    named = _found({"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(folder / "credentials")})

    assert at_home == named
    assert (at_home.proof, at_home.project_id) == (Keys("file", "S%S"), PROJECT)
    assert _found({"HOME": str(tmp_path), "HW_AUTH_TOKEN": "T"}).proof == Token("T")


def test_a_broken_file_is_reported_without_its_words(tmp_path: Path) -> None:
    """A line of it may be the secret."""
    file = tmp_path / "credentials"
    file.write_text("the-secret\n")

    with pytest.raises(Unauthorised) as refused:
        _found({"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(file)})

    assert str(file) in refused.value.problem
    assert "the-secret" not in str(refused.value)


def test_no_credentials_is_reported_with_the_names_to_set(tmp_path: Path) -> None:
    """An error tells the next move."""
    with pytest.raises(Unauthorised) as refused:
        _found({"HOME": str(tmp_path)})

    assert "HUAWEICLOUD_SDK_AK" in refused.value.hint


def test_region_project_and_iam_are_found_too() -> None:
    """As Terraform names them; its address of IAM ends in the version."""
    known = _found(
        {"HW_REGION_NAME": "eu-west-101", "HW_PROJECT_ID": PROJECT, "HW_AUTH_URL": "https://iam.example/v3"},
        token="T",
    )

    assert (known.region, known.project_id, known.iam) == ("eu-west-101", PROJECT, "https://iam.example")


def test_secrets_are_in_no_repr() -> None:
    """Credentials pass through tracebacks and debuggers."""
    proofs: list[Proof] = [
        Keys("A", "the-secret", "the-secret"),
        Token("the-secret"),
        Password("ann", "the-secret", "acme"),
    ]

    assert "the-secret" not in repr([*(Credentials(proof) for proof in proofs), Signing(Keys("A", "the-secret"))])
    assert all("the-secret" in Credentials(proof).secrets().values() for proof in proofs)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (host("dli", "cn-north-4"), "https://dli.cn-north-4.myhuaweicloud.com"),
        (host("dli", "eu-west-101"), "https://dli.eu-west-101.myhuaweicloud.eu"),
        (host("dli", "eu-de"), "https://dli.eu-de.otc.t-systems.com"),
        (cs_address("cn-north-1"), "https://cs.cn-north-1.myhuaweicloud.com"),
        (cs_address("cn-north-5"), "https://cs-api.cn-north-5.myhuaweicloud.com"),
        (cs_address("eu-west-0"), "https://cs.eu-west-0.prod-cloud-ocb.orange-business.com"),
        (cs_address("eu-de"), "https://cs.eu-de.otc.t-systems.com"),
    ],
)
def test_a_region_has_its_address(address: str, expected: str) -> None:
    """Most are under one domain; of Cloud Stream, as its official SDK knows them."""
    assert address == expected


# -- with IAM ----------------------------------------------------------------------------------------------------------


class Iam(SimulatedServer):
    """Projects, one user, and a service at the same address that says who asked it."""

    revoked: tuple[str, ...] = ()
    projects: tuple[dict[str, str], ...] = (
        {"id": PROJECT, "name": "eu-west-101"},
        {"id": "f" * 32, "name": "eu-west-101_other"},
        *({"id": one, "name": "cn-north-4"} for one in (PROJECT, "e" * 32)),
    )

    def answer(self, request: Request) -> Response:
        if request.path == "/v3/auth/tokens":
            asked = request.json["auth"]
            user = asked["identity"]["password"]["user"]
            if (user["name"], user["password"], user["domain"]["name"]) != ("ann", "the-password", "acme"):
                return Response(401, {"error": {"code": 401, "message": f"wrong password {user['password']}"}})
            name = asked["scope"]["project"].get("name")
            reported = {"token": {"project": {"id": PROJECT, "name": name}}}
            return Response(201, reported, {"X-Subject-Token": f"token-{self.ticks}"})
        if request.path == "/v3/projects":
            # By IAM's page the name is exact; a server that reads it as a part of the name must not confuse us.
            return Response(200, {"projects": [one for one in self.projects if request.query["name"] in one["name"]]})
        if request.headers.get("x-auth-token", "") in self.revoked:
            words = f"The token {request.headers['x-auth-token']} must be updated."
            return Response(401, {"error_code": "APIG.0307", "error_msg": words})
        who = request.headers.get("x-auth-token", "") or request.headers.get("authorization", "").split(",")[0]
        return Response(200, {"who": who, "project": request.headers.get("x-project-id", "")})


@pytest.fixture
def iam() -> Iterator[Iam]:
    with Iam() as server:
        yield server


def _account(iam: Iam, environ: dict[str, str], **form: Any) -> Account:
    settings = {"endpoint": iam.url, "iam_endpoint": iam.url, **form}
    target = Target("dli", "huawei-dli", HuaweiTarget.model_validate(settings))
    return Account.of(target, environ, address=partial(host, "dli"))


USER = {"HW_USER_NAME": "ann", "HW_USER_PASSWORD": "the-password", "HW_DOMAIN_NAME": "acme"}
REQUEST = Outgoing("GET", "http://dli/service", {}, b"")
SIGNED = {"HUAWEICLOUD_SDK_AK": "AK", "HUAWEICLOUD_SDK_SK": "SK"}


@pytest.mark.parametrize(
    ("environ", "form", "who", "asked"),
    [
        pytest.param(USER, {"region": "eu-west-101"}, "token-1", ["POST /v3/auth/tokens"], id="a-password-once"),
        pytest.param(
            SIGNED,
            {"region": "eu-west-101"},
            "SDK-HMAC-SHA256 Access=AK",
            ["GET /v3/projects?name=eu-west-101"],
            id="keys-for-the-project-that-every-region-has",
        ),
        pytest.param({"HW_AUTH_TOKEN": "theirs"}, {"project_id": PROJECT}, "theirs", [], id="a-token-of-a-ci-system"),
    ],
)
def test_who_asks_and_for_which_project_goes_with_each_request(
    iam: Iam, environ: dict[str, str], form: dict[str, str], who: str, asked: list[str]
) -> None:
    """A token is good for a day, and the project's id comes with it: IAM is asked once, or not at all."""
    account = _account(iam, environ, **form)

    api = account.api(Api)
    first, second = api.read("/service"), api.read("/service")
    project = account.project_id()
    account.close()

    assert first["who"] == second["who"] == who
    assert first["project"] in ("", PROJECT)
    assert project == PROJECT
    assert [line for line in iam.requests if "v3" in line] == asked


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_that_was_revoked_is_fetched_again(iam: Iam, method: str) -> None:
    """A password that is changed ends the tokens made with it; what was refused for that was not done."""
    account = _account(iam, USER, region="eu-west-101")
    api = account.api(Api)
    api.read("/service")
    iam.revoked = ("token-1",)

    reported = api.call(method, "/service", writes=method == "POST")
    api.read("/service")
    account.close()

    new = reported["who"]
    assert new not in ("", "token-1")
    assert [line for line in iam.requests if "v3" in line] == ["POST /v3/auth/tokens"] * 2
    assert iam.requests.count(f"{method} /service") >= 2


def test_a_token_is_fetched_again_once_for_all_who_were_refused_with_it(iam: Iam) -> None:
    """Several requests are under way when it is revoked."""
    api = Api("iam", iam.url)
    login = TokenLogin(api, Password("ann", "the-password", "acme"), {})
    old = login(REQUEST)

    later = [login(REQUEST) for _ in range(3) if login.renew(old)]
    api.close()

    assert later == [{"X-Auth-Token": "token-2"}] * 3


@pytest.mark.parametrize(
    ("environ", "shown", "requests"),
    [
        pytest.param(USER, "(X-Auth-Token)", 4, id="of-a-password"),
        pytest.param({"HW_AUTH_TOKEN": "theirs"}, "${env:HW_AUTH_TOKEN}", 1, id="of-somebody-else"),
    ],
)
def test_a_token_that_is_refused_for_good_is_reported_and_never_shown(
    iam: Iam, environ: dict[str, str], shown: str, requests: int
) -> None:
    """Asked for twice, not for ever, and not where there is nothing to log in with; the gateway quotes it, not we."""
    iam.revoked = ("token-1", "token-3", "theirs")
    account = _account(iam, environ, region="eu-west-101", project_id=PROJECT)

    with pytest.raises(Unauthorised) as refused:
        account.api(Api).read("/service")
    account.close()

    reported = f"{refused.value} {refused.value.problem} {refused.value.body}"
    assert not [token for token in iam.revoked if token in reported]
    assert f"The token {shown} must be updated" in refused.value.body
    assert len(iam.requests) == requests


def test_a_wrong_password_is_reported_without_it(iam: Iam) -> None:
    """Nor does the body of the answer show it."""
    account = _account(iam, USER | {"HW_USER_PASSWORD": "not-the-password"}, region="eu-west-101")

    with pytest.raises(Unauthorised) as refused:
        account.project_id()
    account.close()

    assert "not-the-password" not in str(refused.value) + refused.value.body


@pytest.mark.parametrize(
    ("form", "kind", "named"),
    [
        pytest.param({"region": "af-south-1"}, NotFound, "af-south-1", id="no-such-project"),
        pytest.param({"region": "cn-north-4"}, Rejected, PROJECT, id="several-of-one-name"),
        pytest.param({"iam_endpoint": ""}, Rejected, "IAM", id="nowhere-to-ask"),
    ],
)
def test_a_project_that_cannot_be_found_is_reported(
    iam: Iam, form: dict[str, str], kind: type[HeadgateError], named: str
) -> None:
    """With what to write down instead."""
    account = _account(iam, SIGNED, **form)

    with pytest.raises(kind) as refused:
        account.project_id()
    account.close()

    assert named in refused.value.problem
    assert "project_id" in refused.value.hint


def test_neither_region_nor_endpoint_is_reported_at_once(iam: Iam) -> None:
    """Before anything is contacted."""
    with pytest.raises(Rejected) as refused:
        _account(iam, SIGNED, endpoint="")

    assert "HW_REGION_NAME" in refused.value.hint
    assert iam.requests == []
