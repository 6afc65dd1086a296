"""A definition as its platform reports it: the job, how its last run stands, and what a start must know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from headgate.model.live import JobState, Live, Marker, Snapshot, Unknown


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition and one run of it, the newest unless several run; `live` is what planning gets to see.

    `never_ran`: it was never run, as far as the platform knows. `run` distinguishes one run from the next; it is the
    id of the run where that has no start key in it (`live.run` may be `run`, a dot, and a start key). `kind` is what
    the platform never changes about a definition, such as SQL or jar; empty where it has no kinds. `row` is the
    platform's own answer, for the client.
    """

    live: Live
    never_ran: bool = False
    run: str = ""
    kind: str = ""
    row: Any = field(default=None, repr=False, compare=False)

    @property
    def id(self) -> str:
        return self.live.job_id

    @property
    def name(self) -> str:
        return self.live.name

    @property
    def owner(self) -> Marker | None:
        """The marker that it has."""
        return self.live.marker

    @property
    def status(self) -> JobState:
        return self.live.state

    @property
    def word(self) -> str:
        """The platform's own word for its status."""
        return self.live.word

    @property
    def run_id(self) -> str:
        return self.run or self.live.run_id

    @property
    def snapshot(self) -> Snapshot | None:
        """The state that its last run left, where it has ended."""
        return self.live.snapshot

    @property
    def platform_hold(self) -> str:
        """Why only the platform itself can continue it; empty where a start can."""
        return self.live.held

    @property
    def unclear_start(self) -> Unknown | None:
        """Why nobody can say whether an earlier start of it left a job that runs."""
        return self.live.doubt

    @property
    def active(self) -> bool:
        """May it run? One whose last start is unclear is not known to."""
        return self.status.active and self.unclear_start is None

    def is_run(self, run_id: str) -> bool:
        """Is its last run the one of this id, as a marker or a plan has it?"""
        return run_id in (self.run_id, self.live.run_id) or run_id.startswith(f"{self.run_id}.")
