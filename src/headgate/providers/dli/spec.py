"""A manifest as DLI's flat fields, and a job as DLI reports it: in flat fields, and as the manifest it was made from.

Null, absent and the platform's defaults are the same here: what is left is what somebody asked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from headgate.model.configuration import current_key, normal_value
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Program, Sql
from headgate.providers.answer_fields import number
from headgate.providers.dli.fields import BOTH, JAR_ONLY, MODES, NOT_OF_A_MANIFEST, SQL_ONLY, mapping, pairs
from headgate.providers.dli.forms import JAR_JOB, DliOptions
from headgate.providers.dli.set_fields import EVERYTHING, FILLED_IN, Sets
from headgate.providers.huawei.checkpoints import INTERVAL, MODE, config_of, whole_seconds

# Left out where they are empty: the platform then chooses, or leaves what is there.
_OWN_CHOICE = ("queue_name", "tm_slot_num", "flink_version", "execution_agency_urn", "udf_jar_url", "feature", "image")
# Beside the other fields in answers of 2021, under job_config today.
_ONCE_OUTSIDE = ("queue_name", "run_mode", "feature", "flink_version", "image")
_COUNTS = ("cu_number", "manager_cu_number", "tm_cus", "tm_slot_num")
_RESOURCES = ("max_slot", "jobmanager_resource_spec", "taskmanager_resource_spec")


# -- a manifest in DLI's fields ----------------------------------------------------------------------------------------


def options_of(spec: JobSpec) -> DliOptions:
    """The options of a spec, values in place of placeholders."""
    return DliOptions.model_validate(spec.secrets.fill_all(spec.options))


def flat_fields(spec: JobSpec) -> dict[str, Any]:
    """The flat fields of a spec, but for name, description and tags. What the platform is to fill in is left out.

    `runtime_config` and `flink_log_config` are mappings here; `fields.sent` makes them text.
    """
    options, config = options_of(spec), config_of(spec)
    values = options.model_dump(mode="json")
    names = (*BOTH, *JAR_ONLY) if isinstance(spec.program, Jar) else (*BOTH, *SQL_ONLY)
    flat = {name: values[name] for name in names if values[name] or name not in _OWN_CHOICE}
    fill = spec.secrets.fill
    match spec.program:
        case Sql(text):
            mode = options.run_mode or options.mode()
            flat |= {"sql_body": fill(text), "job_type": options.job_type, "run_mode": mode}
        case Jar(uri, main_class, args):
            flat |= {"entrypoint": fill(uri), "main_class": main_class, "job_type": JAR_JOB}
            flat["entrypoint_args"] = " ".join(map(fill, args))
    flat |= {"parallel_number": spec.parallelism, "flink_log_config": options.flink_log_config}
    if options.resource_config_version == "v2":
        resources = options.resource_config.model_dump(mode="json", exclude_none=True)
        flat["resource_config"] = {"parallel_number": spec.parallelism, **resources}
    # The options that no field of DLI's stands for.
    own = (INTERVAL, MODE) if INTERVAL in config else ()
    rest = {key: value for key, value in config.items() if key not in own}
    return flat | _checkpoints(config) | {"runtime_config": rest}


def slots(spec: JobSpec) -> int:
    """The slots of a TaskManager that DLI works out where none are named (page dli_02_0228).

    It does so when a job is created; a job whose parallelism changes later would keep the old number.
    """
    options = options_of(spec)
    workers = max(1, options.cu_number - options.manager_cu_number)
    return max(1, math.ceil(spec.parallelism * options.tm_cus / workers))


def sets_of(spec: JobSpec) -> Sets:
    """Which of the fields that the platform may fill in the manifest sets."""
    inner = ["max_slot"] if "max_slot" in spec.options.get("resource_config", {}) else []
    return Sets.of([*spec.options, *inner], config_of(spec))


def _checkpoints(config: Mapping[str, str]) -> dict[str, Any]:
    if INTERVAL not in config:
        return {"checkpoint_enabled": False}
    mode = MODES.get(normal_value(MODE, config.get(MODE, "EXACTLY_ONCE")), 1)
    interval = whole_seconds(config[INTERVAL])
    return {"checkpoint_enabled": True, "checkpoint_interval": interval, "checkpoint_mode": mode}


# -- a job as a manifest -----------------------------------------------------------------------------------------------


def reported_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """The flat fields of a job, as `flat_fields` would write them; what no manifest could say is at its default."""
    config = row.get("job_config") or {}
    try:
        options = read_options(row, EVERYTHING)
    except ValidationError as odd:
        places = {str(one["loc"][0]) for one in odd.errors(include_url=False) if one["loc"]}
        inner = {key: value for key, value in config.items() if key not in places}
        options = read_options({**row, **dict.fromkeys(places), "job_config": inner}, EVERYTHING)
    flat: dict[str, Any] = {name: getattr(options, name) for name in BOTH + JAR_ONLY + SQL_ONLY}
    flat |= {name: row.get(name) or "" for name in ("sql_body", "main_class", "run_mode", "job_type")}
    mode = str(config.get("checkpoint_mode") or "").upper()
    return flat | {
        "entrypoint": config.get("entrypoint") or "",
        "entrypoint_args": " ".join((row.get("entrypoint_args") or "").split()),
        "parallel_number": config.get("parallel_number") or 1,
        "resource_config": config.get("resource_config") or {},
        "checkpoint_enabled": bool(config.get("checkpoint_enabled")),
        "checkpoint_mode": 2 if mode == "2" else MODES.get(mode, 1),
        "checkpoint_interval": config.get("checkpoint_interval") or 10,
        "flink_log_config": options.flink_log_config,
        "runtime_config": pairs(config.get("runtime_config")),
    }


def applied(row: Mapping[str, Any], sets: Sets) -> AppliedSpec | None:
    """The manifest of a job; `sets` says which of the fields that DLI may fill in were asked for.

    None where the row has no details, or says what no manifest can.
    """
    config = row.get("job_config")
    if not isinstance(config, Mapping):
        return None
    try:
        options = read_options(row, sets)
    except ValidationError:
        return None
    return AppliedSpec(
        program=_program(row, config),
        parallelism=_parallelism(config, options),
        config=_config(config, sets),
        options=options.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        filled=True,
    )


def read_options(row: Mapping[str, Any], sets: Sets) -> DliOptions:
    """The options of a job, without what DLI filled in. Raises pydantic's ValidationError."""
    config = row.get("job_config") or {}
    is_jar = row.get("job_type") == JAR_JOB
    data = {name: config[name] for name in DliOptions.model_fields if config.get(name) not in (None, "", [])}
    data |= {name: row[name] for name in _ONCE_OUTSIDE if row.get(name) and not data.get(name)}
    data["tags"] = row.get("tags") or {}
    data["flink_log_config"] = mapping(config.get("flink_log_config"))
    data["obs_bucket"] = str(data.get("obs_bucket", "")).removeprefix("obs://").rstrip("/")
    if is_jar:
        data.pop("run_mode", None)  # a jar job has but one
    elif row.get("job_type"):
        data["job_type"] = row["job_type"]
    resources = data.pop("resource_config", {}) if data.get("resource_config_version") == "v2" else {}
    filled = {name for name in FILLED_IN if not sets.has(name)}
    data["resource_config"] = {
        name: resources[name] for name in _RESOURCES if name not in filled and resources.get(name)
    }
    data = {name: value for name, value in data.items() if name not in filled and (value or name not in _COUNTS)}
    return DliOptions.model_validate(data)


def _config(config: Mapping[str, Any], sets: Sets) -> dict[str, str]:
    found = {
        key: value
        for key, value in pairs(config.get("runtime_config")).items()
        if key not in NOT_OF_A_MANIFEST and sets.has_key(current_key(key))
    }
    if config.get("checkpoint_enabled"):
        found[INTERVAL] = f"{config.get('checkpoint_interval') or 10}s"
        if str(config.get("checkpoint_mode") or "").lower() in ("at_least_once", "2"):
            found[MODE] = "AT_LEAST_ONCE"
    return dict(sorted(found.items()))


def _program(row: Mapping[str, Any], config: Mapping[str, Any]) -> Program:
    if row.get("job_type") != JAR_JOB:
        return Sql(str(row.get("sql_body") or ""))
    arguments = tuple(str(row.get("entrypoint_args") or "").split())
    return Jar(str(config.get("entrypoint") or ""), str(row.get("main_class") or ""), arguments)


def _parallelism(config: Mapping[str, Any], options: DliOptions) -> int:
    v2 = mapping(config.get("resource_config")) if options.resource_config_version == "v2" else {}
    return number(v2.get("parallel_number")) or number(config.get("parallel_number")) or 1
