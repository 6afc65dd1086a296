"""A job as DLI tells it, in flat fields and as the manifest it was made from.

Null, absent and the platform's defaults are the same here: what is left is what somebody asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from headgate.model.configuration import current_key
from headgate.model.spec import AppliedSpec, Jar, Program, Sql
from headgate.providers.answer_fields import number
from headgate.providers.dli.fields import (
    BOTH,
    INTERVAL,
    JAR_ONLY,
    MODE,
    MODES,
    NOT_OF_A_MANIFEST,
    SQL_ONLY,
    mapping,
    pairs,
)
from headgate.providers.dli.forms import JAR_JOB, DliOptions
from headgate.providers.dli.signs import EVERYTHING, FILLED_IN, Sets

# Beside the other fields in answers of 2021, under job_config today.
_ONCE_OUTSIDE = ("queue_name", "run_mode", "feature", "flink_version", "image")
_COUNTS = ("cu_number", "manager_cu_number", "tm_cus", "tm_slot_num")
_RESOURCES = ("max_slot", "jobmanager_resource_spec", "taskmanager_resource_spec")


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """The flat fields of a job, as `writing.written` would write them; what no manifest could say is at its default."""
    config = row.get("job_config") or {}
    options = _readable(row)
    flat: dict[str, Any] = {name: getattr(options, name) for name in BOTH + JAR_ONLY + SQL_ONLY}
    for name in ("sql_body", "main_class", "entrypoint_args", "run_mode", "job_type"):
        flat[name] = row.get(name) or ""
    flat["entrypoint_args"] = " ".join(flat["entrypoint_args"].split())
    mode = str(config.get("checkpoint_mode") or "").upper()
    return flat | {
        "entrypoint": config.get("entrypoint") or "",
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


def _readable(row: Mapping[str, Any]) -> DliOptions:
    """The options of a job without those that no manifest can say."""
    try:
        return read_options(row, EVERYTHING)
    except ValidationError as odd:
        places = {str(one["loc"][0]) for one in odd.errors(include_url=False) if one["loc"]}
        config = {key: value for key, value in (row.get("job_config") or {}).items() if key not in places}
        return read_options({**row, **dict.fromkeys(places), "job_config": config}, EVERYTHING)


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
    asked = [name for name in _RESOURCES if name not in FILLED_IN or sets.has(name)]
    data["resource_config"] = {name: resources[name] for name in asked if resources.get(name)}
    for name in [*(name for name in _COUNTS if not data.get(name)), *(n for n in FILLED_IN if not sets.has(n))]:
        data.pop(name, None)
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
    own = mapping(config.get("resource_config")).get("parallel_number")
    own = own if options.resource_config_version == "v2" else None
    return number(own) or number(config.get("parallel_number")) or 1
