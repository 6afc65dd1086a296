"""Who asks: an AccessKey, from headgate.yaml or from the variables of Alibaba's SDKs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headgate.providers.answer_fields import sendable, unsendable
from headgate.providers.foas.forms import FoasTarget
from headgate.providers.http import Unauthorised

_ID, _SECRET, _TOKEN = (
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An AccessKey and its secret; `token` is the security token of temporary ones."""

    key_id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)

    def secrets(self) -> dict[str, str]:
        """What no output may show, by the name to show in its place."""
        named = {_ID: self.key_id, _SECRET: self.secret, _TOKEN: self.token}
        return {name: value for name, value in named.items() if value}


def credentials(form: FoasTarget, environ: Mapping[str, str], *, where: str) -> Credentials:
    """The credentials of a target, all from one place. Raises `Unauthorised` if there are none."""
    if form.access_key_id and form.access_key_secret:
        token = form.security_token.get_secret_value() if form.security_token else ""
        found = Credentials(form.access_key_id, form.access_key_secret.get_secret_value(), token)
        names = ("access_key_id", "security_token")
    else:
        found = Credentials(*(environ.get(name, "").strip() for name in (_ID, _SECRET, _TOKEN)))
        names = (_ID, _TOKEN)
    if not (found.key_id and found.secret):
        raise Unauthorised("no credentials for Alibaba Cloud", where=where, hint=HOW)
    for name, value in zip(names, (found.key_id, found.token), strict=True):
        if not sendable(value):
            raise unsendable(name, where=where, hint=HOW)
    return found


# The hint where credentials are missing, or refused.
HOW = f"set {_ID} and {_SECRET} (and {_TOKEN} for temporary keys), or name access_key_id and access_key_secret"
