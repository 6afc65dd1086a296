"""The platform's status words as common states.

Eight words are those of the official SDK; the other five stand in the job details page as display names, and in DLI,
the successor, as the words used here. Display names are taken too: lower case, spaces as underscores.
"""

from __future__ import annotations

from headgate.model.live import JobState
from headgate.providers.huawei.job_words import CANCELLING, STATES, STOP_FAILED, STOPPED

_DISPLAYED = {
    "draft": "job_init",
    "submission_failed": "job_submit_fail",
    "stopping": CANCELLING,
    "stopped": STOPPED,
    "stopping_failed": STOP_FAILED,
    "finished": "job_finish",
    "creating_savepoint": "job_savepointing",
    "stopped_due_to_arrears": "job_arrearage_stopped",
    "restoring_(recharged_jobs)": "job_arrearage_recovering",
}
# Flink's own words, in an execution graph that tells them, for a job that is not over.
_ENGINE = {
    **dict.fromkeys(("CANCELLING", "FAILING"), JobState.STOPPING),
    **dict.fromkeys(("INITIALIZING", "CREATED", "RUNNING", "RESTARTING", "RECONCILING"), JobState.RUNNING),
    **dict.fromkeys(("FAILED", "CANCELED", "FINISHED", "SUSPENDED"), JobState.FAILED),
}


def wire_word(status: str) -> str:
    """A status as the wire spells it; words that nobody knows stay as they are."""
    word = status.strip().lower().replace(" ", "_")
    found = (word, _DISPLAYED.get(word, ""), f"job_{word}")
    return next((each for each in found if each in STATES), status)


def common_state(word: str) -> JobState:
    """The common state for a wire word; UNKNOWN for one that is not known, and for a stop that failed."""
    return STATES.get(word, JobState.UNKNOWN)


def engine_state(word: str) -> JobState:
    """The state of a job whose stop failed, by what Flink says of it: running, stopping, or over (FAILED)."""
    return _ENGINE.get(word.upper(), JobState.UNKNOWN)
