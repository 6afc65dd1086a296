"""Rows as Dinky sends them, read leniently: the documentation shows numbers and booleans as text, and so they may come.

Times are the server's wall clock without a zone, either `2024-10-20 12:00:00` or ISO with a fraction of any length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar, Self

from headgate.model.live import JobState
from headgate.providers.answer_fields import number, undocumented
from headgate.providers.flink.states import common_state

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?")


def flag(value: object, default: bool = False) -> bool:
    """A boolean, be it written as text; the default for null."""
    return default if value is None or value == "" else str(value).lower() == "true"


def text(value: object) -> str:
    """A text; null is empty."""
    return "" if value is None else str(value)


def moment(value: object) -> datetime | None:
    """A time on the server's wall clock; None where there is none."""
    found = _MOMENT.match(text(value))
    if found is None:
        return None
    fraction = (found[3] or "0")[:6].ljust(6, "0")
    return datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(microsecond=int(fraction))


def document(value: object) -> Mapping[str, Any]:
    """A JSON object, be it in a text; empty for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, Mapping) else {}


def inside(value: object, *keys: str) -> Mapping[str, Any]:
    """The JSON object at the end of these keys; empty where it is not there."""
    for key in keys:
        value = document(value).get(key)
    return document(value)


def rows(value: object) -> tuple[Mapping[str, Any], ...]:
    """The JSON objects of a list; empty for anything else."""
    return tuple(one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()


def _given(value: object) -> str | None:
    """A text that is not empty, as it is; None for anything else."""
    return value if isinstance(value, str) and value else None


def _restored(config: object) -> str | None:
    return text(config.get("savePointPath")) if isinstance(config, Mapping) else None


def _column(key: str, read: Callable[[Any], Any] = text, *, needed: bool = False) -> Mapping[str, Any]:
    """Where a field stands in a row, and how its value is read; where a `needed` one is None, the row says nothing."""
    return {"key": key, "read": read, "needed": needed}


@dataclass(frozen=True, slots=True)
class Row:
    """An object that Dinky answers, by the columns of its class; `raw` is all of it."""

    what: ClassVar[str] = ""
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Self:
        """Raises Unavailable for a row that does not say what is needed of it."""
        columns = {one.name: one.metadata for one in fields(cls) if one.metadata}
        values = {name: column["read"](row.get(column["key"])) for name, column in columns.items()}
        if any(column["needed"] and values[name] is None for name, column in columns.items()):
            raise undocumented(cls.what)
        return cls(raw=row, **values)


@dataclass(frozen=True, slots=True)
class Task(Row):
    """A task as it is saved: a row of `POST /api/task`, or the TaskDTO of `GET /api/task`."""

    what = "a task"
    id: int = field(metadata=_column("id", number, needed=True))
    name: str = field(metadata=_column("name", _given, needed=True))
    dialect: str = field(metadata=_column("dialect", _given, needed=True))
    note: str = field(metadata=_column("note"))
    step: int = field(metadata=_column("step", lambda value: number(value) or 1))
    pointer: int | None = field(metadata=_column("jobInstanceId", number))


@dataclass(frozen=True, slots=True)
class Instance(Row):
    """One start of a task. `created` becomes Flink's start time once Dinky has asked Flink."""

    what = "a job instance"
    id: int = field(metadata=_column("id", number, needed=True))
    task_id: int = field(metadata=_column("taskId", number, needed=True))
    word: str = field(metadata=_column("status"))
    created: datetime | None = field(metadata=_column("createTime", moment))
    finished: datetime | None = field(metadata=_column("finishTime", moment))
    history_id: int = field(metadata=_column("historyId", lambda value: number(value) or 0))
    error: str = field(metadata=_column("error"))
    # Flink's id of the job. Ids of rows begin again where a Dinky keeps its rows in memory; this one does not.
    jid: str = field(metadata=_column("jid"))

    @property
    def state(self) -> JobState:
        """Once Dinky has asked Flink, the word is Flink's own; RECONNECTING and UNKNOWN are Dinky's."""
        # Dinky counts UNKNOWN as finished although the job may still run, so it is not finished here.
        return common_state(self.word)

    @property
    def run(self) -> str:
        """Tells this start from all others of its task."""
        return f"{self.task_id}/{self.id}"


@dataclass(frozen=True, slots=True)
class Begun(Row):
    """A start as Dinky writes it down before it asks Flink for anything (History); it may have no instance."""

    what = "a history"
    id: int = field(metadata=_column("id", number, needed=True))
    status: int | None = field(metadata=_column("status", number))
    # Flink's, as far as Dinky came to know it: empty or `unknown` if it did not.
    job_id: str = field(metadata=_column("jobId"))
    error: str = field(metadata=_column("error"))
    started: datetime | None = field(metadata=_column("startTime", moment))


@dataclass(frozen=True, slots=True)
class Taken(Row):
    """A savepoint that Dinky took of a task; `kind` is trigger, stop or cancel."""

    id: int = field(metadata=_column("id", lambda value: number(value) or 0))
    kind: str = field(metadata=_column("type"))
    path: str = field(metadata=_column("path"))
    created: datetime | None = field(metadata=_column("createTime", moment))


@dataclass(frozen=True, slots=True)
class Started(Row):
    """The answer to a start (JobResult). `restored` is the path it says it restored, None where it does not say."""

    success: bool = field(metadata=_column("success", flag))
    instance_id: int | None = field(metadata=_column("jobInstanceId", number))
    error: str = field(metadata=_column("error"))
    restored: str | None = field(metadata=_column("jobConfig", _restored))


def savepoint_of(data: object) -> str:
    """The path in a savepoint answer. Its nested `success` is false even when it worked, so only the path counts."""
    infos = rows(document(data).get("jobInfos"))
    return text(infos[0].get("savePoint")).strip() if infos else ""
