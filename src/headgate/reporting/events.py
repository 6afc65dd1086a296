"""One event of an apply on one line, for a log and for a live display."""

from __future__ import annotations

from headgate.model.outcome import Event, Phase
from headgate.reporting.actions import mask_of
from headgate.reporting.folding import first_paragraph
from headgate.reporting.plain_text import one_line


def event_text(event: Event) -> str:
    """`orders-totals: stop-with-savepoint done: savepoint file:/...`."""
    begun = event.phase is Phase.STARTED and event.step
    words = event.step if begun else f"{event.step} {event.phase}".strip()
    detail = f": {first_paragraph(mask_of(event.action)(event.detail))}" if event.detail else ""
    return one_line(f"{event.action.job}: {words}{detail}")
