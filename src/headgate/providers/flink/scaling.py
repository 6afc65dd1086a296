"""Another parallelism for a job: without a restart where the scheduler is adaptive, and how wide a job can be at all.

`GET|PUT /jobs/:id/resource-requirements` is how wide each vertex was last asked to be. It costs a request, so what it
said is kept for the run, and read again when the listing shows another number of tasks or tasks that changed since, and
after each change that was asked for: what we asked for is never taken for what the cluster says. Jobs of other
schedulers are described by what they carry, and never asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headgate.errors import Rejected
from headgate.model.live import Live
from headgate.model.spec import Jar, JobSpec
from headgate.providers.flink import vertex_parallelism
from headgate.providers.flink.compiled import fixed_widths
from headgate.providers.flink.jars import Jars
from headgate.providers.flink.program import body, may_compile
from headgate.providers.http import Api
from headgate.providers.run_facts import Facts, run_key

_FACT = "asked-parallelism"


class Scaling:
    """The parallelism of the jobs of one cluster."""

    def __init__(self, api: Api, facts: Facts, jars: Jars) -> None:
        self._api = api
        self._facts = facts
        self._jars = jars

    def observed(self, live: Live, entry: Mapping[str, Any], fixed: frozenset[int]) -> Live:
        """The job with the parallelism that was last asked for; `entry` is its line in `GET /jobs/overview`."""
        if live.applied is None:
            return live
        seen = [int(entry["tasks"]["total"]), int(entry["last-modification"])]
        run = run_key(live.job_id, live.started_at)
        known = self._facts.get(run, _FACT) or {}
        if live.state.active and known.get("seen") != seen:
            asked = self._asked(live, known, fixed)
            known = {"seen": seen, "parallelism": asked} if asked is not None else {}
            if known:
                self._facts.put(run, _FACT, known)
        parallelism = int(known.get("parallelism", live.applied.parallelism))
        return replace(live, applied=replace(live.applied, parallelism=parallelism))

    def ended(self, live: Live, fixed: frozenset[int]) -> Live:
        """As `observed`, of a job that has ended: what was asked is forgotten, but not how wide it ran."""
        if live.applied is None:
            return live
        run = run_key(live.job_id, live.started_at)
        known = self._facts.get(run, _FACT)
        if known is None or known.get("seen") is None:
            detail = self._api.read(f"/jobs/{live.job_id}")
            # Narrower than its manifest says is what a lack of slots leaves, too.
            own = live.applied.parallelism
            ran = vertex_parallelism.of_job(
                vertex_parallelism.running(detail), vertex_parallelism.limits(detail), known=own, fixed=fixed
            )
            known = {"seen": [], "parallelism": max(own, ran)}
            self._facts.put(run, _FACT, known)
        return replace(live, applied=replace(live.applied, parallelism=int(known["parallelism"])))

    def can_reach(self, live: Live, spec: JobSpec) -> bool:
        """Would changing the widths of the vertices make the job what a restart would make of it?"""
        try:
            asked = self._requirements(live.job_id)
            wanted = self._wanted(live, spec)
        except Rejected:
            return False
        return asked.keys() == wanted.keys() and any(wanted[vertex] != asked[vertex]["upperBound"] for vertex in asked)

    def reach(self, live: Live, spec: JobSpec) -> None:
        """Ask for the spec's parallelism. Raises Rejected where a restart is needed for it."""
        asked = self._requirements(live.job_id)
        wanted = self._wanted(live, spec)
        if asked.keys() != wanted.keys():
            raise Rejected(f"job {live.name} cannot be made {spec.parallelism} wide without a restart")
        most = vertex_parallelism.limits(self._api.read(f"/jobs/{live.job_id}"))
        request = {}
        for vertex, bounds in asked.items():
            upper = min(wanted[vertex], most.get(vertex, 1))
            request[vertex] = {"parallelism": {"lowerBound": min(bounds["lowerBound"], upper), "upperBound": upper}}
        self._api.call("PUT", f"/jobs/{live.job_id}/resource-requirements", writes=True, repeatable=True, body=request)
        # Not what the cluster says: it is believed once the cluster shows just these widths.
        before = (self._facts.get(run_key(live.job_id, live.started_at), _FACT) or {}).get("parallelism")
        widths_asked = {vertex: bounds["parallelism"]["upperBound"] for vertex, bounds in request.items()}
        asked_for = {"seen": None, "widths": widths_asked, "asked": spec.parallelism, "parallelism": before}
        self._facts.put(run_key(live.job_id, live.started_at), _FACT, asked_for)

    def pending(self, job_id: str, detail: Mapping[str, Any]) -> tuple[int, int] | None:
        """Tasks that run as asked, and how many are to run, while a change of parallelism has not taken effect.

        None once it has; and where a job is narrower than it was asked to be and no slot is free, so that the
        scheduler has done what it can.
        """
        try:
            asked = {vertex: bounds["upperBound"] for vertex, bounds in self._requirements(job_id).items()}
        except Rejected:
            return None
        now = vertex_parallelism.running(detail)
        if all(now.get(vertex) == width for vertex, width in asked.items()):
            return None
        narrower = all(now.get(vertex, 0) <= width for vertex, width in asked.items())
        if narrower and not int(self._api.read("/overview").get("slots-available", 0)):
            return None
        as_asked = sum(min(now.get(vertex, 0), width) for vertex, width in asked.items())
        return as_asked, max(sum(now.values()), sum(asked.values()))

    def fixed(self, spec: JobSpec, compiled: str) -> frozenset[int]:
        """The widths of vertices that do not follow the job's parallelism; compiled plans tell, others are asked."""
        if compiled:
            return fixed_widths(compiled)
        try:
            nodes = self._jars.plan(spec.program, body(spec, mode="compile"))["nodes"] if may_compile(spec) else []
        except Rejected:
            return frozenset()  # the start that follows will say why
        return frozenset(int(node["parallelism"]) for node in nodes) - {spec.parallelism}

    def _asked(self, live: Live, known: Mapping[str, Any], fixed: frozenset[int]) -> int | None:
        """What the cluster was last asked for, as it says. None: the job has just ended, or its scheduler was replaced.

        `known` is what is known of this run: the last answer, or what we asked for since.
        """
        try:
            asked = {vertex: bounds["upperBound"] for vertex, bounds in self._requirements(live.job_id).items()}
            most = vertex_parallelism.limits(self._api.read(f"/jobs/{live.job_id}"))
        except Rejected:
            return None
        if known.get("widths") == asked:
            return int(known["asked"])
        last = known.get("parallelism") or (live.applied.parallelism if live.applied else 1)
        return vertex_parallelism.of_job(asked, most, known=int(last), fixed=fixed)

    def _requirements(self, job_id: str) -> dict[str, dict[str, int]]:
        """Vertex id to its lowerBound and upperBound. Raises Rejected where the scheduler has no such thing."""
        answer = self._api.read(f"/jobs/{job_id}/resource-requirements")
        return {
            str(vertex): {key: int(bound) for key, bound in each["parallelism"].items()}
            for vertex, each in answer.items()
        }

    def _wanted(self, live: Live, spec: JobSpec) -> dict[str, int]:
        """Vertex id to its width in a restart of the same program as this spec; empty where that cannot be reported."""
        if isinstance(spec.program, Jar):
            request = body(spec, mode="run")
        elif live.compiled and may_compile(spec):
            request = body(spec, mode="compile", compiled=live.compiled)
        else:
            return {}
        nodes = self._jars.plan(spec.program, request)["nodes"]
        return {str(node["id"]): int(node["parallelism"]) for node in nodes}
