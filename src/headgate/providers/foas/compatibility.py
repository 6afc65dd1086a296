"""What an edit does to the state of a job, and what of it needs no restart.

The only way that keeps it is to pause a job and resume it, and the documentation of manual tuning says what that is
for: other resources or another plan, other values of WITH options and of job parameters that are there already. Other
SQL logic, another engine version, a WITH option or a job parameter that is added ask for a stop and a start, which
begins empty. What the documentation does not speak of is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from headgate.model.configuration import normalised
from headgate.model.live import Live
from headgate.model.plan import Change, OperatorVerdict, PlatformVerdict, StateVerdict, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Sql
from headgate.providers.foas import scripts, validation
from headgate.providers.foas.spec import FLOATING, filled_options, job_type
from headgate.providers.foas.wire import BATCH

_RESUMED = "pausing and resuming the job carries it over"
_STOPPED = "it takes a stop and a start, and a start of this platform begins empty"
_UNSAID = "whether state survives it is not documented"
# Kept by the platform beside the job: they change nothing of what runs.
IN_PLACE = frozenset({"options.folder", "options.startOffset"})


def platform_verdict(spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
    """What the platform would make of these changes: whether it can, what is lost, what needs no restart."""
    if why := validation.impossible(spec) or (validation.cannot_become(spec, live, changes) if live else ""):
        return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=why)
    paths = {change.path for change in changes}
    in_place = frozenset(paths & IN_PLACE)
    if live is None or live.applied is None:
        return PlatformVerdict(in_place)
    if job_type(spec.options) == BATCH:
        return PlatformVerdict(in_place, _of_all(Verdict.NONE, "a batch job keeps no state"))
    if "target" in paths:
        return PlatformVerdict(in_place, _of_all(Verdict.LOST, "the state of a paused job cannot leave its project"))
    return PlatformVerdict(in_place, verdict(live.applied, spec))


def verdict(ran: AppliedSpec, spec: JobSpec) -> StateVerdict:
    """What becomes of the state of a job that ran this when it continues that, change by change."""
    config = {key: spec.secrets.fill(value) for key, value in spec.config.items()}
    wider = [OperatorVerdict("parallelism", Verdict.KEPT, _RESUMED)] if ran.parallelism != spec.parallelism else []
    found = (*_program(ran, spec), *wider, *_config(ran.config, config), *_options(ran, spec))
    all_of_them = {each.verdict for each in found}
    worst = next((one for one in (Verdict.LOST, Verdict.UNKNOWN) if one in all_of_them), Verdict.KEPT)
    return StateVerdict(worst, found) if found else _of_all(Verdict.KEPT, "the job is resumed")


def _of_all(verdict: Verdict, why: str) -> StateVerdict:
    return StateVerdict(verdict, (OperatorVerdict("all operators", verdict, why),))


def _program(ran: AppliedSpec, spec: JobSpec) -> Iterator[OperatorVerdict]:
    fill = spec.secrets.fill
    match ran.program, spec.program:
        case Sql(old), Sql(template):
            new = fill(template)
            if scripts.meaning_of(old) == scripts.meaning_of(new):
                return
            if scripts.shape(old) == scripts.shape(new):
                yield OperatorVerdict("WITH options", Verdict.KEPT, f"only their values change: {_RESUMED}")
            else:
                yield OperatorVerdict("statement", Verdict.LOST, f"other SQL logic: {_STOPPED}")
        case Jar() as old_jar, Jar() as new_jar:
            if old_jar.main_class != new_jar.main_class:
                yield OperatorVerdict("jar.main_class", Verdict.LOST, f"another program: {_STOPPED}")
            if old_jar.uri != fill(new_jar.uri):
                why = f"the new package is resumed from the last checkpoint; {_UNSAID}"
                yield OperatorVerdict("jar.uri", Verdict.UNKNOWN, why)
            if old_jar.args != tuple(map(fill, new_jar.args)):
                yield OperatorVerdict("jar.args", Verdict.UNKNOWN, _UNSAID)
        case _:
            yield OperatorVerdict("program", Verdict.LOST, f"another kind of program: {_STOPPED}")


def _config(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[OperatorVerdict]:
    before, after = normalised(old), normalised(new)
    for key in sorted(before.keys() | after.keys()):
        if (key in before) is not (key in after):
            what = "added" if key in after else "removed"
            yield OperatorVerdict(f"config.{key}", Verdict.LOST, f"a job parameter is {what}: {_STOPPED}")
        elif before[key] != after[key]:
            yield OperatorVerdict(f"config.{key}", Verdict.KEPT, f"only its value changes: {_RESUMED}")


def _options(ran: AppliedSpec, spec: JobSpec) -> Iterator[OperatorVerdict]:
    old, new = ran.options, filled_options(spec)
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before == after or f"options.{key}" in IN_PLACE:
            continue
        found, why = Verdict.UNKNOWN, _UNSAID
        match key:
            # Not asked for any more: it stays what it is.
            case "engineVersion" | "clusterId" | "queueName" if after is None:
                continue
            case "engineVersion":
                made = f"{after} is what the platform makes of it then" if after in FLOATING else "another engine"
                found, why = Verdict.LOST, f"{made}: {_STOPPED}"
            case "planJson" | "autoscale":
                found, why = Verdict.KEPT, _RESUMED
            case "packages" if isinstance(spec.program, Sql):
                found, why = Verdict.KEPT, f"the statement stays: {_RESUMED}"
        yield OperatorVerdict(f"options.{key}", found, why)
