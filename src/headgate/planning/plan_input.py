"""What a plan is decided from: the whole input of planning, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from headgate.model.broken_manifests import BrokenManifest
from headgate.model.live import Observation, Previous, Remembered, Unknown
from headgate.model.spec import JobSpec
from headgate.model.warnings import ProjectWarning
from headgate.planning.compatibility import CompatibilityReport


@dataclass(frozen=True, slots=True)
class JobHistory:
    """What earlier runs left in memory about one job.

    `remembered` is the job on each target as last seen. `failing` is the version of its manifest that is not tried
    again, `failing_why` what it died of, `previous` what ran before it and `again` the spec that runs that once more.
    `unsettled` is the run that was started and never seen to settle. `tries` counts how often the infrastructure failed
    the version in git, and `tried_at` is when it last did, in milliseconds.
    """

    remembered: tuple[Remembered, ...] = ()
    failing: str = ""
    failing_why: str = ""
    previous: Previous | None = None
    again: JobSpec | None = None
    unsettled: str = ""
    tries: int = 0
    tried_at: int = 0


NO_HISTORY = JobHistory()


@dataclass(frozen=True, slots=True)
class PlanInput:
    """Everything a plan depends on.

    `prune` ends jobs that have left git, and `delete` deletes their definitions as well: on the targets in
    `definitions`, which say whether a start can read the state of a stopped job without its own.

    `observed` holds an answer, or an Unknown, for every target that was asked. `empty` are the places in git that
    should hold manifests and hold none. `in_flight` says who is at work on a job, `interrupted` what an earlier run did
    not finish. `warnings` are those that are known before anything is decided, `broken` the manifests that do not
    load. `now` is in milliseconds, 0 where ages do not matter. `retry` tries versions again that did not settle before,
    and `loops` says that no person is watching: what the infrastructure failed is then tried less and less often.
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
    compatibility: Mapping[str, CompatibilityReport] = field(default_factory=dict)
    history: Mapping[str, JobHistory] = field(default_factory=dict)
    in_flight: Mapping[str, str] = field(default_factory=dict)
    interrupted: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[ProjectWarning, ...] = ()
    broken: tuple[BrokenManifest, ...] = ()

    def with_reports(self, compatibility: Mapping[str, CompatibilityReport]) -> PlanInput:
        """The same situation, now with what the platforms said about the jobs that would be started."""
        return replace(self, compatibility=compatibility)
