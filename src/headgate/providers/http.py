"""The one door to the network: sends requests and sorts what went wrong by what may have happened.

Queries are encoded here, once, by RFC 3986, and bodies are made to bytes once, so that what is signed is what is sent.
Reads are repeated with jittered backoff. A write is repeated only if its caller says that asking twice does it once
(`repeatable`); any other write whose reply is lost ends in `OutcomeUnknown`, and the caller observes first.
"""

from __future__ import annotations

import json
import os
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Required, TypedDict, Unpack
from urllib.parse import quote, urlsplit

import httpx

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.model.secret import Environment, replaced, spellings
from headgate.providers.answers import (
    NotFound,
    Reply,
    Unauthorised,
    by_status,
    retry_after,
    sendable,
    skew,
    unsendable,
)

# What adapters need of the door, in one place.
__all__ = ["Api", "Asked", "Judge", "NotFound", "Outgoing", "Reply", "Signer", "Tls", "Unauthorised", "encoded"]

_ATTEMPTS = 4
# Seconds between two attempts.
_LONGEST_WAIT = 20.0
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Tls:
    """`ca` is a PEM bundle to trust instead of the system's; `cert` and `key` are PEM files for mTLS."""

    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True

    def context(self) -> ssl.SSLContext | bool:
        """What httpx takes as `verify`. Raises `Rejected` naming the file that cannot be used."""
        if not (self.ca or self.cert) and self.verify:
            return True
        try:
            context = ssl.create_default_context(cafile=self.ca or None)
            if self.cert:
                context.load_cert_chain(self.cert, self.key or None)
        except (OSError, ssl.SSLError) as problem:
            files = ", ".join(file for file in (self.ca, self.cert, self.key) if file)
            raise Rejected(f"the TLS files cannot be used: {problem}", where=files) from problem
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request as it will be sent: `url` whole with its encoded query, `headers` set so far, `body` its bytes."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def host(self) -> str:
        """host[:port] as an HTTP client sends it: a port that goes without saying is not said."""
        parts = urlsplit(self.url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        return host if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


# Headers to add to a request: asked anew for every attempt, because signatures carry the time.
Signer = Callable[[Outgoing], Mapping[str, str]]
# Asked with the headers of a request whose proof was refused: is there a new one, so that signing again may help?
Renewer = Callable[[Mapping[str, str]], bool]
# What a platform's own envelope says of an answer, whatever its HTTP status: an error to raise, or None to let the
# status decide (`answers.by_status`). The bool tells whether the request was a write.
Judge = Callable[[Reply, bool], ProviderError | None]


class Asked(TypedDict, total=False):
    """What may be said about a request.

    `writes` is stated by the caller: some platforms cancel a job through GET. `repeatable` says that asking twice does
    it once. `timeout` is how many seconds it may take, if not as long as any other. Of the bodies one may be given:
    `body` is sent as JSON, `form` as a form, `content` as (content type, bytes), `upload` as (multipart field, file).
    """

    writes: Required[bool]
    repeatable: bool
    timeout: float
    params: Mapping[str, str] | None
    headers: Mapping[str, str]
    body: Any
    form: Mapping[str, str] | None
    content: tuple[str, bytes]
    upload: tuple[str, Path]


class Api:
    """A JSON API at one base URL. Safe to use from several threads; proxies are taken from the environment.

    `judge` is asked first about every answer, `sign` before every request, `renew` once after a request whose proof was
    refused: nothing was done then, so that a write is sent again, too. What proves who asks is masked in every answer.
    `explain` makes the few words for people out
    of the body of an error that only its status tells. `credentials` says where the credentials come from: the hint
    where they are refused.
    A platform that asks to be left alone for longer than we would wait is left alone: its trouble is told at once.
    At most `concurrency` requests are under way at a time, and at most `per_second` begin in a second.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        auth: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        tls: Tls | None = None,
        timeout: float = 30.0,
        environment: Environment | None = None,
        concurrency: int = 8,
        per_second: float | None = None,
        sign: Signer | None = None,
        renew: Renewer | None = None,
        judge: Judge | None = None,
        explain: Callable[[str], str] = str,
        credentials: str = "check the credentials of this target",
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._name = name
        self._environment = environment or Environment()
        self._pause = pause
        self._clock = clock
        self._explain = explain
        self._credentials = credentials
        self._sign = sign
        self._renew = renew
        self._judge = judge
        self._slots = threading.BoundedSemaphore(concurrency)
        self._pace = _Pace(per_second, pause)
        self._within = _within(timeout)
        self._base_url = base_url.rstrip("/")
        self._require_sendable(headers or {}, name)
        verify = (tls or Tls()).context()
        try:
            self._client = httpx.Client(
                auth=auth,
                headers=dict(headers or {}),
                verify=verify,
                transport=transport,
            )
        except (ValueError, ImportError, httpx.InvalidURL) as problem:
            # What is wrong is not quoted: a proxy's address may hold its password.
            told = f"the proxy that {_proxy_variables(os.environ)} names cannot be used"
            raise Rejected(told, where=name, hint="a proxy is an http:// or https:// address") from problem

    def close(self) -> None:
        self._client.close()

    def read(self, path: str, **query: str) -> Any:
        """GET a JSON document; repeated on trouble that may pass."""
        return self.call("GET", path, writes=False, params=query or None)

    def call(self, method: str, path: str, **asked: Unpack[Asked]) -> Any:
        """One request. Returns the JSON document, or None for an empty body."""
        return self.reply(method, path, **asked).json

    def reply(self, method: str, path: str, **asked: Unpack[Asked]) -> Reply:
        """As `call`, with the headers of the answer. `path` is encoded already."""
        params, writes = asked.get("params"), asked["writes"]
        url = f"{self._base_url}{path}" + (f"?{encoded(params)}" if params else "")
        kind, content = _content(asked)
        headers = {**({"Content-Type": kind} if kind else {}), **asked.get("headers", {})}
        request = Outgoing(method, url, headers, content)
        where = f"{self._name}: {method} {path}"
        within = _within(asked["timeout"]) if "timeout" in asked else self._within
        attempts = _ATTEMPTS if asked.get("repeatable") or not writes else 1
        for attempt in range(1, attempts + 1):
            try:
                with self._slots:
                    self._pace.wait()
                    return self._once(request, where, within, writes=writes, upload=asked.get("upload"))
            except (Unavailable, OutcomeUnknown) as trouble:
                wait = _wait(attempt, trouble)
                if attempt == attempts or wait > _LONGEST_WAIT:
                    raise
                self._pause(wait)
        raise AssertionError("unreachable")

    def _once(
        self, request: Outgoing, where: str, within: httpx.Timeout, *, writes: bool, upload: tuple[str, Path] | None
    ) -> Reply:
        headers = self._signed(request)
        try:
            return self._sent(request, headers, where, within, writes=writes, upload=upload)
        except Unauthorised as refused:
            if not (refused.of_the_proof and self._renew and self._renew(headers)):
                raise
        return self._sent(request, self._signed(request), where, within, writes=writes, upload=upload)

    def _signed(self, request: Outgoing) -> dict[str, str]:
        return {**request.headers, **(self._sign(request) if self._sign else {})}

    def _sent(
        self,
        request: Outgoing,
        headers: Mapping[str, str],
        where: str,
        within: httpx.Timeout,
        *,
        writes: bool,
        upload: tuple[str, Path] | None,
    ) -> Reply:
        self._require_sendable(headers, where)
        try:
            if upload is not None:
                field, file = upload
                with file.open("rb") as content:
                    files = {field: (file.name, content, "application/x-java-archive")}
                    response = self._client.request(
                        request.method, request.url, headers=headers, files=files, timeout=within
                    )
            else:
                response = self._client.request(
                    request.method, request.url, headers=headers, content=request.body or None, timeout=within
                )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.PoolTimeout) as problem:
            message = self._mask(f"no connection to {self._base_url}: {_plainly(problem)}")
            raise Unavailable(message, where=where, hint=_CHECK_TARGET) from problem
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as problem:
            raise Rejected(self._mask(str(problem)), where=where, hint=_CHECK_TARGET) from problem
        except httpx.RequestError as problem:
            lost = OutcomeUnknown if writes else Unavailable
            what = "cannot be read" if isinstance(problem, httpx.DecodingError) else "was lost"
            raise lost(self._mask(f"the reply {what}: {_plainly(problem)}"), where=where) from problem
        return self._answer(response, headers, where, writes=writes)

    def _answer(self, response: httpx.Response, sent: Mapping[str, str], where: str, *, writes: bool) -> Reply:
        def mask(text: str) -> str:
            return replaced(self._mask(text), _proofs(sent))

        # Masked before anybody cuts it short: half a secret is not recognised any more.
        text = response.text if response.is_success else mask(response.text)
        reply = Reply(response.status_code, dict(response.headers), text, _document(response))
        trouble = self._judge(reply, writes) if self._judge else None
        if trouble is None and response.is_success:
            self._expect_json(response, reply, where, writes=writes)
            return reply
        trouble = trouble or by_status(reply, writes=writes, explain=self._explain)
        trouble.where = trouble.where or where
        if isinstance(trouble, Unauthorised):
            trouble.of_the_proof = reply.status == HTTPStatus.UNAUTHORIZED
            trouble.hint = skew(reply, self._clock()) or trouble.hint or self._credentials
        if (told := retry_after(reply, self._clock())) is not None:
            trouble.retry_after = told
        if (told := trouble.retry_after or 0.0) > _LONGEST_WAIT:
            trouble.problem += f"; it asks to come back in {told:.0f} s"
        trouble.problem, trouble.hint = mask(trouble.problem), mask(trouble.hint)
        trouble.body = mask(reply.text)
        raise trouble

    def _require_sendable(self, headers: Mapping[str, str], where: str) -> None:
        """Raises `Unauthorised` for a header that cannot be sent: what is not ours to choose in one is a credential."""
        for header, value in headers.items():
            if sendable(value):
                continue
            known = [name for name, secret in self._environment.values.items() if secret and secret in value]
            names = [name for name in known if not sendable(self._environment.values[name])]
            told = " and ".join(names) or f"what goes into the header {header}"
            raise unsendable(told, where=where, hint=self._credentials)

    def _expect_json(self, response: httpx.Response, reply: Reply, where: str, *, writes: bool) -> None:
        if response.content and reply.json is None and response.text.strip() != "null":
            kind = response.headers.get("content-type", "no content type")
            lost = OutcomeUnknown if writes else Unavailable
            hint = "is the target's url that of the REST API?"
            raise lost(f"the answer is not JSON but {kind}", where=where, hint=hint)

    def _mask(self, text: str) -> str:
        return self._environment.mask(text)


class _Pace:
    """Lets at most so many requests begin in a second, evenly spread."""

    def __init__(self, per_second: float | None, pause: Callable[[float], None]) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._pause = pause
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        if not self._gap:
            return
        with self._lock:
            now = time.monotonic()
            begin = max(now, self._next)
            self._next = begin + self._gap
        if begin > now:
            self._pause(begin - now)


def _within(timeout: float) -> httpx.Timeout:
    """So many seconds for an answer; a connection is made sooner, or not at all."""
    return httpx.Timeout(timeout, connect=min(10.0, timeout))


def _proofs(headers: Mapping[str, str]) -> dict[str, str]:
    """What proves who asks, in every spelling, and what is shown in its place: the name of its header."""
    told = {name: value for name, value in headers.items() if _PROOF.search(name)}
    return {form: f"({name})" for name, value in told.items() for form in spellings(value)}


# Headers that carry a signature, a token or a session.
_PROOF = re.compile(r"^(authorization|cookie)$|token$", re.IGNORECASE)


def _content(asked: Asked) -> tuple[str, bytes]:
    """Content type and bytes of a body; nothing for none, and for an upload, which is read as it is sent."""
    if asked.get("body") is not None:
        return "application/json", json.dumps(asked["body"], separators=(",", ":"), ensure_ascii=False).encode()
    if (form := asked.get("form")) is not None:
        return "application/x-www-form-urlencoded", encoded(form).encode()
    return asked.get("content", ("", b""))


def encoded(pairs: Mapping[str, str]) -> str:
    """`key=value&...` by RFC 3986: a space is %20, and only letters, digits and `-_.~` stand for themselves."""
    return "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in pairs.items())


def _document(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content) if response.content else None
    except (ValueError, RecursionError):
        return None


def _proxy_variables(environ: Mapping[str, str]) -> str:
    """The variables that name proxies: those with an address that is no http one, else all that are set."""
    found = {name: value for name, value in environ.items() if value and name.lower() in _PROXIES}
    odd = [name for name, value in found.items() if "://" in value and not value.lower().startswith("http")]
    return " or ".join(sorted(odd or found)) or "the environment"


_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_CHECK_TARGET = "is the target up, and its url in headgate.yaml right? `headgate local up` starts a Flink here"


def _wait(attempt: int, trouble: Unavailable | OutcomeUnknown) -> float:
    """Seconds until the next attempt; never less than what the platform asks for."""
    backoff = 0.2 * 2.0**attempt * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
    return max(trouble.retry_after or 0.0, backoff)


def _plainly(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
