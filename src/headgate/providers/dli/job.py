"""A job as DLI reports it: its definition, and how its last run stands.

DLI has one savepoint for a job to go on from, made when the job was stopped and deleted when it is run again, and does
not name it. Here it gets a name that says which run it ended, `dli:JOB/START`: such a name never stands for the
savepoint of a later run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headgate.model.live import JobState, Live, Marker, Snapshot
from headgate.providers.answer_fields import number
from headgate.providers.definitions.definition import Definition
from headgate.providers.dli import set_fields, spec, states
from headgate.providers.dli.fields import pairs
from headgate.providers.dli.forms import JAR_JOB
from headgate.providers.dli.set_fields import EVERYTHING, Sets
from headgate.providers.huawei import job_words
from headgate.providers.huawei.checkpoints import INTERVAL
from headgate.providers.huawei.job_words import HELD

# Without a bucket DLI has nowhere to keep a savepoint (user guide, "Flink Job Management").
UNSAVABLE = (
    "the job has no bucket to keep a savepoint in: set options.obs_bucket in a change of its own, which needs no "
    "restart"
)
_OWN_PATH = re.compile(r"dli:(?P<job>\d+)/(?P<start>\d+)")


@dataclass(frozen=True, slots=True)
class DliJob:
    """`started` is when the last run began, milliseconds since the epoch; 0: it never ran. `row`: DLI's answer."""

    id: str
    name: str
    desc: str
    word: str
    started: int
    is_jar: bool
    marker: Marker | None = None
    sets: Sets = EVERYTHING
    row: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> DliJob:
        desc = str(row.get("desc") or "")
        marker, sets = set_fields.read(desc)
        return cls(
            id=str(row["job_id"]),
            name=str(row.get("name") or ""),
            desc=desc,
            word=str(row.get("status") or ""),
            started=int(row.get("start_time") or 0),
            is_jar=row.get("job_type") == JAR_JOB,
            marker=marker,
            sets=sets,
            row=row,
        )

    @property
    def flat(self) -> dict[str, Any]:
        """The fields of a request as they are, name and description included."""
        return {**spec.reported_fields(self.row), "name": self.name, "desc": self.desc}

    @property
    def state(self) -> JobState:
        """By the word alone: SUSPENDED where it was stopped and has a savepoint is for who knows that."""
        return states.common_state(self.word)

    @property
    def never_ran(self) -> bool:
        """A stop may end in the word of a draft, too: one with a savepoint ran."""
        return self.word == job_words.DRAFT and not self.started and not self.has_savepoint

    @property
    def savepoint(self) -> str:
        """The name of the savepoint that ended its last run."""
        return f"dli:{self.id}/{self.started}"

    @property
    def has_savepoint(self) -> bool | None:
        """Is there a savepoint to go on from? None: this row does not say."""
        reported = self.row.get("has_savepoint")
        if reported is not None:
            return str(reported).lower() == "true"
        return bool(self.row["savepoint_path"]) if "savepoint_path" in self.row else None

    @property
    def bucket(self) -> str | None:
        """The bucket that its savepoints go to, empty where it has none; None: this row does not say."""
        config = self.row.get("job_config")
        return str(config.get("obs_bucket") or "") if isinstance(config, Mapping) else None

    @property
    def checkpointing(self) -> bool | None:
        """Are checkpoints on? A program, and a Flink option, may set them up where DLI's own switch is off."""
        config = self.row.get("job_config") or {}
        switch = config.get("checkpoint_enabled")
        if str(switch).lower() == "true":
            return True
        elsewhere = self.is_jar or switch is None or INTERVAL in pairs(config.get("runtime_config"))
        return None if elsewhere else False

    @property
    def restarts(self) -> int | None:
        """How often DLI restarted it after a failure; None: this row does not say."""
        reported = str(self.row.get("restart_times"))
        return int(reported) if reported.isdigit() else None

    @property
    def run(self) -> str:
        """What distinguishes this run from the next."""
        return f"{self.id}.{self.started}"

    def holds(self, path: str) -> bool:
        """Is the savepoint of this name there, for the next run to go on from?

        A start that was not even submitted used nothing up: what it was given is still there.
        """
        own = own_path(path)
        if own is None or own[0] != self.id or not self.has_savepoint:
            return False
        unused = self.word == job_words.SUBMIT_FAILED and self.marker is not None and self.marker.restored == path
        return own[1] == self.started or unused

    def live(self, *, state: JobState | None = None, saved: bool | None = None) -> Live:
        """What planning sees. `state` overrides the word's, `saved` says whether there is a savepoint."""
        seen = state or self.state
        snapshot = None
        marker = self.marker
        start_key = marker.start_key[:8] if marker else ""
        # A draft never ran; and a first start that was not even submitted had nothing to restore.
        first = marker is not None and not marker.predecessor and not marker.restored
        holds_nothing = self.never_ran or (self.word == job_words.SUBMIT_FAILED and first)
        if not seen.active and saved and self.word not in HELD:
            snapshot = Snapshot(self.savepoint, "savepoint", number(self.row.get("update_time")) or 0)
            seen = JobState.SUSPENDED if seen is JobState.STOPPED else seen
        return Live(
            job_id=self.id,
            name=self.name,
            state=seen,
            word=self.word,
            marker=marker,
            applied=spec.applied(self.row, self.sets),
            started_at=self.started,
            snapshot=snapshot,
            provably_empty=not seen.active and not snapshot and holds_nothing,
            unsavable="" if self.bucket != "" or not seen.active else UNSAVABLE,
            held=HELD.get(self.word, ""),
            run=f"{self.run}.{start_key}" if start_key else self.run,
            markable=True,
        )

    def definition(self, *, state: JobState | None = None, saved: bool | None = None) -> Definition:
        """As every platform reports one."""
        live = self.live(state=state, saved=saved)
        return Definition(
            live,
            never_ran=self.never_ran and not saved,
            run=self.run,
            kind=str(self.row.get("job_type") or ""),
            row=self,
        )


def own_path(path: str) -> tuple[str, int] | None:
    """Job id and start of a `dli:JOB/START`; None if it is the path of something else."""
    found = _OWN_PATH.fullmatch(path)
    return (found["job"], int(found["start"])) if found else None
