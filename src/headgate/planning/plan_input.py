"""What a plan is decided from before anything is asked: the input of planning, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from headgate.model.broken_manifests import BrokenManifest
from headgate.model.formatting import moment
from headgate.model.live import Observation, Remembered, Unknown
from headgate.model.plan import Submit
from headgate.model.spec import JobSpec
from headgate.model.store_records import Intent, Lock
from headgate.model.warnings import ProjectWarning
from headgate.planning.one_cluster import Once


@dataclass(frozen=True, slots=True)
class PlanInput:
    """Everything a plan depends on, but for the answers to what planning asks.

    `prune` ends jobs that have left git, and `delete` deletes their definitions as well: on the targets in
    `definitions`, which say whether a start can read the state of a stopped job without its own.

    `observed` holds an answer, or an Unknown, for every target that was asked. `empty` are the places in git that
    should hold manifests and hold none. `at_work` are the locks of other runs by job, `unfinished` what earlier runs
    intended and never saw the end of, oldest first. `warnings` are those that are known before anything is decided,
    `broken` the manifests that do not load. `now` is in milliseconds, 0 where ages do not matter. `retry` tries
    quarantined manifests again, and `loops` says that no person is watching: what the infrastructure failed is then
    tried less and less often. `environ` has the values of the secrets that an earlier revision may need.
    `listed_elsewhere` are the (target, job id) that another name of the same cluster lists, too.
    """

    project: str
    jobs: Mapping[str, JobSpec]
    observed: Mapping[str, Observation | Unknown]
    prune: bool = False
    delete: bool = False
    definitions: Mapping[str, bool] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    retry: bool = False
    loops: bool = False
    only: frozenset[str] = frozenset()
    environment: str = ""
    commit: str = ""
    created_at: str = ""
    now: int = 0
    at_work: Mapping[str, Lock] = field(default_factory=dict)
    unfinished: Mapping[str, tuple[Intent, ...]] = field(default_factory=dict)
    warnings: tuple[ProjectWarning, ...] = ()
    broken: tuple[BrokenManifest, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    listed_elsewhere: frozenset[tuple[str, str]] = frozenset()

    def with_each_run_once(self, once: Once) -> PlanInput:
        """The input without what a target lists that another one lists, too: they are one cluster."""
        return replace(
            self,
            observed=once.observed,
            listed_elsewhere=once.left_out,
            warnings=(*self.warnings, *once.warnings),
        )

    def is_listed_elsewhere(self, one: Remembered) -> bool:
        """Is this the very run that another name of the same cluster lists?"""
        return (one.target, one.job.job_id) in self.listed_elsewhere

    def begun(self, job: str) -> set[str]:
        """The start keys of what earlier runs asked to be started, and never saw settle."""
        return {intent.effect_key for intent in self.unfinished.get(job, ()) if intent.step == Submit.name}

    @property
    def interrupted(self) -> tuple[tuple[str, str], ...]:
        """The jobs that an earlier run left in the middle of something, or that another run is at work on; and how."""
        said = {
            job: f"a run that began {last.step} at {moment(last.at)} never saw its end"
            for job, (*_, last) in self.unfinished.items()
        }
        for job, lock in self.at_work.items():
            said[job] = f"{lock.holder} is at work on it since {moment(lock.since)}"
        return tuple(sorted(said.items()))
