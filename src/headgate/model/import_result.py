"""What `headgate import` made of the jobs of a target: the words that it is reported in."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Taking(StrEnum):
    """What became of one job.

    WRITTEN: it has a manifest now. UPDATED: its manifest says what runs now. UNCHANGED: its manifest said so before.
    LEFT: it is none of git's business, or was not asked for. SKIPPED: it cannot be taken over; its hint says what to
    do.
    """

    WRITTEN = "written"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LEFT = "left"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Taken:
    """One job of the target. `file` is relative to the project, `fields` what changed in it.

    `next_plan` says what the next plan makes of a job that is to be adopted; `blocked`: nothing, until that is mended.
    """

    job: str
    taking: Taking
    file: str = ""
    fields: tuple[str, ...] = ()
    why: str = ""
    hint: str = ""
    next_plan: str = ""
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that a manifest uses in place of a secret: where, and whether it has that value already."""

    name: str
    job: str
    place: str
    is_set: bool


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The whole of it. `outside` is the folder that was written to, where headgate.yaml does not name it."""

    target: str
    jobs: tuple[Taken, ...] = ()
    variables: tuple[Variable, ...] = field(default=())
    outside: str = ""

    def count(self, taking: Taking) -> int:
        return sum(1 for one in self.jobs if one.taking is taking)

    @property
    def wrote(self) -> bool:
        """Is there a file that was not there, or was not like this?"""
        return bool(self.count(Taking.WRITTEN) or self.count(Taking.UPDATED))

    @property
    def complete(self) -> bool:
        """Could everything be taken over that should be, and will the next plan adopt it?"""
        return not self.count(Taking.SKIPPED) and not any(one.blocked for one in self.jobs)
