"""DLI's status words, and those of the Flink job behind it, as the common states.

The words are those of the API pages dli_02_0234 and dli_02_0235, and of the official SDK; `job_arrearage_*` are
reported by the SDK alone. A word nobody knows is UNKNOWN and shown as it is.
"""

from __future__ import annotations

from headgate.model.live import JobState
from headgate.providers.huawei.job_words import DRAFT, STATES, STOPPED

STOP_ENDS = frozenset({STOPPED, DRAFT})
_STATES = {**STATES, "job_downloading": JobState.STARTING}
_FLINK_STATES = {
    # A suspended one waits for a JobManager to take over.
    **dict.fromkeys(("INITIALIZING", "CREATED", "RESTARTING", "RECONCILING", "SUSPENDED"), JobState.STARTING),
    **dict.fromkeys(("FAILING", "FAILED"), JobState.FAILED),
    "RUNNING": JobState.RUNNING,
    "CANCELLING": JobState.STOPPING,
    "CANCELED": JobState.STOPPED,
    "FINISHED": JobState.FINISHED,
}


def common_state(word: str) -> JobState:
    """The state of a job by its `status`."""
    return _STATES.get(word, JobState.UNKNOWN)


def after_failed_stop(flink_word: str) -> JobState:
    """What a job is whose stop failed, by the state of the Flink job behind it; without one it is over."""
    return _FLINK_STATES.get(flink_word, JobState.UNKNOWN) if flink_word else JobState.FAILED
