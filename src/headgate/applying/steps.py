"""Carry out one step and wait for its end. Each raises `HeadgateError` if the step did not reach its end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from headgate.applying.patience import Patience
from headgate.applying.savepoint_waits import ended, stopped_with_savepoint
from headgate.applying.step_errors import (
    InfrastructureFailed,
    Interrupted,
    NotSettled,
    NotSettledYet,
    StepFailed,
)
from headgate.errors import Overtaken, ProviderError, Unavailable
from headgate.model.failure_origin import Blame
from headgate.model.health import Health
from headgate.model.live import JobState, Marker
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

# A job that failed this often while it was looked at and should have settled is in a restart loop.
_LOOP = 2


class Carrier:
    """Carries out the steps of one action, remembering what the next step needs.

    `source` is the provider of the target the job is on where that is not the action's own (a move). `checkpointed`
    says that the job which was to settle has completed checkpoints of its own, `warning` what a person should know of
    a step that was done.
    """

    def __init__(
        self,
        action: Action,
        provider: Provider,
        *,
        source: Provider | None = None,
        project: str,
        environment: str,
        commit: str,
        patience: Patience,
        waiting: Callable[[str], None],
    ) -> None:
        self._action = action
        self._provider = provider
        self._source = source or provider
        self._project = project
        self._environment = environment
        self._commit = commit
        self._patience = patience
        self._waiting = waiting
        self.job_id = ""
        self.finished = False
        self.start_key = ""
        self.savepoint = ""
        self.warning = ""
        self.warning_code = ""
        self.restored = ""
        self.compiled = ""
        self.checkpointed = False
        self.commit = ""

    def carry_out(self, step: Step) -> str:
        """Do it, wait for its end, and say in a few words what came of it."""
        match step:
            case StopWithSavepoint(job_id):
                return self._stop(job_id)
            case Submit():
                return self._submit(step)
            case CancelJob(job_id):
                return self._cancel(job_id)
            case Settle():
                return self._settle()
            case Update():
                return self._update(step)
            case DeleteDefinition():
                return self._delete_definition()
            case _:
                assert_never(step)

    def _stop(self, job_id: str) -> str:
        stopped = stopped_with_savepoint(self._source, job_id, self._patience, self._waiting)
        self.savepoint = stopped.path
        if stopped.warning:
            self.warning = f"job {job_id} failed as it was stopped, after its savepoint was made: {stopped.warning}"
        return f"savepoint {stopped.path}{f'; {self.warning}' if self.warning else ''}"

    @property
    def restoring(self) -> str:
        """The snapshot that the job was started from, or is about to be; empty where it starts empty."""
        action = self._action
        if self.restored or not any(isinstance(step, Submit) for step in action.steps):
            return self.restored or (action.live.marker.restored if action.live and action.live.marker else "")
        restore = action.restore
        return restore.path or self.savepoint if restore and restore.kind is not RestoreKind.FRESH else ""

    def intended(self, step: Step) -> str:
        """The id under which the platform will know what this step starts; empty for steps that start nothing."""
        if isinstance(step, Submit):
            self.start_key = derive_start_key(self._project, step.spec, step.predecessor)
        return self.start_key if isinstance(step, Submit | Settle) else ""

    def _submit(self, step: Submit) -> str:
        restore = self._action.restore or Restore(RestoreKind.FRESH)
        if restore.kind is not RestoreKind.FRESH and not restore.path:
            restore = replace(restore, path=self.savepoint)
        if restore.kind is not RestoreKind.FRESH and not restore.path:
            raise StepFailed("there is no snapshot to restore from, and nothing says that it may start empty")
        self.restored = restore.path
        self.start_key = derive_start_key(self._project, step.spec, step.predecessor)
        marker = Marker(
            project=self._project,
            job=step.spec.name,
            revision=step.revision or step.spec.revision,
            commit=self._commit_of(step),
            predecessor=step.predecessor,
            restored=restore.path,
            start_key=self.start_key,
            quarantined=step.quarantined,
            environment=self._environment,
        )
        compiled = self._compiled(step)
        self.compiled = compiled.plan if compiled else ""
        live = None if self._action.source else self._action.live
        job_id = successor_id(self._project, step.spec, step.predecessor)
        submission = Submission(step.spec, job_id, marker, restore, compiled, live)
        self.job_id = self._provider.submit(submission)
        self._require_place(step.spec)
        if self.savepoint and restore.kind is RestoreKind.FRESH:
            self._forget_what_was_given_up()
        return f"job {self.job_id}"

    def _require_place(self, spec: JobSpec) -> None:
        """Warn at the start, not at the first upgrade: without a place for savepoints no stop can keep state."""
        with contextlib.suppress(ProviderError):
            if why := self._provider.no_place(spec):
                self.warning_code = WarningCode.SAVEPOINT_DIR_UNUSABLE
                problem = f"the folder for the savepoints of this job cannot be made: {why}"
                self.warning = "; ".join(part for part in (self.warning, problem) if part)

    def _commit_of(self, step: Submit | Update) -> str:
        """The commit of what is started: that of the plan, but for a revision that is an earlier one."""
        self.commit = step.commit if step.revision else self._commit
        return self.commit

    def _forget_what_was_given_up(self) -> None:
        """Forget the savepoint where the platform no longer has it: an empty start used it up, or a deletion."""
        with contextlib.suppress(Unavailable):
            if self._source.exists(self.savepoint) is False:
                self.savepoint = ""

    def _compiled(self, step: Submit) -> Compiled | None:
        """The compiled plan under the ids that keep the state; None where the statements are run as they are."""
        compiled, state = self._action.compiled, self._action.state
        if compiled is None or not compiled.plan:
            return None
        if step.as_it_was:
            return compiled
        ids, fresh_from = (state.ids, state.fresh_from) if state else ({}, 0)
        return replace(compiled, plan=self._provider.compiled_form.numbered(compiled.plan, ids, fresh_from))

    def _update(self, step: Update) -> str:
        live = self._action.live
        assert live is not None  # noqa: S101 - only what is there is updated
        old = live.marker
        marker = Marker(
            project=self._project,
            job=step.spec.name,
            revision=step.revision or step.spec.revision,
            commit=self._commit_of(step),
            predecessor=old.predecessor if old else "",
            restored=old.restored if old else "",
            start_key=old.start_key if old else "",
            environment=self._environment,
        )
        self.job_id = live.job_id
        self._provider.update(live, step.spec, marker)
        self.start_key = marker.start_key
        return "changed in place"

    def _cancel(self, job_id: str) -> str:
        self._source.cancel(job_id)
        return ended(self._source, job_id, self._patience, self._waiting).word

    def _delete_definition(self) -> str:
        live = self._action.live
        assert live is not None  # noqa: S101 - only what is there is deleted
        self._provider.delete_definition(live)
        if self.savepoint:
            self._forget_what_was_given_up()
        return "deleted"

    def _settle(self) -> str:
        self.job_id = self.job_id or (self._action.live.job_id if self._action.live else "")
        health, healthy_since, failed, failures = Health(JobState.UNKNOWN), -1.0, 0, _Failures()
        for gone in self._patience.looks(self._patience.settle, heed_interrupt=True):
            try:
                health = self._provider.health(self.job_id)
            except Unavailable as trouble:
                self._waiting(trouble.problem)
                continue
            if health.state is JobState.FINISHED:
                self.finished = True
                return "finished"
            if health.state in (JobState.STOPPED, JobState.SUSPENDED):
                raise Overtaken(
                    f"job {self.job_id} was stopped by somebody before it had settled: it is {health.word}",
                    hint="run `headgate plan` to see what is left to do",
                )
            self.checkpointed = self.checkpointed or bool(health.checkpoints)
            failed = failures.seen(health.restarts)
            if not health.state.active or failed >= _LOOP:
                raise _not_settled(_unhealthy(self.job_id, health, failed), health)
            if health.settled:
                healthy_since = gone if healthy_since < 0 else healthy_since
                if gone - healthy_since >= self._patience.stable:
                    return _described(health)
            else:
                healthy_since = -1.0
            self._waiting(": ".join(part for part in (_described(health), _why_none_runs(health)) if part))
        if self._patience.interrupted.is_set():
            raise Interrupted(f"job {self.job_id} was started and has not settled yet")
        problem = f"job {self.job_id} has not settled after {self._patience.settle:.0f} s: {_described(health)}"
        if health.lacks_only_a_checkpoint and not failed:
            raise NotSettledYet(problem, hint=_WAIT_LONGER)
        raise _not_settled(f"{problem}{': ' + health.cause if health.cause else ''}", health)


_WAIT_LONGER = (
    "it runs and was left alone, and the next run goes on waiting for its first checkpoint; raise "
    "`safety.settle_timeout` above the checkpoint interval"
)
_TRY_AGAIN = "the manifest is not to blame: give the cluster what it lacks and run again; `--retry` is not needed"
_LEFT_AS_IT_IS = "it was left as it is; mend the job in git and run again"


def _not_settled(problem: str, health: Health) -> NotSettled:
    if health.blame is Blame.INFRASTRUCTURE:
        return InfrastructureFailed(problem, hint=_TRY_AGAIN)
    return NotSettled(problem, hint=_LEFT_AS_IT_IS)


@dataclass(slots=True)
class _Failures:
    """How often a job failed since it is looked at: some platforms go on counting from one start to the next."""

    before: int | None = None

    def seen(self, restarts: int | None) -> int:
        if restarts is None:
            return 0
        self.before = restarts if self.before is None else min(self.before, restarts)
        return restarts - self.before


def _unhealthy(job_id: str, health: Health, failed: int) -> str:
    what = f"failed {failed} times" if failed >= _LOOP else f"is {health.word}"
    return f"job {job_id} {what}: {health.cause or 'the platform gives no cause'}"


def _why_none_runs(health: Health) -> str:
    """What a person who watches wants to read of a job that does not get going."""
    return "" if health.tasks_running else health.cause


def _described(health: Health) -> str:
    parts = [health.word.lower()]
    if health.tasks:
        parts.append(f"{health.tasks_running}/{health.tasks} tasks")
    if health.checkpointing and health.checkpoints is not None:
        parts.append(f"{health.checkpoints} checkpoints" if health.checkpoints != 1 else "1 checkpoint")
    return ", ".join(parts)
