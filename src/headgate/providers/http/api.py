"""A JSON API at one base URL: attempts, signatures, and what an answer or its absence means."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self, Unpack, cast

import httpx

from headgate._version import __version__
from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.model.project import Target
from headgate.model.secret import Secrets, replaced, spellings
from headgate.providers.answer_fields import Reply, Unauthorised, by_status, retry_after, sendable, skew, unsendable
from headgate.providers.http.body import ACCEPTED, MIB, MOST_MIB, TooLarge, Unreadable, content_of, document_of, text_of
from headgate.providers.http.connections import Connections
from headgate.providers.http.deadline import SLOWEST_ANSWER, Deadline, kept
from headgate.providers.http.pace import Pace
from headgate.providers.http.request import Asked, Outgoing, outgoing
from headgate.providers.http.request_log import log_lost, log_retry, logged
from headgate.providers.http.tls import Tls, hint_of
from headgate.providers.http_settings import HttpSettings, PacedHttpSettings

_ATTEMPTS = 4
# Seconds between two attempts.
_LONGEST_WAIT = 20.0
_TLS = {field.name for field in fields(Tls)}

# Headers to add to a request: asked again for every attempt, because signatures carry the time.
Signer = Callable[[Outgoing], Mapping[str, str]]
# Asked with the headers of a request whose proof was refused: is there a new one, so that signing again may help?
Renewer = Callable[[Mapping[str, str]], bool]
# What a platform's own envelope says of an answer, whatever its HTTP status: an error to raise, or None to let the
# status decide (`answers.by_status`). The bool says whether the request was a write.
Judge = Callable[[Reply, bool], ProviderError | None]


class Api:
    """A JSON API at one base URL. Safe to use from several threads; proxies are taken from the environment.

    `judge` is asked first about every answer, `sign` before every request, `renew` once after a request whose proof was
    refused: nothing was done then, so that a write is sent again, too. What proves who asks is masked in every answer.
    `explain` makes the few words for people out of the body of an error that only its status identifies. `credentials`
    says where the credentials come from: the hint where they are refused.
    A platform that asks to be left alone for longer than we would wait is left alone: its trouble is reported at once.
    At most `concurrency` requests are under way at a time, and at most `per_second` begin in a second.
    A request has `timeout` seconds for all of it (`deadline` says what buys more), and an answer at most
    `max_answer_mib`. `clock` is the time of day, `monotonic` measures, and `pause` waits in the time it measures.
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
        secrets: Secrets | None = None,
        concurrency: int = 8,
        per_second: float | None = None,
        sign: Signer | None = None,
        renew: Renewer | None = None,
        judge: Judge | None = None,
        explain: Callable[[str], str] = str,
        credentials: str = "check the credentials of this target",
        max_answer_mib: int = MOST_MIB,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._secrets = secrets or Secrets()
        self._pause = pause
        self._clock = clock
        self._monotonic = monotonic
        self._largest = max_answer_mib * MIB
        self._explain = explain
        self._credentials = credentials
        self._sign = sign
        self._renew = renew
        self._judge = judge
        self._slots = threading.BoundedSemaphore(concurrency)
        self._pace = Pace(per_second, pause, monotonic)
        self._timeout = timeout
        self._base_url = base_url.rstrip("/")
        self._require_sendable(headers or {}, name)
        context = (tls or Tls()).context()
        self._client = httpx.Client(
            auth=auth,
            headers={"User-Agent": f"headgate/{__version__}", "Accept-Encoding": ACCEPTED, **(headers or {})},
            transport=transport or Connections(self._base_url, context, name=name),
        )

    @classmethod
    def of(cls, target: Target, base_url: str, **more: Any) -> Self:
        """With what the target's settings say of its requests; `more` are the other arguments, `secrets` if more."""
        form: HttpSettings = target.settings
        arguments: dict[str, Any] = {
            "tls": Tls(**form.model_dump(include=_TLS, exclude_none=True)),
            "secrets": target.secrets,
            "timeout": form.timeout,
            "max_answer_mib": form.max_answer_mib,
        }
        if isinstance(form, PacedHttpSettings):
            arguments |= {"concurrency": form.concurrency, "per_second": form.requests_per_second}
        return cls(target.name, base_url, **(arguments | more))

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
        writes = asked["writes"]
        request = outgoing(self._base_url, method, path, asked)
        where = f"{self._name}: {method} {path}"
        timeout = asked.get("timeout", self._timeout)
        attempts = _ATTEMPTS if asked.get("repeatable") or not writes else 1
        for attempt in range(1, attempts + 1):
            try:
                with self._slots:
                    self._pace.wait()
                    return self._once(request, where, timeout, attempt, writes=writes, upload=asked.get("upload"))
            except (Unavailable, OutcomeUnknown) as trouble:
                wait = _wait(attempt, trouble)
                # What was too much to read, or cannot be unpacked, is no better the next time.
                useless = isinstance(trouble.__cause__, TooLarge | Unreadable)
                if useless or attempt == attempts or wait > _LONGEST_WAIT:
                    if isinstance(trouble, OutcomeUnknown):
                        log_lost(self._mask(where))
                    raise
                log_retry(self._mask(where), wait, attempt, attempts, trouble)
                self._pause(wait)
        raise AssertionError("unreachable")

    def _once(
        self,
        request: Outgoing,
        where: str,
        timeout: float,
        attempt: int,
        *,
        writes: bool,
        upload: tuple[str, Path] | None,
    ) -> Reply:
        headers = self._signed(request)
        try:
            return self._sent(request, headers, where, timeout, attempt, writes=writes, upload=upload)
        except Unauthorised as refused:
            if not (refused.of_the_proof and self._renew and self._renew(headers)):
                raise
        return self._sent(request, self._signed(request), where, timeout, attempt, writes=writes, upload=upload)

    def _signed(self, request: Outgoing) -> dict[str, str]:
        return {**request.headers, **(self._sign(request) if self._sign else {})}

    def _sent(
        self,
        request: Outgoing,
        headers: Mapping[str, str],
        where: str,
        timeout: float,
        attempt: int,
        *,
        writes: bool,
        upload: tuple[str, Path] | None,
    ) -> Reply:
        self._require_sendable(headers, where)
        lost = OutcomeUnknown if writes else Unavailable
        deadline = Deadline(timeout, self._monotonic)
        try:
            with (
                logged(self._name, request, attempt, self._monotonic, self._mask) as answered,
                kept(deadline),
                self._answered(request, headers, timeout, upload) as response,
            ):
                answered.status = response.status_code
                content = content_of(
                    cast(httpx.SyncByteStream, response.stream),
                    response.headers,
                    self._largest,
                    lambda count: deadline.moved(count, SLOWEST_ANSWER),
                )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.PoolTimeout) as problem:
            message = self._mask(f"no connection to {self._base_url}: {_plainly(problem)}")
            raise Unavailable(message, where=where, hint=hint_of(problem) or _CHECK_TARGET) from problem
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as problem:
            raise Rejected(self._mask(str(problem)), where=where, hint=_CHECK_TARGET) from problem
        except httpx.TimeoutException as problem:
            message = f"the reply was lost: it was not whole in the {timeout:g} s that a request may take"
            raise lost(message, where=where, hint=_MORE_TIME) from problem
        except httpx.RequestError as problem:
            message = self._mask(f"the reply was lost: {_plainly(problem)}")
            raise lost(message, where=where, hint=hint_of(problem)) from problem
        except TooLarge as problem:
            message = f"the answer (HTTP {response.status_code}) is larger than {self._largest / MIB:g} MiB"
            raise lost(message, where=where, hint=_MORE_ROOM) from problem
        except Unreadable as problem:
            message = self._mask(f"the answer (HTTP {response.status_code}) cannot be read: {problem}")
            raise lost(message, where=where, hint=_IS_IT_THE_API) from problem
        return self._answer(response, content, headers, where, writes=writes)

    @contextmanager
    def _answered(
        self, request: Outgoing, headers: Mapping[str, str], timeout: float, upload: tuple[str, Path] | None
    ) -> Iterator[httpx.Response]:
        """The answer as soon as its headers are here."""
        # One silence may be as long as all of it; a connection is made sooner, or not at all.
        within = httpx.Timeout(timeout, connect=min(10.0, timeout))
        send = partial(self._client.stream, request.method, request.url, headers=headers, timeout=within)
        if upload is None:
            with send(content=request.body or None) as response:
                yield response
            return
        field, file = upload
        with file.open("rb") as content:
            files = {field: (file.name, content, "application/x-java-archive")}
            with send(files=files) as response:
                yield response

    def _answer(
        self, response: httpx.Response, content: bytes, sent: Mapping[str, str], where: str, *, writes: bool
    ) -> Reply:
        def mask(text: str) -> str:
            return replaced(self._mask(text), _proofs(sent))

        # Masked before anybody cuts it short: half a secret is not recognised any more.
        text = text_of(content, response.headers.get("content-type", ""))
        text = text if response.is_success else mask(text)
        reply = Reply(response.status_code, dict(response.headers), text, document_of(content))
        trouble = self._judge(reply, writes) if self._judge else None
        if trouble is None and response.is_success:
            self._expect_json(reply, where, writes=writes)
            return reply
        trouble = trouble or by_status(reply, writes=writes, explain=self._explain)
        trouble.where = trouble.where or where
        if isinstance(trouble, Unauthorised):
            trouble.of_the_proof = reply.status == HTTPStatus.UNAUTHORIZED
            trouble.hint = skew(reply, self._clock()) or trouble.hint or self._credentials
        if (pause := retry_after(reply, self._clock())) is not None:
            trouble.retry_after = pause
        if (pause := trouble.retry_after or 0.0) > _LONGEST_WAIT:
            trouble.problem += f"; it asks to come back in {pause:.0f} s"
        trouble.problem, trouble.hint = mask(trouble.problem), mask(trouble.hint)
        trouble.body = mask(reply.text)
        raise trouble

    def _require_sendable(self, headers: Mapping[str, str], where: str) -> None:
        """Raises `Unauthorised` for a header that cannot be sent: what is not ours to choose in one is a credential."""
        for header, value in headers.items():
            if sendable(value):
                continue
            known = [name for name, secret in self._secrets.values.items() if secret and secret in value]
            names = [name for name in known if not sendable(self._secrets.values[name])]
            named = " and ".join(names) or f"what goes into the header {header}"
            raise unsendable(named, where=where, hint=self._credentials)

    def _expect_json(self, reply: Reply, where: str, *, writes: bool) -> None:
        if reply.text and reply.json is None and reply.text.strip() != "null":
            kind = reply.headers.get("content-type", "no content type")
            lost = OutcomeUnknown if writes else Unavailable
            raise lost(self._mask(f"the answer is not JSON but {kind}"), where=where, hint=_IS_IT_THE_API)

    def _mask(self, text: str) -> str:
        return self._secrets.mask(text)


def _proofs(headers: Mapping[str, str]) -> dict[str, str]:
    """What proves who asks, in every spelling, and what is shown in its place: the name of its header."""
    proofs = {name: value for name, value in headers.items() if _PROOF.search(name)}
    return {form: f"({name})" for name, value in proofs.items() for form in spellings(value)}


# Headers that carry a signature, a token or a session.
_PROOF = re.compile(r"^(authorization|cookie)$|token$", re.IGNORECASE)


_IS_IT_THE_API = "is the target's url that of the REST API?"
_MORE_TIME = "`timeout` of the target gives it more time, if it is only slow"
_MORE_ROOM = "`max_answer_mib` of the target allows more, if its url is that of the REST API"
_CHECK_TARGET = "is the target up, and its url in headgate.yaml right? `headgate local up` starts a Flink here"


def _wait(attempt: int, trouble: Unavailable | OutcomeUnknown) -> float:
    """Seconds until the next attempt; never less than what the platform asks for."""
    backoff = 0.2 * 2.0**attempt * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
    return max(trouble.retry_after or 0.0, backoff)


def _plainly(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
