"""Waiting for jobs in transition before a plan is made: most are over in seconds, and nothing can be done meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

from headgate.applying import Patience
from headgate.model.plan import Plan
from headgate.model.reasons import Reason


def after_transitions(planned: Callable[[], Plan], wait: float, ended: threading.Event | None) -> Plan:
    """The plan once no job is in transition, or after `wait` seconds, or once the run that asks is `ended`."""
    made = planned()
    for look, _ in enumerate(Patience(interrupted=ended or threading.Event()).looks(wait, heed_interrupt=True)):
        made = planned() if look else made
        if not any(action.reason is Reason.IN_TRANSITION for action in made.actions):
            break
    return made
