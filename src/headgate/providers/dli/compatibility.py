"""What DLI makes of an edit: which changes need no stop, and what becomes of state.

On what survives a restart Huawei's FAQ dli_03_0136 is the source ("How Can I Check if a Flink Job Can Be Restored From
a Checkpoint After Restarting It?"): it calls another parallelism, and another program, not restorable, and other
resources of the TaskManagers restorable. It is more careful than Flink itself is, so a changed parallelism is unknown
here, not lost.
"""

from __future__ import annotations

from headgate.model.live import Live
from headgate.model.plan import Change, OperatorVerdict, PlatformVerdict, StateVerdict, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.providers.dli.fields import IN_PLACE, INTERVAL, MODE
from headgate.providers.dli.validation import impossible

# They say where and with how much a job runs and who is reported, not what it computes.
_HARMLESS = IN_PLACE | {
    *("cu_number", "manager_cu_number", "tm_cus", "tm_slot_num", "resource_config_version", "resource_config"),
    *("queue_name", "run_mode", "log_enabled", "flink_log_config", "execution_agency_urn"),
}
_HARMLESS_CONFIG = {INTERVAL, MODE}
_OTHER_KIND = (
    "DLI keeps SQL and jar jobs apart: a new job takes the old one's place, and the old one's state goes with it"
)
_WIDER = (
    "Huawei's FAQ says that a job cannot be restored after its parallelism changed; Flink itself can, up to a bound"
)


def platform_verdict(spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
    """What becomes of these changes; `live` None for a first start."""
    if why := impossible(spec):
        return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=why)
    if live is None:
        return PlatformVerdict()
    in_place = frozenset(change.path for change in changes if _option(change.path) in IN_PLACE)
    return PlatformVerdict(in_place=in_place, state=_state(spec, live, changes))


def _state(spec: JobSpec, live: Live, changes: tuple[Change, ...]) -> StateVerdict | None:
    """What becomes of state, where DLI's own ways decide; None: judge the operators."""
    paths = {change.path for change in changes}
    program = live.applied.program if live.applied else None
    other_kind = program is not None and type(program) is not type(spec.program)
    if other_kind or "options.job_type" in paths:
        return _verdict(Verdict.LOST, _OTHER_KIND)
    if live.applied is None or any(path.partition(".")[0] in ("statement", "jar", "manifest", "env") for path in paths):
        return None
    rest = {
        path
        for path in paths
        if path != "name" and _option(path) not in _HARMLESS and _key(path) not in _HARMLESS_CONFIG
    }
    if not rest:
        return _verdict(Verdict.KEPT, "the same program, restored by DLI from its own savepoint")
    if rest == {"parallelism"}:
        return _verdict(Verdict.UNKNOWN, _WIDER)
    named = ", ".join(sorted(rest))
    return _verdict(Verdict.UNKNOWN, f"DLI does not tell whether state survives another {named}")


def _verdict(verdict: Verdict, why: str) -> StateVerdict:
    return StateVerdict(verdict, (OperatorVerdict("all operators", verdict, why),))


def _option(path: str) -> str:
    """The option a path is about, empty if it is about something else."""
    head, _, rest = path.partition(".")
    return rest.partition(".")[0] if head == "options" else ""


def _key(path: str) -> str:
    head, _, rest = path.partition(".")
    return rest if head == "config" else ""
