"""What a job is that the platform stopped by itself: Cloud Stream and DLI, its successor, use the same words for it."""

from __future__ import annotations

from types import MappingProxyType

# Nobody but the platform goes on from here, and it brings the state back that it keeps.
HELD = MappingProxyType(
    {
        "job_idle": "it is job_idle, and only the platform goes on from there: look at it in the console",
        "job_arrearage_stopped": (
            "it is job_arrearage_stopped: the platform stopped it for an unpaid bill, and restores it once that is paid"
        ),
    }
)
