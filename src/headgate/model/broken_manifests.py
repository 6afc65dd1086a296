"""Job manifests that do not load: data, not the end of a run. They block the jobs they may concern and no other.

A manifest that does not load is never a job that has left git. Which jobs it may concern: those whose names it states,
now or as `previous_name`; where no name can be read, every job that no other manifest has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from headgate.errors import Mistake
from headgate.model.secret import Secrets


@dataclass(frozen=True, slots=True)
class BrokenManifest:
    """One manifest that does not load, or a place of `jobs:` that cannot be read; it has one mistake or more.

    `names` are the job names it states, `previous_names` those it takes over from; both empty where none can be read.
    `target` is the one it names, empty where that is not known. `secrets` holds the values its text asks for.
    """

    mistakes: tuple[Mistake, ...]
    names: tuple[str, ...] = ()
    previous_names: tuple[str, ...] = ()
    target: str = ""
    secrets: Secrets = field(default=Secrets(), compare=False)

    @property
    def where(self) -> str:
        """The place of its first mistake, `file:line:column`."""
        return self.mistakes[0].where

    @property
    def why(self) -> str:
        """Its place and its first mistake, in one line."""
        return f"{self.where} does not load: {self.mistakes[0].problem}"

    def states(self, job: str) -> bool:
        """Is this the name of the job it describes?"""
        return job in self.names


def stating(broken: Iterable[BrokenManifest], job: str) -> tuple[BrokenManifest, ...]:
    """The manifests that state this name as theirs."""
    return tuple(one for one in broken if one.states(job))


def nameless(broken: Iterable[BrokenManifest]) -> tuple[BrokenManifest, ...]:
    """The manifests no name can be read of: each may be that of any job without another manifest."""
    return tuple(one for one in broken if not one.names)


def concerning(broken: Iterable[BrokenManifest], job: str) -> tuple[BrokenManifest, ...]:
    """The manifests that may be that of a job which no manifest that loads has; those that name it go first."""
    every = tuple(broken)
    naming = tuple(one for one in every if one.states(job) or job in one.previous_names)
    return naming or nameless(every)


def mistakes_of(broken: Iterable[BrokenManifest]) -> tuple[Mistake, ...]:
    """All their mistakes, each once: files in the order they were read, each from top to bottom."""
    files: dict[str, dict[tuple[int, int], list[Mistake]]] = {}
    for mistake in dict.fromkeys(mistake for one in broken for mistake in one.mistakes):
        file, line, column = mistake.where.rsplit(":", 2)
        files.setdefault(file, {}).setdefault((int(line), int(column)), []).append(mistake)
    return tuple(one for places in files.values() for place in sorted(places) for one in places[place])
