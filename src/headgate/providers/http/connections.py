"""The connections of one target: httpx on top of sockets that keep a deadline (`deadline.Network`).

httpx makes its own transport without a way to hand in sockets, so this one is made of the pool that httpx itself is
built on. It is the documented way: https://www.python-httpx.org/advanced/transports/
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import cast
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from headgate.errors import Rejected
from headgate.providers.http.deadline import Network

_IDLE = 5.0  # seconds an unused connection is kept


class Connections(httpx.BaseTransport):
    """To `base_url`, through the proxy that the environment names for it. Raises `Rejected` for one that is none."""

    def __init__(self, base_url: str, tls: ssl.SSLContext | None, *, name: str) -> None:
        context = tls or httpx.create_ssl_context()
        network = Network()
        proxy = _proxy_of(base_url)
        if not proxy:
            self._pool: httpcore.ConnectionPool = httpcore.ConnectionPool(
                ssl_context=context, keepalive_expiry=_IDLE, network_backend=network
            )
            return
        try:
            address = urlsplit(proxy)
            if address.scheme not in ("http", "https") or not address.hostname:
                raise ValueError("no http address")
            user = (unquote(address.username or ""), unquote(address.password or ""))
            self._pool = httpcore.HTTPProxy(
                httpcore.URL(scheme=address.scheme, host=address.hostname, port=address.port, target="/"),
                proxy_auth=user if any(user) else None,
                ssl_context=context,
                keepalive_expiry=_IDLE,
                network_backend=network,
            )
        except ValueError as problem:
            # What is wrong is not quoted: a proxy's address may hold its password.
            refusal = f"the proxy that {_proxy_variables(os.environ)} names cannot be used"
            raise Rejected(refusal, where=name, hint="a proxy is an http:// or https:// address") from problem

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=cast(Iterable[bytes], request.stream),
            extensions=request.extensions,
        )
        with _in_terms_of_httpx():
            answer = self._pool.handle_request(sent)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(cast(Iterable[bytes], answer.stream)),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with _in_terms_of_httpx():
            yield from self._stream

    def close(self) -> None:
        if close := getattr(self._stream, "close", None):
            close()


@contextmanager
def _in_terms_of_httpx() -> Iterator[None]:
    """Both name their errors alike."""
    try:
        yield
    except Exception as problem:  # all of it is raised again, an error of httpcore as that of httpx with its name
        for kind in type(problem).__mro__:
            known = getattr(httpx, kind.__name__, None)
            if kind.__module__.startswith("httpcore") and isinstance(known, type):
                raise known(str(problem)) from problem
        raise


def _proxy_of(base_url: str) -> str:
    """The address of the proxy for this url, by the environment; empty where it is reached directly."""
    known = getproxies()
    try:
        parts = urlsplit(base_url)
    except ValueError:
        return ""  # no request can be made of it, which is reported when one is
    here = (parts.hostname or "", parts.netloc.rpartition("@")[2])
    if "*" in known.get("no", "").replace(" ", "").split(",") or any(map(proxy_bypass, here)):
        return ""
    proxy = known.get(parts.scheme) or known.get("all", "")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _proxy_variables(environ: Mapping[str, str]) -> str:
    """The variables that name proxies: those with an address that is no http one, else all that are set."""
    found = {name: value for name, value in environ.items() if value and name.lower() in _PROXIES}
    odd = [name for name, value in found.items() if "://" in value and not value.lower().startswith("http")]
    return " or ".join(sorted(odd or found)) or "the environment"


_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
