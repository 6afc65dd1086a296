"""Where the savepoints of a job go: a folder of its own, named by project and job.

    <savepoint directory>/headgate/<project>/<job>/started
                                                   savepoint-5d09da-899b63c0c1ee/_metadata

The directory is the target's `savepoint_dir`, else the cluster's own. The folder is made when a job is started, so it
tells a job that is new from one that its cluster forgot, without any other memory. A job whose own configuration names
a savepoint directory has its savepoints below that one; the file `started` then says so. It also names the id of the
last start and where its checkpoints go (`<checkpoint directory>/<job id>/chk-17`), for a cluster that forgets both.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from headgate.model.secret import PLACEHOLDER
from headgate.providers.flink.cluster import Cluster

# The second is the older name of the first, which 2.x still reads.
_OPTIONS = ("execution.checkpointing.savepoint-dir", "state.savepoints.dir")
_CHECKPOINTS = ("execution.checkpointing.dir", "state.checkpoints.dir")
_OWN_FOLDER = ("execution.checkpointing.create-subdir", "state.checkpoints.create-subdir")


class Homes:
    """The savepoint folders on one cluster; `configured` is the target's own directory."""

    def __init__(self, cluster: Cluster, configured: str | None) -> None:
        self._cluster = cluster
        self._configured = configured

    def of(self, project: str, job: str) -> str:
        """The folder of a job, empty where no savepoint directory is known."""
        return _below(self._of_cluster(), project, job)

    def savepoints(self, project: str, job: str, config: Mapping[str, str]) -> str:
        """Where this job's savepoints go: as `of`, unless its own configuration says otherwise.

        Empty leaves the place to Flink: no directory is known, or the job's own is reported by a placeholder.
        """
        own = _named(config)
        return "" if PLACEHOLDER.search(own) else _below(own or self._of_cluster(), project, job)

    def sign(self, project: str, job: str, config: Mapping[str, str], start: str, *, at: int, job_id: str = "") -> str:
        """What the runner leaves at a start: the folder, the other one that is used instead or nothing, and the start.

        `at` is when that is, in milliseconds since the epoch. Then the id the job is started under, and where its
        checkpoints go, or nothing: `Sign` reads them. Empty where no savepoint directory is known.
        """
        home, used = self.of(project, job), self.savepoints(project, job, config)
        lines = [home, used if used != home else "", start, str(at)]
        lines += [job_id, self.checkpoints(config)] if job_id else []
        return "\n".join(lines) if home else ""

    def checkpoints(self, config: Mapping[str, str]) -> str:
        """The directory in which each job has a folder of its checkpoints, named by its id; empty: none is known."""
        cluster = self._cluster.configuration()
        directory = _named(config, _CHECKPOINTS) or _named(cluster, _CHECKPOINTS)
        shared = (_named(config, _OWN_FOLDER) or _named(cluster, _OWN_FOLDER)).lower() == "false"
        return "" if shared or PLACEHOLDER.search(directory) else directory.rstrip("/")

    def _of_cluster(self) -> str:
        return self._configured or _named(self._cluster.configuration())


def _named(config: Mapping[str, str], options: tuple[str, ...] = _OPTIONS) -> str:
    return next((config[option] for option in options if config.get(option)), "")


def _below(directory: str, project: str, job: str) -> str:
    return "/".join((directory.rstrip("/"), "headgate", _part(project), _part(job))) if directory else ""


def _part(name: str) -> str:
    """One part of a path on any file system: letters, digits and `-_.~` as they are, the rest as `=XX`."""
    return "=2E" * len(name) if not name.strip(".") else quote(name, safe="").replace("%", "=")
