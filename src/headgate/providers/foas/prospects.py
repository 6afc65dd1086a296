"""What this platform would make of a spec, at plan time: what it cannot do, what is lost, what needs no restart."""

from __future__ import annotations

from headgate.model.live import JobState, Live
from headgate.model.plan import Change, OperatorVerdict, PlatformVerdict, StateVerdict, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Sql, Strategy
from headgate.providers.foas import definition, keeping, programs
from headgate.providers.foas.wire import BATCH, STREAM

_NO_STATE = StateVerdict(Verdict.NONE, (OperatorVerdict("all operators", Verdict.NONE, "a batch job keeps no state"),))


def platform_verdict(spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
    """The port's `platform_verdict`."""
    if why := _cannot(spec) or (_cannot_become(spec, live, changes) if live else ""):
        return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=why)
    paths = {change.path for change in changes}
    in_place = frozenset(paths & keeping.IN_PLACE)
    if live is None or live.applied is None:
        return PlatformVerdict(in_place)
    if definition.job_type(spec.options) == BATCH:
        return PlatformVerdict(in_place, _NO_STATE)
    if "target" in paths:
        why = "the state of a paused job cannot leave its project"
        return PlatformVerdict(
            in_place, StateVerdict(Verdict.LOST, (OperatorVerdict("all operators", Verdict.LOST, why),))
        )
    return PlatformVerdict(in_place, keeping.verdict(live.applied, spec))


def _cannot(spec: JobSpec) -> str:
    """What no job of this platform can be."""
    options = spec.options
    plan = definition.plan_options(options)
    batch = definition.job_type(options) == BATCH
    if spec.savepoint.strategy is Strategy.PATH:
        return (
            "Blink has no savepoints that could be named: a job goes on from its own last checkpoint after a pause "
            "(`strategy: latest`), or begins empty (`strategy: none`)"
        )
    if why := programs.unfit(spec):
        return why
    if isinstance(spec.program, Jar):
        if spec.parallelism != 1:
            return (
                "the parallelism of a DataStream job is set in its program: leave `parallelism` at 1, or give the "
                "engine its own argument with `config: {blink.job.option: ...}`"
            )
        if plan:
            return "the plan of a DataStream job cannot be tuned: take out `options.planJson`"
    if plan.get("autoconf") and spec.parallelism != 1:
        return "with `planJson.autoconf` the platform chooses the parallelism: leave `parallelism` at 1"
    if options.get("startOffset") and (batch or not isinstance(spec.program, Sql)):
        return "only SQL streams begin at a `startOffset`"
    return ""


def _cannot_become(spec: JobSpec, live: Live, changes: tuple[Change, ...]) -> str:
    """What a job that is there cannot be changed to."""
    if live.name != spec.name or any(change.path == "name" for change in changes):
        return (
            f"a job of this platform cannot be renamed: keep the name {live.name!r}, or let the job leave git and "
            "start another one, empty"
        )
    old = live.applied or AppliedSpec(spec.program, 1, {}, {})
    if isinstance(old.program, Sql) is not isinstance(spec.program, Sql):
        return "a SQL job cannot become a DataStream job, or the other way round: give the new one another name"
    before, after = old.options.get("jobType", STREAM), definition.job_type(spec.options)
    if before != after:
        return f"a {before} job cannot become a {after} job: give the new one another name"
    if after == BATCH and live.state is JobState.RUNNING and changes:
        return "a batch job that runs can be neither paused nor changed: let it finish, or end it in the console"
    return ""
