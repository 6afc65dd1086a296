"""Compiled plans of Flink: what the cluster's own planner makes of a spec, read, numbered and compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.errors import Rejected
from headgate.model.spec import JobSpec
from headgate.model.topology import Topology
from headgate.providers.compiled_form import CompiledForm
from headgate.providers.flink import compiled as plans
from headgate.providers.flink.jars import Jars
from headgate.providers.flink.program import body, may_compile
from headgate.providers.flink.refusals import PlannerFailed, refusal
from headgate.providers.flink.rejection import is_flinks_own
from headgate.providers.odd_answers import reports_odd_answers


@reports_odd_answers
class FlinkPlans(CompiledForm):
    """Plans of one cluster. `name` is that of the target."""

    def __init__(self, name: str, jars: Jars) -> None:
        self.name = name
        self._jars = jars

    def topology(self, compiled: str) -> Topology | None:
        return plans.topology(compiled) if compiled else None

    def numbered(self, compiled: str, ids: Mapping[int, int], fresh_from: int) -> str:
        return plans.numbered(compiled, ids, fresh_from=fresh_from)

    def vertices(self, spec: JobSpec) -> tuple[str, ...]:
        try:
            return tuple(str(node["id"]) for node in self.plan(spec, mode="run")["nodes"]) if may_compile(spec) else ()
        except PlannerFailed:
            return ()

    def plan(self, spec: JobSpec, *, mode: str) -> Mapping[str, Any]:
        """What the planner answers. Raises Rejected where the statement is wrong, PlannerFailed where it gave up."""
        try:
            return self._jars.plan(spec.program, body(spec, mode=mode))
        except Rejected as problem:
            if not is_flinks_own(problem):
                raise
            raise refusal(problem.body, spec) from problem
