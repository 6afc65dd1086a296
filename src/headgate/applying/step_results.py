"""What each step of an action came to, and what all of them came to so far: frozen values that the executor folds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from headgate.model.plan import Action, RestoreKind, Submit


@dataclass(frozen=True, slots=True)
class Stopped:
    """A job has stopped with a savepoint. `warning` is what a person should know of how it ended."""

    savepoint: str
    warning: str = ""

    @property
    def detail(self) -> str:
        return f"savepoint {self.savepoint}{f'; {self.warning}' if self.warning else ''}"


@dataclass(frozen=True, slots=True)
class Started:
    """A job runs under `job_id`. `restored_from` is the snapshot it was given, `compiled` the plan it runs by.

    `used_up`: the savepoint that the job before was stopped with is gone, for this start was an empty one.
    """

    job_id: str
    start_key: str
    restored_from: str = ""
    commit: str = ""
    compiled: str = ""
    used_up: bool = False
    warning: str = ""
    warning_code: str = ""

    @property
    def detail(self) -> str:
        return f"job {self.job_id}"


@dataclass(frozen=True, slots=True)
class Settled:
    """A job is healthy, or `finished`: it has read all of its input. `detail` says how it is."""

    job_id: str
    detail: str
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A job has ended without a savepoint. `detail` is the platform's word for it.

    `forgotten`: its target does not know it any more.
    """

    detail: str
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Updated:
    """A job was changed as it runs; `start_key` is that of the start it still runs by."""

    job_id: str
    start_key: str
    commit: str
    detail: str = "changed in place"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A definition is gone, and with it the savepoint of its job where that is `used_up`."""

    used_up: bool = False
    detail: str = "deleted"


StepResult = Stopped | Started | Settled | Cancelled | Updated | Deleted


@dataclass(frozen=True, slots=True)
class StepResults:
    """What the steps of an action came to so far, and what is known of the one that is about to be asked for.

    `warning` is what a person should know although every step was done.
    """

    job_id: str = ""
    start_key: str = ""
    savepoint: str = ""
    restored_from: str = ""
    compiled: str = ""
    commit: str = ""
    warning: str = ""
    warning_code: str = ""
    finished: bool = False
    forgotten: bool = False

    def plus(self, result: StepResult) -> StepResults:
        """With one more step done."""
        match result:
            case Stopped(savepoint, warning):
                return replace(self, savepoint=savepoint, warning=warning or self.warning)
            case Started():
                return replace(
                    self,
                    job_id=result.job_id,
                    start_key=result.start_key,
                    restored_from=result.restored_from,
                    compiled=result.compiled,
                    commit=result.commit,
                    savepoint="" if result.used_up else self.savepoint,
                    warning="; ".join(part for part in (self.warning, result.warning) if part),
                    warning_code=result.warning_code or self.warning_code,
                )
            case Settled(job_id):
                return replace(self, job_id=job_id, finished=result.finished)
            case Updated(job_id, start_key, commit):
                return replace(self, job_id=job_id, start_key=start_key, commit=commit)
            case Deleted(used_up):
                return replace(self, savepoint="" if used_up else self.savepoint)
            case Cancelled():
                return replace(self, forgotten=result.forgotten)
            case _:
                assert_never(result)


def restore_path(action: Action, so_far: StepResults) -> str:
    """The snapshot that the job was started from, or is about to be; empty where it starts empty."""
    if so_far.restored_from or not any(isinstance(step, Submit) for step in action.steps):
        return so_far.restored_from or (action.live.marker.restored if action.live and action.live.marker else "")
    restore = action.restore
    return restore.path or so_far.savepoint if restore and restore.kind is not RestoreKind.FRESH else ""
