"""What the settings of a target lay open: a credential that can be read on the way, a server that is not checked.

Neither is an error, because both have their uses; on a loopback address nothing is between.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, SecretStr

from headgate.manifests.source_file import Page
from headgate.manifests.yaml_tree import Mapping
from headgate.model.project import Target
from headgate.model.warnings import ProjectWarning, WarningCode

# Settings that are addresses, and those that are sent to them as they are; keys that sign are not sent.
_ADDRESSES = ("url", "endpoint", "iam_endpoint")
_SENT = ("token", "password")


def exposed(page: Page, written: Mapping, targets: AbstractMapping[str, Target]) -> Iterator[ProjectWarning]:
    """A warning for each such target, at the setting that does it."""
    for name, target in targets.items():
        node = written.get(name)
        if not isinstance(node, Mapping):
            continue
        addresses = {key: urlsplit(text) for key in _ADDRESSES if (text := _text(target.settings, key))}
        away = {key: parts for key, parts in addresses.items() if not _is_loopback(parts)}
        # A cloud's own address is used where none is written.
        https = any(parts.scheme == "https" for parts in away.values())
        https = https or ("endpoint" in type(target.settings).model_fields and "endpoint" not in addresses)
        if https and getattr(target.settings, "verify", True) is False:
            at = node.key("verify")
            yield ProjectWarning(
                WarningCode.SERVER_UNCHECKED,
                f"target {name!r} has `verify: false`: any server on the way to it can answer in its place",
                where=f"{page.name}:{at.line}:{at.column}",
                hint="name the PEM file of the authority that signed its certificate as `ca`, and remove `verify`",
            )
        for key, parts in away.items():
            sent = [setting for setting in _SENT if _text(target.settings, setting)]
            if parts.scheme == "http" and (sent or parts.password):
                at, what = node.key(sent[0] if sent else key), " and ".join(sent) or "password"
                yield ProjectWarning(
                    WarningCode.CREDENTIAL_IN_CLEAR,
                    f"target {name!r} sends its {what} over http: anybody on the way can read it",
                    where=f"{page.name}:{at.line}:{at.column}",
                    hint=f"reach it over https: `{key}: https://...`",
                )
                break


def _text(settings: BaseModel, key: str) -> str:
    value = getattr(settings, key, None)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
