"""The platform's job object, as its detail and its list give it. Fields that are absent or null are empty here.

`spu_number` and `parallel_number` stand at the top in the documented sample and inside `job_config` since an SDK of
2019-01: both places are read, the inner one first where it is not zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headgate.model.live import JobState, Marker
from headgate.providers import answer_fields
from headgate.providers.answer_fields import undocumented
from headgate.providers.cs.states import common_state, wire_word
from headgate.providers.definitions import last_applied
from headgate.providers.definitions.last_applied import Form

_TEXTS = (
    *("name", "desc", "sql_body", "jar_url", "main_class", "args"),
    *("run_mode", "obs_bucket", "smn_topic", "edge_group_ids"),
)
_FLAGS = ("checkpoint_enabled", "log_enabled")
_NUMBERS = ("cluster_id", "spu_number", "manager_spu", "parallel_number", "checkpoint_interval")
# DLI documents 512 characters for a description; CS documents none. What the platform cannot be asked for later stands
# there beside the marker: fields that can be written and not read, the name of a jar that was uploaded, and which run
# was stopped with a savepoint. The whole marker is needed: without its predecessor a start looks like a first one, with
# nothing to go back to, and without what it restored like one that nobody saw settle.
NOTE = Form(longest=512, whole_marker=True)
SQL, JAR, EDGE = "flink_sql_job", "flink_jar_job", "flink_sql_edge_job"
KINDS = {SQL: "a SQL job", JAR: "a jar job", EDGE: "a SQL job on edge nodes"}


@dataclass(frozen=True, slots=True)
class CsJob:
    """One job as the platform keeps it. Times are milliseconds since the epoch, 0 for never.

    `word` is the status as the wire spells it; `facts` what our note in the description says, None without one.
    `reported` are the fields of a request that this answer has a value for: all others are not known. `raw` is all
    of it.
    """

    job_id: int
    name: str
    desc: str
    job_type: str
    word: str
    status_desc: str
    create_time: int
    start_time: int
    root_id: int
    sql_body: str
    jar_url: str
    main_class: str
    args: str
    run_mode: str
    cluster_id: int
    spu_number: int
    manager_spu: int
    parallel_number: int
    checkpoint_enabled: bool | None
    checkpoint_mode: str
    checkpoint_interval: int
    log_enabled: bool
    obs_bucket: str
    smn_topic: str
    edge_group_ids: str
    marker: Marker | None = field(default=None)
    facts: Mapping[str, str] | None = field(default=None)
    reported: frozenset[str] = frozenset()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_flink(self) -> bool:
        """A Flink job of its own: no Spark job, and none of the parts that an edge job has on its nodes."""
        return self.job_type in KINDS and self.root_id <= 0

    @property
    def is_jar(self) -> bool:
        return self.job_type == JAR

    @property
    def checkpointing(self) -> bool | None:
        """Are checkpoints on? None: this row does not say."""
        return None if self.is_jar else self.checkpoint_enabled

    @property
    def state(self) -> JobState:
        """By the status word alone."""
        return common_state(self.word)

    @property
    def unsavable(self) -> str:
        """Why a stop of this job can make no savepoint; empty if it can. That of a jar goes where its program says."""
        if self.job_type != SQL or self.obs_bucket or "obs_bucket" not in self.reported:
            return ""
        return "the job has no obs_bucket, so its state would have no place to go when it is stopped"

    @property
    def run(self) -> str:
        """This very start of the job, and the savepoint that it leaves: `cs/JOB/START`."""
        return run_of(self.job_id, self.start_time)

    @property
    def now(self) -> dict[str, Any]:
        """The fields of a request as the platform reports them; one that is left out is not known."""
        return {name: getattr(self, name) for name in self.reported}

    @property
    def adopted(self) -> bool:
        """Did somebody else make it? What neither this answer nor our note says is not known then."""
        return self.facts is None or bool(self.fact("adopted"))

    @property
    def manager_units(self) -> int:
        """The SPUs of its job manager, which every update of a jar job has to repeat; 0: not known."""
        noted = answer_fields.number(self.fact("manager_spu"))
        return self.manager_spu or noted or int(not self.adopted)

    @property
    def source(self) -> str:
        """The start time of the run whose savepoint the last start was to take up, empty where no note tells."""
        return self.fact("source") or self.fact("begin")

    def fact(self, key: str) -> str:
        """What our note says, empty where it says nothing."""
        return (self.facts or {}).get(key, "")


def run_of(job_id: int, start_time: int) -> str:
    """The name of one start of a job. The platform has none, and needs none: it knows one savepoint a job."""
    return f"cs/{job_id}/{start_time}"


def job_id_of(row: Any, what: str) -> int:
    """The id of a job object; `what` is the answer it stands in. Raises Unavailable for what is no job object."""
    said = row.get("job_id") if isinstance(row, Mapping) else None
    if isinstance(said, bool) or not re.fullmatch(r"\d+", str(said)):
        raise undocumented(what)
    return int(str(said))


def rows_by_id(rows: Any, what: str) -> dict[int, Mapping[str, Any]]:
    """The job objects of a list by their ids. Raises Unavailable for what is no such list."""
    if not isinstance(rows, list):
        raise undocumented(what)
    return {job_id_of(row, what): row for row in rows}


def definition(payload: Mapping[str, Any]) -> CsJob:
    """Read a job object. Raises Unavailable for one that does not say which job it is, or of which kind."""
    if not all(isinstance(payload.get(key), str) and payload[key] for key in ("name", "job_type")):
        raise undocumented("a job")
    inner = payload.get("job_config")
    config: Mapping[str, Any] = inner if isinstance(inner, Mapping) else {}
    desc = _text(payload, "desc")
    applied = last_applied.read(desc)
    plain: dict[str, Any] = {key: _text(payload, key) or _text(config, key) for key in _TEXTS}
    plain |= {key: _number(config, key) or _number(payload, key) for key in ("root_id", *_NUMBERS)}
    return CsJob(
        job_id=job_id_of(payload, "a job"),
        job_type=_text(payload, "job_type"),
        word=wire_word(_text(payload, "status")),
        status_desc=_text(payload, "status_desc"),
        create_time=_number(payload, "create_time"),
        start_time=_number(payload, "start_time"),
        checkpoint_enabled=None if config.get("checkpoint_enabled") is None else _truth(config, "checkpoint_enabled"),
        checkpoint_mode=_mode(_text(config, "checkpoint_mode")),
        log_enabled=_truth(config, "log_enabled"),
        **plain,
        marker=applied.marker,
        facts=applied.facts or None,
        reported=_reported(payload, config),
        raw=payload,
    )


def _reported(payload: Mapping[str, Any], config: Mapping[str, Any]) -> frozenset[str]:
    """The fields with a value: null is that of a text that is empty, and 0 none of a number."""
    texts = {name for name in _TEXTS if name in payload or name in config}
    flags = {name for name in _FLAGS if config.get(name) is not None}
    numbers = {name for name in _NUMBERS if _number(payload, name) or _number(config, name)}
    modes = {"checkpoint_mode"} if config.get("checkpoint_mode") else set()
    return frozenset(texts | flags | numbers | modes)


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    return "" if value is None else str(value)


def _number(found: Mapping[str, Any], key: str) -> int:
    return answer_fields.number(found.get(key)) or 0


def _truth(found: Mapping[str, Any], key: str) -> bool:
    return str(found.get(key)).lower() == "true"


def _mode(word: str) -> str:
    """The page lists `ExactlyOnce`, its sample says `exactly_once`, and the update page's table 1 and 2."""
    plain = word.replace("_", "").lower()
    return {"atleastonce": "at_least_once", "2": "at_least_once"}.get(plain, "exactly_once")
