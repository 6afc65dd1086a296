"""The jobs inside the simulated Cloud Stream: what they are made of, how they move, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_EPOCH = 1_516_952_710_000
ACTIVE = ("job_submitting", "job_running", "job_savepointing", "job_canceling", "job_arrearage_recovering")
_NUMBERS = ("cluster_id", "spu_number", "manager_spu", "parallel_number", "checkpoint_interval", "idle_state_retention")
_FLAGS = ("checkpoint_enabled", "log_enabled", "restart_when_exception")


@dataclass(frozen=True, slots=True)
class Moment:
    """How a job was at a tick: its status, why, and when it was last started."""

    tick: int
    status: str
    status_desc: str = ""
    start_time: int = 0

    @property
    def at(self) -> int:
        return _EPOCH + self.tick


@dataclass(slots=True)
class Job:
    """One definition. `engines` are the Flink jobs it runs, `age` how many starts their state has survived.

    `uploads` counts the jars that came for it.
    """

    job_id: int
    fields: dict[str, Any]
    created: int
    engines: list[str] = field(default_factory=list)
    age: int = 0
    savepoint: int | None = None
    uploads: int = 0
    moments: list[Moment] = field(default_factory=list)
    _ahead: list[tuple[int, str]] = field(default_factory=list)
    _starts: int = 0
    _resumes: bool = False
    _loses: bool = False

    def __post_init__(self) -> None:
        self.take(self.fields)
        self.moments.append(Moment(self.created, "job_init"))

    @property
    def now(self) -> Moment:
        return self.moments[-1]

    @property
    def status(self) -> str:
        return self.now.status

    def lagging(self, tick: int) -> Moment:
        """The job as it was at a tick."""
        return next((one for one in reversed(self.moments) if one.tick <= tick), self.moments[0])

    def take(self, fields: Mapping[str, Any]) -> None:
        """These fields were sent."""
        self.uploads += "jar" in fields
        self.fields |= numbered({key: value for key, value in fields.items() if key != "jar"})
        self.fields.pop("jar", None)

    def becomes(self, status: str, tick: int, why: str = "") -> None:
        self.moments.append(Moment(tick, status, why, self.now.start_time))
        self._ahead.clear()

    def run(self, tick: int, *, resume: bool, takes: int) -> None:
        """A start was accepted; it fails if the program says `broken`."""
        self._starts += 1
        self._resumes = resume
        self.moments.append(Moment(tick, "job_submitting", "", _EPOCH + 1000 * tick + self._starts))
        self.engines = [f"{self.job_id}-{self._starts}"]
        broken = "broken" in f"{self.fields.get('sql_body')}{self.fields.get('args')}"
        self._ahead = [(takes, "job_submit_fail" if broken else "job_running")]

    def stop(self, tick: int, *, savepoint: bool, takes: int, fails: bool = False, loses: bool = False) -> None:
        """A stop was accepted."""
        self._loses = loses or not savepoint
        self.moments.append(Moment(tick, "job_savepointing" if savepoint else "job_canceling", "", self.now.start_time))
        ends = "job_cancel_fail" if fails else "job_cancel_success"
        self._ahead = [(takes, "job_canceling"), (takes, ends)] if savepoint and takes else [(takes, ends)]

    def look(self, tick: int) -> None:
        """One look nearer to the next status."""
        if not self._ahead:
            return
        looks, status = self._ahead[0]
        if looks > 0:
            self._ahead[0] = (looks - 1, status)
            return
        ahead = self._ahead[1:]
        why = {"job_submit_fail": "the program is broken", "job_cancel_fail": "no savepoint: the bucket is full"}
        self.becomes(status, tick, why.get(status, ""))
        self._ahead = ahead
        self._arrived(status)

    def _arrived(self, status: str) -> None:
        match status:
            case "job_running":
                # Worst case of what nobody documents: a resume without a savepoint starts empty.
                self.age = self.savepoint + 1 if self._resumes and self.savepoint is not None else 0
                self.savepoint = None
            case "job_submit_fail":
                self.engines = []
            case "job_cancel_success":
                self.engines = []
                self.savepoint = self.savepoint if self._loses else self.age


def numbered(body: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a form, which are texts, as the service keeps them."""
    kept = dict(body)
    for key, value in body.items():
        if isinstance(value, str) and key in _NUMBERS:
            kept[key] = int(value)
        elif isinstance(value, str) and key in _FLAGS:
            kept[key] = value == "true"
    return kept


def refused_update(job: Job, body: Mapping[str, Any], known: frozenset[str], *, edits_while_running: bool) -> str:
    """Why these fields of a job cannot be changed now; empty if they can."""
    unknown = [key for key in body if key not in known]
    if unknown:
        return f"{', '.join(unknown)} cannot be updated"
    if job.status in ACTIVE and not edits_while_running:
        return f"The job is {job.status} and cannot be updated."
    return ""


def shown(job: Job, moment: Moment, *, detailed: bool, row: bool) -> dict[str, Any]:
    """A job as the service shows it; what can only be written is not in it."""
    fields = job.fields
    reported: dict[str, Any] = {
        "job_id": job.job_id,
        "name": fields["name"],
        "desc": fields.get("desc", ""),
        "job_type": fields["job_type"],
        "status": moment.status,
        "status_desc": moment.status_desc,
        "create_time": _EPOCH + job.created,
        "start_time": moment.start_time,
    }
    if row and not detailed:
        edge = fields.get("edge_group_ids", "")
        return reported | {"username": "ann", "duration": 0, "root_id": -1, "edge_group_ids": edge}
    config: dict[str, Any] = {
        "checkpoint_enabled": fields.get("checkpoint_enabled", False),
        "checkpoint_mode": fields.get("checkpoint_mode", "exactly_once"),
        "checkpoint_interval": fields.get("checkpoint_interval", 10),
        "log_enabled": fields.get("log_enabled", False),
        "obs_bucket": fields.get("obs_bucket"),
        "smn_topic": fields.get("smn_topic", ""),
        "root_id": -1,
        "edge_group_ids": fields.get("edge_group_ids"),
        # What nobody asked for, the platform chooses.
        "manager_spu": fields.get("manager_spu", 1),
        "spu_number": fields.get("spu_number", 2),
        "parallel_number": fields.get("parallel_number", 1),
    }
    return reported | {
        "user_id": "ac4eaa303639409c8ab099d55eb1538e",
        "cluster_id": fields.get("cluster_id", 0),
        "project_id": "0123456789abcdef0123456789abcdef",
        "sql_body": fields.get("sql_body", ""),
        "run_mode": fields.get("run_mode", "shared_cluster"),
        "job_config": config,
        "jar_url": fields.get("jar_url", ""),
        "main_class": fields.get("main_class", ""),
        "args": fields.get("args", ""),
        "execution_graph": "",
        "update_time": moment.at,
    }
