"""Why a savepoint or a stop failed, by Flink's own exceptions: whether a savepoint exists all the same, and what helps.

Flink makes the savepoint first and ends the tasks then. A task that fails in between takes the job down, for that
failure is not recovered from, and the savepoint stays: `StopWithSavepointStoppingException` names it and warns that it
"might have uncommitted transactions" (FLIP-34; the same text in 1.20 to 2.3).
https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/#stopping-a-job-with-savepoint
"""

from __future__ import annotations

import re

from headgate.model.health import SavepointProgress
from headgate.providers.flink.causes import root_cause

_MADE = re.compile(
    r"StopWithSavepointStoppingException: A savepoint has been created at: (?P<path>.+?), "
    r"but the corresponding job \w+ failed during stopping\.(?P<words>[^\n]*)"
)

_NO_MORE = "Flink does not say more"

# What Flink, or the JVM below it, says -> the next move. The first that is found in the trace is it.
_NEXT_MOVES = (
    (
        re.compile(
            r"Failed to create savepoint directory|AccessDeniedException|\(Permission denied\)|Mkdirs failed"
            r"|Read-only file system|AccessControlException|No space left on device"
        ),
        "make the savepoint directory writable for the JobManager and the TaskManagers, then run again",
    ),
    (
        re.compile(r"Checkpoint expired before completing"),
        "the savepoint took longer than `execution.checkpointing.timeout` allows: raise it, and run again",
    ),
    (
        re.compile(r"AskTimeoutException|RpcException|Invocation of \[\w+\(.*\)\] at recipient .* timed out"),
        "the JobManager did not answer itself in time; run again",
    ),
    (
        re.compile(r"is not being executed at the moment|Not all required tasks are currently running"),
        "no savepoint can be taken until all tasks run; run again then",
    ),
)


def failed(trace: str) -> SavepointProgress:
    """The progress of a stop, or a savepoint, that Flink says has failed: the savepoint may have been made before."""
    if made := _MADE.search(trace):
        return SavepointProgress(asked=True, path=made["path"], warning=made["words"].strip() or _NO_MORE)
    hint = next((move for known, move in _NEXT_MOVES if known.search(trace)), "")
    return SavepointProgress(asked=True, failed=root_cause(trace), hint=hint)
