"""A manifest as requests, and a job of the platform as the manifest that it amounts to.

Only what the manifest form would hold is read back: fields at their default are left out, and so is what the platform
chose by itself where our note says that the manifest left the choice to it. What nobody stated and is known all the
same (`AppliedSpec.unstated`) is no difference to a manifest that states it.

An update changes only what it names, so it names what differs and what the manifest states; the successor even refuses
one that repeats a jar job's bucket. `checkpoint_mode` goes out as the word: the update page's table says a number, its
sample and the SDK the word.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headgate.errors import Rejected
from headgate.model.configuration import normal_value
from headgate.model.live import Marker
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Program, Sql
from headgate.providers import answer_fields
from headgate.providers.cs.forms import DEFAULTS, JAR_ONLY, SQL_ONLY, UNREPORTED, UNSTATED, CsOptions
from headgate.providers.cs.wire import EDGE, JAR, NOTE, SQL, CsJob
from headgate.providers.definitions import last_applied
from headgate.providers.huawei.checkpoints import INTERVAL, MODE, config_of, whole_seconds
from headgate.providers.huawei.job_words import STOPPED

_CHECKPOINTS = ("checkpoint_enabled", "checkpoint_mode", "checkpoint_interval")
_OBS = "obs://"


def applied(found: CsJob) -> AppliedSpec:
    """The manifest, values standing where one of ours has placeholders."""
    config = _config(found)
    hidden = _CHECKPOINTS if config else ()
    return AppliedSpec(
        program=_program(found),
        parallelism=max(1, found.now.get("parallel_number", 1)),
        config=config,
        options={key: value for key, value in _options(found).items() if value != DEFAULTS[key] and key not in hidden},
        filled=True,
        unstated=_unstated(found),
    )


def _program(found: CsJob) -> Program:
    if not found.is_jar:
        return Sql(found.text("sql_body"))
    ours = found.fact("jar") if found.fact("at") == found.jar_url else ""
    arguments = tuple(found.text("args").split())
    return Jar(ours or as_uri(found.jar_url), found.text("main_class"), arguments, found.fact("digest") if ours else "")


def as_uri(path: str) -> str:
    """A path on OBS, which the platform gives as bucket/key, as a URI."""
    return path if "://" in path or not path else _OBS + path


def as_path(uri: str) -> str:
    """A URI as the platform takes it: OBS by bucket and key."""
    return uri.removeprefix(_OBS)


def _config(found: CsJob) -> dict[str, str]:
    """Checkpoints as Flink options, where the manifest gave them as such; its own words while they still hold."""
    if found.is_jar or not (found.fact(INTERVAL) or found.fact(MODE)):
        return {}
    config, now = {}, found.now
    if now.get("checkpoint_enabled") is not False:
        interval = f"{now['checkpoint_interval']} s" if "checkpoint_interval" in now else ""
        config[INTERVAL] = _as_noted(INTERVAL, found.fact(INTERVAL), interval)
    mode = now.get("checkpoint_mode", "").upper()
    if found.fact(MODE) or mode not in ("", "EXACTLY_ONCE"):
        config[MODE] = _as_noted(MODE, found.fact(MODE), mode)
    return {key: value for key, value in config.items() if value}


def _as_noted(key: str, noted: str, now: str) -> str:
    """What is there now, in the words of the note where these say the same; the note alone where it is not reported."""
    return noted if not now or (noted and normal_value(key, noted) == normal_value(key, now)) else now


def _options(found: CsJob) -> dict[str, Any]:
    options = DEFAULTS | {key: _typed(key, found.fact(key)) for key in UNREPORTED if found.fact(key)}
    options |= {key: value for key, value in found.now.items() if key in DEFAULTS and value not in (None, "")}
    options |= {"run_mode": "edge_node"} if found.job_type == EDGE else {}
    return _of_kind(found.is_jar, options | dict.fromkeys(_left_to_the_platform(found)))


def _unstated(found: CsJob) -> dict[str, Any]:
    """What the platform made of fields that our note does not state, as far as that is known."""
    now = {key: value for key in _left_to_the_platform(found) if (value := found.now.get(key))}
    made = {} if found.adopted else {key: value for key, value in UNREPORTED.items() if not found.fact(key)}
    return _of_kind(found.is_jar, made | now)


def _left_to_the_platform(found: CsJob) -> tuple[str, ...]:
    """The fields that the platform reports and the manifest of this job leaves to it."""
    if found.facts is None:
        return ()
    stated = {*found.fact("stated").split(","), *found.facts}
    return tuple(key for key in (*UNSTATED, "manager_spu") if key not in stated)


def _of_kind(is_jar: bool, options: dict[str, Any]) -> dict[str, Any]:
    """The options that a job of this kind has."""
    return {key: value for key, value in options.items() if key not in (SQL_ONLY if is_jar else JAR_ONLY)}


def _typed(key: str, text: str) -> Any:
    """A word of our note as the options form would hold it."""
    default = UNREPORTED[key]
    if isinstance(default, bool):
        return text == "true"
    return answer_fields.number(text) if isinstance(default, int) else text


# -- as requests ------------------------------------------------------------------------------------------------------


def options_of(spec: JobSpec) -> CsOptions:
    """The options form of a manifest, placeholders filled."""
    return CsOptions.model_validate(spec.secrets.fill_all(spec.options))


def job_type(spec: JobSpec | AppliedSpec) -> str:
    """What kind of job that makes: SQL, JAR or EDGE."""
    if isinstance(spec.program, Jar):
        return JAR
    return EDGE if spec.options.get("run_mode") == "edge_node" else SQL


def uploads(spec: JobSpec, there: CsJob | None) -> Path | None:
    """The jar in the repository that the platform does not have yet."""
    program = spec.program
    if not isinstance(program, Jar) or not program.digest:
        return None
    known = there is not None and there.fact("digest") == program.digest and there.fact("at") == there.jar_url
    return None if known else Path(program.file)


def facts(
    spec: JobSpec, *, begin: int, saved: int = 0, source: str = "", at: str = "", adopted: bool = False
) -> dict[str, str]:
    """What our note has to remember. `begin` is the start time before this start, `saved` of the run that was saved.

    `source` is the start time of the run whose savepoint is still there, where the last start did not use it up.
    `adopted`: somebody else made the job, so that what the note does not state of it is not known.
    """
    options = options_of(spec)
    config = config_of(spec)
    jar = spec.program if isinstance(spec.program, Jar) and spec.program.digest else None
    return {
        "begin": str(begin),
        "saved": str(saved) if saved else "",
        "source": source if source != str(begin) else "",
        "adopted": "1" if adopted else "",
        "stated": ",".join(key for key in UNSTATED if getattr(options, key) is not None),
        **{key: word(value) for key in UNREPORTED if (value := getattr(options, key)) is not None},
        **{key: config[key] for key in (INTERVAL, MODE) if key in config},
        "jar": jar.uri if jar else "",
        "digest": jar.digest if jar else "",
        "at": at if jar else "",
    }


def described(spec: JobSpec, marker: Marker, there: CsJob | None, *, at: str) -> str:
    """The description of a job that is about to be started, or changed while it stands still."""
    begin = there.start_time if there else 0
    saved = begin if there and there.fact("saved") == str(begin) else 0
    adopted = there is not None and there.adopted
    source = there.source if there and there.word != STOPPED else ""
    remembered = facts(spec, begin=begin, saved=saved, source=source, at=at, adopted=adopted)
    return last_applied.write(there.desc if there else "", marker, remembered, NOTE)


def creation(spec: JobSpec, marker: Marker) -> dict[str, Any]:
    """What is sent to create a job: field to JSON value. What nobody stated is left to the platform."""
    wanted = _wanted(spec) | {"desc": described(spec, marker, None, at=""), "job_type": job_type(spec)}
    if isinstance(spec.program, Jar):
        wanted.setdefault("manager_spu", UNREPORTED["manager_spu"])
    return {key: value for key, value in wanted.items() if value != ""}


def changes(spec: JobSpec, marker: Marker, there: CsJob) -> dict[str, Any]:
    """What is sent to make the job that is there equal to the manifest: what differs, and nothing that is not known.

    A field that the platform does not report is sent where the manifest states it, and goes to its default where the
    manifest stated it before. Empty where nothing is to be sent. Raises Rejected for a jar job whose manager_spu
    neither of them says: the API wants it.
    """
    at = there.jar_url if not uploads(spec, there) else ""
    wanted = _wanted(spec) | {"desc": described(spec, marker, there, at=at)}
    left = {key: value for key, value in UNREPORTED.items() if there.fact(key) and key not in wanted}
    stated = {*spec.options, *_STATED_BY_ITSELF, *left, *_checkpoints(config_of(spec))}
    stated |= {"parallel_number"} if spec.parallelism > 1 else set()
    sent = {
        key: value
        for key, value in (wanted | left).items()
        if (there.now[key] != value if key in there.now else key in stated and there.fact(key) != word(value))
    }
    if not sent and not uploads(spec, there):
        return {}
    if isinstance(spec.program, Jar):
        sent["manager_spu"] = (wanted | left).get("manager_spu") or there.manager_units
        if not sent["manager_spu"]:
            raise Rejected(NO_MANAGER_SPU, where=f"job {there.job_id}", hint=STATE_MANAGER_SPU)
    return sent | {"job_id": there.job_id}


NO_MANAGER_SPU = "the platform does not report how many SPUs the job manager has, and every change has to repeat it"
STATE_MANAGER_SPU = "write options.manager_spu as the console shows it"
# The program and what is ours are the manifest's, whatever the platform reports.
_STATED_BY_ITSELF = ("name", "desc", "sql_body", "jar_url", "main_class", "args")


def _wanted(spec: JobSpec) -> dict[str, Any]:
    """The fields of a job as the manifest has them, but for those that it leaves to the platform."""
    program, fill = spec.program, spec.secrets.fill
    given = _of_kind(isinstance(program, Jar), options_of(spec).model_dump())
    wanted = {
        key: value for key, value in given.items() if value is not None and (value != "" or key not in UNREPORTED)
    }
    wanted |= {"parallel_number": spec.parallelism, "name": spec.name}
    if not isinstance(program, Jar):
        return wanted | {"sql_body": fill(program.text)} | _checkpoints(config_of(spec))
    if not program.digest:
        wanted["jar_url"] = as_path(fill(program.uri))
    return wanted | {"main_class": program.main_class, "args": " ".join(map(fill, program.args))}


def _checkpoints(config: Mapping[str, str]) -> dict[str, Any]:
    """Checkpoints that the manifest gives as options of Flink."""
    found: dict[str, Any] = {}
    if INTERVAL in config:
        found |= {"checkpoint_enabled": True, "checkpoint_interval": whole_seconds(config[INTERVAL])}
    if MODE in config:
        least = normal_value(MODE, config[MODE]) == "AT_LEAST_ONCE"
        found["checkpoint_mode"] = "at_least_once" if least else "exactly_once"
    return found


def word(value: Any) -> str:
    """A value as a word: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)
