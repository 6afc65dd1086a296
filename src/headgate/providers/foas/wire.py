"""Reading what the service answers, however it spells it.

Lists come wrapped twice (`Jobs: {Job: [...]}`), wrappers may be missing or null, and a list of one may be that one.
Keys are in PascalCase in the metadata and the SDKs, in camelCase in some samples, and `instanceId` and `Finalstate` are
spelled so everywhere: letter case does not count here. Times are milliseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headgate.providers import answer_fields
from headgate.providers.answer_fields import undocumented

STREAM, BATCH = "FLINK_STREAM", "FLINK_BATCH"
SQL, DATASTREAM = "SQL", "DATASTREAM"


def member(document: Any, key: str) -> Any:
    """The value of a key, whatever its letter case; None if there is none."""
    if not isinstance(document, Mapping):
        return None
    if key in document:
        return document[key]
    folded = key.casefold()
    return next((value for name, value in document.items() if str(name).casefold() == folded), None)


def text(document: Any, key: str) -> str:
    value = member(document, key)
    return "" if value is None else str(value)


def number(document: Any, key: str) -> int:
    """A whole number, 0 where there is none that can be read."""
    return answer_fields.number(member(document, key)) or 0


def flag(document: Any, key: str) -> bool:
    """True and "true" are true."""
    return text(document, key).casefold() == "true"


def items(document: Any, wrapper: str, item: str) -> list[Mapping[str, Any]]:
    """The entries of a wrapped list. Raises Unavailable for one with entries that are none."""
    inner = member(document, wrapper)
    if isinstance(inner, Mapping):
        inner = member(inner, item)
    if isinstance(inner, Mapping):
        return [inner]
    found = inner if isinstance(inner, list) else []
    if not all(isinstance(entry, Mapping) for entry in found):
        raise undocumented(f"a call that lists {wrapper}")
    return found


@dataclass(frozen=True, slots=True)
class Content:
    """What a job computes and how it runs: as saved, or as an instance was launched with."""

    code: str
    properties: str
    packages: tuple[str, ...]
    plan_json: str
    engine_version: str
    cluster_id: str
    queue_name: str

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Content:
        return cls(
            code=text(entry, "Code"),
            properties=text(entry, "Properties"),
            packages=tuple(name.strip() for name in text(entry, "Packages").split(",") if name.strip()),
            plan_json=text(entry, "PlanJson"),
            engine_version=text(entry, "EngineVersion"),
            cluster_id=text(entry, "ClusterId"),
            queue_name=text(entry, "QueueName"),
        )


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is saved. `committed`: it is online, and may be started."""

    name: str
    job_type: str
    api_type: str
    content: Content
    description: str
    folder_id: int
    committed: bool
    modified_at: int
    raw: Mapping[str, Any]

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Job:
        return cls(
            name=text(entry, "JobName"),
            job_type=text(entry, "JobType").upper() or STREAM,
            api_type=text(entry, "ApiType").upper() or SQL,
            content=Content.of(entry),
            description=text(entry, "Description"),
            folder_id=number(entry, "FolderId"),
            committed=flag(entry, "IsCommitted"),
            modified_at=number(entry, "ModifyTime"),
            raw=entry,
        )


@dataclass(frozen=True, slots=True)
class Instance:
    """One start, or resumption, of a job; `content` is what it was launched with."""

    id: int
    job: str
    actual: str
    expected: str
    content: Content
    started_at: int
    operated_at: int
    error_at: int
    error: str
    raw: Mapping[str, Any]

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Instance:
        return cls(
            id=number(entry, "Id"),
            job=text(entry, "JobName"),
            actual=text(entry, "ActualState").upper(),
            expected=text(entry, "ExpectState").upper(),
            content=Content.of(entry),
            started_at=number(entry, "StartTime"),
            operated_at=number(entry, "LastOperateTime"),
            error_at=number(entry, "LastErrorTime"),
            error=text(entry, "LastErrorMessage"),
            raw=entry,
        )

    @property
    def run(self) -> str:
        return str(self.id)
