"""The ground a simulator stands on: a real HTTP server on a loopback port, that can be asked to misbehave.

    class Simulator(SimulatedServer):
        def answer(self, request): ...         # the platform
        def writes(self, request): ...         # does this request change something there?

    with Simulator() as platform:
        provider = open_it(platform.url)
        platform.lose_replies()                # the next write is done, and its reply never arrives
        platform.break_replies()               # the next write is done, and a proxy answers in its place

A request with a `${env:NAME}` in it is refused: filling it in is the adapter's part.
Every request is answered under one lock, so a simulator is a plain sequential program. What it does over time (a job
that starts, a savepoint that completes) it does by counting looks, not by the clock: see `ticks`.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from headgate.model.secret import PLACEHOLDER


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came. `target` is the raw path with its query; `path` and `query` are decoded.

    Header names are in lower case.
    """

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.target}"

    @property
    def json(self) -> Any:
        """The body as JSON, None if it is none."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Response:
    """`body` is sent as JSON unless it is text or bytes already; None is an empty body."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


_UNFILLED = "the request holds a placeholder that nobody filled in"
# What a proxy in front of a platform says when it could not pass on the platform's answer.
_PAGE = "<html><head><title>{0} Error</title></head><body><center><h1>{0} Error</h1></center></body></html>"


@dataclass(slots=True)
class _Trouble:
    """What happens to the next `times` requests whose line matches, `after` so many: `does` says what it is."""

    does: str
    at: re.Pattern[str]
    times: int
    writes_only: bool
    response: Response | None = None
    after: int = 0
    until: threading.Event = field(default_factory=threading.Event)


class SimulatedServer(ABC):
    """A platform as an HTTP server. `requests` holds the line of every request, `url` where it listens.

    Use it in a `with` block. Subclasses give `answer`, and `writes` where GET is not always a read.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.url = ""
        self.ticks = 0
        self._troubles: list[_Trouble] = []
        self._silent = False
        self._cut: tuple[int, bool] | None = None
        self._lock = threading.RLock()
        self._server: ThreadingHTTPServer | None = None

    @abstractmethod
    def answer(self, request: Request) -> Response:
        """What the platform says. Called for one request at a time; `ticks` counts them."""

    def writes(self, request: Request) -> bool:
        """Does this request change something?"""
        return request.method not in ("GET", "HEAD")

    def throttled(self) -> Response:
        """How this platform says that there were too many requests."""
        return Response(429, {}, {"Retry-After": "0"})

    def broken(self) -> Response:
        """How this platform says that it cannot answer now."""
        return Response(503, {})

    def mistaken(self, why: str) -> Response:
        """How this platform says that a request is wrong."""
        return Response(400, {"message": why})

    # -- switches ------------------------------------------------------------------------------------------------------

    def lose_replies(self, times: int = 1, *, at: str = "", after: int = 0) -> None:
        """The next writes (at requests whose line matches `at`) are done, and the connection ends without a reply.

        So many of them, `after`, are answered before.
        """
        self._trouble("lose", at, times, writes_only=not at, after=after)

    def cut_off(self, after: int, *, done: bool) -> None:
        """From the request number `after` on nothing is answered until `speak`; that one is still `done`, or not."""
        self._cut = (after, done)

    def is_over(self) -> bool:
        """Has all that was ordered happened?"""
        return self._cut is None and not any(trouble.times for trouble in self._troubles)

    def break_replies(self, times: int = 1, *, at: str = "", status: int = 500) -> None:
        """The next writes (at requests whose line matches `at`) are done, and answered with the error page of a proxy.

        The page is HTML; a `status` from 500 on says nothing about what the platform did.
        """
        page = Response(status, _PAGE.format(status), {"Content-Type": "text/html"})
        self._trouble("replace", at, times, writes_only=not at, response=page)

    def refuse(self, times: int = 1, *, at: str = "") -> None:
        """The next requests are not done: the connection ends at once."""
        self._trouble("refuse", at, times)

    def throttle(self, times: int = 1, *, at: str = "") -> None:
        """The next requests are not done: too many."""
        self._trouble("respond", at, times, response=self.throttled())

    def fail(self, times: int = 1, *, at: str = "", response: Response | None = None) -> None:
        """The next requests are not done, and answered with this."""
        self._trouble("respond", at, times, response=response or self.broken())

    def hold(self, times: int = 1, *, at: str = "") -> threading.Event:
        """The next requests wait for the event before they are done; they, too, are over with `speak`."""
        self._trouble("hold", at, times)
        return self._troubles[-1].until

    def silence(self) -> None:
        """No request gets an answer, or is done, until `speak`."""
        self._silent = True

    def speak(self) -> None:
        """Everything that `silence` or another switch did to the platform is over."""
        self._silent, self._cut = False, None
        self._let_go()
        self._troubles.clear()

    def _let_go(self) -> None:
        for trouble in self._troubles:
            trouble.until.set()

    def _trouble(
        self,
        does: str,
        at: str,
        times: int,
        *,
        writes_only: bool = False,
        response: Response | None = None,
        after: int = 0,
    ) -> None:
        self._troubles.append(_Trouble(does, re.compile(at), times, writes_only, response, after))

    # -- serving -------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        simulator = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # An answer leaves in two packets; the second would wait 40 ms for the first to be acknowledged.
            disable_nagle_algorithm = True

            def _any(self) -> None:
                parts = urlsplit(self.path)
                request = Request(
                    self.command,
                    self.path,
                    parts.path,
                    dict(parse_qsl(parts.query, keep_blank_values=True)),
                    {key.lower(): value for key, value in self.headers.items()},
                    self.rfile.read(int(self.headers.get("Content-Length") or 0)),
                )
                response = simulator._served(request)
                if response is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                content = _content(response.body)
                self.send_response(response.status)
                headers = {"Content-Type": "application/json", **response.headers}
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815 - http.server's own names

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
                """A test's output is no access log."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that went away is no trouble of ours."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def _served(self, request: Request) -> Response | None:
        """The answer, or None to end the connection without one."""
        with self._lock:
            self.requests.append(request.line)
            trouble = None if self._silent else self._cut_now() or self._next_trouble(request)
        if (self._silent and not (trouble and trouble.does == "lose")) or (trouble and trouble.does == "refuse"):
            return None
        if trouble and trouble.does == "respond":
            return trouble.response
        if trouble and trouble.does == "hold":
            trouble.until.wait()
        with self._lock:
            self.ticks += 1
            response = self.mistaken(_UNFILLED) if _unfilled(request) else self.answer(request)
        if trouble and trouble.does == "replace":
            return trouble.response
        return None if trouble and trouble.does == "lose" else response

    def _cut_now(self) -> _Trouble | None:
        """The cable is cut at this request: it gets no reply, and no later one an answer."""
        if self._cut is None:
            return None
        after, done = self._cut
        self._cut = (after - 1, done) if after > 1 else None
        self._silent = after <= 1
        return _Trouble("lose" if done else "refuse", re.compile(""), 0, writes_only=False) if self._silent else None

    def _next_trouble(self, request: Request) -> _Trouble | None:
        for trouble in self._troubles:
            if trouble.times and trouble.at.search(request.line) and (not trouble.writes_only or self.writes(request)):
                if trouble.after:
                    trouble.after -= 1
                    continue
                trouble.times -= 1
                return trouble
        return None


def _unfilled(request: Request) -> bool:
    """Does it hold a placeholder? A platform cannot fill one in: an adapter forgot to."""
    said = f"{request.target} {request.body.decode(errors='replace')}"
    return PLACEHOLDER.search(said) is not None or PLACEHOLDER.search(unquote_plus(said)) is not None


def _content(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()
