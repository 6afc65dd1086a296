"""Flink says in the failure of a stop whether the savepoint exists, and a hint is given only for a cause that is known.

The traces are those of Flink 2.2, shortened.
"""

from __future__ import annotations

import pytest

from headgate.providers.flink.stop_failures import failed

AFTER_THE_SAVEPOINT = """\
java.util.concurrent.CompletionException: org.apache.flink.runtime.scheduler.stopwithsavepoint.\
StopWithSavepointStoppingException: A savepoint has been created at: file:/s/savepoint-f00-1, but the corresponding \
job f00 failed during stopping. The savepoint is consistent, but might have uncommitted transactions. If you want to \
commit the transaction please restart a job from this savepoint.
\tat java.base/java.util.concurrent.CompletableFuture.encodeThrowable(CompletableFuture.java:332)
Caused by: org.apache.flink.runtime.scheduler.stopwithsavepoint.StopWithSavepointStoppingException: A savepoint has \
been created at: file:/s/savepoint-f00-1, but the corresponding job f00 failed during stopping. The savepoint is \
consistent, but might have uncommitted transactions. If you want to commit the transaction please restart a job from \
this savepoint.
\t... 3 more
"""
UNWRITABLE = """\
java.util.concurrent.CompletionException: java.io.IOException: Failed to create savepoint directory at file:/s
Caused by: java.io.IOException: Failed to create savepoint directory at file:/s
\tat org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess.initializeLocationForSavepoint
"""
TOO_SLOW = """\
org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint Coordinator is suspending.
Caused by: org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint expired before completing.
"""
NO_ANSWER = """\
org.apache.pekko.pattern.AskTimeoutException: Ask timed out on [Actor[pekko://flink/user/rpc/jobmanager_2]] after \
[10000 ms].
"""
SOMETHING_ELSE = "java.lang.IllegalStateException: odd"


def test_a_savepoint_that_was_made_before_the_job_failed_is_found_in_flinks_message() -> None:
    """There is no failure to report: there is a savepoint, and a warning about what its sinks had not committed."""
    progress = failed(AFTER_THE_SAVEPOINT)

    assert (progress.path, progress.failed) == ("file:/s/savepoint-f00-1", "")
    assert progress.warning.startswith("The savepoint is consistent, but might have uncommitted transactions.")


@pytest.mark.parametrize(
    ("trace", "hint"),
    [
        pytest.param(UNWRITABLE, "writable", id="no-directory"),
        pytest.param(TOO_SLOW, "execution.checkpointing.timeout", id="too-slow"),
        pytest.param(NO_ANSWER, "did not answer", id="rpc-timeout"),
        pytest.param(SOMETHING_ELSE, "", id="not-known"),
    ],
)
def test_a_hint_is_given_only_for_a_cause_that_is_known(trace: str, hint: str) -> None:
    """Who is sent to look at a directory that is fine does not look again where the next hint points."""
    progress = failed(trace)

    assert progress.failed
    assert hint in progress.hint
    assert bool(progress.hint) is bool(hint)
    assert ("writable" in progress.hint) is (trace is UNWRITABLE)
