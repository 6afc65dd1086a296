"""Jobs for a real Flink, started through the port as the executor would."""

from __future__ import annotations

import uuid
from typing import Any

from tests.clusters import eventually

from headgate.local import LocalFlink
from headgate.model.health import SavepointProgress
from headgate.model.live import Live, Marker
from headgate.model.plan import Restore, RestoreKind
from headgate.model.project import Target
from headgate.model.spec import JobSpec, Sql
from headgate.planning import derive_start_key, successor_id
from headgate.providers.flink.adapter import FlinkProvider, open_flink
from headgate.providers.flink.forms import FlinkTarget
from headgate.providers.port import Submission

FRESH = Restore(RestoreKind.FRESH)


def opened(flink: LocalFlink, project: str, **settings: Any) -> FlinkProvider:
    """The adapter, as a new process would open it."""
    form = FlinkTarget(url=flink.url, **settings)
    return open_flink(Target("local", "flink", form), project=project, cache=None)


def a_project() -> str:
    return f"p{uuid.uuid4().hex[:8]}"


def counting_spec(name: str, identifier: str, **changes: Any) -> JobSpec:
    """A job that prints a running count under an identifier, a checkpoint every 200 ms."""
    script = f"""
        CREATE TABLE numbers (k INT) WITH (
          'connector' = 'datagen', 'rows-per-second' = '40', 'fields.k.min' = '7', 'fields.k.max' = '7');
        CREATE TABLE counts (k INT, total BIGINT) WITH ('connector' = 'print', 'print-identifier' = '{identifier}');
        INSERT INTO counts SELECT k, COUNT(*) FROM numbers GROUP BY k"""
    config = {"execution.checkpointing.interval": "200 ms"} | dict(changes.pop("config", {}))
    return JobSpec(name, "local", changes.pop("program", Sql(script)), config=config, **changes)


def submission(project: str, spec: JobSpec, restore: Restore = FRESH, predecessor: str = "") -> Submission:
    start_key = derive_start_key(project, spec, predecessor)
    marker = Marker(project, spec.name, spec.revision, "", predecessor, restore.path, start_key)
    return Submission(spec, successor_id(project, spec, predecessor), marker, restore)


def settled(
    provider: FlinkProvider, project: str, spec: JobSpec, restore: Restore = FRESH, predecessor: str = ""
) -> str:
    """Start a job from its compiled plan, as headgate does, and wait until it is healthy; its id."""
    asked = submission(project, spec, restore, predecessor)
    compiled = provider.compile(spec)
    job_id = provider.submit(Submission(spec, asked.job_id, asked.marker, restore, compiled if compiled.plan else None))
    eventually(lambda: provider.health(job_id).settled)
    return job_id


def stopped(provider: FlinkProvider, job_id: str) -> str:
    """Stop a job with a savepoint, once all of its tasks can give one; the savepoint's path."""
    eventually(lambda: (health := provider.health(job_id)).tasks and health.tasks_running == health.tasks)
    provider.stop_with_savepoint(job_id)
    return over(lambda: provider.stop_progress(job_id)).path


def taken(provider: FlinkProvider, job_id: str, key: str) -> str:
    """Take a savepoint of a job that goes on; its path."""
    provider.take_savepoint(job_id, key)
    return over(lambda: provider.savepoint_progress(job_id, key)).path


def over(look: Any) -> SavepointProgress:
    """How a savepoint ended: with a path."""

    def done() -> SavepointProgress | None:
        progress: SavepointProgress = look()
        assert not progress.failed, progress.failed
        return progress if progress.done else None

    found: SavepointProgress = eventually(done)
    return found


def observed(provider: FlinkProvider, job: str) -> Live:
    live = provider.observe().jobs[job]
    assert isinstance(live, Live)
    return live
