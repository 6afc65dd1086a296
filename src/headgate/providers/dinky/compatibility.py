"""What Dinky would make of a change, said at plan time: what needs no restart, and what cannot be done at all."""

from __future__ import annotations

import re

from headgate.errors import Rejected
from headgate.model.live import JobState, Live, Marker
from headgate.model.plan import Change, OperatorVerdict, PlatformVerdict, StateVerdict, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Strategy
from headgate.providers.dinky.savepoints import Savepoints
from headgate.providers.dinky.spec import wanted_fields
from headgate.providers.dinky.task_note import Note, said
from headgate.providers.dinky.tasks import Tasks

# Fields of the task that the job it started never reads.
_UNREAD = ("note", "folder", "step", "alertGroupId", "firstLevelOwner", "secondLevelOwners")
_IN_PLACE = tuple(f"options.{name}" for name in (*_UNREAD, "databaseId", "statementSet"))
# Options of Flink that may give the same statement other operators, or store their state in another way.
_SHAPING = ("config.table.", "config.pipeline.", "config.state.backend", "config.sql-client.")
# Up to this Flink spreads state that was stored under the default max parallelism, whatever it was.
_ALWAYS_SPREAD = 128
_LONGEST_K8S = 45
_DNS_LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")


def platform_verdict(
    tasks: Tasks, savepoints: Savepoints, spec: JobSpec, marker: Marker, live: Live | None, changes: tuple[Change, ...]
) -> PlatformVerdict:
    """See `Provider.platform_verdict`."""
    try:
        wanted = tasks.wanted(spec, marker)
        Note(str(wanted.options.get("note", "")), marker, said(spec.options)).written()
        wanted_fields(spec, wanted.options)
    except Rejected as refused:
        # A statement that is wrong is reported by `compile`, with its place.
        if refused.code != "statement-rejected":
            return _blocked(refused)
    mode = str(spec.options.get("type", ""))
    if mode.startswith("kubernetes-application") and not _is_label(spec.name):
        why = f"in mode {mode} the name is that of a Kubernetes cluster: up to {_LONGEST_K8S} of a-z, 0-9 and -"
        return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=f"{why}; rename the job")
    if taken := tasks.taken(spec.name, live):
        return PlatformVerdict(blocked=Reason.NAME_TAKEN, note=taken)
    in_place = frozenset(change.path for change in changes if change.path.startswith(_IN_PLACE))
    if live is not None and live.applied is not None:
        in_place |= tasks.respelled(spec, live.applied, changes)
    if live is not None and _is_stopped_with_savepoint(spec, live, changes, in_place):
        reported = live.applied or spec
        if why := savepoints.impossible(str(reported.options.get("type", "local"))):
            return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=why)
    return PlatformVerdict(in_place=in_place, state=_state(spec, live, changes, in_place))


def _is_stopped_with_savepoint(
    spec: JobSpec, live: Live, changes: tuple[Change, ...], in_place: frozenset[str]
) -> bool:
    """Does it take a stop of the job that runs to make it what is wanted, and is its state to be kept?"""
    restarts = not {change.path for change in changes} <= in_place
    return restarts and live.state is JobState.RUNNING and spec.savepoint.strategy is not Strategy.NONE


def _state(
    spec: JobSpec, live: Live | None, changes: tuple[Change, ...], in_place: frozenset[str]
) -> StateVerdict | None:
    """Kept where the operators are surely the same; None where they must be compared."""
    if live is None or live.marker is None:
        return None
    paths = {change.path for change in changes} - in_place
    harmless = all(
        path == "name" or path == "parallelism" or (path.startswith("config.") and not path.startswith(_SHAPING))
        for path in paths
    )
    if not harmless or ("parallelism" in paths and spec.parallelism > _ALWAYS_SPREAD):
        return None
    why = "Dinky starts the same statement from the savepoint"
    return StateVerdict(Verdict.KEPT, (OperatorVerdict("all operators", Verdict.KEPT, why),))


def _blocked(refused: Rejected) -> PlatformVerdict:
    note = f"{refused.problem}; {refused.hint}" if refused.hint else refused.problem
    return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=note)


def _is_label(name: str) -> bool:
    label = name.replace("_", "-")
    return len(label) <= _LONGEST_K8S and _DNS_LABEL.fullmatch(label) is not None
