"""The manifest that a job on the platform amounts to.

Only what the manifest form would hold is told: fields at their default are left out, and so is what the platform chose
by itself where our note says that the manifest left the choice to it.
"""

from __future__ import annotations

from typing import Any

from headgate.model.configuration import normal_value
from headgate.model.spec import AppliedSpec, Jar, Program, Sql
from headgate.providers.cs.forms import DEFAULTS, JAR_ONLY, SQL_ONLY, UNSTATED, UNTOLD
from headgate.providers.cs.wire import EDGE, Definition

INTERVAL = "execution.checkpointing.interval"
MODE = "execution.checkpointing.mode"
_CHECKPOINTS = ("checkpoint_enabled", "checkpoint_mode", "checkpoint_interval")
_OBS = "obs://"


def applied(found: Definition) -> AppliedSpec:
    """The manifest, values standing where one of ours has placeholders."""
    config = _config(found)
    options = {key: value for key, value in _options(found).items() if value != DEFAULTS[key]}
    if config:
        options = {key: value for key, value in options.items() if key not in _CHECKPOINTS}
    return AppliedSpec(
        program=_program(found),
        parallelism=max(1, found.parallel_number),
        config=config,
        options=options,
        filled=True,
    )


def _program(found: Definition) -> Program:
    if not found.is_jar:
        return Sql(found.sql_body)
    arguments = tuple(found.args.split())
    if found.fact("jar") and found.fact("at") == found.jar_url:
        return Jar(found.fact("jar"), found.main_class, arguments, found.fact("digest"))
    return Jar(as_uri(found.jar_url), found.main_class, arguments)


def as_uri(path: str) -> str:
    """A path on OBS, which the platform gives as bucket/key, as a URI."""
    return path if "://" in path or not path else _OBS + path


def as_path(uri: str) -> str:
    """A URI as the platform takes it: OBS by bucket and key."""
    return uri.removeprefix(_OBS)


def _config(found: Definition) -> dict[str, str]:
    """Checkpoints as Flink options, where the manifest gave them as such; its own words while they still hold."""
    if found.is_jar or not (found.fact(INTERVAL) or found.fact(MODE)):
        return {}
    config = {}
    if found.checkpoint_enabled:
        said, told = found.fact(INTERVAL), f"{found.checkpoint_interval} s"
        config[INTERVAL] = said if said and normal_value(INTERVAL, said) == normal_value(INTERVAL, told) else told
    said, told = found.fact(MODE), found.checkpoint_mode.upper()
    if said or told != "EXACTLY_ONCE":
        config[MODE] = said if said and normal_value(MODE, said) == told else told
    return config


def _options(found: Definition) -> dict[str, Any]:
    options: dict[str, Any] = {
        "cluster_id": found.cluster_id or None,
        "spu_number": found.spu_number or None,
        "obs_bucket": found.obs_bucket,
        "log_enabled": found.log_enabled,
        "smn_topic": found.smn_topic,
        "run_mode": "edge_node" if found.job_type == EDGE else found.run_mode or DEFAULTS["run_mode"],
        "checkpoint_enabled": bool(found.checkpoint_enabled),
        "checkpoint_mode": found.checkpoint_mode,
        "checkpoint_interval": found.checkpoint_interval or DEFAULTS["checkpoint_interval"],
        "edge_group_ids": found.edge_group_ids,
    }
    options |= {key: _typed(key, found.fact(key)) for key in UNTOLD if found.fact(key)}
    if found.manager_spu:
        options["manager_spu"] = found.manager_spu
    if found.facts is not None:
        stated = found.fact("stated").split(",")
        options |= {key: None for key in UNSTATED if key not in stated}
    foreign = SQL_ONLY if found.is_jar else JAR_ONLY
    return {key: value for key, value in options.items() if key not in foreign}


def _typed(key: str, text: str) -> Any:
    """A word of our note as the options form would hold it."""
    match DEFAULTS[key]:
        case bool():
            return text == "true"
        case int():
            return int(text) if text.isdigit() else DEFAULTS[key]
        case _:
            return text
