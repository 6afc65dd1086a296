"""What Dinky would make of a change, said at plan time: what needs no restart, and what cannot be done at all."""

from __future__ import annotations

import re

from headgate.errors import Rejected
from headgate.model.live import JobState, Live, Marker
from headgate.model.plan import Change, OperatorVerdict, PlatformVerdict, StateVerdict, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Strategy
from headgate.providers.dinky.savepoints import Savepoints
from headgate.providers.dinky.task_note import Note
from headgate.providers.dinky.tasks import Tasks

# Fields of the task that the job it started never reads.
_UNREAD = ("note", "folder", "step", "alertGroupId", "firstLevelOwner", "secondLevelOwners")
_IN_PLACE = tuple(f"options.{name}" for name in (*_UNREAD, "databaseId", "statementSet"))
# Options of Flink that may give the same statement other operators, or store their state in another way.
_SHAPING = ("config.table.", "config.pipeline.", "config.state.backend", "config.sql-client.")
# Up to this Flink spreads state that was stored under the default max parallelism, whatever it was.
_ALWAYS_SPREAD = 128
_SAME = "Dinky starts the same statement from the savepoint"
_KEPT = StateVerdict(Verdict.KEPT, (OperatorVerdict("all operators", Verdict.KEPT, _SAME),))
_LONGEST_K8S = 45
_LABEL = re.compile(rf"[a-z]([a-z0-9-]{{0,{_LONGEST_K8S - 2}}}[a-z0-9])?")


def platform_verdict(
    tasks: Tasks, savepoints: Savepoints, spec: JobSpec, marker: Marker, live: Live | None, changes: tuple[Change, ...]
) -> PlatformVerdict:
    """See `Provider.platform_verdict`."""
    try:
        tasks.wanted(spec, marker).fields(Note())
    except Rejected as refused:
        # A statement that is wrong is reported by `compile`, with its place.
        if refused.code != "statement-rejected":
            note = f"{refused.problem}; {refused.hint}" if refused.hint else refused.problem
            return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=note)
    mode = str(spec.options.get("type", ""))
    if mode.startswith("kubernetes-application") and not _LABEL.fullmatch(spec.name.replace("_", "-")):
        why = f"in mode {mode} the name is that of a Kubernetes cluster: up to {_LONGEST_K8S} of a-z, 0-9 and -"
        return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=f"{why}; rename the job")
    if taken := tasks.taken(spec.name, live):
        return PlatformVerdict(blocked=Reason.NAME_TAKEN, note=taken)
    paths = frozenset(change.path for change in changes)
    in_place = frozenset(path for path in paths if path.startswith(_IN_PLACE))
    if live is None:
        return PlatformVerdict(in_place=in_place)
    if live.applied is not None:
        in_place |= tasks.respelled(spec, live.applied, changes)
    restarts = paths - in_place
    if restarts and live.state is JobState.RUNNING and spec.savepoint.strategy is not Strategy.NONE:
        mode = str((live.applied or spec).options.get("type", "local"))
        if why := savepoints.impossible(mode):
            return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=why)
    return PlatformVerdict(in_place=in_place, state=_KEPT if live.marker and _is_harmless(spec, restarts) else None)


def _is_harmless(spec: JobSpec, paths: frozenset[str]) -> bool:
    """Are the operators surely the same? Where they may not be, they must be compared."""
    plain = {path for path in paths if path.startswith("config.") and not path.startswith(_SHAPING)}
    if "parallelism" in paths and spec.parallelism > _ALWAYS_SPREAD:
        return False
    return paths - plain <= {"name", "parallelism"}
