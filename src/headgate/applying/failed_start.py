"""Looks at what a start that did not settle has left, so that `planning.rollback` can say what to do about it."""

from __future__ import annotations

import time
from collections.abc import Mapping

from headgate.applying.shared_observation import SharedObservation
from headgate.applying.step_results import StepResults
from headgate.model.live import Absent
from headgate.model.plan import Action
from headgate.planning import look_up, our_job
from headgate.planning.rollback import FailedStart, may_be_undone, undoing


def rollback_of(
    action: Action,
    so_far: StepResults,
    observations: Mapping[str, SharedObservation],
    environ: Mapping[str, str],
    *,
    checkpointed: bool,
) -> Action | None:
    """The action that undoes a start; None where nothing can be put in its place, or nothing was changed.

    `checkpointed`: what did not settle got further than the snapshot that it was given. Raises Overtaken where
    something runs that this run did not start, ProviderError where the target does not answer.
    """
    failed = FailedStart(so_far.start_key, so_far.savepoint or so_far.restored_from, checkpointed)
    if action.want is None or not may_be_undone(action, failed):
        return None
    where = action.target
    have, stranger = look_up(observations[where].since(time.monotonic()), action.job)
    if action.source and isinstance(have, Absent):  # the new target refused it: it is where it was stopped
        where = action.source
        have = our_job(observations[where].since(time.monotonic()), action.job, action.want.previous_name)
    return undoing(action, failed, have, stranger=stranger, where=where, environ=environ)
