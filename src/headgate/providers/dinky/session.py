"""A login that lasts, the tenant it works in, and lists in pages.

Dinky keeps one session per user: a caller that logs in as the same user ends the one before. So headgate logs in when
it has to, once for all threads, and asks again what was refused with 401, which was not executed. The token comes in a
header and a cookie named by a setting of the server (`token` up to 1.1, `dinky-token` later); the tenant in a cookie.
Calls under /openapi ask for no login and get our cookies all the same.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Unpack, cast

from headgate.errors import ProviderError, Rejected, Unavailable
from headgate.model.project import Target
from headgate.model.secret import Secrets
from headgate.providers.answer_fields import number, undocumented
from headgate.providers.definitions.paging import Page, every_row
from headgate.providers.dinky.envelope import SessionEnded, TurnedAway, judge
from headgate.providers.dinky.forms import DinkyTarget
from headgate.providers.dinky.wire import document, moment, rows, text
from headgate.providers.http import Api, Asked, Outgoing, Unauthorised

_LOGIN = "/api/login"
# The hint where who we are is refused.
CREDENTIALS = "check `username` and `password` of this target in headgate.yaml, and what this user may do"
_PAGE = 500
_LOGINS = 4
_QUARTER = 900
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Login:
    """`ahead` is how many seconds the server's wall clock is ahead of UTC. `version` is (0, 0, 0) where unknown."""

    token_name: str
    token: str
    tenant_id: int
    user_id: int | None
    ahead: int
    version: tuple[int, int, int]


class Session:
    """Everything that is asked of one Dinky server. Nothing is asked before it is needed."""

    def __init__(self, target: Target, pause: Callable[[float], None] = time.sleep) -> None:
        form: DinkyTarget = target.settings
        self._name, self._form, self._pause = target.name, form, pause
        secrets = Secrets({**target.secrets.values, "DINKY_PASSWORD": form.password.get_secret_value()})
        more = {"secrets": secrets, "sign": self._sign, "judge": judge, "credentials": CREDENTIALS, "pause": pause}
        self._api = Api.of(target, form.url, **more)
        self._login: Login | None = None
        self._tenant_id: int | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        self._api.close()

    def read(self, method: str, path: str, *, body: Any = None, **query: str) -> Any:
        """What stands in `data` of an answer that changes nothing; repeated on trouble that may pass."""
        return self._ask(method, path, TurnedAway, writes=False, body=body, params=query or None).get("data")

    def write(self, method: str, path: str, *, body: Any = None, slow: bool = False, **query: str) -> Any:
        """`data` of the answer to a write, which is sent once. GET is no reason to think that nothing changes."""
        asked: Asked = {"writes": True, "body": body, "params": query or None}
        if slow:
            asked["timeout"] = self._form.slow_timeout
        return self._ask(method, path, **asked).get("data")

    def listed(self, path: str, wanted: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """All rows of a list in pages. Raises Unavailable if it never holds still."""
        page = 0

        def read(before: Sequence[Mapping[str, Any]]) -> Page[Mapping[str, Any]]:
            nonlocal page
            page = page + 1 if before else 1
            body = {**wanted, "current": page, "pageSize": _PAGE}
            answer = self._ask("POST", path, TurnedAway, writes=False, body=body)
            part, total = rows(answer.get("data")), number(answer.get("total"))
            if total is None or not isinstance(answer["data"], list) or len(part) < len(answer["data"]):
                raise undocumented(f"POST {path}", where=self._name)
            return Page(part, total)

        where = f"{self._name}: POST {path}"
        return every_row(read, lambda row: row.get("id"), what="the list", where=where, pause=self._pause)

    def milliseconds(self, at: datetime | None) -> int:
        """A time on the server's wall clock, in milliseconds since the epoch; 0 where there is none."""
        return int((at.replace(tzinfo=UTC).timestamp() - self.login().ahead) * 1000) if at else 0

    def wall_clock(self) -> datetime:
        """The time on the server's wall clock, now."""
        return datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=self.login().ahead)

    def _sign(self, request: Outgoing) -> Mapping[str, str]:
        """The cookies of a request; none for the login itself."""
        login = self._login
        if login is None or request.url.endswith(_LOGIN):
            return {}
        cookies = f"{login.token_name}={login.token}; tenantId={login.tenant_id}"
        return {"Cookie": cookies, login.token_name: login.token}

    def _ask(
        self, method: str, path: str, again: type[ProviderError] = SessionEnded, **asked: Unpack[Asked]
    ) -> Mapping[str, Any]:
        """Ask, logged in; again after a login if the session had ended, or once if we were turned away with `again`.

        Two runs as one user end each other's sessions until one of them gets its word in: each waits a little, and not
        as long as the other. Trouble keeps Dinky's message and not its Java stack.
        """
        turned_away = False
        for attempt in range(_LOGINS + 1):
            login = self.login()
            try:
                return cast(Mapping[str, Any], self._api.call(method, path, **asked))
            except ProviderError as trouble:
                trouble.body = trouble.problem
                ended = isinstance(trouble, SessionEnded)
                if not ended and (turned_away or attempt == _LOGINS or not isinstance(trouble, again)):
                    raise
                if attempt == _LOGINS:
                    user = self._form.username
                    problem = f"the session of {user!r} is ended again and again: somebody else uses it"
                    hint = "give headgate a Dinky user of its own"
                    raise Unavailable(problem, where=trouble.where, hint=hint) from trouble
                turned_away = not ended
                if attempt:
                    self._pause(random.uniform(0.05, 0.2) * attempt)  # noqa: S311 - jitter, not a secret
                self.login(instead_of=login)
        raise AssertionError("unreachable")

    def login(self, *, instead_of: Login | None = None) -> Login:
        """As whom we work, and in which Dinky. `instead_of` is a login that has ended."""
        with self._lock:
            if self._login is None or self._login is instead_of:
                self._login = None
                self._login = self._log_in(self._version())
            return self._login

    def _log_in(self, version: tuple[int, int, int]) -> Login:
        password = self._form.password.get_secret_value()
        body = {"username": self._form.username, "password": password, "ldapLogin": False, "autoLogin": True}
        try:
            reply = self._api.reply("POST", _LOGIN, writes=False, body=body)
        except Unauthorised:
            raise
        except Rejected as refused:
            # A wrong password is refused as anything else is, in any language.
            raise Unauthorised(refused.problem, where=refused.where, hint=CREDENTIALS) from refused
        data = document(document(reply.json).get("data"))
        # tokenInfo was made before the login: its name is right, its value is not.
        name = text(document(data.get("tokenInfo")).get("tokenName")) or "token"
        cookie = re.search(rf"(?:^|[;,]\s*){re.escape(name)}=([^;,\s]*)", reply.headers.get("set-cookie", ""))
        token = reply.headers.get(name.lower(), "") or (cookie[1] if cookie else "")
        if not token:
            raise Unavailable("the login gave no token", where=f"{self._name}: POST {_LOGIN}")
        tenant, user = self._chosen(rows(data.get("tenantList"))), number(document(data.get("user")).get("id"))
        return Login(name, token, tenant, user, _ahead(document(reply.json).get("time")), version)

    def _chosen(self, tenants: Sequence[Mapping[str, Any]]) -> int:
        """The id of the tenant to work in: the one that the target names, by code or id, or the user's only one."""
        user, named = self._form.username, self._form.tenant
        known = {text(one.get("tenantCode")): number(one.get("id")) for one in tenants}
        ids = set(known.values()) - {None}
        chosen = known.get(str(named)) if named is not None else None
        if chosen is None:
            chosen = next((one for one in ids if one == number(named) or (named is None and len(ids) == 1)), None)
        if self._tenant_id not in (None, chosen):
            problem = f"user {user!r} is in another tenant now than a moment ago"
            raise Rejected(problem, where=self._name, hint="write `tenant:` in headgate.yaml, and run again")
        if chosen is not None:
            self._tenant_id = chosen
            return chosen
        why = f"in {len(ids)} tenants and the target names none" if named is None else f"not in tenant {named!r}"
        hint = f"write `tenant:` in headgate.yaml; this user has: {', '.join(sorted(known)) or 'none'}"
        raise Rejected(f"user {user!r} is {why}", where=self._name, hint=hint)

    def _version(self) -> tuple[int, int, int]:
        try:
            answer = self._api.call("GET", "/openapi/version", writes=False)
        except Rejected:
            # A proxy may well keep everybody away from /openapi: it asks for no login.
            return (0, 0, 0)
        found = _VERSION.match(text(answer.get("data")))
        if found and int(found[1]) < 1:
            hint = "headgate works with Dinky 1.0 and later"
            raise Rejected(f"Dinky {found[0]} is too old", where=self._name, hint=hint)
        return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else (0, 0, 0)


def _ahead(time: object) -> int:
    """Seconds from UTC to the server's wall clock, in quarters of an hour; 0 for a clock that is plainly wrong."""
    at = moment(time)
    if at is None:
        return 0
    seconds = (at - datetime.now(UTC).replace(tzinfo=None)).total_seconds()
    ahead = round(seconds / _QUARTER) * _QUARTER
    return ahead if abs(ahead) <= 14 * 3600 else 0
