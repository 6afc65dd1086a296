"""Carry out one step and wait for its end. Each raises `HeadgateError` if the step did not reach its end.

Nothing is remembered here: a step is given what the steps before it came to, and returns what it came to itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from headgate.applying.patience import Patience
from headgate.applying.savepoint_waits import FORGOTTEN, ended, stopped_with_savepoint
from headgate.applying.settle import settle
from headgate.applying.step_errors import StepFailed
from headgate.applying.step_results import (
    Cancelled,
    Deleted,
    Started,
    StepResult,
    StepResults,
    Stopped,
    Updated,
    restore_path,
)
from headgate.errors import ProviderError
from headgate.model.live import Live, Marker
from headgate.model.plan import (
    Action,
    CancelJob,
    DeleteDefinition,
    Restore,
    RestoreKind,
    Settle,
    Step,
    StopWithSavepoint,
    Submit,
    Update,
)
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from headgate.model.warnings import WarningCode
from headgate.planning import derive_start_key, successor_id
from headgate.providers.port import Provider, Submission


@dataclass(frozen=True, slots=True)
class Steps:
    """Carries out the steps of one action.

    `source` is the provider of the target that the job is on, which is not the action's own where the job moves.
    """

    action: Action
    provider: Provider
    source: Provider
    project: str
    environment: str
    commit: str
    patience: Patience
    waiting: Callable[[str], None]

    def about_to(self, step: Step, so_far: StepResults) -> StepResults:
        """What is known before a step: the key and the snapshot of what it starts, the job it changes or waits for."""
        match step:
            case Submit():
                start_key = derive_start_key(self.project, step.spec, step.predecessor)
                return replace(so_far, start_key=start_key, restored_from=restore_path(self.action, so_far))
            case Update():
                return replace(so_far, job_id=self._there().job_id, commit=self._commit_of(step))
            case Settle():
                live = self.action.live
                return replace(so_far, job_id=so_far.job_id or (live.job_id if live else ""))
            case _:
                return so_far

    def carry_out(self, step: Step, so_far: StepResults) -> StepResult:
        """Do it and wait for its end."""
        match step:
            case StopWithSavepoint(job_id):
                return self._stop(job_id)
            case Submit():
                return self._submit(step, so_far)
            case CancelJob(job_id):
                self.source.cancel(job_id)
                end = ended(self.source, job_id, self.patience, self.waiting)
                return Cancelled(end.word, forgotten=end == FORGOTTEN)
            case Settle():
                return settle(self.provider, so_far.job_id, self.patience, self.waiting)
            case Update():
                return self._update(step)
            case DeleteDefinition():
                self.provider.delete_definition(self._there())
                return Deleted(used_up=self._is_gone(so_far.savepoint))
            case _:
                assert_never(step)

    def _stop(self, job_id: str) -> Stopped:
        stopped = stopped_with_savepoint(self.source, job_id, self.patience, self.waiting)
        why = stopped.warning
        warning = f"job {job_id} failed as it was stopped, after its savepoint was made: {why}" if why else ""
        return Stopped(stopped.path, warning)

    def _submit(self, step: Submit, so_far: StepResults) -> Started:
        restore = self.action.restore or Restore(RestoreKind.FRESH)
        if restore.kind is not RestoreKind.FRESH and not restore.path:
            restore = replace(restore, path=so_far.restored_from)
        if restore.kind is not RestoreKind.FRESH and not restore.path:
            raise StepFailed("there is no snapshot to restore from, and nothing says that it may start empty")
        marker = replace(
            self._marker(step),
            predecessor=step.predecessor,
            restored=restore.path,
            start_key=so_far.start_key,
            quarantined=step.quarantined,
        )
        compiled = self._compiled(step)
        live = None if self.action.source else self.action.live
        asked_as = successor_id(self.project, step.spec, step.predecessor)
        job_id = self.provider.submit(Submission(step.spec, asked_as, marker, restore, compiled, live))
        warning = self._lacks_a_savepoint_folder(step.spec)
        return Started(
            job_id,
            marker.start_key,
            restored_from=restore.path,
            commit=marker.commit,
            compiled=compiled.plan if compiled else "",
            used_up=restore.kind is RestoreKind.FRESH and self._is_gone(so_far.savepoint),
            warning=warning,
            warning_code=WarningCode.SAVEPOINT_DIR_UNUSABLE if warning else "",
        )

    def _update(self, step: Update) -> Updated:
        live = self._there()
        old = live.marker
        marker = self._marker(step)
        if old:
            marker = replace(marker, predecessor=old.predecessor, restored=old.restored, start_key=old.start_key)
        self.provider.update(live, step.spec, marker)
        return Updated(live.job_id, marker.start_key, marker.commit)

    def _marker(self, step: Submit | Update) -> Marker:
        """What a job says of itself, without what is true of this one start."""
        return Marker(
            project=self.project,
            job=step.spec.name,
            revision=step.revision or step.spec.revision,
            commit=self._commit_of(step),
            environment=self.environment,
        )

    def _commit_of(self, step: Submit | Update) -> str:
        """The commit of what is started: that of the plan, but for a revision that is an earlier one."""
        return step.commit if step.revision else self.commit

    def _compiled(self, step: Submit) -> Compiled | None:
        """The compiled plan under the ids that keep the state; None where the statements are run as they are."""
        compiled, state = self.action.compiled, self.action.state
        if compiled is None or not compiled.plan:
            return None
        if step.as_it_was:
            return compiled
        ids, fresh_from = (state.ids, state.fresh_from) if state else ({}, 0)
        return replace(compiled, plan=self.provider.compiled_form.numbered(compiled.plan, ids, fresh_from))

    def _there(self) -> Live:
        live = self.action.live
        assert live is not None  # noqa: S101 - only what is there is updated or deleted
        return live

    def _lacks_a_savepoint_folder(self, spec: JobSpec) -> str:
        """The warning at the start, not at the first upgrade: without a place for savepoints no stop can keep state."""
        with contextlib.suppress(ProviderError):
            if why := self.provider.no_place(spec):
                return f"the folder for the savepoints of this job cannot be made: {why}"
        return ""

    def _is_gone(self, savepoint: str) -> bool:
        """Does the platform no longer have a savepoint? An empty start may use it up, and so may a deletion."""
        with contextlib.suppress(ProviderError):
            return bool(savepoint) and self.source.exists(savepoint) is False
        return False
