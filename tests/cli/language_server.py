"""npm's yaml-language-server, as an editor runs it: what it finds wrong with a file, by the schema that the file names.

https://github.com/redhat-developer/yaml-language-server speaks https://microsoft.github.io/language-server-protocol/
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "yaml-language-server@1.19.2"
INSTALL_NPM = "apt-get install --yes nodejs npm"
INSTALL_SERVER = f"npm install --no-audit --no-fund --prefix {{}} {PACKAGE}"
_LONGEST = 600


def install(folder: Path) -> Path:
    """Install it into a folder, npm too where this is root. Fails with the line to run where it cannot."""
    if not (shutil.which("npm") and shutil.which("node")):
        _run(INSTALL_NPM, may=os.geteuid() == 0)
    _run(INSTALL_SERVER.format(folder), may=True)
    return folder / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"


def _run(line: str, *, may: bool) -> None:
    done = subprocess.run(line.split(), capture_output=True, text=True, check=False, timeout=_LONGEST) if may else None
    if done is None or done.returncode:
        pytest.fail(
            f"this test needs what the following line installs; run it first: {line}\n{done.stderr if done else ''}"
        )


class LanguageServer:
    """The server, running for one project folder."""

    def __init__(self, program: Path, root: Path) -> None:
        self._process = subprocess.Popen(
            ["node", str(program), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._id = 0
        folder = {"uri": root.as_uri(), "name": root.name}
        self._ask(
            "initialize", processId=os.getpid(), rootUri=root.as_uri(), workspaceFolders=[folder], capabilities={}
        )
        self._notify("initialized")
        settings = {"yaml": {"schemaStore": {"enable": False}, "validate": True}}
        self._notify("workspace/didChangeConfiguration", settings=settings)

    def __enter__(self) -> LanguageServer:
        return self

    def __exit__(self, *trouble: object) -> None:
        self._process.kill()
        self._process.communicate()

    def mistakes(self, file: Path) -> list[str]:
        """What it finds wrong: `line: message`."""
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": file.read_text("utf-8")}
        self._notify("textDocument/didOpen", textDocument=document)
        while True:
            message = self._next()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == file.as_uri():
                found = message["params"]["diagnostics"]
                return [f"{one['range']['start']['line'] + 1}: {one['message']}" for one in found]

    def _ask(self, method: str, **params: Any) -> Any:
        self._id += 1
        self._send(id=self._id, method=method, params=params)
        while (message := self._next()).get("id") != self._id or "method" in message:
            pass
        return message["result"]

    def _notify(self, method: str, **params: Any) -> None:
        self._send(method=method, params=params)

    def _send(self, **message: Any) -> None:
        text = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
        self._process.stdin.flush()

    def _next(self) -> dict[str, Any]:
        """The next message that is for us; what the server asks is answered with nothing."""
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if not length:
            raise AssertionError("the language server has ended")
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if "method" in message and "id" in message:
            many = len(message["params"].get("items", ())) if isinstance(message.get("params"), dict) else 0
            self._send(id=message["id"], result=[None] * many if many else None)
        return message
