"""The errors of steps: each states what became of the step, and what was left as it is."""

from __future__ import annotations

from headgate.errors import HeadgateError


class StepFailed(HeadgateError):
    """A step was carried out and did not reach its end; the message states why, and what is left as it was."""

    code = "step-failed"


class SavepointFailed(StepFailed):
    """The platform could not take the savepoint, and nothing was started.

    The message states how the job is now, as far as its target reports it: it runs on, is starting again, or has ended.
    The cause is in the platform's own words, and a hint names the next move only where the cause is known. A savepoint
    that was made before its job failed is no such failure: the job continues from it, with a warning.
    """

    code = "savepoint-failed"


class NotSettled(StepFailed):
    """The job was started and did not become healthy: it failed, restarts again and again, or took too long.

    Healthy is running, with all tasks running, and the first checkpoint completed where the platform reports that
    checkpointing is on and counts them. A job that lacks nothing but that checkpoint is `not-settled-yet` instead.
    """

    code = "not-settled"
    # It completed checkpoints of its own before: it got further than the snapshot that it was given.
    checkpointed = False


class InfrastructureFailed(NotSettled):
    """The job was started and did not settle, for a reason that any program would have met where it runs.

    No slot was free, a TaskManager was lost, or the snapshot could not be read from its storage. The version of the
    manifest is not to blame, so it is not given up: the previous revision runs again where it could be started, a
    first start
    is left in place, and the next `apply` tries again, without `--retry`. `reconcile` tries again too, less and less
    often while the job that stands in for it runs. Give the cluster what it lacks.
    """

    code = "infrastructure-failed"


class NotSettledYet(StepFailed):
    """All tasks of the job run and none has failed; only its first checkpoint had not completed when the time was up.

    It was left running, for nothing says that it is unwell: the next run continues to wait for it. If its checkpoints
    are taken less often than `safety.settle_timeout` allows for, raise that.
    """

    code = "not-settled-yet"


class Interrupted(StepFailed):
    """headgate was asked to stop (Ctrl-C, SIGTERM) before this step reached its end. Run again to go on."""

    code = "interrupted"


class RolledBack(StepFailed):
    """The job did not settle, so the previous revision was started again from the same snapshot, and runs.

    The version of the manifest that did not settle is not tried again until the manifest changes, or `--retry` is
    given.
    """

    code = "rolled-back"
