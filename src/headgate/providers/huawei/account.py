"""A target's access to one service: where it is, how requests to it are signed, and which project they are for.

access = Account.of(target, os.environ, address=partial(host, "dli"))
api = access.api(Api, judge=..., headers=...)
api.read(f"/v1.0/{access.project_id()}/streaming/jobs")
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from headgate.errors import Rejected
from headgate.model.project import Target
from headgate.model.secret import Secrets
from headgate.providers.http import Api, Outgoing, Signer
from headgate.providers.huawei.credentials import REFUSED, Credentials, Password, Token, credentials
from headgate.providers.huawei.forms import HuaweiTarget
from headgate.providers.huawei.iam import TokenLogin, project_id_of, scope_of
from headgate.providers.huawei.signing import Keys, Signing

A = TypeVar("A", bound=Api)
# Regions whose hosts are not under myhuaweicloud.com.
_DOMAINS = {"eu-west-101": "myhuaweicloud.eu", "eu-de": "otc.t-systems.com", "eu-nl": "otc.t-systems.com"}


def host(service: str, region: str) -> str:
    """The public address of a service in a region."""
    return f"https://{service}.{region}.{_DOMAINS.get(region, 'myhuaweicloud.com')}"


class Account:
    """Access to one service of one project. Nothing is asked before the first request needs it.

    Safe to use from several threads. `secrets` masks the credentials, and is what `api` was given.
    """

    def __init__(self, target: Target, known: Credentials, *, endpoint: str) -> None:
        self.name = target.name
        self.region = known.region
        self.endpoint = endpoint
        self.secrets = Secrets({**known.secrets(), **target.secrets.values})
        self._target = target
        self._known = known
        self._lock = threading.Lock()
        self._project_id = known.project_id
        self._opened: list[Api] = []
        self._login: TokenLogin | None = None
        if isinstance(known.proof, Password):
            self._login = TokenLogin(self._iam(None), known.proof, scope_of(known))

    @classmethod
    def of(cls, target: Target, environ: Mapping[str, str], *, address: Callable[[str], str]) -> Account:
        """`address` says where the service of a region is.

        Raises `Unauthorised` without credentials, and `Rejected` without a region or an endpoint.
        """
        form: HuaweiTarget = target.settings
        known = credentials(form, environ, where=target.name)
        endpoint = form.endpoint or (address(known.region) if known.region else "")
        if not endpoint:
            hint = "name the region of this target in headgate.yaml, or in HW_REGION_NAME"
            raise Rejected("neither a region nor an endpoint is named", where=target.name, hint=hint)
        return cls(target, known, endpoint=endpoint)

    def api(self, kind: type[A], **more: Any) -> A:
        """The service's API, signed; `more` are the arguments of `kind` that a service has its own idea of."""
        return self._api(kind, self.endpoint, self.sign, renew=self._login.renew if self._login else None, **more)

    def project_id(self) -> str:
        """The project's id: as it was named, or as IAM tells it, once. Raises `ProviderError`."""
        with self._lock:
            if not self._project_id:
                reported = self._login.project_id() if self._login else ""
                name = self._known.project or self.region
                self._project_id = reported or project_id_of(self._iam(self._proven), name)
            return self._project_id

    def sign(self, request: Outgoing) -> Mapping[str, str]:
        """The `Signer` of the service."""
        if isinstance(self._known.proof, Keys):
            return Signing(self._known.proof, self.project_id())(request)
        typed = "content-type" in map(str.lower, request.headers)
        return {**({} if typed else {"Content-Type": "application/json"}), **self._proven(request)}

    def close(self) -> None:
        for api in self._opened:
            api.close()

    def _proven(self, request: Outgoing) -> Mapping[str, str]:
        """Who asks, without naming a project: enough for IAM."""
        proof = self._known.proof
        if isinstance(proof, Keys):
            return Signing(proof)(request)
        token = proof.text if isinstance(proof, Token) else ""
        return {"X-Auth-Token": token} if token or not self._login else self._login(request)

    def _iam(self, sign: Signer | None) -> Api:
        address = self._known.iam or (host("iam", self.region) if self.region else "")
        if not address:
            hint = "name the project_id, or the region or iam_endpoint, of this target in headgate.yaml"
            raise Rejected("the address of IAM is not known without a region", where=self.name, hint=hint)
        return self._api(Api, address, sign)

    def _api(self, kind: type[A], address: str, sign: Signer | None, **more: Any) -> A:
        api = kind.of(self._target, address, secrets=self.secrets, sign=sign, credentials=REFUSED, **more)
        self._opened.append(api)
        return api
