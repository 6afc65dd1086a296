"""The manifest that a job on the platform amounts to.

Only what the manifest form would hold is reported: fields at their default are left out, and so is what the platform
chose by itself where our note says that the manifest left the choice to it. What nobody stated and is known all the
same (`AppliedSpec.unstated`) is no difference to a manifest that states it.
"""

from __future__ import annotations

from typing import Any

from headgate.model.configuration import normal_value
from headgate.model.spec import AppliedSpec, Jar, Program, Sql
from headgate.providers import answer_fields
from headgate.providers.cs.forms import DEFAULTS, JAR_ONLY, SQL_ONLY, UNREPORTED, UNSTATED
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
        unstated=_unstated(found),
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
    if found.checkpoint_enabled is not False:
        interval = f"{found.checkpoint_interval} s" if "checkpoint_interval" in found.reported else ""
        config[INTERVAL] = _as_noted(INTERVAL, found.fact(INTERVAL), interval)
    mode = found.checkpoint_mode.upper() if "checkpoint_mode" in found.reported else ""
    if found.fact(MODE) or mode not in ("", "EXACTLY_ONCE"):
        config[MODE] = _as_noted(MODE, found.fact(MODE), mode)
    return {key: value for key, value in config.items() if value}


def _as_noted(key: str, noted: str, now: str) -> str:
    """What is there now, in the words of the note where these say the same; the note alone where it is not reported."""
    return noted if not now or (noted and normal_value(key, noted) == normal_value(key, now)) else now


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
    options |= {key: _typed(key, found.fact(key)) for key in UNREPORTED if found.fact(key)}
    options["manager_spu"] = found.manager_spu or options.get("manager_spu")
    options |= dict.fromkeys(_left_to_the_platform(found), None)
    return _of_kind(found, options)


def _unstated(found: Definition) -> dict[str, Any]:
    """What the platform made of fields that our note does not state, as far as that is known."""
    now = {key: value for key in _left_to_the_platform(found) if (value := found.now.get(key))}
    made = {} if found.adopted else {key: value for key, value in UNREPORTED.items() if not found.fact(key)}
    return _of_kind(found, made | now)


def _left_to_the_platform(found: Definition) -> tuple[str, ...]:
    """The fields that the platform reports and the manifest of this job leaves to it."""
    if found.facts is None:
        return ()
    stated = {*found.fact("stated").split(","), *found.facts}
    return tuple(key for key in (*UNSTATED, "manager_spu") if key not in stated)


def _of_kind(found: Definition, options: dict[str, Any]) -> dict[str, Any]:
    """The options that a job of this kind has."""
    foreign = SQL_ONLY if found.is_jar else JAR_ONLY
    return {key: value for key, value in options.items() if key not in foreign}


def _typed(key: str, text: str) -> Any:
    """A word of our note as the options form would hold it."""
    match UNREPORTED[key]:
        case bool():
            return text == "true"
        case int():
            return answer_fields.number(text)
        case _:
            return text
