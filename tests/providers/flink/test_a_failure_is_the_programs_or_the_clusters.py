"""Whose failure it was is read from the classes of Flink's own exceptions, and from whether a task ever ran.

The traces are those of Flink 2.2, shortened to what is read of them.
"""

from __future__ import annotations

import zipfile
from typing import Any

import pytest
from tests.conftest import chosen_flink

from headgate.local.flink_home import find_flink
from headgate.model.failure_origin import Blame
from headgate.providers.flink.failure_causes import OF_THE_CLUSTER, blame_of
from headgate.providers.flink.last_snapshot import never_deployed

NO_SLOTS = """\
java.util.concurrent.CompletionException: java.util.concurrent.CompletionException: \
org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException: Could not acquire the minimum required \
resources.
Caused by: org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException: Could not acquire the minimum \
required resources.
"""
LOST = """\
org.apache.flink.runtime.resourcemanager.exceptions.ResourceManagerException: TaskManager with id 127.0.0.1:41713-b43b \
is no longer reachable.
\tat org.apache.flink.runtime.resourcemanager.ResourceManager$TaskManagerHeartbeatListener.notifyTargetUnreachable
"""
HEARTBEAT = "java.util.concurrent.TimeoutException: Heartbeat of TaskManager with id 127.0.0.1:1-a timed out."
OLD_TASKS = """\
java.lang.IllegalStateException: The library registration references a different set of library BLOBs than previous \
registrations for this job:
old:[p-d09941b0]
new:[p-7c2d03aa]
\tat org.apache.flink.runtime.execution.librarycache.BlobLibraryCacheManager$ResolvedClassLoader.verifyClassLoader
"""
CUT_SHORT = """\
org.apache.flink.runtime.client.JobInitializationException: Could not start the JobMaster.
Caused by: java.util.concurrent.CompletionException: java.lang.RuntimeException: java.io.EOFException
Caused by: java.io.EOFException
\tat org.apache.flink.runtime.checkpoint.Checkpoints.loadCheckpointMetadata(Checkpoints.java:119)
\tat org.apache.flink.runtime.checkpoint.CheckpointCoordinator.restoreSavepoint(CheckpointCoordinator.java:1914)
"""
STATE_FILE_GONE = """\
java.lang.Exception: Exception while creating StreamOperatorStateContext.
Caused by: org.apache.flink.util.FlinkException: Could not restore keyed state backend for GroupAggregate_f00_(1/1) \
from any of the 1 provided restore options.
Caused by: org.apache.flink.runtime.state.BackendBuildingException: Failed when trying to restore heap backend
Caused by: java.io.FileNotFoundException: /s/3f00 (No such file or directory)
"""
DOES_NOT_FIT = """\
java.lang.Exception: Exception while creating StreamOperatorStateContext.
Caused by: org.apache.flink.util.FlinkException: Could not restore keyed state backend for GroupAggregate_f00_(1/1) \
from any of the 1 provided restore options.
Caused by: org.apache.flink.runtime.state.BackendBuildingException: Failed when trying to restore heap backend
Caused by: org.apache.flink.util.StateMigrationException: The new state serializer must not be incompatible.
"""
OPERATOR_GONE = """\
org.apache.flink.runtime.client.JobInitializationException: Could not start the JobMaster.
Caused by: java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint file:/s. Cannot map checkpoint/\
savepoint state for operator f00 to the new program
\tat org.apache.flink.runtime.checkpoint.Checkpoints.loadAndValidateCheckpoint(Checkpoints.java:210)
"""
BY_ZERO = "java.lang.ArithmeticException: / by zero\n\tat StreamExecCalc$7.processElement(Unknown Source)"
FILE_OF_THE_PROGRAM = """\
java.io.FileNotFoundException: /data/rules.csv (No such file or directory)
\tat acme.Rules.open(Rules.java:12)
"""


@pytest.mark.parametrize(
    ("trace", "blame"),
    [
        pytest.param(NO_SLOTS, Blame.INFRASTRUCTURE, id="no-slots"),
        pytest.param(LOST, Blame.INFRASTRUCTURE, id="lost-taskmanager"),
        pytest.param(HEARTBEAT, Blame.INFRASTRUCTURE, id="heartbeat"),
        pytest.param(OLD_TASKS, Blame.INFRASTRUCTURE, id="tasks-of-the-job-that-had-the-id-before"),
        pytest.param(CUT_SHORT, Blame.INFRASTRUCTURE, id="savepoint-cut-short"),
        pytest.param(STATE_FILE_GONE, Blame.INFRASTRUCTURE, id="state-file-gone"),
        pytest.param(DOES_NOT_FIT, Blame.PROGRAM, id="state-does-not-fit"),
        pytest.param(OPERATOR_GONE, Blame.PROGRAM, id="operator-gone"),
        pytest.param(BY_ZERO, Blame.PROGRAM, id="division-by-zero"),
        pytest.param(FILE_OF_THE_PROGRAM, Blame.PROGRAM, id="file-of-the-program"),
        pytest.param("", Blame.UNKNOWN, id="no-trace"),
    ],
)
def test_only_what_any_program_would_have_met_is_the_infrastructures(trace: str, blame: Blame) -> None:
    """A version is given up for what its own program did, and for nothing else."""
    assert blame_of(trace) is blame


def test_every_class_that_is_called_the_clusters_is_one_of_flinks_own() -> None:
    """A name with a typo would blame a manifest for a lost TaskManager, and no other test would notice."""
    [jar] = find_flink(chosen_flink()).lib.glob("flink-dist-*.jar")
    with zipfile.ZipFile(jar) as dist:
        classes = {name.rpartition("/")[2] for name in dist.namelist() if name.startswith("org/apache/flink/runtime/")}

    assert {f"{name}.class" for name in OF_THE_CLUSTER} - classes == set()


def detail(started: int, *, running: int = 1, restarting: int = 0) -> dict[str, Any]:
    return {"timestamps": {"RUNNING": running, "RESTARTING": restarting}, "vertices": [{"start-time": started}]}


@pytest.mark.parametrize(
    ("answer", "never"),
    [
        pytest.param(detail(-1), True, id="no-slot-ever"),
        pytest.param(detail(-1, running=0), True, id="never-set-up"),
        pytest.param(detail(1700000000000), False, id="a-task-ran"),
        pytest.param(detail(-1, restarting=1), False, id="an-earlier-attempt-may-have-run"),
        pytest.param({"timestamps": {"RUNNING": 1}}, False, id="does-not-say"),
    ],
)
def test_a_job_has_nothing_to_lose_only_if_it_is_proven_that_no_task_ran(answer: dict[str, Any], never: bool) -> None:
    """It may be started empty then, without checkpoints too: there is no state that anybody could have made."""
    assert never_deployed(answer) is never
