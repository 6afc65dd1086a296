"""What goes into the history of a job once its steps are over: the revision that was started, or what was done instead.

Pure. Whose job it is and who did it is added by `memory`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from headgate.applying.step_results import StepResults
from headgate.manifests import Concealing
from headgate.model.live import Live, Marker
from headgate.model.outcome import Outcome
from headgate.model.plan import Action, CancelJob, DeleteDefinition, RestoreKind, StopWithSavepoint, Submit, Update
from headgate.model.reasons import Reason
from headgate.model.secret import Secrets
from headgate.model.spec import AppliedSpec, JobSpec, Strategy
from headgate.store import Applied, Noted


def entry_of(
    action: Action, so_far: StepResults, outcome: str, history: Callable[[], tuple[Applied, ...]]
) -> Applied | None:
    """The entry for an action; None where nothing came of it that is worth one.

    `history` is asked for the earlier entries only where a manifest may hold what none of them has.
    """
    start = next((step for step in action.steps if isinstance(step, Submit | Update)), None)
    if action.reason is Reason.NOT_SETTLED_YET and action.live and action.want:
        waits_on = outcome in (Outcome.UNCLEAR, Outcome.INTERRUPTED)
        return None if waits_on else _begun_before(action.live, action.want, outcome)
    if start is None or not so_far.job_id:
        return _without_a_start(action, so_far, outcome)
    # A job that is changed as it runs keeps the operator ids that it was started with.
    before = action.live.compiled if isinstance(start, Update) and action.live else ""
    return Applied(
        "",
        action.job,
        action.target,
        start.revision or start.spec.revision,
        "rolled-back" if action.reason is Reason.ROLLED_BACK else outcome,
        commit=so_far.commit,
        # The operator ids its savepoints are keyed by go with it.
        manifest=_kept(start.spec, action, history) | {"compiled": so_far.compiled or before},
        job_id=so_far.job_id,
        predecessor=action.live.job_id if action.live else "",
        restored_from=so_far.restored_from,
        savepoint=so_far.savepoint,
        note=_why_without_a_snapshot(action, start),
    )


def noted(
    what: Noted, job: str, target: str, live: Live | None, *, job_id: str, savepoint: str = "", note: str = ""
) -> Applied:
    """The entry for what was done to a job without a new revision."""
    revision = live.marker.revision if live and live.marker else ""
    return Applied("", job, target, revision, what.value, job_id=job_id, savepoint=savepoint, note=note)


def _begun_before(live: Live, want: JobSpec, outcome: str) -> Applied:
    """What became of a start that an earlier run made."""
    marker = live.marker or Marker("", want.name, want.revision)
    return Applied(
        "",
        want.name,
        want.target,
        marker.revision,
        outcome,
        commit=marker.commit,
        manifest=want.carried() | {"compiled": live.compiled},
        job_id=live.job_id,
        predecessor=marker.predecessor,
        restored_from=marker.restored,
    )


def _kept(spec: JobSpec, action: Action, history: Callable[[], tuple[Applied, ...]]) -> dict[str, Any]:
    """The manifest as the history keeps it.

    What was read from a platform, such as a part that others own, may hold secrets that no manifest says. They are
    placeholders here: to start this revision again, their values have to be given.
    """
    if action.want is None or spec == action.want:
        return spec.carried()
    own = [AppliedSpec(one.program, 1, one.config, one.options) for one in (spec, action.want)]
    earlier = (AppliedSpec.remembered(one.manifest) for one in history() if one.is_revision)
    said = [own[1], *(one for one in earlier if one is not None)]
    concealing = Concealing(action.job, known=spec.secrets.values, before=own[1], said=said)
    concealed = concealing.applied(own[0])
    values = {name: one.value for name, one in concealing.found.items()} | dict(spec.secrets.values)
    kept = replace(
        spec,
        program=concealed.program,
        config=concealed.config,
        options=concealed.options,
        secrets=Secrets(values),
    )
    return kept.carried()


def _without_a_start(action: Action, so_far: StepResults, outcome: str) -> Applied | None:
    done, target = outcome == Outcome.APPLIED, action.source or action.target
    if done and (last := next((step for step in action.steps if isinstance(step, DeleteDefinition)), None)):
        return noted(Noted.DELETED, action.job, target, action.live, job_id=last.job_id, savepoint=so_far.savepoint)
    for step in action.steps:
        match step:
            case StopWithSavepoint(job_id) if so_far.savepoint or done:
                stopped = Noted.STOPPED
                return noted(stopped, action.job, target, action.live, job_id=job_id, savepoint=so_far.savepoint)
            case CancelJob(job_id) if done:
                return noted(Noted.CANCELLED, action.job, target, action.live, job_id=job_id)
    return None


def _why_without_a_snapshot(action: Action, start: Submit | Update) -> str:
    """Why the job was given no snapshot, in a few words; empty where it was given one."""
    if isinstance(start, Update):
        return "changed in place"
    if action.restore is None or action.restore.kind is not RestoreKind.FRESH:
        return ""
    if action.reason is Reason.NOT_RUNNING_YET:
        return "first start"
    consented = start.spec.savepoint.strategy is Strategy.NONE or not (action.live and action.live.provably_empty)
    return "started empty by consent" if consented else "started empty, there was nothing to lose"
