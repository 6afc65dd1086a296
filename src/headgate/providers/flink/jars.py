"""Jars on the cluster: uploaded once under a name that is their content, found again by that name."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path

from headgate.errors import Rejected
from headgate.model.spec import Jar
from headgate.providers.flink import runner
from headgate.providers.http import Api


class JarNotLocal(Rejected):
    """A job's jar is named by a URL, and a Flink session cluster runs only jars that are uploaded to it.

    Keep the jar in the repository and name it by its path, relative to the manifest.
    """

    code = "jar-not-local"


class Jars:
    """The id of a jar on one cluster, uploading it if it is not there."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._ids: dict[str, str] = {}
        self._lock = threading.Lock()

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
