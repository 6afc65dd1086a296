"""A project: every desired job and every target, as loaded from headgate.yaml and its job manifests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headgate.errors import Mistake
from headgate.model.broken_manifests import BrokenManifest, concerning, mistakes_of, stating
from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec
from headgate.model.warnings import ProjectWarning


@dataclass(frozen=True, slots=True)
class Target:
    """One entry of `targets:`: a configured provider.

    `settings` is the provider's own target form (a pydantic model made by the loader), placeholders resolved; it is
    kept out of repr because it may hold secrets, which `environment` knows how to mask.
    """

    name: str
    provider: str
    settings: Any = field(repr=False, compare=False)
    secrets: Secrets = field(default=Secrets(), compare=False)


@dataclass(frozen=True, slots=True)
class Limit:
    """A blast-radius limit: a share of the jobs (0..1), or a count."""

    share: float | None = None
    count: int | None = None

    def most(self, of: int, at_least: int = 1) -> int | None:
        """How many of `of` jobs may be touched in one run; None: all. A share allows `at_least` so many, 0% none."""
        if self.count is not None or self.share is None:
            return self.count
        return max(at_least, int(self.share * of)) if self.share else 0

    def __str__(self) -> str:
        return str(self.count) if self.count is not None else f"{(self.share or 0):.0%}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """A person's consent for one run: so many restarts and cancels, whatever `safety:` allows."""

    restarts: int = 0
    cancels: int = 0


@dataclass(frozen=True, slots=True)
class Safety:
    """`safety:` in headgate.yaml. Limits that are not written down are not set.

    `prune` stops jobs that have left git; `delete` (`prune: delete`) deletes their definitions as well.
    `settle_time` is how long a started job must be healthy before it counts as settled, `settle_timeout` how long it
    may take to get there before it is rolled back, both in seconds.
    """

    max_restarts: Limit = Limit()
    max_cancels: Limit = Limit()
    prune: bool = False
    delete: bool = False
    settle_time: float = 2.0
    settle_timeout: float = 600.0


def scope_of(project: str, environment: str) -> str:
    """An environment has a memory of its own: `payments`, or `payments/prod`. No project has a slash in its name."""
    return f"{project}/{environment}" if environment else project


@dataclass(frozen=True, slots=True)
class Project:
    """Everything git says. `root` is the folder of headgate.yaml, `file` that file itself; `store` a database URL, kept
    out of repr because it may hold a password. `empty` are the entries of `jobs:` that hold no manifest, `environments`
    those there are, `environment` the one picked. `warnings` are what loading found that stops nothing.

    `broken` are the manifests that do not load; no job in `jobs` has a name that one of them states. `unset` are the
    variables that manifests ask for and that are not there, where loading did not require them.
    """

    name: str
    root: Path
    jobs: Mapping[str, JobSpec]
    targets: Mapping[str, Target]
    store: str = field(default="", repr=False)
    safety: Safety = Safety()
    environment: str = ""
    file: Path = Path("headgate.yaml")
    empty: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    warnings: tuple[ProjectWarning, ...] = ()
    broken: tuple[BrokenManifest, ...] = ()
    unset: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The job names that git states, in manifests that load and in those that do not."""
        return frozenset(self.jobs).union(*(one.names for one in self.broken))

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """What is wrong with the manifests that do not load."""
        return mistakes_of(self.broken)

    def may_have(self, job: str) -> bool:
        """Is the job in git, as far as is known? A manifest that does not load may be that of a job without another."""
        return job in self.names or bool(self.broken_for(job))

    def broken_for(self, job: str) -> tuple[BrokenManifest, ...]:
        """The manifests that do not load and state this name or, of a job no manifest has, may be its own."""
        return stating(self.broken, job) if job in self.names else concerning(self.broken, job)

    @property
    def scope(self) -> str:
        """What the records of the store are kept under."""
        return scope_of(self.name, self.environment)

    def secrets_of(self, job: str) -> Secrets:
        """The values that nobody is to be shown of a job: all there are for one that has left git."""
        return self.jobs[job].secrets if job in self.jobs else self.secrets

    @property
    def secrets(self) -> Secrets:
        """Every value that git takes from the environment, for a job or for a target: what nobody is to be shown."""
        known = [job.secrets for job in self.jobs.values()]
        known += [target.secrets for target in self.targets.values()]
        known += [manifest.secrets for manifest in self.broken]
        return Secrets({name: value for one in known for name, value in one.values.items()})
