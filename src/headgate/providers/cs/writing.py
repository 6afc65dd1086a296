"""Requests out of a manifest: the fields of a SQL job or a jar job, and the note that goes with both.

Every field with a documented default is sent each time, because an update changes only what it names. `checkpoint_mode`
goes out as the word: the update page's table says a number, its sample and the SDK the word.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headgate.model.configuration import current_key, normal_value
from headgate.model.live import Marker
from headgate.model.spec import Jar, JobSpec, Program
from headgate.providers.cs import note
from headgate.providers.cs.forms import DEFAULTS, UNSTATED, UNTOLD, CsOptions
from headgate.providers.cs.reading import INTERVAL, MODE, applied, as_path
from headgate.providers.cs.wire import EDGE, JAR, SQL, Definition

# Texts that are sent only where they differ: the successor refuses an update that repeats a jar job's bucket.
_TOLD_TEXTS = ("obs_bucket", "smn_topic")


def options_of(spec: JobSpec) -> CsOptions:
    """The options form of a manifest, placeholders filled."""
    return CsOptions.model_validate(spec.secrets.fill_all(spec.options))


def job_type(program: Program, options: Mapping[str, Any]) -> str:
    """What kind of job that makes: SQL, JAR or EDGE."""
    if isinstance(program, Jar):
        return JAR
    return EDGE if options.get("run_mode") == "edge_node" else SQL


def config_of(spec: JobSpec) -> dict[str, str]:
    """The configuration of a spec, values in place of placeholders, under the keys in use today."""
    return {current_key(key): spec.secrets.fill(value) for key, value in spec.config.items()}


def uploads(spec: JobSpec, there: Definition | None) -> Path | None:
    """The jar in the repository that the platform does not have yet."""
    program = spec.program
    if not isinstance(program, Jar) or not program.digest:
        return None
    known = there is not None and there.fact("digest") == program.digest and there.fact("at") == there.jar_url
    return None if known else Path(program.file)


def facts(spec: JobSpec, *, begin: int, saved: int = 0, at: str = "") -> dict[str, str]:
    """What our note has to remember. `begin` is the start time before this start, `saved` of the run that was saved."""
    options = options_of(spec)
    untold = {key: getattr(options, key) for key in UNTOLD}
    config = config_of(spec)
    jar = spec.program if isinstance(spec.program, Jar) and spec.program.digest else None
    return {
        "begin": str(begin),
        "saved": str(saved) if saved else "",
        "stated": ",".join(key for key in UNSTATED if getattr(options, key) is not None),
        **{key: word(value) for key, value in untold.items() if value != DEFAULTS[key]},
        **{key: config[key] for key in (INTERVAL, MODE) if key in config},
        "jar": jar.uri if jar else "",
        "digest": jar.digest if jar else "",
        "at": at if jar else "",
    }


def described(spec: JobSpec, marker: Marker, there: Definition | None, *, at: str) -> str:
    """The description of a job that is about to be started, or changed while it stands still."""
    begin = there.start_time if there else 0
    saved = begin if there and there.fact("saved") == str(begin) else 0
    return note.left(there.desc if there else "", marker, facts(spec, begin=begin, saved=saved, at=at))


def fields(spec: JobSpec, marker: Marker, there: Definition | None) -> dict[str, Any]:
    """What is sent to create a job, or to make the one that is there equal to the manifest: field to JSON value."""
    options = options_of(spec)
    at = there.jar_url if there and not uploads(spec, there) else ""
    common: dict[str, Any] = {
        "name": spec.name,
        "desc": described(spec, marker, there, at=at),
        "parallel_number": spec.parallelism,
        "log_enabled": options.log_enabled,
        "restart_when_exception": options.restart_when_exception,
        **{key: value for key in UNSTATED if (value := getattr(options, key)) is not None},
    }
    # The kind of a job is chosen once; an update names the job instead.
    common |= {"job_type": job_type(spec.program, spec.options)} if there is None else {"job_id": there.job_id}
    texts = ["tags", "sys_enterprise_project_id", *_TOLD_TEXTS]
    if isinstance(spec.program, Jar):
        texts.append("config_url")
        common |= _jar(spec, spec.program, options)
    else:
        texts += ["udf_jar_url", "dirty_data_strategy", "edge_group_ids"]
        common |= _sql(spec, options)
    return common | _texts(texts, options, there)


def _sql(spec: JobSpec, options: CsOptions) -> dict[str, Any]:
    config = config_of(spec)
    enabled, interval, mode = options.checkpoint_enabled, options.checkpoint_interval, options.checkpoint_mode
    if INTERVAL in config:
        millis = float(normal_value(INTERVAL, config[INTERVAL]).removesuffix(" ms"))
        enabled, interval = True, int(millis // 1000)
    if MODE in config:
        mode = "at_least_once" if normal_value(MODE, config[MODE]) == "AT_LEAST_ONCE" else "exactly_once"
    written: dict[str, Any] = {
        "sql_body": spec.secrets.fill(spec.program.text) if not isinstance(spec.program, Jar) else "",
        "run_mode": options.run_mode,
        "checkpoint_enabled": enabled,
        "checkpoint_mode": mode,
        "checkpoint_interval": interval,
        "idle_state_retention": options.idle_state_retention,
    }
    return written


def _jar(spec: JobSpec, program: Jar, options: CsOptions) -> dict[str, Any]:
    fill = spec.secrets.fill
    written: dict[str, Any] = {
        "manager_spu": options.manager_spu,
        "main_class": program.main_class,
        "args": " ".join(map(fill, program.args)),
    }
    if not program.digest:
        written["jar_url"] = as_path(fill(program.uri))
    return written


def _texts(names: list[str], options: CsOptions, there: Definition | None) -> dict[str, str]:
    """Texts that have a value, and those that are to lose it."""
    now = applied(there).options if there else {}
    wanted = {name: str(getattr(options, name)) for name in names}
    return {
        name: value
        for name, value in wanted.items()
        if (value or name in now) and not (name in _TOLD_TEXTS and value == now.get(name))
    }


def word(value: Any) -> str:
    """A value as a word: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)
