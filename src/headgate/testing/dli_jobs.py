"""The jobs of a simulated DLI: definitions, their life, the Flink jobs behind them, and what is on OBS.

Nothing here knows the clock: a job moves on as the service is asked (`DliSimulator.ticks`). What a job was at every
tick is kept, so that lists can tell old news, as the real ones may.
"""

from __future__ import annotations

import copy
import json
import math
from dataclasses import dataclass, field
from typing import Any

EPOCH = 1_767_225_600_000
SQL_JOBS = ("flink_sql_job", "flink_opensource_sql_job", "flink_sql_edge_job")
JAR_JOB = "flink_jar_job"
ENDED = ("job_init", "job_submit_fail", "job_running_exception", "job_cancel_success", "job_finish", "job_idle")
_TEXT = ("obs_bucket", "smn_topic", "udf_jar_url", "checkpoint_path", "image", "feature", "flink_version")
_READ_NULL = (*_TEXT, "execution_agency_urn", "runtime_config", "flink_log_config", "config_url", "edge_group_ids")
_MODES = {1: "exactly_once", 2: "at_least_once"}


@dataclass(slots=True)
class Engine:
    """A Flink job that runs. `age` is how many starts its state has survived."""

    jid: str
    job_id: int
    age: int
    since: int
    state: str = "RUNNING"


@dataclass(slots=True)
class SimulatedJob:
    """One definition. `fields` are what was written, flat; `news` what it was asked to be, by tick."""

    id: int
    job_type: str
    name: str
    desc: str
    fields: dict[str, Any]
    created: int
    status: str = "job_init"
    status_desc: str = ""
    started: int | None = None
    updated: int = 0
    saved: int | None = None
    savepoint_path: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    ahead: list[tuple[int, str, str]] = field(default_factory=list)
    news: list[tuple[int, dict[str, Any] | None]] = field(default_factory=list)
    deleted: bool = False

    def row(self, project_id: str) -> dict[str, Any]:
        """Everything there is to tell, as the detail call tells it."""
        top = {
            "job_id": self.id,
            "name": self.name,
            "desc": self.desc,
            "job_type": self.job_type,
            "status": self.status,
            "status_desc": self.status_desc,
            "create_time": self.created,
            "start_time": self.started,
            "update_time": self.updated,
            "user_id": "011c99a26ae84a1bb963a75e7637d3fd",
            "project_id": project_id,
            "queue_name": self.fields.get("queue_name"),
            "sql_body": self.fields.get("sql_body", ""),
            "run_mode": self.fields.get("run_mode", "exclusive_cluster"),
            "main_class": self.fields.get("main_class"),
            "entrypoint_args": self.fields.get("entrypoint_args"),
            "execution_graph": None,
            "graph_editor_enabled": False,
            "has_savepoint": self.saved is not None,
            "savepoint_path": self.savepoint_path,
            "restart_times": 0,
        }
        return {**top, "job_config": self._config()}

    def brief(self, row: dict[str, Any]) -> dict[str, Any]:
        """What the list tells of a row without `show_detail`."""
        kept = ("job_id", "name", "desc", "job_type", "status", "status_desc", "create_time", "has_savepoint")
        duration = 0 if row["start_time"] is None else row["update_time"] - row["start_time"]
        more = {"user_name": "ann", "duration": max(0, duration), "root_id": -1, "graph_editor_enabled": False}
        return {**{name: row[name] for name in kept}, **more}

    def _config(self) -> dict[str, Any]:
        written = self.fields
        workers = max(1, written.get("cu_number", 2) - written.get("manager_cu_number", 1))
        slots = math.ceil(written.get("parallel_number", 1) * written.get("tm_cus", 1) / workers)
        config: dict[str, Any] = {
            "checkpoint_enabled": written.get("checkpoint_enabled", False),
            "checkpoint_mode": _MODES[written.get("checkpoint_mode", 1)],
            "checkpoint_interval": written.get("checkpoint_interval", 10),
            "log_enabled": written.get("log_enabled", False),
            "root_id": -1,
            "graph_editor_enabled": False,
            "graph_editor_data": "",
            "manager_cu_number": written.get("manager_cu_number", 1),
            "cu_number": written.get("cu_number", 2),
            "parallel_number": written.get("parallel_number", 1),
            "executor_number": None,
            "executor_cu_number": None,
            "restart_when_exception": written.get("restart_when_exception", False),
            "resume_checkpoint": written.get("resume_checkpoint", False),
            "resume_max_num": written.get("resume_max_num", -1),
            "idle_state_retention": written.get("idle_state_retention", 3600),
            "dirty_data_strategy": written.get("dirty_data_strategy"),
            "entrypoint": written.get("entrypoint"),
            "dependency_jars": written.get("dependency_jars"),
            "dependency_files": written.get("dependency_files"),
            "tm_cus": written.get("tm_cus", 1),
            "tm_slot_num": written.get("tm_slot_num") or max(1, slots),
            "operator_config": written.get("operator_config", ""),
            "static_estimator_config": written.get("static_estimator_config", ""),
            "real_cu_number": 0,
            "resource_config_version": written.get("resource_config_version", "v1"),
            "resource_config": written.get("resource_config"),
        }
        return config | {name: written.get(name) for name in _READ_NULL}


@dataclass(slots=True)
class Jobs:
    """All definitions and Flink jobs of a project, and the snapshots on OBS.

    `version` and `runtime` are what the service fills in; `submitting`, `savepointing` and `cancelling` how many
    requests these take. `savepoints_fail`, `stops_lose_state`: a stop with savepoint fails, or works without leaving
    one. A statement with `broken_word` is not submitted, one with `crashing_word` fails as soon as it runs.
    `names_savepoints`: the `savepoint_path` of a job is its last savepoint, not the folder that was asked for.
    `storage` is directory (`obs://bucket/dir/`, the one that holds `_metadata`) to the age of the state in it.
    """

    project_id: str
    version: str = "1.12"
    runtime: dict[str, str] = field(default_factory=lambda: {"taskmanager.memory.jvm-overhead.fraction": "0.2"})
    all: dict[int, SimulatedJob] = field(default_factory=dict)
    engines: list[Engine] = field(default_factory=list)
    storage: dict[str, int] = field(default_factory=dict)
    tick: int = 0
    submitting: int = 2
    savepointing: int = 2
    cancelling: int = 1
    stopped_word: str = "job_cancel_success"
    savepoints_fail: bool = False
    names_savepoints: bool = False
    stops_lose_state: bool = False
    broken_word: str = "NONSENSE"
    crashing_word: str = "CRASHES"

    @property
    def now(self) -> int:
        return EPOCH + 1000 * self.tick

    def advance(self, tick: int) -> None:
        """Let every job come as far as it has by this tick."""
        self.tick = tick
        for job in self.all.values():
            while job.ahead and job.ahead[0][0] <= tick:
                _, status, effect = job.ahead.pop(0)
                getattr(self, f"_{effect}")(job, status)

    def reported(self, job: SimulatedJob, ago: int) -> dict[str, Any] | None:
        """The job as it was that many ticks ago; None if it was not there, or no longer."""
        return next((row for tick, row in reversed(job.news) if tick <= self.tick - ago), None)

    # -- what is asked of it -------------------------------------------------------------------------------------------

    def create(self, job_type: str, body: dict[str, Any]) -> SimulatedJob:
        job_id = 100 + len(self.all)
        fields = {key: value for key, value in body.items() if key not in ("name", "desc", "tags", "job_type")}
        job = SimulatedJob(job_id, job_type, body["name"], body.get("desc", ""), fields, self.now, updated=self.now)
        job.tags = {tag["key"]: tag["value"] for tag in body.get("tags", ())}
        fields.setdefault("flink_version", self.version)
        if job_type != JAR_JOB:
            fields.setdefault("run_mode", "shared_cluster")
        self._fill_runtime(fields)
        self.all[job_id] = job
        return self.note(job)

    def change(self, job: SimulatedJob, body: dict[str, Any]) -> None:
        job.name, job.desc = body.get("name", job.name), body.get("desc", job.desc)
        job.fields |= {key: value for key, value in body.items() if key not in ("name", "desc", "job_type")}
        self._fill_runtime(job.fields)
        job.updated = self.now
        self.note(job)

    def run(self, job: SimulatedJob, *, resume: bool) -> None:
        job.started, job.status_desc, job.updated = self.now, "", self.now
        job.status = "job_submitting"
        self.note(job)
        broken = self.broken_word in str(job.fields.get("sql_body", ""))
        if broken or (resume and job.saved is None):
            job.status_desc = f"{self.broken_word} is no SQL" if broken else "there is no savepoint to resume from"
            job.ahead = [(self.tick + self.submitting, "job_submit_fail", "become")]
            return
        age = job.saved + 1 if resume and job.saved is not None else 0
        self.engines.append(Engine(f"{job.id:08x}{self.tick:024x}", job.id, age, self.now))
        running = self.tick + self.submitting
        job.ahead = [(running, "job_running", "begin")]
        if self.crashing_word in str(job.fields.get("sql_body", "")):
            job.ahead.append((running, "job_running_exception", "crash"))

    def stop(self, job: SimulatedJob, *, savepoint: bool) -> None:
        if savepoint and (self.savepoints_fail or not self._can_save(job)):
            job.status, job.status_desc = "job_savepointing", "the savepoint could not be written to OBS"
            job.ahead = [(self.tick + self.savepointing, "job_cancel_fail", "become")]
        elif savepoint:
            job.status = "job_savepointing"
            done = self.tick + self.savepointing
            job.ahead = [(done, "job_canceling", "save"), (done + self.cancelling, self.stopped_word, "end")]
        else:
            job.status = "job_canceling"
            job.ahead = [(self.tick + self.cancelling, self.stopped_word, "end")]
        self.note(job)

    def savepoint(self, job: SimulatedJob, path: str) -> None:
        job.status = "job_savepointing"
        job.ahead = [(self.tick + self.savepointing, "job_running", "become")]
        if not self.savepoints_fail:
            made = f"obs://{path}savepoint-{job.id}-{self.tick}/"
            job.savepoint_path = made if self.names_savepoints else f"obs://{path}"
            self.storage[made] = self.engine(job).age
        self.note(job)

    def delete(self, job: SimulatedJob) -> None:
        self._kill(job)
        job.deleted = True
        job.news.append((self.tick, None))

    # -- what becomes of it --------------------------------------------------------------------------------------------

    def note(self, job: SimulatedJob) -> SimulatedJob:
        """Keep what the job is as of now."""
        job.news.append((self.tick, copy.deepcopy(job.row(self.project_id))))
        return job

    def engine(self, job: SimulatedJob) -> Engine:
        return next(one for one in self.engines if one.job_id == job.id)

    def ended(self, job: SimulatedJob, status: str, why: str = "") -> None:
        """It ends by itself; its last checkpoint stays on OBS."""
        if job.fields.get("obs_bucket"):
            path = f"obs://{job.fields['obs_bucket']}/jobs/checkpoint/{job.id}_{self.tick}/chk-7/"
            self.storage[path] = self.engine(job).age
        self._kill(job)
        job.status, job.status_desc, job.ahead, job.updated = status, why, [], self.now
        self.note(job)

    def _become(self, job: SimulatedJob, status: str) -> None:
        job.status = status
        self.note(job)

    def _begin(self, job: SimulatedJob, status: str) -> None:
        """It runs, and the savepoint it had is deleted, used or not."""
        job.saved = None
        self._become(job, status)

    def _crash(self, job: SimulatedJob, status: str) -> None:
        self.ended(job, status, f"{self.crashing_word} as soon as it runs")

    def _save(self, job: SimulatedJob, status: str) -> None:
        age = self.engine(job).age
        self._kill(job)
        if not self.stops_lose_state:
            path = f"obs://{job.fields['obs_bucket']}/jobs/savepoint/{job.id}/"
            job.saved, job.savepoint_path = age, path
            self.storage[f"{path}2026-01-01_00-00-{self.tick:02}/savepoint-{job.id}/"] = age
        self._become(job, status)

    def _end(self, job: SimulatedJob, status: str) -> None:
        self._kill(job)
        job.updated = self.now
        self._become(job, status)

    def _kill(self, job: SimulatedJob) -> None:
        self.engines = [one for one in self.engines if one.job_id != job.id]

    def _can_save(self, job: SimulatedJob) -> bool:
        """A bucket, and from Flink 1.15 on an agency."""
        recent = str(job.fields["flink_version"]) not in ("1.10", "1.12", "1.13")
        return bool(job.fields.get("obs_bucket")) and (not recent or bool(job.fields.get("execution_agency_urn")))

    def _fill_runtime(self, fields: dict[str, Any]) -> None:
        """The service adds settings of its own, as the SDK's sample of runtime_config shows."""
        listed = json.loads(fields.get("runtime_config") or "[]")
        known = {one["key"] for one in listed}
        listed += [{"key": key, "value": value} for key, value in self.runtime.items() if key not in known]
        fields["runtime_config"] = json.dumps(listed)
