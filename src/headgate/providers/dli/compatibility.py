"""What DLI makes of an edit: which changes need no stop, and what becomes of state.

On what survives a restart Huawei's FAQ dli_03_0136 is the source ("How Can I Check if a Flink Job Can Be Restored From
a Checkpoint After Restarting It?"): it calls another parallelism, and another program, not restorable, and other
resources of the TaskManagers restorable. It is more careful than Flink itself is, so a changed parallelism is unknown
here, not lost.
"""

from __future__ import annotations

from headgate.model.live import Live
from headgate.model.plan import Change, PlatformVerdict, StateVerdict, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.providers.dli.fields import IN_PLACE
from headgate.providers.dli.validation import impossible
from headgate.providers.huawei.checkpoints import INTERVAL, MODE

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
    have = live.applied
    if "options.job_type" in paths or (have is not None and type(have.program) is not type(spec.program)):
        return StateVerdict.of_all(Verdict.LOST, _OTHER_KIND)
    if have is None or any(path.partition(".")[0] in ("statement", "jar", "manifest", "env") for path in paths):
        return None
    harmless = {one for one in paths if _option(one) in _HARMLESS or _under("config", one) in _HARMLESS_CONFIG}
    rest = paths - harmless - {"name"}
    if not rest:
        return StateVerdict.of_all(Verdict.KEPT, "the same program, restored by DLI from its own savepoint")
    if rest == {"parallelism"}:
        return StateVerdict.of_all(Verdict.UNKNOWN, _WIDER)
    named = ", ".join(sorted(rest))
    return StateVerdict.of_all(Verdict.UNKNOWN, f"DLI does not tell whether state survives another {named}")


def _under(head: str, path: str) -> str:
    """What a path is about below `head`, empty if it is about something else."""
    first, _, rest = path.partition(".")
    return rest if first == head else ""


def _option(path: str) -> str:
    return _under("options", path).partition(".")[0]
