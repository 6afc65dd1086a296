"""Causes of the infrastructure distinguished from causes of the program, by Flink's exception classes.

Read from the stack trace that Flink keeps of a failure (`GET /jobs/:id/exceptions`). Two questions: is a class in the
chain of causes one that only the cluster raises; and, where the failure is in reading a snapshot, is the root cause one
of input and output? A snapshot whose state does not fit the program is the program's (`StateMigrationException`, or an
operator that is gone). All chains here were seen on 2.2; the classes are the same in 1.20 and 2.3.
https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/monitoring/rest_api/#jobs-jobid-exceptions
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from headgate.model.failure_origin import Blame

_CAUSE = re.compile(r"^(?:Caused by: )?((?:[a-z][\w]*\.)+[A-Z][\w$]*)(?::[ ]?(.*))?$", re.MULTILINE)
_CLASS_IN_MESSAGE = re.compile(r"(?:[a-z][\w]*\.)+([A-Z][\w$]*(?:Exception|Error))")

# Only the cluster raises these: for slots, TaskManagers and JobManagers that are not there, or not any more.
OF_THE_CLUSTER = frozenset(
    {
        "NoResourceAvailableException",
        "UnfulfillableSlotRequestException",
        "ResourceManagerException",
        "SlotAllocationException",
        "SlotNotFoundException",
        "SlotNotActiveException",
        "SlotOccupiedException",
        "TaskSubmissionException",
        "RegistrationTimeoutException",
        "UnknownTaskExecutorException",
        "JobMasterException",
        "LeadershipLostException",
        "LeaderRetrievalException",
        "LocalTransportException",
        "RemoteTransportException",
        "PartitionConnectionException",
        "PartitionNotFoundException",
        "RpcConnectionException",
        "RecipientUnreachableException",
    }
)
# Flink uses classes of all the world for these.
_SAID_BY_THE_CLUSTER = re.compile(
    r"Heartbeat of TaskManager with id|The heartbeat of (?:TaskManager|JobManager|ResourceManager) with id"
    r"|TaskManager with id \S+ is no longer reachable|The TaskExecutor is shutting down"
    r"|TaskExecutor \S+ has no more allocated slots for job|Slot request bulk is not fulfillable"
    r"|Could not acquire the minimum required resources|Disconnect(?:ed)? (?:TaskManager|job manager|from JobManager)"
    r"|JobManager is no longer the leader|Lost connection to task manager|Connection unexpectedly closed by remote task"
    r"|Connecting to remote task manager"
    # A TaskManager that has not missed its JobManager yet still has tasks of the job that had this id before.
    r"|The library registration references a different set of"
)
# Where a snapshot is read: when the job is set up, and when its tasks are.
_READS_A_SNAPSHOT = re.compile(
    r"CheckpointCoordinator\.restore|ExecutionGraphFromSavepoint|Checkpoints\.load|StreamTaskStateInitializerImpl"
    r"|Could not restore (?:keyed|operator) state backend|BackendBuildingException"
)
_DOES_NOT_FIT = frozenset({"StateMigrationException", "IllegalStateException", "ClassNotFoundException"})
_INPUT_OUTPUT = frozenset(
    {
        *("IOException", "EOFException", "FileNotFoundException", "NoSuchFileException", "AccessDeniedException"),
        *("UncheckedIOException", "ConnectException", "UnknownHostException", "SocketTimeoutException"),
        *("SocketException", "SSLException", "SdkClientException", "AmazonClientException", "S3Exception"),
        *("NoHttpResponseException", "HttpHostConnectException", "AccessControlException", "StreamCorruptedException"),
        *("ChecksumException", "OSSException", "ObsException", "NoRouteToHostException", "ClosedChannelException"),
    }
)


def blame_of(trace: str) -> Blame:
    """What the failure of this stack trace came from; a task that failed by none of the known classes is a program."""
    if not trace.strip():
        return Blame.UNKNOWN
    chain = _classes(trace)
    if OF_THE_CLUSTER.intersection(chain) or _SAID_BY_THE_CLUSTER.search(trace):
        return Blame.INFRASTRUCTURE
    if _READS_A_SNAPSHOT.search(trace):
        root = chain[-1] if chain else ""
        return (
            Blame.INFRASTRUCTURE if root in _INPUT_OUTPUT and not _DOES_NOT_FIT.intersection(chain) else Blame.PROGRAM
        )
    return Blame.PROGRAM


def _classes(trace: str) -> Sequence[str]:
    """The simple names of all causes, outermost first, and of those that a message quotes."""
    found: list[str] = []
    for cause in _CAUSE.finditer(trace):
        found.append(cause[1].rpartition(".")[2])
        found += _CLASS_IN_MESSAGE.findall(cause[2] or "")
    return found
