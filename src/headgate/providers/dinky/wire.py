"""Rows as Dinky sends them, read leniently: the documentation shows numbers and booleans as text, and so they may come.

Times are the server's wall clock without a zone, either `2024-10-20 12:00:00` or ISO with a fraction of any length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it is saved: a row of `POST /api/task`, or the TaskDTO of `GET /api/task`. `raw` is all of it."""

    id: int
    name: str
    dialect: str
    note: str
    step: int
    pointer: int | None
    raw: Mapping[str, Any] = field(repr=False)

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Task:
        """Raises Unavailable for a row that does not say which task it is, or of which kind."""
        task_id = number(row.get("id"))
        if task_id is None or not all(isinstance(row.get(key), str) and row[key] for key in ("name", "dialect")):
            raise undocumented("a task")
        return cls(
            id=task_id,
            name=text(row.get("name")),
            dialect=text(row.get("dialect")),
            note=text(row.get("note")),
            step=number(row.get("step")) or 1,
            pointer=number(row.get("jobInstanceId")),
            raw=row,
        )


@dataclass(frozen=True, slots=True)
class Instance:
    """One start of a task. `created` becomes Flink's start time once Dinky has asked Flink.

    `jid` is Flink's id of the job. Ids of rows begin again where a Dinky keeps its rows in memory; this one does not.
    """

    id: int
    task_id: int
    word: str
    created: datetime | None
    history_id: int
    error: str
    jid: str = ""
    finished: datetime | None = None

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Instance:
        """Raises Unavailable for a row without its ids."""
        instance_id, task_id = number(row.get("id")), number(row.get("taskId"))
        if instance_id is None or task_id is None:
            raise undocumented("a job instance")
        return cls(
            id=instance_id,
            task_id=task_id,
            word=text(row.get("status")),
            created=moment(row.get("createTime")),
            history_id=number(row.get("historyId")) or 0,
            error=text(row.get("error")),
            jid=text(row.get("jid")),
            finished=moment(row.get("finishTime")),
        )

    @property
    def state(self) -> JobState:
        """Once Dinky has asked Flink, the word is Flink's own; RECONNECTING and UNKNOWN are Dinky's.

        Dinky counts UNKNOWN as finished although the job may still run, so it is not finished here.
        """
        return common_state(self.word)

    @property
    def run(self) -> str:
        """Tells this start from all others of its task."""
        return f"{self.task_id}/{self.id}"


@dataclass(frozen=True, slots=True)
class Begun:
    """A start as Dinky writes it down before it asks Flink for anything (History); it may have no instance.

    `job_id` is Flink's, as far as Dinky came to know it: empty or `unknown` if it did not.
    """

    id: int
    status: int | None
    job_id: str
    error: str
    started: datetime | None

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Begun:
        """Raises Unavailable for a row without its id."""
        history_id = number(row.get("id"))
        if history_id is None:
            raise undocumented("a history")
        return cls(
            id=history_id,
            status=number(row.get("status")),
            job_id=text(row.get("jobId")),
            error=text(row.get("error")),
            started=moment(row.get("startTime")),
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """A savepoint that Dinky took of a task; `kind` is trigger, stop or cancel."""

    id: int
    kind: str
    path: str
    created: datetime | None

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Taken:
        return cls(
            number(row.get("id")) or 0, text(row.get("type")), text(row.get("path")), moment(row.get("createTime"))
        )


@dataclass(frozen=True, slots=True)
class Started:
    """The answer to a start (JobResult). `restored` is the path it says it restored, None where it does not say."""

    success: bool
    instance_id: int | None
    error: str
    restored: str | None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Started:
        config = data.get("jobConfig")
        restored = text(config.get("savePointPath")) if isinstance(config, Mapping) else None
        return cls(flag(data.get("success")), number(data.get("jobInstanceId")), text(data.get("error")), restored)


def savepoint_of(data: object) -> str:
    """The path in a savepoint answer. Its nested `success` is false even when it worked, so only the path counts."""
    infos = rows(document(data).get("jobInfos"))
    return text(infos[0].get("savePoint")).strip() if infos else ""
