"""A custom CA, a client certificate, basic auth, a bearer token, a timeout: from headgate.yaml to the wire.

The server is a real TLS server on loopback, its certificates made for the run.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from headgate.errors import Rejected, Unavailable
from headgate.model.project import Target
from headgate.providers.flink.adapter import open_flink
from headgate.providers.flink.forms import FlinkTarget
from headgate.providers.http import Unauthorised


class Certificates:
    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.ca = str(folder / "ca.pem")
        self.cert = str(folder / "client.pem")
        self.key = str(folder / "client.key")
        self.authority.cert_pem.write_to_path(self.ca)
        client = self.authority.issue_cert("headgate@example.invalid")
        client.cert_chain_pems[0].write_to_path(self.cert)
        client.private_key_pem.write_to_path(self.key)

    def server(self, *, asks_for_client: bool, name: str = "127.0.0.1", ends: datetime | None = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        begins = ends - timedelta(days=9) if ends else None
        self.authority.issue_cert(name, not_before=begins, not_after=ends).configure_cert(context)
        if asks_for_client:
            context.verify_mode = ssl.CERT_REQUIRED
            self.authority.configure_trust(context)
        return context


@contextmanager
def serving(context: ssl.SSLContext | None = None, *, authorization: str = "", hangs: bool = False) -> Iterator[str]:
    """A JobManager without jobs, behind TLS and credentials."""
    let_go = threading.Event()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if hangs:
                let_go.wait(30)
            status = 200 if self.headers.get("Authorization", "") == authorization else 401
            content = json.dumps({"jobs": []}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
            """The test's output is not an access log."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A refused handshake is what some of these tests are about."""

    server = Server(("127.0.0.1", 0), Answer)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{server.server_port}"
    finally:
        let_go.set()
        server.shutdown()
        server.server_close()


def observe(**settings: Any) -> None:
    target = Target("prod", "flink", FlinkTarget(**settings))
    provider = open_flink(target, project="shop", cache=None)
    try:
        assert provider.observe().jobs == {}
    finally:
        provider.close()


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path)


def test_a_server_is_believed_through_the_ca_of_its_target(certificates: Certificates):
    """Without it the certificate is refused, which changed nothing, and the settings that mend it are named."""
    with serving(certificates.server(asks_for_client=False)) as url:
        observe(url=url, ca=certificates.ca)
        observe(url=url, verify=False)

        with pytest.raises(Unavailable, match=r"(?i)certificate") as untrusted:
            observe(url=url, timeout=5)
    assert "`ca` of the target names the PEM file" in untrusted.value.hint
    assert "`verify: false`" in untrusted.value.hint


def test_a_certificate_of_another_name_is_reported_as_that(certificates: Certificates):
    """A bundle to trust is not what is missing."""
    with serving(certificates.server(asks_for_client=False, name="flink.example")) as url:
        with pytest.raises(Unavailable, match=r"(?i)certificate") as other:
            observe(url=url, ca=certificates.ca, timeout=5)
        assert "use the name in the certificate as the host of the target's url" in other.value.hint

    over = datetime(2020, 1, 1, tzinfo=UTC)
    with serving(certificates.server(asks_for_client=False, ends=over)) as url:
        with pytest.raises(Unavailable, match=r"(?i)certificate") as expired:
            observe(url=url, ca=certificates.ca, timeout=5)
        assert "renew the server's certificate" in expired.value.hint

    with serving() as url, pytest.raises(Unavailable) as plain:
        observe(url=url.replace("http:", "https:"), timeout=5)
    assert "is the target's url http://" in plain.value.hint


def test_a_client_certificate_is_shown_where_it_is_asked_for(certificates: Certificates):
    """mTLS: the server talks to nobody else."""
    with serving(certificates.server(asks_for_client=True)) as url:
        observe(url=url, ca=certificates.ca, cert=certificates.cert, key=certificates.key)

        with pytest.raises(Unavailable) as unknown:
            observe(url=url, ca=certificates.ca, timeout=5)
    assert "`cert` and `key`" in unknown.value.hint
    assert "`ca` and `verify`" in unknown.value.hint


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        pytest.param({"ca": "no-such-file.pem"}, "`ca` names a file that cannot be used", id="ca"),
        pytest.param({"cert": "no-such-file.pem"}, "`cert` and `key` name files that cannot be used", id="cert"),
    ],
)
def test_a_certificate_file_that_is_not_there_is_named(settings: dict[str, str], words: str):
    """With its setting, before anything is sent."""
    with pytest.raises(Rejected, match=words) as refused:
        observe(url="https://127.0.0.1:1", **settings)

    assert "no-such-file.pem" in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "header"),
    [
        pytest.param({"username": "ada", "password": "secret"}, "Basic YWRhOnNlY3JldA==", id="basic"),
        pytest.param({"token": "t0ken"}, "Bearer t0ken", id="bearer"),
    ],
)
def test_credentials_reach_the_server_and_wrong_ones_are_said(settings: dict[str, str], header: str):
    """The value goes over the wire, and never into an error."""
    with serving(authorization=header) as url:
        observe(url=url, **settings)

        with pytest.raises(Unauthorised) as refused:
            observe(url=url, **dict.fromkeys(settings, "wrong-one"))
    assert "wrong-one" not in str(refused.value)


def test_a_target_that_hangs_is_given_up_after_its_timeout():
    """Unknown, soon enough to say so."""
    with serving(hangs=True) as url, pytest.raises(Unavailable, match="reply was lost"):
        observe(url=url, timeout=0.2)
