"""When a version that the infrastructure brought down is tried again by a loop: less and less often.

Each try takes down the job that stands in for it. A person, or CI, who applies is asked nothing: they may know that the
cluster has what it lacked.
"""

from __future__ import annotations

from headgate.model.duration import in_words
from headgate.model.live import JobState, Live
from headgate.model.plan import Action, Submit, Update
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.planning.actions import blocked

_FIRST, _LONGEST = 120.0, 3600.0


def pause_after(tries: int) -> float:
    """The seconds from the end of a failed try to the next: 2 min, 4 min, ... 1 h."""
    return min(_LONGEST, _FIRST * 2.0 ** min(tries - 1, 10))


def put_off(action: Action, want: JobSpec, live: Live, *, tries: int, tried_at: int, now: int) -> Action:
    """The action, or nothing yet where it would stop a job that runs for another try too soon; times in ms."""
    starts = any(isinstance(step, Submit | Update) for step in action.steps)
    if not tries or not starts or live.state is not JobState.RUNNING:
        return action
    pause = tried_at / 1000 + pause_after(tries) - now / 1000
    if pause <= 0:
        return action
    times = "once" if tries == 1 else f"{tries} times"
    note = f"the infrastructure failed this version {times}; it is tried again in {in_words(pause)}"
    return blocked(want, live, Reason.RETRY_LATER, note, action.changes)
