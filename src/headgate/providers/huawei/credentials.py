"""Who asks: keys, tokens and passwords, from headgate.yaml or from the variables and the file of the ecosystem.

The names are those of huaweicloudsdkcore (HUAWEICLOUD_SDK_*, and its ini file) and of the Terraform provider (HW_*,
OS_*). What headgate.yaml names goes first, then the SDK's variables, then Terraform's, then the file. Credentials are
taken from one place: an access key from here is never put together with a secret from there.
"""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from headgate.providers.answer_fields import sendable, unsendable
from headgate.providers.http import Unauthorised
from headgate.providers.huawei.forms import HuaweiTarget
from headgate.providers.huawei.signing import Keys


@dataclass(frozen=True, slots=True)
class Password:
    """An IAM user with its password; `domain` is the name of the account it belongs to."""

    user: str
    password: str = field(repr=False)
    domain: str


@dataclass(frozen=True, slots=True)
class Token:
    """An IAM token somebody else has fetched; it ends 24 hours after that."""

    text: str = field(repr=False)


Proof = Keys | Token | Password


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to prove who asks, and for which region and project as far as that is reported: empty where it is not."""

    proof: Proof
    region: str = ""
    project_id: str = ""
    project: str = ""
    iam: str = ""

    def secrets(self) -> dict[str, str]:
        """What no output may show, by the name to show in its place."""
        return {name: value for part, name in _SHOWN_AS.items() if (value := getattr(self.proof, part, ""))}


def credentials(form: HuaweiTarget, environ: Mapping[str, str], *, where: str) -> Credentials:
    """The credentials of a target. Raises `Unauthorised` if there are none; `where` is the target's name."""
    proof = next((found for found in _proofs(form, environ, where) if found), None)
    if proof is None:
        raise Unauthorised("no credentials for Huawei Cloud", where=where, hint=HOW)
    # What is sent as it is: secrets sign, and passwords go into bodies.
    for value in (getattr(proof, part, "") for part in ("access", "token", "text")):
        if not sendable(value):
            raise unsendable(_origin(value, form, environ), where=where, hint=HOW)
    get = partial(_first, environ)
    iam = form.iam_endpoint or get("HUAWEICLOUD_SDK_IAM_ENDPOINT", "HW_AUTH_URL", "OS_AUTH_URL")
    project_id = form.project_id or get("HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID", "OS_PROJECT_ID")
    return Credentials(
        proof,
        region=form.region or get("HW_REGION_NAME", "OS_REGION_NAME"),
        project_id=project_id or _profile(environ, where).get("project_id", ""),
        project=form.project or get("HW_PROJECT_NAME", "OS_PROJECT_NAME"),
        iam=iam.rstrip("/").removesuffix("/v3"),
    )


_SHOWN_AS = {
    "secret": "HUAWEICLOUD_SDK_SK",
    "token": "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    "text": "HW_AUTH_TOKEN",
    "password": "HW_USER_PASSWORD",
}
_VARIABLES = ("HUAWEICLOUD_SDK_", "HW_", "OS_")
# The hint where credentials are missing, and where they are refused.
HOW = (
    "set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK (and HUAWEICLOUD_SDK_SECURITY_TOKEN for temporary keys), "
    "or HW_ACCESS_KEY and HW_SECRET_KEY, or name access_key and secret_key in headgate.yaml"
)
REFUSED = f"{HOW}; more than five failed signatures in a row lock a key for five minutes"


def _proofs(form: HuaweiTarget, environ: Mapping[str, str], where: str) -> Iterator[Proof | None]:
    """Every place in its order: what it holds, or None."""
    get = partial(_first, environ)
    secret = {name: value.get_secret_value() for name, value in form.secrets().items()}
    yield _whole(Keys, form.access_key, secret.get("secret_key", ""), token=secret.get("security_token", ""))
    yield _whole(Token, secret.get("token", ""))
    yield _whole(Password, form.username, secret.get("password", ""), form.domain)
    token = get("HUAWEICLOUD_SDK_SECURITY_TOKEN")
    yield _whole(Keys, get("HUAWEICLOUD_SDK_AK"), get("HUAWEICLOUD_SDK_SK"), token=token)
    for side in ("HW", "OS"):
        token = get(f"{side}_SECURITY_TOKEN")
        yield _whole(Keys, get(f"{side}_ACCESS_KEY"), get(f"{side}_SECRET_KEY"), token=token)
    yield _whole(Token, get("HW_AUTH_TOKEN", "OS_AUTH_TOKEN"))
    user, domain = get("HW_USER_NAME", "OS_USERNAME"), get("HW_DOMAIN_NAME", "OS_DOMAIN_NAME")
    yield _whole(Password, user, get("HW_USER_PASSWORD", "OS_PASSWORD"), domain)
    profile = _profile(environ, where)
    yield _whole(Keys, profile.get("ak", ""), profile.get("sk", ""), token=profile.get("security_token", ""))


def _whole(kind: type[Keys] | type[Token] | type[Password], *parts: str, **more: str) -> Proof | None:
    """A proof that has all of its parts; what is in `more` it may do without."""
    return kind(*parts, **more) if all(parts) else None


def _origin(value: str, form: HuaweiTarget, environ: Mapping[str, str]) -> str:
    """The setting or variable that holds a credential."""
    settings = {"access_key": form.access_key}
    settings |= {name: secret.get_secret_value() for name, secret in form.secrets().items()}
    variables = {name: text.strip() for name, text in environ.items() if name.startswith(_VARIABLES)}
    names = [name for name, text in {**settings, **variables}.items() if text == value]
    return next(iter(names), "a key in the credentials file")


def _first(environ: Mapping[str, str], *names: str) -> str:
    """The first of some variables that is set to something."""
    return next((value for name in names if (value := environ.get(name, "").strip())), "")


def _profile(environ: Mapping[str, str], where: str) -> Mapping[str, str]:
    """The section `basic` of the SDK's credentials file, empty if there is no such file."""
    named = environ.get("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "")
    home = environ.get("HOME", "") or environ.get("USERPROFILE", "")
    file = Path(named) if named else Path(home) / ".huaweicloud" / "credentials"
    if not named and not (home and file.is_file()):
        return {}
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error) as problem:
        # A parser's message quotes the line, and the line may be the secret.
        raise Unauthorised(
            f"the credentials file {file} cannot be read: {type(problem).__name__}", where=where, hint=HOW
        ) from None
    return dict(parser["basic"]) if parser.has_section("basic") else {}
