"""Platforms that run a job as it is written and show no compiled form: there is none to read, number or compare."""

from __future__ import annotations

from collections.abc import Mapping

from headgate.model.spec import JobSpec
from headgate.model.topology import Topology


class Opaque:
    """The part of the port about compiled forms, for an adapter whose platform has none."""

    def topology(self, compiled: str) -> Topology | None:
        return None

    def numbered(self, compiled: str, ids: Mapping[int, int], fresh_from: int) -> str:
        return compiled

    def vertices(self, spec: JobSpec) -> tuple[str, ...]:
        return ()
