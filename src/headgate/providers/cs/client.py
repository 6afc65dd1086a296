"""The calls that a start, a stop and a look are made of, and what Cloud Stream makes of them.

A job keeps its id through every start, so its start time distinguishes one run from the next. The marker, and what the
platform does not report again, stand in the description. The pages do not say what may be changed while a job runs, so
nothing is: a change is a stop with savepoint, an update and a start. There is one exception: a job that is adopted and
cannot be stopped with its state gets its description as it runs. If the platform refuses that, it is nobody's yet.

A stop is not answered with an id, so it is found again by the job's status. What this process asked for it remembers,
to distinguish a status that is not yet the new one, and to report what no field says:

    job_running -> (job_savepointing) -> job_canceling -> job_cancel_success, or job_cancel_fail
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headgate.errors import OutcomeUnknown, Rejected
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import JobState, Live, Marker, Snapshot
from headgate.model.packages import mentions
from headgate.model.plan import Change, PlatformVerdict, RestoreKind
from headgate.model.project import Target
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from headgate.providers.cs.api import CsApi
from headgate.providers.cs.graphs import graph
from headgate.providers.cs.savepoints import Savepoints, savepoint_at
from headgate.providers.cs.spec import applied, as_path, changes, creation, described, job_type, uploads
from headgate.providers.cs.states import engine_state
from headgate.providers.cs.validation import problems, state_verdict
from headgate.providers.cs.wire import JAR, KINDS, NOTE, CsJob
from headgate.providers.definitions import last_applied
from headgate.providers.definitions.client import Client
from headgate.providers.definitions.definition import Definition
from headgate.providers.definitions.ownership import is_ours
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.providers.definitions.start_once import Wanted
from headgate.providers.huawei.account import Account, host
from headgate.providers.huawei.job_words import HELD, STOP_FAILED, STOPPED
from headgate.providers.port import Capabilities, Support

_FORMAT = "huawei-cs"
# How often an old status, or a list without the new savepoint, is taken for one that lags.
_LAGS = 20
# Hosts that do not follow the pattern of the other regions; from the official SDK.
_HOSTS = {
    "cn-north-5": "https://cs-api.cn-north-5.myhuaweicloud.com",
    "eu-west-0": "https://cs.eu-west-0.prod-cloud-ocb.orange-business.com",
}


@dataclass(slots=True)
class _Asked:
    """A stop that this process asked for: the word the status had, whether it has moved, and looks without news."""

    before: str
    moved: bool = False
    looks: int = 0

    def lags(self) -> bool:
        self.looks += 1
        return self.looks <= _LAGS


class CsClient(Client):
    """The Flink jobs of one project of one region of Cloud Stream; `project` is that of the markers."""

    capabilities = Capabilities(
        savepoint=Support.NO,
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
        self._savepoints = Savepoints(api)
        self._asked: dict[str, _Asked] = {}

    def close(self) -> None:
        self._api.close()
        self._closing()

    # -- looking -------------------------------------------------------------------------------------------------------

    def list(self) -> tuple[Definition, ...]:
        """One list with details; and the one that knows of savepoints, if a job of ours may have been left with one."""
        jobs = [(job, self._state(job)) for job in self._api.jobs() if job.is_flink]
        ended = [job for job, state in jobs if is_ours(job.marker, self._project) and not state.active]
        reported = self._savepoints.reported_of(ended)
        left = {job.job_id: self._savepoints.left(job, reported) for job, state in jobs if not state.active}
        return tuple(_definition(job, state, left.get(job.job_id, "")) for job, state in jobs)

    def candidates(self, wanted: Wanted) -> tuple[Definition, ...]:
        """One that is known and has the name is alone with it: names are unique, among jobs of any kind."""
        taken_over = savepoint_at(wanted.predecessor)
        ids = {*map(int, wanted.known_ids()), *([taken_over[0]] if taken_over else [])}
        known = [one for job_id in sorted(ids) if (one := self.there(str(job_id)))]
        if any(one.name == wanted.job and wanted.may_use(one) for one in known):
            return tuple(known)
        named = {job.job_id for job in self._api.jobs(wanted.job) if job.root_id <= 0}
        return (*known, *(one for job_id in sorted(named - ids) if (one := self.there(str(job_id)))))

    def get(self, definition_id: str) -> Definition:
        job = self._api.job(int(definition_id))
        return _definition(job, self._state(job))

    def health(self, definition: Definition) -> Health:
        """The platform counts neither tasks nor checkpoints, so a job that runs is one task.

        Whether checkpoints are on is reported of SQL jobs: a jar sets them up in its program.
        """
        job, state = definition.row, definition.status
        cause = " ".join(job.status_desc.split()) if state in (JobState.FAILED, JobState.UNKNOWN) else ""
        return Health(state, job.word, int(state is JobState.RUNNING), 1, checkpointing=job.checkpointing, cause=cause)

    def graph(self, definition: Definition) -> Graph:
        return graph(definition.id, definition.name, self._api.execute_graph(definition.row.job_id))

    def detail(self, definition: Definition) -> dict[str, Any]:
        return dict(definition.row.raw)

    def references(self, package: str) -> tuple[str, ...]:
        jobs = [job for job in self._api.jobs() if job.is_flink]
        uses = [(job.name, (job.jar_url, job.fact("jar"), job.fact("udf_jar_url"))) for job in jobs]
        asked = as_path(package)
        return tuple(sorted({name for name, paths in uses if any(mentions(as_path(path), asked) for path in paths)}))

    def exists(self, path: str) -> bool | None:
        """Would a start take up the savepoint that this path names? Only the latest of each job is within reach."""
        asked = savepoint_at(path)
        found = self.there(str(asked[0])) if asked else None
        if asked is None or found is None:
            return False
        job = found.row
        if found.status.active:
            # Its stop will make one; until then there is none.
            return None if path == job.run or asked[1] == "latest" else False
        left = self._savepoints.of(job)
        return bool(left) and (left == path or asked[1] == "latest")

    def stop_progress(self, definition: Definition) -> SavepointProgress:
        job, state = definition.row, definition.status
        asked = self._asked.get(job.run)
        if job.state is JobState.STOPPING:
            if asked:
                asked.moved = True
            return SavepointProgress(asked=True)
        if asked and job.word == asked.before and not asked.moved and asked.lags():
            return SavepointProgress(asked=True)
        if job.word == STOPPED:
            return self._ended(job, asked)
        if job.word == STOP_FAILED:
            return SavepointProgress(True, failed=job.status_desc or "the platform could not stop the job", job=state)
        if state.active:
            failed = "the job runs again, and the platform does not say why it was not stopped" if asked else ""
            return SavepointProgress(asked is not None, failed=failed, job=state)
        if asked is None and not job.start_time:
            return SavepointProgress()
        failed = job.status_desc or f"the job is {job.word}, not stopped"
        return SavepointProgress(asked=True, failed=failed, job=state)

    # -- what a spec would become --------------------------------------------------------------------------------------

    def kind(self, spec: JobSpec) -> str:
        return KINDS[job_type(spec)]

    def compile(self, spec: JobSpec) -> Compiled:
        """There is no call that checks a statement: the platform reads it when the job is started."""
        return Compiled(why="the platform neither checks a statement before a start nor says what operators store")

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        """Nothing is changed in place. State is kept where the program stays; an edited one cannot be judged."""
        if found := problems(spec, live):
            return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note="; ".join(found))
        if live is None or live.applied is None:
            return PlatformVerdict()
        return PlatformVerdict(state=state_verdict(spec, live.applied.unfilled(spec)))

    def require_state(self, wanted: Wanted, definition: Definition | None) -> None:
        """A start takes up the latest savepoint of its own job, whichever is named."""
        restore = wanted.submission.restore
        if restore.kind is RestoreKind.FRESH:
            return
        asked, left = savepoint_at(restore.path), self._savepoints.of(definition.row) if definition else ""
        latest = definition is not None and asked == (definition.row.job_id, "latest")
        if left and (latest or restore.path == left):
            return
        there = f"its latest savepoint is {left}" if left else "no savepoint of it is known to be there"
        raise Rejected(
            f"job {wanted.job!r} cannot be started from {restore.path or 'a savepoint without a name'}: {there}",
            where=self.name,
            hint="the platform starts a job from its own latest savepoint only, and deletes that once it was used",
            code="snapshot-missing",
        )

    # -- single effects ------------------------------------------------------------------------------------------------

    def create(self, wanted: Wanted, beside: tuple[Definition, ...]) -> str:
        jar = uploads(wanted.spec, None)
        try:
            values = creation(wanted.spec, wanted.marker)
            job_id = self._api.save(values, is_jar=job_type(wanted.spec) == JAR, file=jar)
        except Rejected as refused:
            if refused.code != "name-taken":
                raise
            return ""
        if jar is not None:
            self._note_place(job_id)
        return str(job_id)

    def update(self, definition: Definition, spec: JobSpec, marker: Marker, start: Wanted | None = None) -> None:
        job: CsJob = definition.row
        jar = None if definition.active else uploads(spec, job)
        if definition.active:
            self._mark(job, spec, marker)
        elif values := changes(spec, marker, job):
            self._api.save(values, is_jar=job.is_jar, file=jar)
        if jar is not None:
            self._note_place(job.job_id)

    def run(self, definition: Definition, wanted: Wanted, beside: tuple[Definition, ...]) -> bool:
        self._api.run(definition.row.job_id, resume=wanted.submission.restore.kind is not RestoreKind.FRESH)
        return False

    def stop(self, definition: Definition, *, savepoint: bool) -> None:
        job: CsJob = definition.row
        if savepoint:
            self._asked[job.run] = _Asked(job.word)
        try:
            self._api.stop(job.job_id, savepoint=savepoint)
        except OutcomeUnknown:
            # Only the reply was lost where the same run no longer says what it said before.
            now = self.there(definition.id)
            if now is None or now.run_id != job.run or now.word == job.word:
                raise
        except Rejected:
            now = self.there(definition.id)
            if now is not None and now.status.active and now.status is not JobState.STOPPING:
                self._asked.pop(job.run, None)
            raise

    def delete(self, definition: Definition) -> None:
        self._api.delete(definition.row.job_id)

    def dispose(self, path: str) -> None:
        raise Rejected(
            "this API does not delete savepoints: the platform does, once the job was started again", where=self.name
        )

    # -- shared --------------------------------------------------------------------------------------------------------

    def _state(self, job: CsJob) -> JobState:
        """After a stop that failed only the execution graph shows whether the Flink job runs; none proves nothing."""
        if job.word != STOP_FAILED:
            return job.state
        try:
            found = self._api.execute_graph(job.job_id)
        except Rejected:
            return JobState.UNKNOWN
        return engine_state(str(found.get("state") or ""))

    def _mark(self, job: CsJob, spec: JobSpec, marker: Marker) -> None:
        """Say whose a job is that runs as the spec says, by its description alone."""
        if applied(job).unfilled(spec).fields() != spec.fields():
            raise Rejected(
                f"job {job.name!r} is {job.word}, and the platform does not say what may be changed then",
                where=self.name,
            )
        desc = described(spec, marker, job, at=job.jar_url)
        if desc != job.desc:
            self._api.save({"job_id": job.job_id, "desc": desc}, is_jar=False)

    def _note_place(self, job_id: int) -> None:
        """Remember where the platform put the jar: as long as it is there, the job runs the jar of the repository."""
        job = self._api.job(job_id)
        desc = last_applied.write(job.desc, None, {**(job.facts or {}), "at": job.jar_url}, NOTE)
        self._api.save({"job_id": job_id, "manager_spu": job.manager_units, "desc": desc}, is_jar=True)

    def _ended(self, job: CsJob, asked: _Asked | None) -> SavepointProgress:
        reported = self._savepoints.reported_of([job], must_answer=True)
        if run := self._savepoints.left(job, reported):
            return SavepointProgress(asked=True, done=True, path=run)
        known = (reported or {}).get((job.job_id, job.name))
        if asked is None:
            failed = "the job is stopped, and nothing shows that a savepoint was made"
            return SavepointProgress(failed=failed, job=JobState.STOPPED)
        if known is None:
            # Nobody can say more than this: a savepoint was asked for, and the stop succeeded.
            self._savepoints.remember(job)
            return SavepointProgress(asked=True, done=True, path=job.run)
        if asked.lags():
            return SavepointProgress(asked=True)
        failed = "the job was stopped, and the platform shows no savepoint of it"
        return SavepointProgress(asked=True, failed=failed, job=JobState.STOPPED)


def _definition(job: CsJob, state: JobState, left: str = "") -> Definition:
    """`left` is the run whose savepoint a start would take up, empty if none is proven or it was not looked for."""
    # When it was made nobody reports; one that a failed run was started from is at least as old as that run.
    made_at = job.start_time if state is JobState.FAILED else 0
    if left and state is JobState.STOPPED:
        state = JobState.SUSPENDED
    unsavable = job.unsavable if state.active else ""
    live = Live(
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
    return Definition(live, never_ran=not job.start_time, kind=KINDS.get(job.job_type, job.job_type), row=job)


def address(region: str) -> str:
    """Where the service of a region is."""
    return _HOSTS.get(region) or host("cs", region)


def open_cs(
    target: Target, *, project: str, cache: Path | None, pause: Callable[[float], None] = time.sleep
) -> DefinitionProvider:
    """A provider for a `targets:` entry with `provider: huawei-cs`. Raises Rejected, Unauthorised."""
    account = Account.of(target, os.environ, address=address)
    api = account.api(CsApi, project=account.project_id, pause=pause)
    return DefinitionProvider(
        CsClient(target.name, api, project=project, closing=account.close), project=project, pause=pause
    )
