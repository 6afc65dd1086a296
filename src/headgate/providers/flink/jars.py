"""Jars on the cluster: uploaded once under a name that is their content, found again by that name."""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headgate.errors import Rejected
from headgate.model.spec import Jar, Program
from headgate.providers.flink import runner
from headgate.providers.http import Api

_LOST = re.compile(r"Jar file .* does not exist")


class JarNotLocal(Rejected):
    """A job's jar is named by a URL, and a Flink session cluster runs only jars that are uploaded to it.

    Keep the jar in the repository and name it by its path, relative to the manifest.
    """

    code = "jar-not-local"


class Jars:
    """The jars of one cluster: calls them, uploading one that is not there."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._ids: dict[str, str] = {}
        self._lock = threading.Lock()

    def plan(self, program: Program, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a jar's main would run; nothing is run. SQL goes to the runner. Repeated on trouble that may pass."""
        answer: Mapping[str, Any] = self._post(program, "plan", request, writes=False)["plan"]
        return answer

    def run(self, program: Program, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Start a job; `request` names its id, so asking twice starts once."""
        return self._post(program, "run", request, writes=True)

    def _post(self, program: Program, verb: str, request: Mapping[str, Any], *, writes: bool) -> Mapping[str, Any]:
        """POST to a jar; once more with a fresh upload if the cluster has lost it."""
        for again in (True, False):
            jar_id = self.program(program) if isinstance(program, Jar) else self.runner()
            try:
                answer: Mapping[str, Any] = self._api.call(
                    "POST", f"/jars/{jar_id}/{verb}", writes=writes, repeatable=True, body=request
                )
                return answer
            except Rejected as problem:
                if not (again and _LOST.search(problem.body)):
                    raise
                self.forget()
        raise AssertionError("unreachable")

    def runner(self) -> str:
        """The id of the SQL runner."""
        return self._ensure(runner.content_name(), runner.JAR)

    def program(self, jar: Jar) -> str:
        """The id of a user's jar."""
        if not jar.file:
            raise JarNotLocal(
                f"the jar {jar.uri} is not in the repository, and a Flink session cluster takes uploads only",
                hint="keep the jar in the repository and name it by its path",
            )
        return self._ensure(f"headgate-{jar.digest[:16]}-{Path(jar.file).name}", Path(jar.file))

    def forget(self) -> None:
        """The cluster may have lost its uploads: look again."""
        with self._lock:
            self._ids.clear()

    def _ensure(self, name: str, file: Path) -> str:
        with self._lock:
            if name not in self._ids:
                self._ids[name] = self._find(name) or self._upload(name, file)
            return self._ids[name]

    def _find(self, name: str) -> str:
        files = self._api.read("/jars")["files"]
        return next((str(file["id"]) for file in files if file["name"] == name), "")

    def _upload(self, name: str, file: Path) -> str:
        with tempfile.TemporaryDirectory(prefix="headgate-") as folder:
            named = Path(folder) / name
            shutil.copyfile(file, named)
            # Two copies of one content do no harm, so the upload may be repeated.
            answer = self._api.call("POST", "/jars/upload", writes=True, repeatable=True, upload=("jarfile", named))
        return str(answer["filename"]).rpartition("/")[2]
