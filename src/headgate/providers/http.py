"""The one door to the network: sends requests and sorts what went wrong by what may have happened.

Reads are repeated with jittered backoff. A write is repeated only if its caller says that asking twice does it once
(`repeatable`); any other write whose reply is lost ends in `OutcomeUnknown`, and the caller observes first.
"""

from __future__ import annotations

import json
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.model.secret import Environment

_ATTEMPTS = 4
_LONGEST_WAIT = 20.0


class NotFound(Rejected):
    """The platform answered that the thing asked for does not exist."""

    code = "not-found"


class Unauthorised(Rejected):
    """The platform refused the credentials, or they may not do this.

    Check the target's credentials in headgate.yaml and the environment variables they come from.
    """

    code = "unauthorised"


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


class Api:
    """A JSON API at one base URL. Safe to use from several threads; proxies are taken from the environment.

    `missing` finds an answer that means "there is no such thing" under a status other than 404; `explain` makes the few
    words for people out of an error body.
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
        missing: re.Pattern[str] | None = None,
        explain: Callable[[str], str] = str,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._environment = environment or Environment()
        self._pause = pause
        self._missing = missing
        self._explain = explain
        self._slots = threading.BoundedSemaphore(concurrency)
        self._client = httpx.Client(
            base_url=base_url.rstrip("/"),
            auth=auth,
            headers=dict(headers or {}),
            verify=(tls or Tls()).context(),
            timeout=httpx.Timeout(timeout, connect=min(10.0, timeout)),
            transport=transport,
        )

    def close(self) -> None:
        self._client.close()

    def read(self, path: str, **query: str) -> Any:
        """GET a JSON document; repeated on trouble that may pass."""
        return self.call("GET", path, writes=False, params=query or None)

    def call(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        repeatable: bool = False,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        upload: tuple[str, Path] | None = None,
    ) -> Any:
        """One request. `writes` is stated by the caller: some platforms cancel a job through GET.

        `upload` is (multipart field, file). Returns the JSON document, or None for an empty body.
        """
        attempts = _ATTEMPTS if repeatable or not writes else 1
        for attempt in range(1, attempts + 1):
            try:
                with self._slots:
                    return self._once(method, path, writes=writes, body=body, params=params, upload=upload)
            except (Unavailable, OutcomeUnknown) as trouble:
                if attempt == attempts:
                    raise
                self._pause(_wait(attempt, trouble))
        raise AssertionError("unreachable")

    def _once(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        body: Any,
        params: Mapping[str, str] | None,
        upload: tuple[str, Path] | None,
    ) -> Any:
        where = f"{self._name}: {method} {path}"
        try:
            if upload is not None:
                field, file = upload
                with file.open("rb") as content:
                    files = {field: (file.name, content, "application/x-java-archive")}
                    response = self._client.request(method, path, params=params, files=files)
            else:
                response = self._client.request(method, path, params=params, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.PoolTimeout) as problem:
            message = self._mask(f"no connection to {self._client.base_url}: {_plainly(problem)}")
            raise Unavailable(message, where=where, hint=_CHECK_TARGET) from problem
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as problem:
            raise Rejected(self._mask(str(problem)), where=where, hint=_CHECK_TARGET) from problem
        except httpx.TransportError as problem:
            lost = OutcomeUnknown if writes else Unavailable
            raise lost(f"the reply was lost: {_plainly(problem)}", where=where) from problem
        return self._answer(response, where, writes=writes)

    def _answer(self, response: httpx.Response, where: str, *, writes: bool) -> Any:
        status = response.status_code
        if status < 300:
            return self._json(response, where, writes=writes)
        trouble = self._trouble(response, where, writes=writes)
        trouble.body = self._mask(response.text)
        raise trouble

    def _trouble(self, response: httpx.Response, where: str, *, writes: bool) -> ProviderError:
        status, body = response.status_code, self._mask(response.text)
        said = self._explain(body).strip()[:2000] or response.reason_phrase
        problem = f"HTTP {status}: {said}"
        if status == 429 or status == 503:
            return Unavailable(problem, where=where, retry_after=_retry_after(response))
        if status in (502, 504):
            return (OutcomeUnknown if writes else Unavailable)(problem, where=where)
        if status in (401, 403):
            return Unauthorised(problem, where=where, hint="check the credentials of this target")
        if status == 404 or (self._missing and self._missing.search(body)):
            return NotFound(problem, where=where)
        if 300 <= status < 400:
            hint = f"the target's url redirects to {response.headers.get('location', '?')}; use that one"
            return Rejected(problem, where=where, hint=self._mask(hint))
        return Rejected(problem, where=where)

    def _json(self, response: httpx.Response, where: str, *, writes: bool) -> Any:
        if not response.content:
            return None
        try:
            return response.json()
        except (json.JSONDecodeError, UnicodeDecodeError) as problem:
            kind = response.headers.get("content-type", "no content type")
            lost = OutcomeUnknown if writes else Unavailable
            hint = "is the target's url that of the REST API?"
            raise lost(f"the answer is not JSON but {kind}", where=where, hint=hint) from problem

    def _mask(self, text: str) -> str:
        return self._environment.mask(text)


_CHECK_TARGET = "is the target up, and its url in headgate.yaml right? `headgate local up` starts a Flink here"


def _wait(attempt: int, trouble: Unavailable | OutcomeUnknown) -> float:
    asked = trouble.retry_after if isinstance(trouble, Unavailable) else None
    backoff = 0.2 * 2.0**attempt * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
    return min(_LONGEST_WAIT, max(asked or 0.0, backoff))


def _retry_after(response: httpx.Response) -> float | None:
    try:
        return max(0.0, float(response.headers.get("retry-after", "")))
    except ValueError:
        return None


def _plainly(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
