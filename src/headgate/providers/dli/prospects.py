"""What DLI would make of a job, or of an edit, said before anything is done.

On what survives a restart Huawei's FAQ dli_03_0136 is the source ("How Can I Check if a Flink Job Can Be Restored From
a Checkpoint After Restarting It?"): it calls another parallelism, and another program, not restorable, and other
resources of the TaskManagers restorable. It is more careful than Flink itself is, so a changed parallelism is unknown
here, not lost.
"""

from __future__ import annotations

import re

from pydantic import ValidationError

from headgate.model.live import Live
from headgate.model.plan import Change, OperatorVerdict, PlatformVerdict, StateVerdict, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.providers.dli.fields import IN_PLACE, INTERVAL, JAR_ONLY, MODE, SQL_ONLY, seconds
from headgate.providers.dli.forms import EDGE, SHARED, DliOptions
from headgate.providers.dli.writing import config_of, options_of

LONGEST_NAME = 57
_NAME = re.compile(r"[A-Za-z0-9_-]{1,57}")
_LONGEST_STATEMENT = 1024 * 1024
_MOST_PARALLEL = 2000
_PER_UNIT = 4
_LONGEST_JAR_INTERVAL = 3600
# They say where and with how much a job runs and who is told, not what it computes.
_HARMLESS = IN_PLACE | {
    "cu_number",
    "manager_cu_number",
    "tm_cus",
    "tm_slot_num",
    "resource_config_version",
    "resource_config",
    "queue_name",
    "run_mode",
    "log_enabled",
    "flink_log_config",
    "execution_agency_urn",
}
_HARMLESS_CONFIG = {INTERVAL, MODE}
_OTHER_KIND = (
    "DLI keeps SQL and jar jobs apart: a new job takes the old one's place, and the old one's state goes with it"
)
_WIDER = (
    "Huawei's FAQ says that a job cannot be restored after its parallelism changed; Flink itself can, up to a bound"
)


def platform_verdict(spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
    """What becomes of these changes; `live` None for a first start."""
    if why := impossible(spec):
        return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=why)
    if live is None:
        return PlatformVerdict()
    in_place = frozenset(change.path for change in changes if _option(change.path) in IN_PLACE)
    return PlatformVerdict(in_place=in_place, state=_state(spec, live, changes))


def impossible(spec: JobSpec) -> str:
    """Why DLI cannot run a spec, and what to do instead; empty if it can."""
    try:
        options = options_of(spec)
    except ValidationError as problem:
        return "; ".join(str(one["msg"]) for one in problem.errors(include_url=False, include_input=False))
    found = _of_program(spec, options), _of_resources(spec, options), _of_checkpoints(spec, options)
    return next(filter(None, found), "")


def _of_program(spec: JobSpec, options: DliOptions) -> str:
    is_jar = isinstance(spec.program, Jar)
    if not _NAME.fullmatch(spec.name):
        return f"DLI takes names of 1 to {LONGEST_NAME} letters, digits, `_` and `-`, not {spec.name!r}"
    if unfit := sorted(set(spec.options) & set(SQL_ONLY if is_jar else JAR_ONLY)):
        return f"{', '.join(f'options.{name}' for name in unfit)}: not of {'a jar' if is_jar else 'an SQL'} job"
    match spec.program:
        case Jar(file=file, uri=uri) if file:
            return f"DLI reads jars from OBS: upload {uri} and write its address (obs://bucket/...) as `jar.uri`"
        case Jar(args=args) if any(not each or each != "".join(each.split()) for each in args):
            return "DLI joins the arguments of a jar with spaces: none may hold a space or be empty"
        case Jar() if "job_type" in spec.options:
            return "options.job_type: a jar is always a flink_jar_job"
        case Sql(text) if len(text) > _LONGEST_STATEMENT:
            return f"DLI takes statements of up to {_LONGEST_STATEMENT} characters, this one has {len(text)}"
    mode = options.run_mode or options.mode()
    if mode == SHARED and not (isinstance(spec.program, Sql) and options.job_type == "flink_sql_job"):
        return "this kind of job needs a dedicated queue: name it in options.queue_name"
    if (mode == EDGE) != (options.job_type == "flink_sql_edge_job"):
        return "edge groups are for options.job_type flink_sql_edge_job, and it needs them"
    return ""


def _of_resources(spec: JobSpec, options: DliOptions) -> str:
    if spec.parallelism > _MOST_PARALLEL:
        return f"DLI runs a job with a parallelism of up to {_MOST_PARALLEL}, not {spec.parallelism}"
    if options.resource_config_version == "v2":
        return ""
    if options.resource_config != DliOptions().resource_config:
        return "options.resource_config counts only with options.resource_config_version: v2"
    most = _PER_UNIT * (options.cu_number - options.manager_cu_number)
    if spec.parallelism > most:
        needed = -(-spec.parallelism // _PER_UNIT) + options.manager_cu_number
        units = f"cu_number {options.cu_number}, {options.manager_cu_number} of it for the manager"
        return f"{units}, allows a parallelism of {most}: parallelism {spec.parallelism} needs cu_number {needed}"
    return ""


def _of_checkpoints(spec: JobSpec, options: DliOptions) -> str:
    config = config_of(spec)
    if INTERVAL not in config:
        return ""
    length = seconds(config[INTERVAL])
    if not length >= 1 or length != int(length):
        return f"DLI takes checkpoints every so many whole seconds: {INTERVAL} is {config[INTERVAL]!r}"
    if isinstance(spec.program, Jar) and length > _LONGEST_JAR_INTERVAL:
        return (
            f"DLI takes checkpoints of a jar at least every {_LONGEST_JAR_INTERVAL} s, not every {config[INTERVAL]!r}"
        )
    if options.checkpoint_path:
        return f"options.checkpoint_path is for jars that take checkpoints by themselves: leave {INTERVAL} out"
    if isinstance(spec.program, Sql) and not options.obs_bucket:
        return "checkpoints need a bucket: name it in options.obs_bucket"
    return ""


def _state(spec: JobSpec, live: Live, changes: tuple[Change, ...]) -> StateVerdict | None:
    """What becomes of state, where DLI's own ways decide; None: judge the operators."""
    paths = {change.path for change in changes}
    program = live.applied.program if live.applied else None
    other_kind = program is not None and type(program) is not type(spec.program)
    if other_kind or "options.job_type" in paths:
        return _verdict(Verdict.LOST, _OTHER_KIND)
    if live.applied is None or any(path.partition(".")[0] in ("statement", "jar", "manifest", "env") for path in paths):
        return None
    rest = {
        path
        for path in paths
        if path != "name" and _option(path) not in _HARMLESS and _key(path) not in _HARMLESS_CONFIG
    }
    if not rest:
        return _verdict(Verdict.KEPT, "the same program, restored by DLI from its own savepoint")
    if rest == {"parallelism"}:
        return _verdict(Verdict.UNKNOWN, _WIDER)
    named = ", ".join(sorted(rest))
    return _verdict(Verdict.UNKNOWN, f"DLI does not tell whether state survives another {named}")


def _verdict(verdict: Verdict, why: str) -> StateVerdict:
    return StateVerdict(verdict, (OperatorVerdict("all operators", verdict, why),))


def _option(path: str) -> str:
    """The option a path is about, empty if it is about something else."""
    head, _, rest = path.partition(".")
    return rest.partition(".")[0] if head == "options" else ""


def _key(path: str) -> str:
    head, _, rest = path.partition(".")
    return rest if head == "config" else ""
