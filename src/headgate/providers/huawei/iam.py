"""IAM: tokens for a user with a password, and the id of a project that is known by its name.

Facts from the IAM API pages (`POST /v3/auth/tokens`, `GET /v3/projects`).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from headgate.errors import Unavailable
from headgate.providers.http import Api, NotFound, Outgoing, Unauthorised
from headgate.providers.huawei.credentials import Credentials, Password

# A token is good for 24 hours; one that is nearly over is not used for what may take a while.
_GOOD_FOR = 23 * 3600.0
_HEADER = "X-Auth-Token"


class TokenLogin:
    """A `Signer` that logs a user in when the first request leaves, and again before the token ends.

    A token may be revoked before that: a password that was changed ends all of its user's tokens.
    """

    def __init__(
        self, iam: Api, user: Password, scope: dict[str, str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._iam = iam
        self._user = user
        self._scope = scope
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._project_id = ""
        self._until = 0.0

    def __call__(self, request: Outgoing) -> dict[str, str]:
        return {_HEADER: self._current()[0]}

    def renew(self, headers: Mapping[str, str]) -> bool:
        """The `Renewer`: a caller that was refused with the token in use gets a new one; a caller that had an older
        one, that.
        """
        with self._lock:
            if headers.get(_HEADER) == self._token:
                self._until = -math.inf
            return True

    def project_id(self) -> str:
        """The project the token is for."""
        return self._current()[1]

    def _current(self) -> tuple[str, str]:
        with self._lock:
            if self._clock() >= self._until:
                self._token, self._project_id = self._fetched()
                self._until = self._clock() + _GOOD_FOR
            return self._token, self._project_id

    def _fetched(self) -> tuple[str, str]:
        user = {"name": self._user.user, "password": self._user.password, "domain": {"name": self._user.domain}}
        identity = {"methods": ["password"], "password": {"user": user}}
        body = {"auth": {"identity": identity, "scope": {"project": self._scope}}}
        # Asked twice it makes two tokens, and neither does any harm.
        reply = self._iam.reply("POST", "/v3/auth/tokens", writes=False, body=body)
        token = reply.headers.get("x-subject-token", "")
        if not token:
            raise Unavailable("IAM answered without a token", where="POST /v3/auth/tokens")
        reported = reply.json.get("token", {}) if isinstance(reply.json, dict) else {}
        return token, str(reported.get("project", {}).get("id", ""))


def project_id_of(iam: Api, name: str) -> str:
    """The id of the project with this name. Raises `NotFound` or, where IAM names several, `Unauthorised`."""
    answer: Any = iam.read("/v3/projects", name=name)
    found = [str(project["id"]) for project in answer.get("projects", ()) if project.get("name") == name]
    hint = "name the project_id of this target in headgate.yaml, or in HUAWEICLOUD_SDK_PROJECT_ID"
    if not found:
        raise NotFound(f"IAM knows no project {name!r}", where="GET /v3/projects", hint=hint)
    if len(found) > 1:
        raise Unauthorised(f"IAM knows several projects {name!r}: {', '.join(found)}", hint=hint)
    return found[0]


def scope_of(known: Credentials) -> dict[str, str]:
    """What a token is for: the project by its id, else by its name, which defaults to the region's."""
    return {"id": known.project_id} if known.project_id else {"name": known.project or known.region}
