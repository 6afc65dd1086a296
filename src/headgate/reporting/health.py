"""The health of jobs in words and as JSON: what one look showed of each, and of degraded ones since when and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from headgate.model.formatting import moment_of
from headgate.model.live import Live
from headgate.model.live_health import Condition, HealthWord
from headgate.model.plan import Action
from headgate.reporting.actions import Mask, mask_of
from headgate.reporting.plain_text import one_line, shortened

TITLE = "Degraded, left as they are (`headgate explain degraded`):"
_LONGEST = 300


def degraded_lines(actions: Iterable[Action]) -> list[str]:
    """`orders on local: degraded since 2026-01-31 09:00:00Z, 44 restarts: ArithmeticException: / by zero`."""
    return [f"{action.job} on {action.target}: {words}" for action in actions if (words := degraded_words(action))]


def degraded_words(action: Action) -> str:
    """How a job does badly, its secrets masked; empty for one that does not, or of which that is not known."""
    return condition_words(action.live.condition, mask_of(action)) if action.live and action.degraded else ""


def condition_words(condition: Condition, mask: Mask) -> str:
    """`degraded since 2026-01-31 09:00:00Z, 44 restarts: / by zero`; other words of health alone."""
    if not condition.degraded:
        return condition.word.value
    since = f" since {moment_of(condition.since)}" if condition.since else ""
    words = f"{condition.word}{since}{' or before' if condition.or_before else ''}"
    if condition.restarts:
        words += f", {condition.restarts} restart{'s' * (condition.restarts > 1)}"
    cause = shortened(one_line(mask(condition.cause)), _LONGEST)
    return f"{words}: {cause}" if cause else words


def condition_document(live: Live, mask: Mask) -> dict[str, Any] | None:
    """The condition as JSON values; None for a job that does not run."""
    if not live.state.active:
        return None
    condition = live.condition
    degraded = condition.word in (HealthWord.DEGRADED, HealthWord.STARTING)
    return {
        "status": condition.word.value,
        "since": _time(condition.since) if degraded and condition.since else None,
        "or_before": condition.or_before,
        "restarts": condition.restarts,
        "cause": mask(condition.cause) or None,
    }


def _time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
