"""The port: what a platform must offer to be reconciled. No planning, no printing, no retrying of writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from headgate.errors import Overtaken, Rejected
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import Kept, Live, Marker, Observation, Snapshot
from headgate.model.plan import Change, PlatformVerdict, Restore
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from headgate.providers.compiled_form import CompiledForm


class Support(StrEnum):
    """YES, NO (the platform cannot), UNWRITTEN (we cannot yet)."""

    YES = "yes"
    NO = "no"
    UNWRITTEN = "unwritten"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; planning asks before it promises. `headgate explain platforms` shows it as a table.

    Only what platforms differ in is here: each runs statements and programs in jars, and stops a job with its state.

    savepoint             takes a savepoint of a job that goes on
    drop_state            starts from a snapshot and drops what no operator claims any more, if it is asked to
    dispose               deletes a savepoint
    delete_definition     deletes the definition of a stopped job; NO where it keeps none: there is nothing to delete
    state_outlives        a start can read the state of a stopped job also when its definition is deleted
    graph                 shows the execution graph of a job
    mark_in_place         can be informed whose a job is without a restart: adoption restarts nothing
    savepoint_format      whose savepoints it reads; targets of one format may take over each other's jobs with state
    """

    savepoint: Support = Support.YES
    drop_state: Support = Support.YES
    dispose: Support = Support.NO
    delete_definition: Support = Support.NO
    state_outlives: Support = Support.YES
    graph: Support = Support.YES
    mark_in_place: Support = Support.NO
    savepoint_format: str = "flink"


@dataclass(frozen=True, slots=True)
class Submission:
    """One start of one job.

    `job_id` is chosen by headgate so that asking twice starts once, also for two runs that ask for different things:
    the second is reported by `Overtaken`. Platforms that choose their own ids compare the `marker.start_key` that is
    left on the job, which stands for this very start. `marker.predecessor` names the run it takes over from, `live`
    that job where it is still there: a platform that keeps definitions changes and starts that one.
    `compiled` is the compiled plan with the operator ids it is to run under, or None to run the statements.
    """

    spec: JobSpec
    job_id: str
    marker: Marker
    restore: Restore
    compiled: Compiled | None = None
    live: Live | None = None


def require_own_start(submission: Submission, there: Marker | None, where: str) -> None:
    """Raises `Overtaken` if what was started under the id of a submission is another run's, and something else."""
    if there is not None and there.start_key != submission.marker.start_key:
        if there.project != submission.marker.project:
            raise id_taken(submission, f"job {there.job!r} of project {there.project!r}", where)
        name, revision = submission.spec.name, there.revision
        raise Overtaken(
            f"job {name!r} was started as revision {revision} by another run, and was not started beside it",
            where=where,
            hint="run `headgate plan` to see what is left to do",
        )


def id_taken(submission: Submission, other: str, where: str) -> Overtaken:
    """The id that a start is asked for under is that of another job."""
    return Overtaken(
        f"job {submission.spec.name!r} was not started: the id {submission.job_id} that it is started under is that of "
        f"{other}, which was left alone",
        where=where,
        hint="end that job with the platform's own tools if it is not wanted, and run again",
    )


class NoDefinitions:
    """The part of the port about definitions, for a platform that keeps none of a job that has ended."""

    name: str

    def delete_definition(self, live: Live) -> None:
        raise Rejected(f"{self.name} keeps no definition of job {live.name!r}: there is nothing to delete")


class Provider(Protocol):
    """A configured platform. Every method may raise `ProviderError`; its subclass says what may have happened.

    All methods are safe to call from several threads at once. `job_id` is always `Live.job_id`.
    """

    name: str
    capabilities: Capabilities

    @property
    def compiled_form(self) -> CompiledForm:
        """How it writes the operators of a job."""

    # -- looking: changes nothing ------------------------------------------------------------------------------------

    def observe(self) -> Observation:
        """Everything this target says about every job. Complete, or an error: never a part."""

    def compile(self, spec: JobSpec) -> Compiled:
        """Check a spec on the platform without running it. Raises `Rejected` at the statement that is wrong."""

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        """What the platform would make of these changes to a job; `live` None for a first start."""

    # -- storage, as far as the platform reports it ------------------------------------------------------------------

    def kept(self, job: str) -> Kept | None:
        """What storage still says of a job of ours by name. None: this target has no such memory."""

    def retained(self, job: str, job_ids: tuple[str, ...], config: Mapping[str, str]) -> tuple[Snapshot, ...]:
        """The checkpoints that outlived a job of ours which this target has forgotten, newest first.

        `job_ids` are those it is known to have run under, `config` its own configuration. None are reported where the
        target says nothing of them.
        """

    def no_place(self, spec: JobSpec) -> str:
        """Why the savepoints of a job just started have no place to go to; empty: they have, or it is not known.

        A start does not fail for it, but every stop with savepoint will.
        """

    def exists(self, path: str) -> bool | None:
        """Is there a snapshot at this path, readable by this target? None: it cannot be found out before a start."""

    # -- a job that is there -------------------------------------------------------------------------------------------

    def health(self, job_id: str) -> Health:
        """How the job is doing now."""

    def graph(self, job_id: str) -> Graph:
        """The execution graph of the job."""

    def detail(self, job_id: str) -> dict[str, Any]:
        """The platform's own words about the job, for `status --raw`; the caller masks what is secret."""

    def references(self, package: str) -> tuple[str, ...]:
        """The names of all jobs on this target, ours and others, that use a jar or package, sorted."""

    # -- single effects ------------------------------------------------------------------------------------------------

    def submit(self, submission: Submission) -> str:
        """Start a job; returns the `job_id` it runs under. Asking again for the same submission starts nothing."""

    def update(self, live: Live, spec: JobSpec, marker: Marker) -> None:
        """Make a job equal to the spec without stopping it, and leave the marker on it. Asking twice does it once."""

    def stop_with_savepoint(self, job_id: str) -> None:
        """Ask the job to take a savepoint and stop. Asking again while it is under way changes nothing.

        So a request that was lost is made again: where it was not lost, that is the same stop.
        """

    def stop_progress(self, job_id: str) -> SavepointProgress:
        """How far the last stop with savepoint of this job has come; `done` once the job has ended, too.

        An adapter distinguishes: no savepoint and the job runs; no savepoint and the job has ended; a savepoint and the
        job failed as it was stopped (`done`, with a `warning`); a savepoint and the job still stopping.
        """

    def cancel(self, job_id: str) -> None:
        """End the job at once, without a savepoint. Of a job that has ended: nothing."""

    def take_savepoint(self, job_id: str, key: str) -> None:
        """Ask for a savepoint of a job that goes on. `key` (32 hex digits) names this one: asking twice takes one."""

    def savepoint_progress(self, job_id: str, key: str) -> SavepointProgress:
        """How far that savepoint has come."""

    def dispose(self, path: str) -> None:
        """Delete a savepoint, and return when it is gone. Of one that is gone: nothing."""

    def delete_definition(self, live: Live) -> None:
        """Delete the definition of a job of ours that does not run, and no savepoint. Of one that is gone: nothing.

        Looks at it once more first. Raises Rejected where it runs, or is not ours any more.
        """

    def close(self) -> None:
        """Let go of connections and write caches."""
