"""The vocabulary of planning and applying: verbs, reasons, changes, verdicts, steps, actions, the plan.

`render(plan)` and the executor walk the same steps, so what was shown is what runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from headgate.errors import Mistake
from headgate.model.live import Live, Unknown
from headgate.model.packages import Package
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from headgate.model.warnings import ProjectWarning


class Verb(StrEnum):
    """What is done to a job."""

    KEEP = "keep"
    SUBMIT = "submit"
    RESTART = "restart"
    RESCALE = "rescale"
    UPDATE = "update"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"
    ADOPT = "adopt"
    BLOCKED = "blocked"


class Impact(StrEnum):
    """What one change does to the running job."""

    RESTART = "restart"
    UPDATE = "update"
    NONE = "none"


class Verdict(StrEnum):
    """What becomes of state. From harmless to worst, as declared."""

    NONE = "none"
    KEPT = "kept"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    LOST = "lost"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Change:
    """One field, live against desired. `before` and `after` are what people compare, secrets as placeholders."""

    path: str
    before: Any
    after: Any
    impact: Impact


@dataclass(frozen=True, slots=True)
class OperatorVerdict:
    name: str
    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True)
class StateVerdict:
    """What becomes of a job's state, as a whole and operator by operator.

    `ids` maps an operator id in the new compiled plan to the live id it takes over; ids above `fresh_from` are free.
    """

    verdict: Verdict
    operators: tuple[OperatorVerdict, ...] = ()
    ids: Mapping[int, int] = field(default_factory=dict)
    fresh_from: int = 0

    @classmethod
    def of_all(cls, verdict: Verdict, why: str) -> StateVerdict:
        """The same for all operators."""
        return cls(verdict, (OperatorVerdict("all operators", verdict, why),))


@dataclass(frozen=True, slots=True)
class PlatformVerdict:
    """What a platform makes of changes to a job, said at plan time.

    `in_place` are the paths of the changes that it makes without stopping the job. `state` is the verdict where the
    platform's own ways decide about state and operators need not be compared; None: judge them. `blocked` is the reason
    why it cannot be done at all, `note` the details of whichever it is.
    """

    in_place: frozenset[str] = frozenset()
    state: StateVerdict | None = None
    blocked: Reason | None = None
    note: str = ""


class RestoreKind(StrEnum):
    """What a start reads its state from. FRESH only by written consent, or where nothing was there to lose."""

    FRESH = "fresh"
    SAVEPOINT = "savepoint"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Restore:
    """`path` is empty where the savepoint will be taken by the stop step before the submit."""

    kind: RestoreKind
    path: str = ""
    note: str = ""
    allow_non_restored: bool = False


@dataclass(frozen=True, slots=True)
class StopWithSavepoint:
    """Stop the job after a savepoint; the savepoint's path goes to the submit step that follows."""

    job_id: str
    name = "stop-with-savepoint"


@dataclass(frozen=True, slots=True)
class Submit:
    """Start the spec, restoring as the action's `restore` says.

    `predecessor` is the run it takes over from. A rollback starts a `revision` that is not the spec's own, of a
    `commit`
    that is not the plan's (empty: not known), and `quarantined` the version of the manifest that did not settle;
    `as_it_was`: its compiled form keeps the operator ids it has.
    """

    spec: JobSpec
    predecessor: str = ""
    revision: str = ""
    commit: str = ""
    quarantined: str = ""
    as_it_was: bool = False
    name = "submit"


@dataclass(frozen=True, slots=True)
class CancelJob:
    """End a job at once, without a savepoint: only where nothing is to be kept (`strategy: none`)."""

    job_id: str
    name = "cancel"


@dataclass(frozen=True, slots=True)
class DeleteDefinition:
    """Delete the definition of a job that has stopped and left git; its savepoints are not deleted."""

    job_id: str
    name = "delete-definition"


@dataclass(frozen=True, slots=True)
class Update:
    """Change the job without stopping it, and leave our marker on it; `revision` and `commit` as those of a submit."""

    spec: JobSpec
    revision: str = ""
    commit: str = ""
    name = "update"


@dataclass(frozen=True, slots=True)
class Settle:
    """Wait until the job is healthy, or say why it is not."""

    name = "settle"


Step = StopWithSavepoint | Submit | CancelJob | Update | Settle | DeleteDefinition


@dataclass(frozen=True, slots=True)
class Action:
    """One job, one verb, the reason, and the steps that will be taken, one effect each.

    `note` says more about the reason, `where` (file:line:column, or a request) what place it is about, and `hint` what
    to look at first, empty where nobody knows. `seen` is
    the fingerprint of what was observed, `live` the job itself where there is one, and `source` the target it is on if
    that is not the action's own. `fallback` is what to do if what is waited for does not settle. `requested` says that
    a person asked for this very rollback.
    """

    job: str
    target: str
    verb: Verb
    reason: str
    note: str = ""
    where: str = ""
    hint: str = ""
    changes: tuple[Change, ...] = ()
    state: StateVerdict | None = None
    restore: Restore | None = None
    steps: tuple[Step, ...] = ()
    live: Live | None = None
    source: str = ""
    seen: str = "absent"
    want: JobSpec | None = None
    compiled: Compiled | None = field(default=None, compare=False)
    fallback: Action | None = field(default=None, compare=False)
    requested: bool = field(default=False, compare=False)

    @property
    def changes_something(self) -> bool:
        return bool(self.steps)

    @property
    def degraded(self) -> bool:
        """Does a job of git's do badly that is left as it is?"""
        live = self.live
        return live is not None and live.state.active and live.condition.degraded and not self.steps


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why `apply` refuses a plan: `limit` of `safety:`, as it is `set`, allows `most` jobs, and the plan has `number`.

    `live` is how many jobs run, `jobs` are those that count, `deleted` how many of them lose their definition.
    `prunes`: some of them have left git.
    """

    limit: str
    set: str
    most: int
    number: int
    live: int
    jobs: tuple[str, ...] = ()
    deleted: int = 0
    prunes: bool = False
    code = "safety-limit"

    @property
    def words(self) -> str:
        allowed = f"safety.{self.limit} is {self.set}: {self.most}"
        if self.deleted:
            return (
                f"{self.number} jobs would be cancelled or their definitions deleted, {self.live} are live; {allowed}"
            )
        done = "restarted" if self.limit == "max_restarts" else "cancelled"
        return f"{self.number} of {self.live} live jobs would be {done}; {allowed}"

    @property
    def option(self) -> str:
        """What consents to it once, with what asks for it."""
        asked_for = ["--prune"] * self.prunes + ["--delete"] * bool(self.deleted)
        return " ".join([*asked_for, f"--allow-{self.limit.removeprefix('max_')} {self.number}"])


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done to every job, in name order, and what was seen when it was decided.

    `drift` are jobs that left what git asks for by themselves, `interrupted` jobs that an earlier run left in the
    middle of something or that another run is at work on: (job, what and who). `packages` are the jars that are
    changed, each with all jobs that use it. `only` are the jobs it was asked for, none for all there are. `warnings`
    are what a person should know that stops nothing, `errors` the mistakes in manifests that do not load and that no
    action names, `refused` why `apply` refuses the whole of it.
    """

    project: str
    actions: tuple[Action, ...]
    environment: str = ""
    commit: str = ""
    created_at: str = ""
    unmanaged: tuple[tuple[str, Live], ...] = ()
    unknown_targets: tuple[tuple[str, Unknown], ...] = ()
    drift: tuple[tuple[str, str], ...] = ()
    interrupted: tuple[tuple[str, str], ...] = ()
    packages: tuple[Package, ...] = ()
    only: frozenset[str] = frozenset()
    errors: tuple[Mistake, ...] = ()
    warnings: tuple[ProjectWarning, ...] = ()
    refused: tuple[Refusal, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Hash of the live state the plan saw."""
        text = "\n".join(f"{action.job}\t{action.target}\t{action.seen}" for action in self.actions)
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    @property
    def has_changes(self) -> bool:
        return any(action.changes_something for action in self.actions)

    @property
    def blocked(self) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.verb is Verb.BLOCKED)

    @property
    def degraded(self) -> tuple[Action, ...]:
        """The jobs that run as git asks, or are left to run, and do badly."""
        return tuple(action for action in self.actions if action.degraded)

    def summary(self) -> dict[str, int]:
        """Every verb with its count."""
        counts = {verb.value: 0 for verb in Verb}
        for action in self.actions:
            counts[action.verb.value] += 1
        return counts
