"""The platform's job object, as its detail and its list give it.

`spu_number` and `parallel_number` stand at the top in the documented sample and inside `job_config` since an SDK of
2019-01: of every field both places are read, the inner one first where it says something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from headgate.model.live import JobState, Marker
from headgate.providers import answer_fields
from headgate.providers.answer_fields import undocumented
from headgate.providers.cs.states import common_state, wire_word
from headgate.providers.definitions import last_applied
from headgate.providers.definitions.last_applied import Form

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
    `now` are the fields of a request that this answer has a value for: all others are not known. `raw` is all of it.
    """

    job_id: int
    job_type: str
    word: str
    status_desc: str
    start_time: int
    root_id: int
    now: Mapping[str, Any]
    marker: Marker | None = None
    facts: Mapping[str, str] | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def text(self, key: str) -> str:
        """A field that is a text, empty where it is not known."""
        return str(self.now.get(key, ""))

    @property
    def name(self) -> str:
        return self.text("name")

    @property
    def desc(self) -> str:
        return self.text("desc")

    @property
    def jar_url(self) -> str:
        return self.text("jar_url")

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
        return None if self.is_jar else self.now.get("checkpoint_enabled")

    @property
    def state(self) -> JobState:
        """By the status word alone."""
        return common_state(self.word)

    @property
    def unsavable(self) -> str:
        """Why a stop of this job can make no savepoint; empty if it can. That of a jar goes where its program says."""
        if self.job_type == SQL and self.now.get("obs_bucket") == "":
            return "the job has no obs_bucket, so its state would have no place to go when it is stopped"
        return ""

    @property
    def run(self) -> str:
        """This very start of the job, and the savepoint that it leaves: `cs/JOB/START`."""
        return run_of(self.job_id, self.start_time)

    @property
    def adopted(self) -> bool:
        """Did somebody else make it? What neither this answer nor our note says is not known then."""
        return self.facts is None or bool(self.fact("adopted"))

    @property
    def manager_units(self) -> int:
        """The SPUs of its job manager, which every update of a jar job has to repeat; 0: not known."""
        noted = answer_fields.number(self.fact("manager_spu"))
        return self.now.get("manager_spu") or noted or int(not self.adopted)

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
    now = {name: value for name, read in _READERS.items() if (value := _value(name, read, config, payload)) is not None}
    applied = last_applied.read(now.get("desc", ""))
    return CsJob(
        job_id=job_id_of(payload, "a job"),
        job_type=payload["job_type"],
        word=wire_word(_text(payload.get("status"))),
        status_desc=_text(payload.get("status_desc")),
        start_time=_number(payload.get("start_time")),
        root_id=_number(config.get("root_id")) or _number(payload.get("root_id")),
        now=now,
        marker=applied.marker,
        facts=applied.facts or None,
        raw=payload,
    )


def _value(name: str, read: Callable[[Any], Any], *parts: Mapping[str, Any]) -> Any:
    """What the parts of an answer say of a field, None where they do not: null is a text that is empty, 0 no number."""
    found = [read(part[name]) for part in parts if name in part and (read is _text or part[name] not in (None, ""))]
    stated = next(filter(None, found), None)
    return found[0] if stated is None and found and read in (_text, _truth) else stated


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> int:
    return answer_fields.number(value) or 0


def _truth(value: Any) -> bool:
    return str(value).lower() == "true"


def _mode(word: Any) -> str:
    """The page lists `ExactlyOnce`, its sample says `exactly_once`, and the update page's table 1 and 2."""
    least = str(word).replace("_", "").lower() in ("atleastonce", "2")
    return "at_least_once" if least else "exactly_once"


# The fields of a request that an answer may have, and how each is read.
_READERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("name", "desc", "sql_body", "jar_url", "main_class", "args"), _text),
    **dict.fromkeys(("run_mode", "obs_bucket", "smn_topic", "edge_group_ids"), _text),
    **dict.fromkeys(("cluster_id", "spu_number", "manager_spu", "parallel_number", "checkpoint_interval"), _number),
    **dict.fromkeys(("checkpoint_enabled", "log_enabled"), _truth),
    "checkpoint_mode": _mode,
}
