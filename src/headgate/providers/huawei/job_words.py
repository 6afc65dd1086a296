"""The status words of a job that Cloud Stream and DLI, its successor, have in common, as common states."""

from __future__ import annotations

from types import MappingProxyType

from headgate.model.live import JobState

DRAFT = "job_init"
SUBMIT_FAILED = "job_submit_fail"
RUNNING = "job_running"
CANCELLING = "job_canceling"
# The only ending that Cloud Stream can have made a savepoint in.
STOPPED = "job_cancel_success"
# A stop that did not work: the Flink job behind it may run on, and only its execution graph can tell.
STOP_FAILED = "job_cancel_fail"
# Cloud Stream makes savepoints in stops only; of DLI no word tells that from a savepoint of a job that goes on.
SAVEPOINTING = "job_savepointing"
FINISHED = "job_finish"
STATES = MappingProxyType(
    {
        DRAFT: JobState.STOPPED,
        "job_submitting": JobState.STARTING,
        SUBMIT_FAILED: JobState.FAILED,
        RUNNING: JobState.RUNNING,
        "job_running_exception": JobState.FAILED,
        "job_idle": JobState.SUSPENDED,
        CANCELLING: JobState.STOPPING,
        STOPPED: JobState.STOPPED,
        STOP_FAILED: JobState.UNKNOWN,
        SAVEPOINTING: JobState.STOPPING,
        "job_arrearage_stopped": JobState.SUSPENDED,
        "job_arrearage_recovering": JobState.STARTING,
        FINISHED: JobState.FINISHED,
    }
)
# What a job is that the platform stopped by itself. Nobody but the platform goes on from here, and it brings the state
# back that it keeps.
HELD = MappingProxyType(
    {
        "job_idle": "it is job_idle, and only the platform goes on from there: look at it in the console",
        "job_arrearage_stopped": (
            "it is job_arrearage_stopped: the platform stopped it for an unpaid bill, and restores it once that is paid"
        ),
    }
)
