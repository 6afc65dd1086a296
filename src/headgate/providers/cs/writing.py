"""Requests out of a manifest: the fields of a SQL job or a jar job, and the note that goes with both.

An update changes only what it names, so it names what differs and what the manifest states; the successor even refuses
one that repeats a jar job's bucket. `checkpoint_mode` goes out as the word: the update page's table says a number, its
sample and the SDK the word.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headgate.errors import Rejected
from headgate.model.configuration import current_key, normal_value
from headgate.model.live import Marker
from headgate.model.spec import AppliedSpec, Jar, JobSpec
from headgate.providers.cs import note
from headgate.providers.cs.forms import JAR_ONLY, SQL_ONLY, UNREPORTED, UNSTATED, CsOptions
from headgate.providers.cs.reading import INTERVAL, MODE, as_path
from headgate.providers.cs.wire import EDGE, JAR, SQL, Definition


def options_of(spec: JobSpec) -> CsOptions:
    """The options form of a manifest, placeholders filled."""
    return CsOptions.model_validate(spec.secrets.fill_all(spec.options))


def job_type(spec: JobSpec | AppliedSpec) -> str:
    """What kind of job that makes: SQL, JAR or EDGE."""
    if isinstance(spec.program, Jar):
        return JAR
    return EDGE if spec.options.get("run_mode") == "edge_node" else SQL


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


def facts(spec: JobSpec, *, begin: int, saved: int = 0, at: str = "", adopted: bool = False) -> dict[str, str]:
    """What our note has to remember. `begin` is the start time before this start, `saved` of the run that was saved.

    `adopted`: somebody else made the job, so that what the note does not state of it is not known.
    """
    options = options_of(spec)
    config = config_of(spec)
    jar = spec.program if isinstance(spec.program, Jar) and spec.program.digest else None
    return {
        "begin": str(begin),
        "saved": str(saved) if saved else "",
        "adopted": "1" if adopted else "",
        "stated": ",".join(key for key in UNSTATED if getattr(options, key) is not None),
        **{key: word(value) for key in UNREPORTED if (value := getattr(options, key)) is not None},
        **{key: config[key] for key in (INTERVAL, MODE) if key in config},
        "jar": jar.uri if jar else "",
        "digest": jar.digest if jar else "",
        "at": at if jar else "",
    }


def described(spec: JobSpec, marker: Marker, there: Definition | None, *, at: str) -> str:
    """The description of a job that is about to be started, or changed while it stands still."""
    begin = there.start_time if there else 0
    saved = begin if there and there.fact("saved") == str(begin) else 0
    adopted = there is not None and there.adopted
    return note.left(there.desc if there else "", marker, facts(spec, begin=begin, saved=saved, at=at, adopted=adopted))


def creation(spec: JobSpec, marker: Marker) -> dict[str, Any]:
    """What is sent to create a job: field to JSON value. What nobody stated is left to the platform."""
    wanted = _wanted(spec) | {"desc": described(spec, marker, None, at=""), "job_type": job_type(spec)}
    if isinstance(spec.program, Jar):
        wanted.setdefault("manager_spu", UNREPORTED["manager_spu"])
    return {key: value for key, value in wanted.items() if value != ""}


def changes(spec: JobSpec, marker: Marker, there: Definition) -> dict[str, Any]:
    """What is sent to make the job that is there equal to the manifest: what differs, and nothing that is not known.

    A field that the platform does not report is sent where the manifest states it, and goes to its default where the
    manifest stated it before. Raises Rejected for a jar job whose manager_spu neither of them says: the API wants it.
    """
    at = there.jar_url if not uploads(spec, there) else ""
    wanted = _wanted(spec) | {"desc": described(spec, marker, there, at=at)}
    left = {key: value for key, value in UNREPORTED.items() if there.fact(key) and key not in wanted}
    stated = {*spec.options, *_STATED_BY_ITSELF, *left, *(_CHECKPOINTS if INTERVAL in config_of(spec) else ())}
    stated |= {"parallel_number"} if spec.parallelism > 1 else set()
    stated |= {"checkpoint_mode"} if MODE in config_of(spec) else set()
    sent = {
        key: value
        for key, value in (wanted | left).items()
        if (there.now[key] != value if key in there.now else key in stated)
    }
    if isinstance(spec.program, Jar):
        sent["manager_spu"] = (wanted | left).get("manager_spu") or there.manager_units
        if not sent["manager_spu"]:
            raise Rejected(NO_MANAGER_SPU, where=f"job {there.job_id}", hint=STATE_MANAGER_SPU)
    return sent | {"job_id": there.job_id}


NO_MANAGER_SPU = "the platform does not report how many SPUs the job manager has, and every change has to repeat it"
STATE_MANAGER_SPU = "write options.manager_spu as the console shows it"
# The program and what is ours are the manifest's, whatever the platform reports.
_STATED_BY_ITSELF = ("name", "desc", "sql_body", "jar_url", "main_class", "args")
_CHECKPOINTS = ("checkpoint_enabled", "checkpoint_interval")
_REPORTED = ("parallel_number", "log_enabled", "obs_bucket", "smn_topic", *UNSTATED)
_REPORTED_OF_SQL = ("run_mode", "checkpoint_enabled", "checkpoint_mode", "checkpoint_interval", "edge_group_ids")


def _wanted(spec: JobSpec) -> dict[str, Any]:
    """The fields of a job as the manifest has them, but for those that it leaves to the platform."""
    options, program, fill = options_of(spec), spec.program, spec.secrets.fill
    foreign = SQL_ONLY if isinstance(program, Jar) else JAR_ONLY
    stated = {key: getattr(options, key) for key in UNREPORTED if key not in foreign}
    wanted = {key: value for key, value in stated.items() if value not in (None, "")}
    names = _REPORTED if isinstance(program, Jar) else (*_REPORTED, *_REPORTED_OF_SQL)
    given = {key: getattr(options, key, None) for key in names} | {"parallel_number": spec.parallelism}
    wanted |= {key: value for key, value in given.items() if value is not None} | {"name": spec.name}
    if not isinstance(program, Jar):
        return wanted | {"sql_body": fill(program.text)} | _checkpoints(config_of(spec))
    if not program.digest:
        wanted["jar_url"] = as_path(fill(program.uri))
    return wanted | {"main_class": program.main_class, "args": " ".join(map(fill, program.args))}


def _checkpoints(config: Mapping[str, str]) -> dict[str, Any]:
    """Checkpoints that the manifest gives as options of Flink."""
    found: dict[str, Any] = {}
    if INTERVAL in config:
        millis = float(normal_value(INTERVAL, config[INTERVAL]).removesuffix(" ms"))
        found |= {"checkpoint_enabled": True, "checkpoint_interval": int(millis // 1000)}
    if MODE in config:
        least = normal_value(MODE, config[MODE]) == "AT_LEAST_ONCE"
        found["checkpoint_mode"] = "at_least_once" if least else "exactly_once"
    return found


def word(value: Any) -> str:
    """A value as a word: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)
