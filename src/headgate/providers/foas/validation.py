"""What no job of this platform can be, and what a job that is there cannot become."""

from __future__ import annotations

from headgate.model.live import JobState, Live
from headgate.model.plan import Change
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Sql, Strategy
from headgate.providers.foas import programs
from headgate.providers.foas.spec import job_type, plan_options
from headgate.providers.foas.wire import BATCH, STREAM


def impossible(spec: JobSpec) -> str:
    """Why no job of this platform can be this; empty if one can."""
    options = spec.options
    plan = plan_options(options)
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
    if options.get("startOffset") and (job_type(options) == BATCH or not isinstance(spec.program, Sql)):
        return "only SQL streams begin at a `startOffset`"
    return ""


def cannot_become(spec: JobSpec, live: Live, changes: tuple[Change, ...]) -> str:
    """Why a job that is there cannot be changed to this; empty if it can."""
    if live.name != spec.name or any(change.path == "name" for change in changes):
        return (
            f"a job of this platform cannot be renamed: keep the name {live.name!r}, or let the job leave git and "
            "start another one, empty"
        )
    old = live.applied or AppliedSpec(spec.program, 1, {}, {})
    if isinstance(old.program, Sql) is not isinstance(spec.program, Sql):
        return "a SQL job cannot become a DataStream job, or the other way round: give the new one another name"
    before, after = old.options.get("jobType", STREAM), job_type(spec.options)
    if before != after:
        return f"a {before} job cannot become a {after} job: give the new one another name"
    if after == BATCH and live.state is JobState.RUNNING and changes:
        return "a batch job that runs can be neither paused nor changed: let it finish, or end it in the console"
    return ""
