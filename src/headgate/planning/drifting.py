"""Drift: live left what was applied to it, and git did not ask."""

from __future__ import annotations

from headgate.model.live import JobState, Live
from headgate.model.plan import Action
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState, JobSpec

_ENDED = {JobState.FAILED: Reason.FAILED, JobState.STOPPED: Reason.STOPPED_OUTSIDE}
# What headgate itself did, or is about to undo.
_OUR_DOING = {Reason.REVISION_FAILING, Reason.ROLLED_BACK, Reason.MOVED}


def drift_of(action: Action) -> Reason | None:
    """How a job drifted, whether or not something can be done about it; None if it did not."""
    want, live = action.want, action.live
    if want is None or live is None or live.marker is None or action.source or action.reason in _OUR_DOING:
        return None
    if want.desired_state is DesiredState.RUNNING and (ended := _ENDED.get(live.state)):
        return ended
    return Reason.EDITED_OUTSIDE if _edited(want, live, action) else None


def _edited(want: JobSpec, live: Live, action: Action) -> bool:
    """It was started from this very revision, and is not what that says."""
    marker = live.marker
    paths = {change.path for change in action.changes}
    if marker is None or (marker.job != want.name and paths == {"name"}):
        return False
    return bool(paths) and marker.revision == want.revision
