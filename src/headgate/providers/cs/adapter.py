"""The Cloud Stream adapter: definitions that the platform keeps, started and stopped through its API v1.0.

A job keeps its id through every start, so a run is told from the next by its start time. The marker and what the
platform never tells again stand in the description. The pages do not say what may be changed while a job runs, so
nothing is: a change is a stop with savepoint, an update and a start. There is one exception: a job that is adopted and
cannot be stopped with its state gets its description as it runs. If the platform refuses that, it is nobody's yet.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from headgate.errors import ProviderError, Rejected
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import JobState, Live, Marker, Observation, Several, Snapshot
from headgate.model.packages import mentions
from headgate.model.plan import Change, OperatorVerdict, PlatformVerdict, StateVerdict, Verdict
from headgate.model.reasons import Reason
from headgate.model.spec import AppliedSpec, JobSpec
from headgate.model.topology import Compiled
from headgate.providers.compiled_form import CompiledForm
from headgate.providers.cs.api import CsApi
from headgate.providers.cs.graphs import graph
from headgate.providers.cs.limits import problems
from headgate.providers.cs.looking import Looks
from headgate.providers.cs.reading import applied, as_path
from headgate.providers.cs.savepoints import Savepoints, Told, savepoint_at
from headgate.providers.cs.starting import Starts
from headgate.providers.cs.stopping import Stops
from headgate.providers.cs.wire import Definition
from headgate.providers.definition_deletion import require_deletable
from headgate.providers.http import NotFound
from headgate.providers.huawei.platform_holds import HELD
from headgate.providers.no_storage import NoStorage
from headgate.providers.odd_answers import reports_odd_answers
from headgate.providers.port import Capabilities, Submission, Support

_FORMAT = "huawei-cs"


@reports_odd_answers
class CsProvider(NoStorage):
    """One project of one region of Cloud Stream."""

    compiled_form = CompiledForm()
    capabilities = Capabilities(
        compile=Support.NO,
        savepoint=Support.NO,
        savepoint_path=Support.NO,
        drop_state=Support.NO,
        delete_definition=Support.YES,
        state_outlives=Support.NO,
        savepoint_format=_FORMAT,
    )

    def __init__(self, name: str, api: CsApi, *, project: str, closing: Callable[[], None] = lambda: None) -> None:
        self.name = name
        # A job cannot be started from what a job of another project left.
        self.capabilities = replace(type(self).capabilities, savepoint_format=f"{_FORMAT} {name}")
        self._closing = closing
        self._api = api
        self._project = project
        self._looks = Looks(api)
        self._savepoints = Savepoints(api)
        self._stops = Stops(api, self._looks, self._savepoints)
        self._starts = Starts(api, self._looks, self._savepoints, project=project)

    def close(self) -> None:
        self._api.close()
        self._closing()

    # -- what is there -------------------------------------------------------------------------------------------------

    def observe(self) -> Observation:
        """One list with details; and the one that knows of savepoints, if a job of ours may have been left with one."""
        jobs = [job for job in self._api.jobs() if job.is_flink]
        ours: dict[str, list[tuple[Definition, JobState]]] = {}
        others: list[Live] = []
        for job in jobs:
            state = self._looks.state(job)
            if job.marker and job.marker.project == self._project:
                ours.setdefault(job.marker.job, []).append((job, state))
            else:
                others.append(self._live(job, state, None))
        told = self._savepoints.told_of([job for group in ours.values() for job, state in group if not state.active])
        found = {name: self._current(group, told) for name, group in sorted(ours.items())}
        return Observation(found, tuple(sorted(others, key=lambda live: (live.name, live.job_id))))

    def _current(self, group: list[tuple[Definition, JobState]], told: Told | None) -> Live | Several:
        """The job that a name stands for: the one that is active, else the newest."""
        active = [one for one in group if one[1].active]
        if len(active) > 1:
            lives = [self._live(job, state, told) for job, state in active]
            return Several(tuple(sorted(lives, key=lambda live: live.job_id)))
        job, state = max(active or group, key=lambda one: (one[0].start_time, one[0].job_id))
        return self._live(job, state, told)

    def _live(self, job: Definition, state: JobState, told: Told | None) -> Live:
        left = "" if state.active else self._savepoints.left(job, told)
        # When it was made nobody tells; one that a failed run was started from is at least as old as that run.
        made_at = job.start_time if state is JobState.FAILED else 0
        if left and state is JobState.STOPPED:
            state = JobState.SUSPENDED
        unsavable = job.unsavable if state.active else ""
        return Live(
            job_id=str(job.job_id),
            name=job.name,
            state=state,
            word=job.word,
            marker=job.marker,
            applied=applied(job),
            started_at=job.start_time,
            snapshot=Snapshot(left, "savepoint", made_at) if left else None,
            provably_empty=not state.active and not job.start_time,
            unsavable=unsavable,
            held=HELD.get(job.word, ""),
            run=job.run,
            # One that cannot be stopped with its state has no other way to become ours with it.
            markable=not state.active or bool(unsavable),
        )

    def exists(self, path: str) -> bool | None:
        """Would a start take up the savepoint that this path names? Only the latest of each job is within reach."""
        asked = savepoint_at(path)
        if asked is None:
            return False
        try:
            job = self._api.job(asked[0])
        except NotFound:
            return False
        if self._looks.state(job).active:
            # Its stop will make one; until then there is none.
            return None if path == job.run or asked[1] == "latest" else False
        left = self._savepoints.of(job)
        return bool(left) and (left == path or asked[1] == "latest")

    def references(self, package: str) -> tuple[str, ...]:
        jobs = [job for job in self._api.jobs() if job.is_flink]
        uses = [(job.name, (job.jar_url, job.fact("jar"), job.fact("udf_jar_url"))) for job in jobs]
        asked = as_path(package)
        return tuple(sorted({name for name, paths in uses if any(mentions(as_path(path), asked) for path in paths)}))

    # -- what a spec would become --------------------------------------------------------------------------------------

    def compile(self, spec: JobSpec) -> Compiled:
        """There is no call that checks a statement: the platform reads it when the job is started."""
        return Compiled(why="the platform neither checks a statement before a start nor says what operators store")

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        """Nothing is changed in place. State is told of where the program stays; an edited one cannot be judged."""
        told = problems(spec, live)
        if told:
            return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note="; ".join(told))
        if live is None or live.applied is None:
            return PlatformVerdict()
        return PlatformVerdict(state=_verdict(spec, live.applied.unfilled(spec)))

    # -- single effects ------------------------------------------------------------------------------------------------

    def submit(self, submission: Submission) -> str:
        try:
            return self._starts.submit(submission)
        except ProviderError as trouble:
            # The service quotes what it was sent, and that has values where the manifest has placeholders.
            mask = submission.spec.secrets.mask
            trouble.problem, trouble.body = mask(trouble.problem), mask(trouble.body)
            raise

    def update(self, live: Live, spec: JobSpec, marker: Marker) -> None:
        job = self._api.job(int(live.job_id))
        if not self._looks.state(job).active:
            self._starts.change(job, spec, marker)
            return
        if applied(job).unfilled(spec).fields() != spec.fields():
            raise Rejected(
                f"job {job.name!r} is {job.word}, and the platform does not say what may be changed then",
                where=self.name,
            )
        self._starts.mark(job, spec, marker)

    def stop_with_savepoint(self, job_id: str) -> None:
        self._stops.with_savepoint(int(job_id))

    def stop_progress(self, job_id: str) -> SavepointProgress:
        return self._stops.progress(int(job_id))

    def cancel(self, job_id: str) -> None:
        self._stops.cancel(int(job_id))

    def take_savepoint(self, job_id: str, key: str) -> None:
        raise Rejected("this API makes savepoints in stops only", where=self.name, hint=_SUSPEND)

    def savepoint_progress(self, job_id: str, key: str) -> SavepointProgress:
        return SavepointProgress()

    def delete_definition(self, live: Live) -> None:
        """The platform deletes a job in any state, so it is looked at right before."""
        with contextlib.suppress(NotFound):
            job = self._api.job(int(live.job_id))
            require_deletable(job.name, job.word, job.marker, live, runs=self._looks.state(job).active)
            self._api.delete(job)

    def dispose(self, path: str) -> None:
        raise Rejected(
            "this API does not delete savepoints: the platform does, once the job was started again", where=self.name
        )

    # -- how a job is doing --------------------------------------------------------------------------------------------

    def health(self, job_id: str) -> Health:
        return self._looks.health(int(job_id))

    def graph(self, job_id: str) -> Graph:
        return graph(job_id, self._api.job(int(job_id)).name, self._api.execute_graph(int(job_id)))

    def detail(self, job_id: str) -> dict[str, Any]:
        return self._api.detail(int(job_id))


_SUSPEND = "`state: suspended` stops the job with one, and keeps its state"


def _verdict(spec: JobSpec, have: AppliedSpec) -> StateVerdict | None:
    """What becomes of state by the platform's own ways; None where the program changed, which nobody can judge."""
    before, after = have.fields(), spec.fields()
    code = ("udf_jar_url", "config_url")
    same = all(before.get(key) == after.get(key) for key in ("statement", "jar", "env"))
    if not same or any(have.options.get(key) != spec.options.get(key) for key in code):
        return None
    if have.parallelism != spec.parallelism:
        # DLI's pages warn of it for checkpoints, and Cloud Stream's say nothing.
        why = "nobody documents that a start with another parallelism takes up the savepoint"
        return StateVerdict(Verdict.UNKNOWN, (OperatorVerdict("all operators", Verdict.UNKNOWN, why),))
    why = "the same program, started from the savepoint of its last run"
    return StateVerdict(Verdict.KEPT, (OperatorVerdict("all operators", Verdict.KEPT, why),))
