"""A proxy that the test owns, between headgate and a platform: it counts, and at one chosen request does one harm.

What it forwards it leaves as it was, the Host header, cookies and bytes of either side included: signatures cover them.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Harm(StrEnum):
    """What happens at the chosen request. KILL ends headgate with SIGKILL at that moment.

    GATEWAY_ERROR: the request is done, and its answer replaced by the error page of a proxy, which does not know that.
    The last three happen to the platform itself: its JobManager is killed and started again, without and with high
    availability; its TaskManager is.
    """

    KILL_BEFORE_REQUEST = "killed-before-the-request"
    KILL_AFTER_REQUEST = "killed-after-the-request"
    KILL_AFTER_REPLY = "killed-after-the-reply"
    LOSE_REPLY = "reply-lost"
    GATEWAY_ERROR = "answered-by-a-proxy"
    UNAVAILABLE = "503"
    THROTTLE = "429-with-retry-after"
    REFUSE = "connection-refused"
    HANG = "hang"
    JM_RESTARTED = "jobmanager-restarted"
    JM_FAILOVER = "jobmanager-failover"
    TM_LOST = "taskmanager-lost"


class Moment(StrEnum):
    """When a part of the platform is lost. CUT: the request was done, its reply is lost, and nothing listens meanwhile.

    Otherwise the request, or its reply, is held until the platform listens again, and goes on then.
    """

    BEFORE = "before-the-request"
    AFTER = "after-the-request"
    CUT = "connection-cut"


KILLS = (Harm.KILL_BEFORE_REQUEST, Harm.KILL_AFTER_REQUEST, Harm.KILL_AFTER_REPLY)
LOST_REPLIES = (Harm.LOSE_REPLY, Harm.GATEWAY_ERROR)
REFUSALS = (Harm.UNAVAILABLE, Harm.THROTTLE, Harm.REFUSE, Harm.HANG)
ON_THE_WIRE = (*KILLS, *LOST_REPLIES, *REFUSALS)
LOSSES = (Harm.JM_RESTARTED, Harm.JM_FAILOVER, Harm.TM_LOST)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: "METHOD /path?query", and how many writes had come before it."""

    line: str
    writes_before: int


@dataclass
class Fault:
    """Harms requests whose "METHOD /path?query" is `at` the chosen step, `times` times in a row.

    The first of them must come after exactly `writes` writes, if that is said, and after each of `then` has come.
    `lose` does a loss at this `moment`, `kill` ends headgate; `over` is set once the loss is.
    """

    at: Callable[[str], bool]
    harm: Harm
    times: int = 1
    kill: Callable[[], None] = lambda: None
    writes: int | None = None
    then: tuple[Callable[[str], bool], ...] = ()
    struck: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)
    lose: Callable[[], None] = lambda: None
    moment: Moment = Moment.BEFORE
    over: threading.Event = field(default_factory=threading.Event)

    def meets(self, asked: Asked) -> bool:
        """Is it this request's turn?"""
        if self.then:
            self.then = self.then[self.then[0](asked.line) :]
            return False
        if not self.times or not self.at(asked.line):
            return False
        return self.writes is None or self.struck.is_set() or asked.writes_before == self.writes


class FaultProxy:
    """Forwards everything; `fault` is the harm that is armed, if any.

    `requests` holds "METHOD /path" of everything that came, in order of arrival, `asked` the same since `listen`, with
    the writes that came before. `seen` is called after each request that was forwarded, before its reply is.
    """

    def __init__(self, writes: Callable[[str], bool]) -> None:
        self.url = ""
        self.fault: Fault | None = None
        self.requests: list[str] = []
        self.asked: list[Asked] = []
        self.seen: Callable[[], None] = lambda: None
        self._writes = writes
        self._count = 0
        self._lock = threading.Lock()

    def listen(self) -> None:
        """Count from here."""
        with self._lock:
            self.asked, self._count = [], 0

    def arm(self, fault: Fault) -> Fault:
        """Do this harm when its turn comes; writes are counted from here."""
        self.listen()
        self.fault = fault
        return fault

    def disarm(self) -> None:
        """Whatever harm is under way is over."""
        if self.fault:
            self.fault.let_go.set()
        self.fault = None

    def strike(self, request: str) -> Fault | None:
        """The fault to do at this request, if it is its turn."""
        with self._lock:
            asked = Asked(request, self._count)
            self.requests.append(request)
            self.asked.append(asked)
            self._count += self._writes(request)
            fault = self.fault
            if fault is None or not fault.meets(asked):
                return None
            fault.times -= 1
            fault.struck.set()
            return fault


_PER_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_TROUBLE = b'{"errors": ["Service temporarily unavailable due to an ongoing leader election"]}'
# The status that says least: a platform may answer with it, too, and does so in an envelope of its own.
_PAGE = b"<html><head><title>500</title></head><body><h1>500 Internal Server Error</h1><hr>nginx</body></html>"


@contextmanager
def faulty(
    upstream: str, writes: Callable[[str], bool] = lambda line: not line.startswith("GET "), *, deaf: float = 2.0
) -> Iterator[FaultProxy]:
    """A proxy in front of `upstream`, on a loopback port of its own.

    `writes` says which requests change something, `deaf` for how many seconds a refused connection stays refused.
    """
    target = urlsplit(upstream)
    proxy = FaultProxy(writes)

    class Forward(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        # Headers and body in one packet: none waits for the other to be acknowledged.
        wbufsize = -1

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
                    self.wfile.flush()
                    fault.kill()
                case Harm.LOSE_REPLY:
                    self._ask(body)
                    self._hang_up()
                case Harm.GATEWAY_ERROR:
                    self._ask(body)
                    self._reply(500, [("Content-Type", "text/html")], _PAGE)
                case Harm.UNAVAILABLE:
                    self._reply(503, [("Content-Type", "application/json")], _TROUBLE)
                case Harm.THROTTLE:
                    self._reply(429, [("Content-Type", "application/json"), ("Retry-After", "1")], b"{}")
                case Harm.REFUSE:
                    port.close()
                    threading.Thread(target=_reopened, args=(port, fault, deaf), daemon=True).start()
                case Harm.HANG:
                    fault.let_go.wait(30)
                    self._hang_up()
                case Harm.JM_RESTARTED | Harm.JM_FAILOVER | Harm.TM_LOST:
                    self._lose(fault, body)

        def _lose(self, fault: Fault, body: bytes) -> None:
            """The process that is lost is there again when this returns, if not yet as it was."""
            answer = None if fault.moment is Moment.BEFORE else self._ask(body)
            fault.kill()
            try:
                if fault.moment is Moment.CUT:
                    port.close()
                fault.lose()
            finally:
                port.open()
                fault.over.set()
            if fault.moment is not Moment.CUT:
                self._reply(*(answer or self._ask(body)))

        def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            connection = http.client.HTTPConnection(target.hostname or "127.0.0.1", target.port, timeout=60)
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for key, value in self.headers.items():
                if key.lower() not in _PER_CONNECTION:
                    connection.putheader(key, value)
            if body or "Content-Length" in self.headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            proxy.seen()
            return answer.status, answer.getheaders(), content

        def _reply(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
            self.send_response_only(status)
            for key, value in headers:
                if key.lower() not in _PER_CONNECTION:
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _forward  # noqa: N815 - http.server's own names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
            """The test's output is not an access log."""

    port = _Port(Forward)
    proxy.url = f"http://127.0.0.1:{port.number}"
    try:
        yield proxy
    finally:
        proxy.disarm()
        port.close()


class _Port:
    """A port that can be closed, its connections with it, and opened again under the same number."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._handler = handler
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self._connections: list[socket.socket] = []
        self.number = 0
        self.open()

    def open(self) -> None:
        with self._lock:
            if self._server is None:
                self._server = self._listening()
                self.number = self._server.server_port
                serve = self._server.serve_forever
                threading.Thread(target=serve, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        with self._lock:
            if self._server:
                self._server.shutdown()
                self._server.server_close()
                self._server = None
            for connection in self._connections:
                with suppress(OSError):  # the other side was first
                    connection.shutdown(socket.SHUT_RDWR)
            self._connections.clear()

    def _listening(self) -> ThreadingHTTPServer:
        connections = self._connections

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            # A handler that hangs is not waited for.
            block_on_close = False

            def process_request(self, request: Any, client_address: Any) -> None:
                connections.append(request)
                super().process_request(request, client_address)

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that was killed leaves broken pipes behind."""

        return Server(("127.0.0.1", self.number), self._handler)


def _reopened(port: _Port, fault: Fault, after: float) -> None:
    fault.let_go.wait(after)
    port.open()
