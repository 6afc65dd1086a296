"""The port: what a platform must offer to be reconciled. No planning, no printing, no retrying of writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from headgate.model.health import Graph, Health, StopProgress
from headgate.model.live import Marker, Observation
from headgate.model.plan import Restore
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled, Topology


class Support(StrEnum):
    """YES, NO (the platform cannot), UNWRITTEN (we cannot yet)."""

    YES = "yes"
    NO = "no"
    UNWRITTEN = "unwritten"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; planning asks before it promises."""

    sql: Support = Support.YES
    jar: Support = Support.YES
    stop_with_savepoint: Support = Support.YES
    compile: Support = Support.YES
    graph: Support = Support.YES
    mark_in_place: Support = Support.NO
    rescale_in_place: Support = Support.UNWRITTEN


@dataclass(frozen=True, slots=True)
class Submission:
    """One start of one job.

    `job_id` is chosen by headgate so that asking twice starts once; platforms that choose their own ignore it.
    `compiled` is the compiled plan with the operator ids it is to run under, or None to run the statements.
    """

    spec: JobSpec
    job_id: str
    marker: Marker
    restore: Restore
    compiled: Compiled | None = None


class Provider(Protocol):
    """A configured platform. Every method may raise `ProviderError`; its subclass says what may have happened.

    All methods are safe to call from several threads at once.
    """

    name: str
    capabilities: Capabilities

    def observe(self) -> Observation:
        """Everything this target says about every job. Complete, or an error: never a part."""

    def compile(self, spec: JobSpec) -> Compiled:
        """Check a spec on the platform without running it. Raises `Rejected` at the statement that is wrong."""

    def topology(self, compiled: str) -> Topology | None:
        """Read the compiled form that a live job carries; None if it cannot be read."""

    def numbered(self, compiled: str, ids: Mapping[int, int], fresh_from: int) -> str:
        """The compiled form with operator ids taken over from a live job, all others above `fresh_from`."""

    def vertices(self, spec: JobSpec) -> tuple[str, ...]:
        """The vertex ids of a spec run as written, not from a compiled plan: to compare with a live job's."""

    def submit(self, submission: Submission) -> str:
        """Start a job; returns the id it runs under. Asking again for the same `job_id` starts nothing."""

    def stop_with_savepoint(self, job_id: str) -> None:
        """Ask the job to take a savepoint and stop. Asking again while it is under way changes nothing."""

    def stop_progress(self, job_id: str) -> StopProgress:
        """How far the last stop with savepoint of this job has come."""

    def cancel(self, job_id: str) -> None:
        """End the job at once, without a savepoint."""

    def health(self, job_id: str) -> Health:
        """How the job is doing now."""

    def graph(self, job_id: str) -> Graph:
        """The execution graph of the job."""

    def detail(self, job_id: str) -> dict[str, Any]:
        """The platform's own words about the job, for `status --raw`."""

    def close(self) -> None:
        """Let go of connections and write caches."""
