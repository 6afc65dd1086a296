"""Waiting until a job that was started is healthy, or saying why it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from headgate.applying.patience import Patience
from headgate.applying.step_errors import InfrastructureFailed, Interrupted, NotSettled, NotSettledYet
from headgate.applying.step_results import Settled
from headgate.errors import Overtaken, Unavailable
from headgate.model.failure_origin import Blame
from headgate.model.health import Health
from headgate.model.live import JobState
from headgate.providers.port import Provider

# A job that failed this often while it was looked at and should have settled is in a restart loop.
_LOOP = 2
_WAIT_LONGER = (
    "it runs and was left alone, and the next run continues to wait for its first checkpoint; raise "
    "`safety.settle_timeout` above the checkpoint interval"
)
_TRY_AGAIN = "the manifest is not to blame: give the cluster what it lacks and run again; `--retry` is not needed"
_LEFT_AS_IT_IS = "it was left as it is; mend the job in git and run again"


def settle(provider: Provider, job_id: str, patience: Patience, waiting: Callable[[str], None]) -> Settled:
    """Wait for it. Raises NotSettled, NotSettledYet, Overtaken where somebody stopped the job, or Interrupted."""
    health, healthy_since, failed, failures = Health(JobState.UNKNOWN), -1.0, 0, _Failures()
    checkpointed = False
    for gone in patience.looks(patience.settle, heed_interrupt=True):
        try:
            health = provider.health(job_id)
        except Unavailable as trouble:
            waiting(trouble.problem)
            continue
        if health.state is JobState.FINISHED:
            return Settled(job_id, "finished", finished=True)
        if health.state in (JobState.STOPPED, JobState.SUSPENDED):
            raise Overtaken(
                f"job {job_id} was stopped by somebody before it had settled: it is {health.word}",
                hint="run `headgate plan` to see what is left to do",
            )
        checkpointed = checkpointed or bool(health.checkpoints)
        failed = failures.seen(health.restarts)
        if not health.state.active or failed >= _LOOP:
            raise _not_settled(_unhealthy(job_id, health, failed), health, checkpointed=checkpointed)
        if health.settled:
            healthy_since = gone if healthy_since < 0 else healthy_since
            if gone - healthy_since >= patience.stable:
                return Settled(job_id, _described(health))
        else:
            healthy_since = -1.0
        waiting(": ".join(part for part in (_described(health), _why_none_runs(health)) if part))
    if patience.interrupted.is_set():
        raise Interrupted(f"job {job_id} was started and has not settled yet")
    problem = f"job {job_id} has not settled after {patience.settle:.0f} s: {_described(health)}"
    if health.lacks_only_a_checkpoint and not failed:
        raise NotSettledYet(problem, hint=_WAIT_LONGER)
    raise _not_settled(f"{problem}{': ' + health.cause if health.cause else ''}", health, checkpointed=checkpointed)


def _not_settled(problem: str, health: Health, *, checkpointed: bool) -> NotSettled:
    failed = (
        InfrastructureFailed(problem, hint=_TRY_AGAIN)
        if health.blame is Blame.INFRASTRUCTURE
        else NotSettled(problem, hint=_LEFT_AS_IT_IS)
    )
    failed.checkpointed = checkpointed
    return failed


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
