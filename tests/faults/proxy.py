"""A proxy that the test owns, between headgate and a platform: it counts, and at one chosen request does one harm."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Harm(StrEnum):
    """What happens at the chosen request. KILL ends headgate with SIGKILL at that moment."""

    KILL_BEFORE_REQUEST = "killed-before-the-request"
    KILL_AFTER_REQUEST = "killed-after-the-request"
    KILL_AFTER_REPLY = "killed-after-the-reply"
    LOSE_REPLY = "reply-lost"
    UNAVAILABLE = "503"
    THROTTLE = "429-with-retry-after"
    REFUSE = "connection-refused"
    HANG = "hang"


@dataclass
class Fault:
    """The first request that matches `at` ("METHOD /path") after arming is harmed, `times` times in a row."""

    at: re.Pattern[str]
    harm: Harm
    times: int = 1
    kill: Callable[[], None] = lambda: None
    struck: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)


class FaultProxy:
    """Forwards everything; `fault` is the harm that is armed, if any.

    `requests` holds "METHOD /path" of everything that came, in order of arrival.
    """

    def __init__(self) -> None:
        self.url = ""
        self.fault: Fault | None = None
        self.requests: list[str] = []
        self._lock = threading.Lock()

    def arm(self, at: str, harm: Harm, *, times: int, kill: Callable[[], None]) -> Fault:
        self.fault = Fault(re.compile(at), harm, times, kill)
        return self.fault

    def disarm(self) -> None:
        if self.fault:
            self.fault.let_go.set()
        self.fault = None

    def strike(self, request: str) -> Fault | None:
        """The fault to do at this request, if it is its turn."""
        with self._lock:
            self.requests.append(request)
            fault = self.fault
            if fault is None or fault.times == 0 or not fault.at.search(request):
                return None
            fault.times -= 1
            fault.struck.set()
            return fault


@contextmanager
def faulty(upstream: str) -> Iterator[FaultProxy]:
    """A proxy in front of `upstream`, on a loopback port of its own."""
    target = urlsplit(upstream)
    proxy = FaultProxy()

    class Forward(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fault = proxy.strike(f"{self.command} {self.path}")
            if fault is None:
                self._reply(*self._ask(body))
                return
            match fault.harm:
                case Harm.KILL_BEFORE_REQUEST:
                    fault.kill()
                    self._hang_up()
                case Harm.KILL_AFTER_REQUEST:
                    self._ask(body)
                    fault.kill()
                    self._hang_up()
                case Harm.KILL_AFTER_REPLY:
                    self._reply(*self._ask(body))
                    fault.kill()
                case Harm.LOSE_REPLY:
                    self._ask(body)
                    self._hang_up()
                case Harm.UNAVAILABLE:
                    self._reply(
                        503, b'{"errors": ["Service temporarily unavailable due to an ongoing leader election"]}'
                    )
                case Harm.THROTTLE:
                    self._reply(429, b"{}", retry_after="1")
                case Harm.REFUSE:
                    self._hang_up()
                case Harm.HANG:
                    fault.let_go.wait(30)
                    self._hang_up()

        def _ask(self, body: bytes) -> tuple[int, bytes]:
            connection = http.client.HTTPConnection(target.hostname or "127.0.0.1", target.port, timeout=60)
            headers = {key: value for key, value in self.headers.items() if key.lower() != "host"}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            return answer.status, content

        def _reply(self, status: int, content: bytes, *, retry_after: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if retry_after:
                self.send_header("Retry-After", retry_after)
            self.end_headers()
            self.wfile.write(content)

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _forward  # noqa: N815 - http.server's own names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
            """The test's output is not an access log."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that was killed leaves broken pipes behind."""

    server = Server(("127.0.0.1", 0), Forward)
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.disarm()
        server.shutdown()
        server.server_close()
