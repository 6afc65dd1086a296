"""Opens a target: where the service is, who asks, and how requests are signed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from headgate.errors import Rejected
from headgate.model.project import Target
from headgate.providers.cs.adapter import CsProvider
from headgate.providers.cs.api import CsApi
from headgate.providers.cs.forms import CsTarget
from headgate.providers.http import Tls
from headgate.providers.huawei.account import Account, host
from headgate.providers.huawei.credentials import REFUSED
from headgate.providers.huawei.signing import PLAIN, Scheme, scoped

_SERVICE = "CS"
# Hosts that do not follow the pattern of the other regions; from the official SDK.
_HOSTS = {
    "cn-north-5": "https://cs-api.cn-north-5.myhuaweicloud.com",
    "eu-west-0": "https://cs.eu-west-0.prod-cloud-ocb.orange-business.com",
}


def address(region: str) -> str:
    """Where the service of a region is."""
    return _HOSTS.get(region) or host("cs", region)


def scheme_of(form: CsTarget, *, where: str) -> Callable[[str], Scheme]:
    """Region to the way requests are signed there. That raises Rejected if the way needs a region and there is none."""

    def scheme(region: str) -> Scheme:
        if form.signature == "current":
            return PLAIN
        if not region:
            hint = "name the region of this target in headgate.yaml, or in HW_REGION_NAME"
            raise Rejected("the legacy signature is made for a region, and none is named", where=where, hint=hint)
        return scoped(region, _SERVICE)

    return scheme


def open_cs(target: Target, *, project: str, cache: Path | None) -> CsProvider:
    """A provider for a `targets:` entry with `provider: huawei-cs`. Raises Rejected, Unauthorised."""
    form: CsTarget = target.settings
    account = Account.of(target, os.environ, address=address, scheme=scheme_of(form, where=target.name))
    api = CsApi(
        target.name,
        account.endpoint,
        project=account.project_id,
        tls=Tls(ca=form.ca or "", verify=form.verify),
        timeout=form.timeout,
        max_answer_mib=form.max_answer_mib,
        secrets=account.secrets,
        concurrency=form.concurrency,
        per_second=form.requests_per_second,
        sign=account.sign,
        credentials=REFUSED,
    )
    return CsProvider(target.name, api, project=project, closing=account.close)
