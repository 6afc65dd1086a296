"""What jobs and their instances do over time, counted in looks: no clock decides anything.

A change is asked for, the old state is still shown for a look or more, and then the instance moves a step with each
look until it is what it was asked to be.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from headgate.testing.foas import plans

EPOCH = 1_767_225_600_000
_TEXTS = ("Code", "PlanJson", "Properties", "Packages", "EngineVersion", "ClusterId", "QueueName")


@dataclass(slots=True)
class SimulatedInstance:
    """One start or resumption. `age` is how many starts its state has survived, `wait` the looks until it moves."""

    id: int
    job: str
    job_type: str
    api_type: str
    content: dict[str, str]
    actual: str
    expected: str
    started_at: int
    age: int = 0
    wait: int = 0
    ended_at: int = 0
    operated_at: int = 0
    error_at: int = 0
    error: str = ""
    checkpoints: int = 0
    looks_running: int = 0
    archived: bool = False
    broken: bool = False
    autoscale: dict[str, str] = field(default_factory=dict)

    @property
    def lives(self) -> bool:
        """Does the engine run it, or try to?"""
        return self.actual in ("WAITING", "RUNNING")

    @property
    def over(self) -> bool:
        return self.actual in ("TERMINATED", "SUCCESS", "FAILED")

    def look(self, *, checkpoint_after: int) -> None:
        """One look has gone by."""
        if self.lives and not self.broken and self.actual == "RUNNING":
            self.looks_running += 1
            if self.looks_running >= checkpoint_after:
                self.checkpoints += 1
        if self.wait:
            self.wait -= 1
        elif self.expected != self.actual and not self.broken and not self.over:
            if self.expected in ("PAUSED", "TERMINATED"):
                self.ended_at = self.operated_at
            self.actual = self.expected
        elif self.expected != self.actual and self.expected in ("PAUSED", "TERMINATED"):
            self.actual = self.expected

    def shown(self) -> dict[str, Any]:
        """As ListInstance and GetInstance tell it."""
        return {
            "Id": self.id,
            "JobName": self.job,
            "JobType": self.job_type,
            "ApiType": self.api_type,
            "ActualState": self.actual,
            "ExpectState": self.expected,
            **self.content,
            "Priority": 0,
            "AutoScaleParams": "",
            "StartTime": self.started_at,
            "EndTime": self.ended_at or None,
            "LastOperateTime": self.operated_at,
            "LastErrorTime": self.error_at or None,
            "LastErrorMessage": self.error,
            "EngineJobHandler": f"application_{self.id}|{self.id:032x}",
            "InputDelay": 120 if self.actual == "RUNNING" else -99999999,
        }


@dataclass(slots=True)
class SimulatedJob:
    """A job as it is saved, what of it was committed, and every instance it had."""

    name: str
    number: int
    job_type: str
    api_type: str
    content: dict[str, str]
    description: str = ""
    folder_id: int = 1
    committed: dict[str, str] | None = None
    autoscale: dict[str, str] = field(default_factory=dict)
    created_at: int = EPOCH
    modified_at: int = EPOCH
    instances: list[SimulatedInstance] = field(default_factory=list)
    stale: int = 0
    before: SimulatedInstance | None = None
    parameters: list[str] = field(default_factory=list)

    @property
    def current(self) -> SimulatedInstance | None:
        return self.instances[-1] if self.instances else None

    def saved(self, *, full: bool) -> dict[str, Any]:
        """As ListJob and GetJob tell it."""
        hidden = () if full else ("Code", "PlanJson", "Properties")
        return {
            "JobName": self.name,
            "JobId": f"{self.number:024x}",
            "FileId": f"{self.number + 1:024x}",
            "JobType": self.job_type,
            "ApiType": self.api_type,
            **{key: value for key, value in self.content.items() if key not in hidden},
            "Description": self.description,
            "FolderId": self.folder_id,
            "IsCommitted": self.committed is not None,
            "Creator": "1000000000000001",
            "Modifier": "1000000000000001",
            "CreateTime": self.created_at,
            "ModifyTime": self.modified_at,
        }

    def change(self, lag: int) -> None:
        """Something is about to change: what is there now is shown for a while yet."""
        self.stale = lag
        self.before = replace(self.current) if self.current else None

    def look(self, *, checkpoint_after: int) -> SimulatedInstance | None:
        """The newest instance as it is shown now."""
        if self.stale:
            self.stale -= 1
            return self.before
        if self.current:
            self.current.look(checkpoint_after=checkpoint_after)
        return self.current

    def launch(self, number: int, at: int, *, age: int, wait: int, content: dict[str, str]) -> SimulatedInstance:
        """A new instance; the one before it is archived."""
        broken = False
        before = self.current
        if before is not None and self.job_type == "FLINK_STREAM":
            before.archived = True
            broken = age > 0 and not _fits(before.content, content)
        instance = SimulatedInstance(
            id=number,
            job=self.name,
            job_type=self.job_type,
            api_type=self.api_type,
            content=dict(content),
            actual="WAITING",
            expected="RUNNING",
            started_at=at,
            operated_at=at,
            age=age,
            wait=wait,
            broken=broken,
            autoscale=dict(self.autoscale),
        )
        if broken:
            instance.error_at, instance.error = at + 1, "the state of an operator cannot be restored\n\tat blink"
        self.instances.append(instance)
        return instance


def texts(fields: dict[str, str]) -> dict[str, str]:
    """The fields of a job that an instance is launched with."""
    return {key: fields.get(key[0].lower() + key[1:], "") for key in _TEXTS}


def _fits(old: dict[str, str], new: dict[str, str]) -> bool:
    """Can the new content read the state of the old?"""
    return (
        plans.logic(old["Code"]) == plans.logic(new["Code"])
        and old["EngineVersion"] == new["EngineVersion"]
        and _keys(old["Properties"]) == _keys(new["Properties"])
    )


def _keys(properties: str) -> set[str]:
    lines = [line.strip() for line in properties.splitlines()]
    return {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
