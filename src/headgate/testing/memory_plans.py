"""The compiled form of the platform in memory: its operators, written down."""

from __future__ import annotations

from collections.abc import Mapping

from headgate.model.spec import JobSpec
from headgate.model.topology import Topology
from headgate.providers.compiled_form import CompiledForm
from headgate.testing import operators


class MemoryPlans(CompiledForm):
    """Every program has one, and vertices by the text of its statement."""

    def topology(self, compiled: str) -> Topology | None:
        return operators.read(compiled) if compiled else None

    def numbered(self, compiled: str, ids: Mapping[int, int], fresh_from: int) -> str:
        topology = operators.read(compiled)
        return operators.written(operators.numbered(topology, ids, fresh_from)) if topology else compiled

    def vertices(self, spec: JobSpec) -> tuple[str, ...]:
        return operators.vertices_of(spec.program)
