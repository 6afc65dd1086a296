"""A jar or package, and the jobs that use it: who is touched when it changes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Use:
    """One job that uses a package: as its manifest says, as its target says, or both.

    `live` is None where the target gave no answer to trust.
    """

    job: str
    target: str
    git: bool
    live: bool | None

    @property
    def where(self) -> str:
        """`both`, `git` or `live`."""
        return "both" if self.git and self.live else "git" if self.git else "live"


@dataclass(frozen=True, slots=True)
class Package:
    """A package by its uri or name, its uses in the order of jobs, and the targets that did not tell: (target, why)."""

    name: str
    uses: tuple[Use, ...] = ()
    silent: tuple[tuple[str, str], ...] = ()
