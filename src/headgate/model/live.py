"""Observed: what a target said about a job, or why it could not be believed.

There is no None: "absent" is a complete answer without the job, "unknown" is no answer we may trust. Mixing them up
starts a second copy or prunes a healthy job.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from headgate.model.live_health import NOT_KNOWN, Condition
from headgate.model.spec import AppliedSpec, JobSpec


class JobState(StrEnum):
    """The common words for what a job is doing, on every platform."""

    RUNNING = "RUNNING"
    STARTING = "STARTING"
    STOPPING = "STOPPING"
    FAILED = "FAILED"
    FINISHED = "FINISHED"
    STOPPED = "STOPPED"
    SUSPENDED = "SUSPENDED"
    UNKNOWN = "UNKNOWN"

    @property
    def active(self) -> bool:
        """May be holding resources and writing to sinks; UNKNOWN counts, because it may."""
        return self in _ACTIVE


_ACTIVE = {JobState.RUNNING, JobState.STARTING, JobState.STOPPING, JobState.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Marker:
    """The sign of ownership headgate leaves on a job: whose it is and what it was started from.

    `predecessor` is the id of the run it took over from, empty for the first; `restored` the snapshot path it was
    given.
    `start_key` is the id that this start was asked for under (`Submission.job_id`); platforms whose jobs have ids of
    their own need it to tell "started already" from "to be started again". `quarantined` is the version of the
    manifest that
    did not settle, where this job was started in its stead: it is not tried again. `environment` is the one that it was
    applied in, empty for a project that was loaded without one.
    """

    project: str
    job: str
    revision: str
    commit: str = ""
    predecessor: str = ""
    restored: str = ""
    start_key: str = ""
    quarantined: str = ""
    environment: str = ""

    def written(self) -> dict[str, str]:
        """The marker under the keys that it has on platforms. They never change, whatever its fields are called."""
        return {key: getattr(self, name) for key, name in MARKER_KEYS.items()}

    @classmethod
    def read(cls, written: Mapping[str, str]) -> Marker:
        """The marker that `written` made; other keys are left aside. Raises KeyError without the first three."""
        known = {name: str(written[key]) for key, name in MARKER_KEYS.items() if key in written}
        return cls(known.pop("project"), known.pop("job"), known.pop("revision"), **known)


# Key on a platform: name of the field. Jobs that run carry these keys, and an older headgate reads them.
MARKER_KEYS = {
    "project": "project",
    "job": "job",
    "revision": "revision",
    "commit": "commit",
    "succeeds": "predecessor",
    "restored": "restored",
    "attempt": "start_key",
    "avoids": "quarantined",
    "environment": "environment",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A savepoint or a retained checkpoint; `at` is when it completed, milliseconds since the epoch."""

    path: str
    kind: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Live:
    """One job on a target. `word` is the platform's own status word; `started_at` milliseconds since the epoch.

    `applied` is the manifest it carries (None: it carries none that can be read), `compiled` its compiled form.
    `snapshot` is set on jobs that are no longer active: the newest snapshot a successor can restore from. On a job that
    restarts it is the newest that a cancel would leave.
    `provably_empty` says that a dead or restarting job has nothing a successor could lose: it restored nothing and,
    with checkpoints on, never completed one, so the platform itself would have recovered it empty.

    `unsavable` is why a job that runs cannot be stopped with its state, empty where it can as far as is known.
    `held` is why nobody but the platform can continue a job that does not run, empty where a start can.
    `doubt` is why nobody can say whether a job in state UNKNOWN runs, and the way out; None where its word is all that
    is known.

    `remembered`: this is what the store says of a job that the target does not list, nothing that a platform says now.

    `run` tells one start of the job from the next where `job_id` stays the same for all of them. `markable` says that
    the platform can be informed whose the job is without restarting it.

    `condition` is how it does, as far as one look shows. No decision depends on it, so it is no part of `fingerprint`.
    """

    job_id: str
    name: str
    state: JobState
    word: str = ""
    marker: Marker | None = None
    applied: AppliedSpec | None = None
    compiled: str = ""
    started_at: int = 0
    snapshot: Snapshot | None = None
    provably_empty: bool = False
    unsavable: str = ""
    held: str = ""
    doubt: Unknown | None = None
    run: str = ""
    markable: bool = False
    remembered: bool = False
    condition: Condition = NOT_KNOWN

    @property
    def run_id(self) -> str:
        """The id of this very start of the job: what a successor succeeds."""
        return self.run or self.job_id

    @property
    def start_key(self) -> str:
        """The id under which this start was asked for: by its marker, else that of the run itself."""
        return (self.marker.start_key if self.marker else "") or self.run_id

    @property
    def fingerprint(self) -> str:
        """Digest of what a plan relies on: which job, in which state, from which revision."""
        revision = self.marker.revision if self.marker else ""
        snapshot = self.snapshot.path if self.snapshot else ""
        seen = (
            [self.run_id, self.state, revision, snapshot] + ["empty"] * self.provably_empty + ["held"] * bool(self.held)
        )
        text = "\n".join(seen)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Absent:
    """The target answered, completely, and the job is not in the answer."""

    fingerprint: str = field(default="absent", init=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer we may trust; `why` is shown to the user, and `hint`: what to look at first, empty if nobody knows."""

    why: str
    hint: str = ""
    fingerprint: str = field(default="unknown", init=False)


@dataclass(frozen=True, slots=True)
class Several:
    """More than one active job has our marker and this name: neither is touched, both are named."""

    jobs: tuple[Live, ...]

    @property
    def fingerprint(self) -> str:
        return "several:" + ",".join(sorted(job.fingerprint for job in self.jobs))


Observed = Live | Absent | Unknown | Several


@dataclass(frozen=True, slots=True)
class Remembered:
    """A job as the store last saw it on `target`: for when its platform has forgotten it, or does not answer.

    `job.state` is SUSPENDED if it was stopped with a savepoint, which is then `job.snapshot`, the last of its state. In
    any other state its snapshot, if there is one, may be old. `at` is when that was seen, milliseconds since the epoch.
    """

    target: str
    job: Live
    at: int = 0


@dataclass(frozen=True, slots=True)
class Previous:
    """The revision before a start that did not settle: what a rollback starts again.

    `snapshot` is the path the failed start was given; `compiled` the compiled form whose operator ids that is keyed by;
    `commit` that of the revision, empty where it is not known; `target` where it ran.
    """

    name: str
    target: str
    applied: AppliedSpec
    revision: str
    compiled: str = ""
    snapshot: str = ""
    commit: str = ""

    def again(self, want: JobSpec, environ: Mapping[str, str]) -> JobSpec | None:
        """The spec that runs this once more where it ran, handled as `want` is; None if a value for it is missing."""
        spec = self.applied.again(want, name=self.name, environ=environ)
        return replace(spec, target=self.target) if spec else None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a target's storage still says of a job by name, also after the target forgot the job itself.

    `existed`: a job of this name was started there before. `snapshots` are its savepoints, newest first. `started_at`
    is when it was started last, milliseconds since the epoch; 0: not reported. `obstacle` is why the folder for its
    savepoints cannot be made, as far as that can be known before; empty where nothing is known against it.
    `started_as` are the ids that the job of its last start can have; empty: not reported.
    """

    existed: bool = False
    snapshots: tuple[Snapshot, ...] = ()
    started_at: int = 0
    obstacle: str = ""
    started_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """All that one target said in one look: our jobs by name, and the jobs that are not ours.

    Jobs of ours that are no longer active are in `jobs` only if they are the newest of their name. `others` holds every
    active job that is not ours, and those that are not active but still occupy their name on the platform.
    """

    jobs: Mapping[str, Live | Several] = field(default_factory=dict)
    others: tuple[Live, ...] = ()
