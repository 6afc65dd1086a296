"""What DLI cannot run, known before it is asked."""

from __future__ import annotations

import re

from pydantic import ValidationError

from headgate.model.spec import Jar, JobSpec, Sql
from headgate.providers.dli.fields import JAR_ONLY, SQL_ONLY
from headgate.providers.dli.forms import EDGE, SHARED, DliOptions
from headgate.providers.dli.spec import options_of
from headgate.providers.huawei.checkpoints import INTERVAL, config_of, whole_seconds

LONGEST_NAME = 57
_NAME = re.compile(r"[A-Za-z0-9_-]{1,57}")
_LONGEST_STATEMENT = 1024 * 1024
_MOST_PARALLEL = 2000
_PER_UNIT = 4
_LONGEST_JAR_INTERVAL = 3600


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
    length = whole_seconds(config[INTERVAL])
    if not length:
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
