"""What a cluster says of itself: its configuration, asked for once."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from headgate.errors import ProviderError
from headgate.model.spec import JobSpec, Sql
from headgate.providers.http import Api, NotFound

_INTERVAL = "execution.checkpointing.interval"


class Cluster:
    """The configuration of one cluster: `GET /jobmanager/config`, a list of keys and values."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._known: Mapping[str, str] | None = None

    def configuration(self) -> Mapping[str, str]:
        """Option to value, as the JobManager was started with; empty where a gateway does not let this through."""
        with self._lock:
            if self._known is None:
                try:
                    entries = self._api.read("/jobmanager/config")
                except NotFound:
                    entries = []
                self._known = {str(entry["key"]): str(entry["value"]) for entry in entries}
            return self._known

    def checkpoints(self, spec: JobSpec) -> bool | None:
        """Does a job of this spec take checkpoints by itself? None where its program, or the cluster, may say either.

        Flink takes none unless an interval is set for the job or as the cluster's own default.
        https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/config/#execution-checkpointing-interval
        """
        if spec.config.get(_INTERVAL):
            return True
        if not isinstance(spec.program, Sql) or _INTERVAL in spec.program.text:
            return None
        try:
            configuration = self.configuration()
        except ProviderError:
            return None
        return bool(configuration.get(_INTERVAL)) if configuration else None

    def rescales(self) -> bool:
        """May a job be given another parallelism while it runs?

        The adaptive scheduler does; in reactive mode, which implies it, jobs are as wide as the cluster is.
        """
        configuration = self.configuration()
        adaptive = configuration.get("jobmanager.scheduler", "").lower() == "adaptive"
        return adaptive and configuration.get("scheduler-mode", "").lower() != "reactive"
