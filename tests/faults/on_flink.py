"""A real Flink under the fault suite: a job that counts, and prints its count."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from headgate.local import LocalFlink
from tests.clusters import Cluster, counting, eventually
from tests.faults.operations import ManifestVersion
from tests.faults.steps import Step, named

_ENDED = {"FINISHED", "CANCELED", "FAILED"}
_OVERVIEW = "GET /jobs/overview"
_COMPILE = "POST /jars/[^/]+/plan"
_SUBMIT = "POST /jars/[^/]+/run"
_STOP = r"POST /jobs/\w{32}/stop"
_SAVEPOINT = r"GET /jobs/\w{32}/savepoints/"
_CANCEL = r"PATCH /jobs/\w{32}"
_STATUS = r"GET /jobs/\w{32}/status"
_CHECKPOINTS = r"GET /jobs/\w{32}/checkpoints"
_REQUIREMENTS = r"/jobs/\w{32}/resource-requirements"
_STOPPING = {
    "ask-to-stop": _STOP,
    "wait-for-the-savepoint": f"{_STOP} > {_SAVEPOINT}",
    "wait-for-the-end": f"{_STOP} > {_STATUS}",
}
# Every remote request of an operation that has an effect, or that an effect hangs on.
STEPS: dict[str, tuple[Step, ...]] = {
    operation: named(steps)
    for operation, steps in {
        "submit": {
            "upload": "POST /jars/upload",
            "compile": _COMPILE,
            "look-again": f"{_COMPILE} > {_OVERVIEW}",
            "submit": _SUBMIT,
            "settle": f"{_SUBMIT} > {_STATUS}",
        },
        "restart": {
            "compile": _COMPILE,
            "look-again": f"{_COMPILE} > {_OVERVIEW}",
            **_STOPPING,
            "submit": _SUBMIT,
            "settle": f"{_SUBMIT} > {_CHECKPOINTS}",
            "look-whether-it-is-done": f"{_SUBMIT} > {_CHECKPOINTS} > {_OVERVIEW}",
        },
        "suspend": _STOPPING,
        "resume": {"look-again": f"{_COMPILE} > {_OVERVIEW}", "submit": _SUBMIT, "settle": f"{_SUBMIT} > {_STATUS}"},
        "cancel": {
            "cancel": _CANCEL,
            "wait-for-the-end": f"{_CANCEL} > {_STATUS}",
            "submit": f"{_CANCEL} > {_SUBMIT}",
            "settle": f"{_SUBMIT} > {_STATUS}",
        },
        "prune": _STOPPING,
        "rescale": {
            "ask-how-wide-it-may-be": f"GET {_REQUIREMENTS}",
            "rescale": f"PUT {_REQUIREMENTS}",
            "settle": f"PUT {_REQUIREMENTS} > {_STATUS}",
        },
        "rollback": {
            "ask-to-stop": _STOP,
            "submit": _SUBMIT,
            "see-it-fail": f"{_SUBMIT} > {_STATUS}",
            "look-at-what-failed": f"{_SUBMIT} > {_OVERVIEW}",
            "cancel": _CANCEL,
            "wait-for-the-end": f"{_CANCEL} > {_STATUS}",
            "submit-again": f"{_CANCEL} > {_SUBMIT}",
            "settle-again": f"{_CANCEL} > {_SUBMIT} > {_STATUS}",
        },
        "rollback-by-hand": {"ask-to-stop": _STOP, "submit": _SUBMIT, "settle": f"{_SUBMIT} > {_STATUS}"},
    }.items()
}


class OnFlink:
    """One job of one case on a Flink; what it prints tells whether its count began again."""

    environ: Mapping[str, str] = {}
    hurried = False
    patience = 2.0

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.project = f"p{uuid.uuid4().hex[:8]}"
        self.job = f"{self.project}-totals"
        # What a person wrote into the manifest under `savepoint:`, if anything.
        self.savepoint = ""

    @property
    def url(self) -> str:
        return self.cluster.url

    def target(self, url: str, timeout: float) -> str:
        return f"{{provider: flink, url: '{url}', timeout: {timeout}}}"

    def manifest(self, version: ManifestVersion) -> str:
        where, more = {
            ManifestVersion.EDITED: ("WHERE v <> 3", ""),
            ManifestVersion.EMPTIED: ("WHERE v <> 3", "savepoint: {strategy: none}"),
            ManifestVersion.SUSPENDED: ("", "state: suspended"),
            ManifestVersion.BROKEN: ("WHERE 10 / (k - 7) > 0", ""),
        }.get(version, ("", ""))
        if self.savepoint and not more:
            more = f"savepoint: {self.savepoint}"
        parallelism = 2 if version is ManifestVersion.WIDER else 1
        return counting(self.job, self.project, where=where, parallelism=parallelism, more=more)

    def writes(self, line: str) -> bool:
        return not line.startswith("GET ") and not line.partition("?")[0].endswith("/plan")

    def forget_jars(self) -> None:
        """The cluster has none of the jars that were brought to it."""
        for jar in self.cluster.call("GET", "/jars")["files"]:
            self.cluster.call("DELETE", f"/jars/{jar['id']}")

    def running(self) -> list[str]:
        return self.cluster.running(self.job)

    def rest(self) -> None:
        """Wait until nothing is on its way that gets there by itself."""

    def copies(self) -> int:
        return len(self.running())

    def ages(self) -> list[int]:
        return []

    def moved(self) -> None:
        """Time goes by without us."""

    def definitions(self) -> set[str]:
        """Flink keeps none."""
        return set()

    def has_state(self) -> None:
        eventually(lambda: max(self._counted(), default=0) > 5)

    def require_state(self, *, consented: int) -> None:
        """The count began once, and once more with every consent; and what runs goes on counting."""
        before = len(self._counted())
        if self.running():
            eventually(lambda: len(self._counted()) > before + 5)
        assert self._counted().count(1) <= 1 + consented

    def _counted(self) -> list[int]:
        return self.cluster.printed(self.project)


@contextmanager
def on_flink(flink: LocalFlink) -> Iterator[OnFlink]:
    """The job is ended with its case."""
    made = OnFlink(Cluster(flink))
    try:
        yield made
    finally:
        for job in made.cluster.jobs(made.job):
            if job["state"] not in _ENDED:
                made.cluster.cancel(str(job["jid"]))
