"""A manifest in DLI's flat fields."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from headgate.model.configuration import current_key, normal_value
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.providers.dli.fields import BOTH, INTERVAL, JAR_ONLY, MODE, MODES, SQL_ONLY, seconds
from headgate.providers.dli.forms import JAR_JOB, DliOptions
from headgate.providers.dli.signs import Sets

# Left out where they are empty: the platform then chooses, or leaves what is there.
_OWN_CHOICE = ("queue_name", "tm_slot_num", "flink_version", "execution_agency_urn", "udf_jar_url", "feature", "image")


def options_of(spec: JobSpec) -> DliOptions:
    """The options of a spec, values in place of placeholders."""
    return DliOptions.model_validate(spec.secrets.fill_all(spec.options))


def config_of(spec: JobSpec) -> dict[str, str]:
    """The configuration of a spec, values in place of placeholders, under the keys in use today."""
    return {current_key(key): spec.secrets.fill(value) for key, value in spec.config.items()}


def written(spec: JobSpec) -> dict[str, Any]:
    """The flat fields of a spec, but for name, description and tags. What the platform is to fill in is left out.

    `runtime_config` and `flink_log_config` are mappings here; `fields.sent` makes them text.
    """
    options, config = options_of(spec), config_of(spec)
    values = options.model_dump(mode="json")
    names = (*BOTH, *JAR_ONLY) if isinstance(spec.program, Jar) else (*BOTH, *SQL_ONLY)
    flat = {name: values[name] for name in names if values[name] or name not in _OWN_CHOICE}
    match spec.program:
        case Sql(text):
            mode = options.run_mode or options.mode()
            flat |= {"sql_body": spec.secrets.fill(text), "job_type": options.job_type, "run_mode": mode}
        case Jar(uri, main_class, args):
            arguments = " ".join(map(spec.secrets.fill, args))
            flat |= {"entrypoint": spec.secrets.fill(uri), "main_class": main_class}
            flat |= {"entrypoint_args": arguments, "job_type": JAR_JOB}
    flat |= {"parallel_number": spec.parallelism, "flink_log_config": options.flink_log_config}
    if options.resource_config_version == "v2":
        resources = options.resource_config.model_dump(mode="json", exclude_none=True)
        flat["resource_config"] = {"parallel_number": spec.parallelism, **resources}
    return flat | _checkpoints(config) | {"runtime_config": _rest(config)}


def slots(spec: JobSpec) -> int:
    """The slots of a TaskManager that DLI works out where none are named (page dli_02_0228).

    It does so when a job is created; a job whose parallelism changes later would keep the old number.
    """
    options = options_of(spec)
    workers = max(1, options.cu_number - options.manager_cu_number)
    return max(1, math.ceil(spec.parallelism * options.tm_cus / workers))


def sets_of(spec: JobSpec) -> Sets:
    """Which of the fields that the platform may fill in the manifest sets."""
    return Sets.of(_set_by(spec.options), config_of(spec))


def _set_by(options: Mapping[str, Any]) -> Iterator[str]:
    yield from options
    if "max_slot" in options.get("resource_config", {}):
        yield "max_slot"


def _checkpoints(config: Mapping[str, str]) -> dict[str, Any]:
    if INTERVAL not in config:
        return {"checkpoint_enabled": False}
    mode = normal_value(MODE, config.get(MODE, "EXACTLY_ONCE"))
    return {
        "checkpoint_enabled": True,
        "checkpoint_interval": int(seconds(config[INTERVAL])),
        "checkpoint_mode": MODES.get(mode, 1),
    }


def _rest(config: Mapping[str, str]) -> dict[str, str]:
    """The options that no field of DLI's stands for."""
    own = (INTERVAL, MODE) if INTERVAL in config else ()
    return {key: value for key, value in config.items() if key not in own}
