"""Values the planning tests speak with: two jobs and what a target may say about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headgate.model.live import JobState, Kept, Live, Marker, Observation, Remembered, Several, Unknown
from headgate.model.plan import Action, Plan, PlatformVerdict, StateVerdict, Submit, Verdict
from headgate.model.spec import AppliedSpec, JobSpec, Sql
from headgate.model.store_records import UNDATED, Applied, Failing, Intent
from headgate.model.topology import Compiled, Operator, Topology
from headgate.planning import (
    Compatibility,
    CompatibilityReport,
    LastSeen,
    PlanInput,
    Quarantined,
    Question,
    Revisions,
    Round,
    answered,
    plan,
)

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


def in_history(spec: JobSpec, compiled: str = "") -> Applied:
    """The entry of a revision that worked."""
    manifest = spec.carried() | {"compiled": compiled}
    return Applied("shop", spec.name, spec.target, spec.revision, "applied", manifest=manifest)


def quarantined(spec: JobSpec) -> Failing:
    """What the store knows of a manifest that did not settle."""
    return Failing("shop", spec.name, spec.manifest_hash, "it fell over", UNDATED)


def begun(job_id: str) -> dict[str, tuple[Intent, ...]]:
    """A start of `orders` that an earlier run asked for and never saw settle."""
    return {"orders": (Intent("shop", "orders", "local", "run", Submit.name, effect_key=job_id),)}


def agrees(draft: Action) -> CompatibilityReport:
    """The report of a platform that keeps all state, and whose storage has what the draft starts from."""
    left = draft.live.snapshot if draft.live else None
    kept = Kept(existed=True, snapshots=(left,)) if left else None
    return CompatibilityReport(platform=PlatformVerdict(state=StateVerdict(Verdict.KEPT)), kept=kept)


def plan_of(
    project: str,
    jobs: Mapping[str, JobSpec],
    observed: Mapping[str, Observation | Unknown],
    *,
    compatibility: CompatibilityReport | None = None,
    remembered: Mapping[str, tuple[Remembered, ...]] | None = None,
    failing: Failing | None = None,
    revisions: tuple[Applied, ...] = (),
    **more: Any,
) -> Plan:
    """The plan where platforms and store give these answers, to whatever planning asks."""

    def answer(questions: Round) -> list[Any]:
        return [one(question) for question in questions]

    def one(question: Question[Any]) -> Any:
        match question:
            case Compatibility(draft):
                return compatibility or agrees(draft)
            case LastSeen(want):
                return (remembered or {}).get(want.name, ())
            case Quarantined():
                return failing
            case Revisions():
                return revisions
            case _:
                raise TypeError(question)

    return answered(plan(PlanInput(project, jobs, observed, **more)), answer)


def planned(
    jobs: Mapping[str, JobSpec] | JobSpec | None,
    observed: Mapping[str, Live | Several] | Live | Unknown | None = None,
    *,
    others: tuple[Live, ...] = (),
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
    return plan_of("shop", wanted, {"local": seen}, **more)


def decided(jobs: JobSpec | None, observed: Live | Unknown | None = None, **more: Any) -> Action:
    """The one action of a plan for one job."""
    [action] = planned(jobs, observed, **more).actions
    return action


def compiles_to(*operators: Operator, old: Topology | None = TOPOLOGY) -> CompatibilityReport:
    """Evidence that a spec compiles to these operators."""
    return CompatibilityReport(Compiled("{}", Topology(operators, last_id=9)), old)
