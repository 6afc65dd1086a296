"""DLI's status words, and those of the Flink job behind it, as the common states.

The words are those of the API pages dli_02_0234 and dli_02_0235, and of the official SDK; `job_arrearage_*` are
reported by the SDK alone. A word nobody knows is UNKNOWN and shown as it is.
"""

from __future__ import annotations

from headgate.model.live import JobState

DRAFT = "job_init"
SUBMIT_FAILED = "job_submit_fail"
STOPPED = "job_cancel_success"
STOP_FAILED = "job_cancel_fail"
RUNNING = "job_running"
SAVEPOINTING = "job_savepointing"
FINISHED = "job_finish"
STOP_ENDS = frozenset({STOPPED, DRAFT})

_STATES = {
    DRAFT: JobState.STOPPED,
    "job_submitting": JobState.STARTING,
    SUBMIT_FAILED: JobState.FAILED,
    RUNNING: JobState.RUNNING,
    "job_running_exception": JobState.FAILED,
    "job_downloading": JobState.STARTING,
    "job_idle": JobState.SUSPENDED,
    "job_canceling": JobState.STOPPING,
    STOPPED: JobState.STOPPED,
    STOP_FAILED: JobState.UNKNOWN,  # only the execution graph knows whether it still runs
    SAVEPOINTING: JobState.STOPPING,  # no word tells a savepoint before a stop from one of a job that goes on
    "job_arrearage_stopped": JobState.SUSPENDED,
    "job_arrearage_recovering": JobState.STARTING,
    FINISHED: JobState.FINISHED,
}

_FLINK_STATES = {
    "INITIALIZING": JobState.STARTING,
    "CREATED": JobState.STARTING,
    "RUNNING": JobState.RUNNING,
    "FAILING": JobState.FAILED,
    "FAILED": JobState.FAILED,
    "CANCELLING": JobState.STOPPING,
    "CANCELED": JobState.STOPPED,
    "FINISHED": JobState.FINISHED,
    "RESTARTING": JobState.STARTING,
    "SUSPENDED": JobState.STARTING,  # it waits for a JobManager to take over
    "RECONCILING": JobState.STARTING,
}


def common_state(word: str) -> JobState:
    """The state of a job by its `status`."""
    return _STATES.get(word, JobState.UNKNOWN)


def after_failed_stop(flink_word: str) -> JobState:
    """What a job is whose stop failed, by the state of the Flink job behind it; without one it is over."""
    return _FLINK_STATES.get(flink_word, JobState.UNKNOWN) if flink_word else JobState.FAILED
