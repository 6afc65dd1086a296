"""Warns about jobs that keep state and take no checkpoints: their first failure loses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headgate.model.plan import Action, Submit
from headgate.model.warnings import ProjectWarning, WarningCode

_PROBLEM = "it keeps state and takes no checkpoints: a failure loses all of it since the last savepoint"
_HINT = "`config: {execution.checkpointing.interval: 1 min}` in the manifest, or under `defaults:` for all jobs"


def without_checkpoints(actions: Iterable[Action]) -> Iterator[ProjectWarning]:
    """A warning for each job that is to be started like that, as far as its platform says so when it is compiled."""
    for action in actions:
        want, made = action.want, action.compiled
        if want is None or made is None or not any(isinstance(step, Submit) for step in action.steps):
            continue
        if made.checkpointing is False and made.topology is not None and made.topology.keeps_state:
            where = str(want.source)
            yield ProjectWarning(WarningCode.CHECKPOINTING_OFF, _PROBLEM, where, _HINT, (action.job,))
