"""Opens a target: where the service is, and who asks."""

from __future__ import annotations

import os
from pathlib import Path

from headgate.model.project import Target
from headgate.providers.cs.adapter import CsProvider
from headgate.providers.cs.api import CsApi
from headgate.providers.cs.forms import CsTarget
from headgate.providers.http import Tls
from headgate.providers.huawei.account import Account, host
from headgate.providers.huawei.credentials import REFUSED

# Hosts that do not follow the pattern of the other regions; from the official SDK.
_HOSTS = {
    "cn-north-5": "https://cs-api.cn-north-5.myhuaweicloud.com",
    "eu-west-0": "https://cs.eu-west-0.prod-cloud-ocb.orange-business.com",
}


def address(region: str) -> str:
    """Where the service of a region is."""
    return _HOSTS.get(region) or host("cs", region)


def open_cs(target: Target, *, project: str, cache: Path | None) -> CsProvider:
    """A provider for a `targets:` entry with `provider: huawei-cs`. Raises Rejected, Unauthorised."""
    form: CsTarget = target.settings
    account = Account.of(target, os.environ, address=address)
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
