"""Values the planning tests speak with: two jobs and what a target may say about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headgate.model.live import JobState, Live, Marker, Observation, Several, Unknown
from headgate.model.plan import Action, Plan
from headgate.model.spec import AppliedSpec, JobSpec, Sql
from headgate.model.topology import Compiled, Operator, Topology
from headgate.planning import CompatibilityReport, JobHistory, PlanInput, plan

ORDERS = JobSpec("orders", "local", Sql("INSERT INTO sink SELECT id, COUNT(*) FROM orders GROUP BY id"))
EDITED = replace(ORDERS, program=Sql("INSERT INTO sink SELECT id, SUM(price) FROM orders GROUP BY id"))

COUNT = Operator(4, "aggregate", "count by id", signature="count(id)", feed="orders.id")
SOURCE = Operator(1, "source", "orders", signature="orders")
TOPOLOGY = Topology((SOURCE, COUNT), last_id=5)


def running(spec: JobSpec, *, job_id: str = "f00", state: JobState = JobState.RUNNING, **more: Any) -> Live:
    """A job of project `shop` that was started from this spec."""
    return Live(
        job_id=job_id,
        name=spec.name,
        state=state,
        word=more.pop("word", str(state)),
        marker=Marker("shop", spec.name, spec.revision, restored=more.pop("restored", "")),
        applied=AppliedSpec.restored(spec.carried()),
        **more,
    )


def planned(
    jobs: Mapping[str, JobSpec] | JobSpec | None,
    observed: Mapping[str, Live | Several] | Live | Unknown | None = None,
    *,
    others: tuple[Live, ...] = (),
    compatibility: CompatibilityReport | None = None,
    **more: Any,
) -> Plan:
    """The plan for a project with one target, `local`."""
    wanted = {jobs.name: jobs} if isinstance(jobs, JobSpec) else dict(jobs or {})
    seen: Observation | Unknown
    match observed:
        case Unknown():
            seen = observed
        case Live():
            seen = Observation({observed.name: observed}, others)
        case None:
            seen = Observation({}, others)
        case _:
            seen = Observation(observed, others)
    if "remembered" in more:
        more["history"] = {name: JobHistory(remembered=known) for name, known in more.pop("remembered").items()}
    proof = dict.fromkeys(wanted, compatibility) if compatibility else {}
    plan_input = PlanInput("shop", wanted, {"local": seen}, **more)
    return plan(plan_input.with_reports({name: one for name, one in proof.items() if one}))


def decided(jobs: JobSpec | None, observed: Live | Unknown | None = None, **more: Any) -> Action:
    """The one action of a plan for one job."""
    [action] = planned(jobs, observed, **more).actions
    return action


def compiles_to(*operators: Operator, old: Topology | None = TOPOLOGY) -> CompatibilityReport:
    """Evidence that a spec compiles to these operators."""
    return CompatibilityReport(Compiled("{}", Topology(operators, last_id=9)), old)
