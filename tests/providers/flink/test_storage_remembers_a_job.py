"""The savepoint directory says what the JobManager forgets: that a job was there before, and its savepoints."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.clusters import eventually
from tests.providers.flink.jobs import a_project, counting_spec, opened, settled, stopped, submission, taken

from headgate.errors import Overtaken, Rejected
from headgate.local import LocalFlink
from headgate.model.live import JobState, Kept
from headgate.model.plan import Restore, RestoreKind
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.providers.flink import runner
from headgate.providers.flink.adapter import FlinkProvider, JobEnded
from headgate.providers.http import NotFound

pytestmark = pytest.mark.flink


@pytest.fixture(scope="module")
def project() -> str:
    return a_project()


@pytest.fixture(scope="module")
def provider(flink: LocalFlink, project: str) -> Iterator[FlinkProvider]:
    opening = opened(flink, project)
    yield opening
    opening.close()


def left(provider: FlinkProvider, job: str) -> Kept:
    """The sign that a job left in its folder."""
    found = provider.kept(job)
    assert found is not None
    return found


def test_a_job_nobody_started_left_no_sign(provider: FlinkProvider):
    """New: it may start empty."""
    assert provider.kept("nobody") == Kept(existed=False)


def test_savepoints_of_a_job_are_found_by_its_name_until_they_are_disposed_of(provider: FlinkProvider, project: str):
    """Started, one on the way, one at the stop: all reported by the folder alone, newest first. Gone is gone."""
    begun = time.time() * 1000
    job_id = settled(provider, project, counting_spec("kept", f"{project}-kept"))
    started = left(provider, "kept")
    key = uuid.uuid4().hex

    first = taken(provider, job_id, key)
    again = taken(provider, job_id, key)
    last = stopped(provider, job_id)
    found = left(provider, "kept")

    assert (started.existed, started.snapshots) == (True, ())
    assert begun <= started.started_at <= time.time() * 1000
    assert job_id in started.started_as
    assert again == first
    assert [snapshot.path for snapshot in found.snapshots] == [last, first]
    assert [snapshot.kind for snapshot in found.snapshots] == ["savepoint"] * 2
    assert started.started_at == found.started_at < found.snapshots[1].at <= found.snapshots[0].at <= time.time() * 1000
    assert f"/headgate/{project}/kept/" in first
    assert provider.stop_progress(job_id).path == last
    assert provider.exists(last) is provider.exists(f"{last}/_metadata") is True

    for path in (first, last, last):
        provider.dispose(path)

    assert provider.exists(last) is False
    assert provider.kept("kept") == replace(found, snapshots=())


def test_what_cannot_be_read_is_not_said_to_be_missing(flink: LocalFlink, provider: FlinkProvider, project: str):
    """No file system for it in this JobManager: unknown before a start, and nothing is deleted there."""
    elsewhere = opened(flink, project, savepoint_dir="nowhere://bucket")
    assert elsewhere.kept("kept") is None
    elsewhere.close()
    assert provider.exists("nowhere://bucket/savepoint-1") is None
    assert provider.exists("file:///no/such/savepoint") is False
    with pytest.raises(Rejected, match="nowhere"):
        provider.dispose("nowhere://bucket/savepoint-1")


def as_jar(spec: JobSpec) -> Jar:
    """The same job as a program in a jar: the runner, as somebody might use it by himself."""
    assert isinstance(spec.program, Sql)
    pairs = [part for text in spec.program.text.split(";") for part in (_kind(text), text)]
    digest = hashlib.sha256(runner.JAR.read_bytes()).hexdigest()
    return Jar("libs/runner.jar", runner.ENTRY_CLASS, ("run", *pairs), digest, str(runner.JAR))


def _kind(statement: str) -> str:
    return "insert" if "INSERT" in statement else "execute"


@pytest.mark.parametrize("jar", [False, True], ids=["sql", "jar"])
def test_a_start_that_came_to_nothing_leaves_no_sign(provider: FlinkProvider, project: str, jar: bool):
    """Refused as it was started, the job is as new as before; refused because it is there, it is not.

    The main of a jar is somebody else's, so its sign is left just before it.
    """
    spec = counting_spec(
        f"in-vain-{jar}", f"{project}-in-vain", config={"pipeline.max-parallelism": "1"}, parallelism=2
    )
    if jar:
        spec = replace(spec, program=as_jar(spec))

    failed = provider.submit(submission(project, spec))
    assert provider.health(failed).state is JobState.FAILED
    assert provider.kept(spec.name) == Kept(existed=False)

    mended = replace(spec, parallelism=1)
    job_id = provider.submit(submission(project, mended))
    assert provider.submit(submission(project, mended)) == job_id != failed
    found = left(provider, spec.name)
    assert found.existed
    stopped(provider, job_id)
    again = replace(spec, config={**spec.config, "a": "b"})
    failed = provider.submit(submission(project, again, predecessor=job_id))
    assert provider.health(failed).state is JobState.FAILED
    after = left(provider, spec.name)
    assert after.started_at <= after.snapshots[0].at, "the sign of the start that worked is there again"


def test_a_sign_that_cannot_be_left_stops_nothing(flink: LocalFlink, project: str):
    """It runs, and the JobManager's log says what is missing."""
    there = opened(flink, project, savepoint_dir="file:///proc/no-folder-here")

    job_id = settled(there, project, counting_spec("unsigned", f"{project}-unsigned"))
    there.cancel(job_id)
    there.close()

    [log] = [file for file in flink.log_files if file.name == "jobmanager.log"]
    assert f"no-folder-here/headgate/{project}/unsigned" in log.read_text()


def test_a_savepoint_directory_of_its_own_is_used_and_found(provider: FlinkProvider, project: str, tmp_path: Path):
    """The job's manifest is nearer to it than the cluster's configuration; the sign says where to look."""
    own = {"execution.checkpointing.savepoint-dir": tmp_path.as_uri()}
    job_id = settled(provider, project, counting_spec("elsewhere", f"{project}-elsewhere", config=own))

    path = stopped(provider, job_id)
    found = left(provider, "elsewhere")

    assert urlsplit(path).path.startswith(f"{tmp_path}/headgate/{project}/elsewhere/")
    assert [snapshot.path for snapshot in found.snapshots] == [path]


def test_a_restore_from_nothing_is_refused(provider: FlinkProvider, project: str):
    """An empty path would start the job empty."""
    spec = counting_spec("unrestored", f"{project}-unrestored")

    with pytest.raises(Rejected, match="no snapshot is named"):
        provider.submit(submission(project, spec, Restore(RestoreKind.SAVEPOINT)))

    assert provider.kept("unrestored") == Kept(existed=False)


def test_a_job_the_cluster_does_not_know_is_not_found(provider: FlinkProvider):
    """Flink would accept a savepoint of any id, and say later that there is no such job."""
    nobody = uuid.uuid4().hex

    for ask in (provider.stop_with_savepoint, provider.stop_progress, provider.cancel, provider.health):
        with pytest.raises(NotFound):
            ask(nobody)
    with pytest.raises(NotFound):
        provider.take_savepoint(nobody, uuid.uuid4().hex)


def test_a_job_that_has_ended_is_cancelled_without_effect_and_gives_no_savepoint(provider: FlinkProvider, project: str):
    """Cancelling what is over is nothing; a savepoint of it cannot be had."""
    finite = "CREATE TABLE few (k INT) WITH ('connector' = 'datagen', 'number-of-rows' = '3');"
    finite += "CREATE TABLE gone (k INT) WITH ('connector' = 'blackhole'); INSERT INTO gone SELECT k FROM few"
    spec = counting_spec("finite", "", program=Sql(finite))
    job_id = provider.submit(submission(project, spec))
    eventually(lambda: not provider.health(job_id).state.active)

    provider.cancel(job_id)

    with pytest.raises(JobEnded):
        provider.take_savepoint(job_id, uuid.uuid4().hex)
    with pytest.raises(JobEnded):
        provider.stop_with_savepoint(job_id)


def test_a_start_refused_because_its_id_is_another_jobs_leaves_no_sign(flink: LocalFlink, provider: FlinkProvider):
    """The derived id is that of a job of another project: what was never started did not run there."""
    ours = a_project()
    spec = counting_spec("occupied", f"{ours}-occupied")
    asked = submission(ours, spec)
    other = opened(flink, a_project())
    theirs = replace(asked.marker, project="another", job="theirs", start_key="theirs")
    occupying = other.submit(replace(asked, spec=replace(spec, name="theirs"), marker=theirs))
    refused = opened(flink, ours)

    with pytest.raises(Overtaken, match="is that of job 'theirs' of project 'another'"):
        refused.submit(asked)

    assert refused.kept("occupied") == Kept(existed=False)
    provider.cancel(occupying)
    refused.close()
    other.close()
