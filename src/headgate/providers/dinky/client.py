"""Dinky as a platform that keeps definitions: a definition is a task, a run of it a job instance.

Dinky starts a task as often as it is asked. What makes a start happen once: before anything is written, Flink's own
word is asked for through Dinky; the task's note has the start key before the start; and no write is ever repeated by
itself. Calls at the same moment claim the start in the note as well (`by`), wait, and look who was last. Nothing in
Dinky can make that an iron rule: a process that is frozen for longer than `claim_wait` between its look and its start
may start a second copy, which the next look reports. Cancel, savepoints and starts without a path go through `/api`,
because their twins under `/openapi` forget to set the tenant.

Unverified: all of this was read in Dinky's source and run against a simulator, never a server. Most in doubt are
whether releases after 1.2.1 set the tenant under `/openapi`, and take savepoints through Flink's REST API again (1.2.0
does not); that explaining a statement in the server leaves nothing behind; that an ending read twice is one; and what
modes other than sessions answer, where a start may name a cluster and no job.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headgate.errors import Rejected, Unavailable
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import JobState, Kept, Live, Marker, Snapshot
from headgate.model.packages import mentions
from headgate.model.plan import Change, PlatformVerdict
from headgate.model.project import Target
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from headgate.providers.answer_fields import NotFound
from headgate.providers.definitions.client import Client, Traits
from headgate.providers.definitions.definition import Definition
from headgate.providers.definitions.ownership import is_ours
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.providers.definitions.start_once import Wanted
from headgate.providers.definitions.waiter import Patience
from headgate.providers.dinky import compatibility, instance_details
from headgate.providers.dinky.catalogue import Trees
from headgate.providers.dinky.forms import DinkyTarget
from headgate.providers.dinky.instances import Instances
from headgate.providers.dinky.savepoints import Savepoints
from headgate.providers.dinky.session import Session
from headgate.providers.dinky.spec import DIALECTS, ENVIRONMENT, fields_of, is_a_job
from headgate.providers.dinky.task_note import Note
from headgate.providers.dinky.task_runs import TaskRun, TaskRuns
from headgate.providers.dinky.tasks import Tasks
from headgate.providers.dinky.validation import Checker
from headgate.providers.dinky.wire import Instance, Task, document, text
from headgate.providers.port import Capabilities, Support
from headgate.providers.run_facts import Facts

# They hold kube and yarn settings and the cluster's own options, or are computed and hold those again.
_UNSHOWN = ("clusterConfiguration", "clusterInstance", "executorSetting", "gatewayConfig", "jobConfig")


@dataclass(frozen=True, slots=True)
class _Claim:
    """How a task was when one call claimed its start: its newest instance, 0 for none, and its newest history row."""

    by: str
    newest: int
    begun: int


class DinkyClient(Client):
    """One tenant of one Dinky server. The id of a definition is that of the task."""

    capabilities = Capabilities(delete_definition=Support.YES, mark_in_place=Support.YES)
    # The answer to a start says what came of it.
    traits = Traits(patience=Patience(looks=5, first=0.5), looks_after_refusal=0)

    def __init__(
        self, target: Target, session: Session, facts: Facts, *, project: str, pause: Callable[[float], None]
    ) -> None:
        form: DinkyTarget = target.settings
        self.name = target.name
        self._claim_wait = form.claim_wait
        self._pause = pause
        self._session = session
        self._project = project
        self._claims: dict[str, _Claim] = {}
        self._facts = facts
        trees, self._instances = Trees(session), Instances(session)
        self._tasks = Tasks(session, self._instances, trees, project=project, folder=form.folder)
        self._runs = TaskRuns(session, self._instances, self._tasks, trees, facts, project, form.folder)
        self._savepoints = Savepoints(session, self._instances, self._tasks)
        self._checker = self.compiled_form = Checker(self.name, session, self._tasks)

    def close(self) -> None:
        self._facts.save()
        self._session.close()

    # -- looking -------------------------------------------------------------------------------------------------------

    def list(self) -> tuple[Definition, ...]:
        return self._runs.list()

    def get(self, definition_id: str) -> Definition:
        return self._runs.now(self._tasks.read(definition_id))

    def candidates(self, wanted: Wanted) -> tuple[Definition, ...]:
        """Raises Unavailable while another start is under way, OutcomeUnknown where one may have left a job."""
        tasks = {str(task.id): task for task in self._tasks.named(wanted.job)}
        for task_id in wanted.known_ids():
            if task_id not in tasks:
                with contextlib.suppress(NotFound):
                    tasks[task_id] = self._tasks.read(task_id)
        return tuple(one for task in tasks.values() for one in self._startable(task, wanted))

    def _startable(self, task: Task, wanted: Wanted) -> tuple[Definition, ...]:
        found = self._runs.every(task)
        claim = self._claims.get(wanted.claim) if wanted.updated == str(task.id) else None
        if claim and wanted.ran is None and claim.newest != max(one.row.newest for one in found):
            raise Unavailable(f"another run has just started task {task.name!r}", hint="run again")
        at_rest = not any(one.status.active for one in found)
        if wanted.ran is not None or not at_rest or not wanted.may_use(found[0]):
            return found
        [one] = found
        ours = wanted.is_for(one)
        if ours and not one.never_ran and not one.is_run(wanted.predecessor):
            return found
        known = claim.begun if claim else None
        again, newest = ours and claim is None, one.row.instance
        begun = self._instances.require_no_unclear_start(task, newest, again=again, known=known)
        return (replace(one, row=replace(one.row, begun=begun)),)

    def health(self, definition: Definition) -> Health:
        newest = definition.row.started
        return instance_details.health(newest, self._instances.detail(newest.id))

    def graph(self, definition: Definition) -> Graph:
        """Flink's plan of the job that runs, as Dinky passes it on; else the plan of what is saved."""
        newest, task = definition.row.started, definition.row.task
        plan = instance_details.running_plan(self._instances.detail(newest.id)) or self._checker.saved(task)
        return instance_details.graph(definition.id, task.name, plan)

    def detail(self, definition: Definition) -> dict[str, Any]:
        """The task, and its newest start if it was started; without what shows how clusters are reached."""
        row: TaskRun = definition.row
        instance = {"instance": self._instances.detail(row.instance.id)} if row.instance else {}
        return {key: _shown(value) for key, value in {"task": row.task.raw, **instance}.items()}

    def kept(self, job: str) -> Kept | None:
        """The savepoints Dinky recorded for our task of this name; None where there is no such task any more."""
        when = self._session.milliseconds
        for task in self._tasks.named(job):
            if is_ours(Note.read(task.note).marker, self._project, job):
                taken = (one for one in reversed(self._instances.savepoints(task.id)) if one.path)
                return Kept(True, tuple(Snapshot(one.path, "savepoint", when(one.created)) for one in taken))
        return None

    def references(self, package: str) -> tuple[str, ...]:
        """Looked for in the statement of a job, and in that of the environment that is put before it."""
        wanted = {"filter": {"dialect": [*DIALECTS, ENVIRONMENT]}, "sorter": {"id": "ascend"}}
        tasks = {task.id: task for task in map(Task.read, self._session.listed("/api/task", wanted))}

        using = {task.id for task in tasks.values() if mentions(text(task.raw.get("statement")), package)}
        jobs = filter(is_a_job, tasks.values())
        return tuple(sorted(task.name for task in jobs if using & {task.id, fields_of(task.raw)["envId"]}))

    # -- what a spec would become --------------------------------------------------------------------------------------

    def compile(self, spec: JobSpec) -> Compiled:
        return self._checker.check(spec)

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        marker = Marker(self._project, spec.name, spec.revision, start_key="0" * 32)
        return compatibility.platform_verdict(self._tasks, self._savepoints, spec, marker, live, changes)

    # -- single effects ------------------------------------------------------------------------------------------------

    def create(self, wanted: Wanted, beside: tuple[Definition, ...]) -> str:
        task = self._tasks.wanted(wanted.spec, wanted.marker, wanted.submission.restore, wanted.claim)
        return self._tasks.create(task)

    def update(self, definition: Definition, spec: JobSpec, marker: Marker, start: Wanted | None = None) -> None:
        """A start is claimed: any other call that is at it has claimed it as well by the time this returns."""
        row: TaskRun = definition.row
        if start is None:
            self._tasks.make(row.task, self._tasks.wanted(spec, marker))
            return
        newest = row.newest
        by = f"{start.claim}.{newest}" if newest else start.claim
        self._claims[start.claim] = _Claim(by, newest, row.begun)
        if self._tasks.make(row.task, self._tasks.wanted(spec, marker, start.submission.restore, by)):
            self._pause(self._claim_wait)

    def run(self, definition: Definition, wanted: Wanted, beside: tuple[Definition, ...]) -> bool:
        """Start what is saved. Raises Unavailable where another call has claimed it since."""
        claim, task = self._claims.pop(wanted.claim), self._tasks.read(definition.id)
        if Note.read(task.note).by != claim.by:
            problem = f"another run is about to start task {task.name!r}"
            raise Unavailable(problem, hint="run again when that run has ended")
        variables = wanted.spec.secrets.fill_all(wanted.spec.options).get("variables", {})
        self._instances.start(task, wanted.submission.restore, variables, known=claim.begun)
        return True

    def stop(self, definition: Definition, *, savepoint: bool) -> None:
        task, newest = definition.row.task, definition.row.started
        if savepoint:
            self._savepoints.ask(task, newest, "stop")
        else:
            self._instances.require_pointed_at(task, newest)
            self._instances.cancel(task)

    def stop_progress(self, definition: Definition) -> SavepointProgress:
        newest: Instance | None = definition.row.instance
        if newest is None:
            return SavepointProgress()
        if newest.state.active:
            return SavepointProgress(asked=newest.state is JobState.STOPPING)
        left = self._runs.left_by(newest)
        if left.stopped and left.snapshot:
            warning = f"Dinky reports the job as {newest.word}" if newest.state is JobState.FAILED else ""
            return SavepointProgress(asked=True, done=True, path=left.snapshot.path, warning=warning, job=newest.state)
        failed = f"it ended without a savepoint and is {newest.word}"
        return SavepointProgress(asked=True, failed=failed, job=newest.state)

    def savepoint(self, definition: Definition, key: str) -> None:
        self._savepoints.take(definition.row.task, definition.row.started, key)

    def savepoint_progress(self, definition: Definition, key: str) -> SavepointProgress:
        return self._savepoints.progress(definition.row.task, key)

    def delete(self, definition: Definition) -> None:
        row: TaskRun = definition.row
        self._instances.require_no_unclear_start(row.task, row.instance, again=False)
        self._tasks.delete(row.task)

    def dispose(self, path: str) -> None:
        hint = "delete its directory where it is stored; headgate does not reach that storage"
        raise Rejected("Dinky cannot delete savepoints", where=self.name, hint=hint)


def _shown(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): _shown(one) for key, one in value.items() if key not in _UNSHOWN}
        case list():
            return [_shown(one) for one in value]
        case str() if inside := document(value):  # JSON in a text, as Dinky sends it now and then
            return _shown(inside)
    return value


def open_dinky(
    target: Target, *, project: str, cache: Path | None, pause: Callable[[float], None] = time.sleep
) -> DefinitionProvider:
    """A provider for a `targets:` entry with `provider: dinky`. Nothing is asked until it is used."""
    form: DinkyTarget = target.settings
    facts = Facts(cache, "dinky", f"{form.url} {form.tenant}")
    client = DinkyClient(target, Session(target, pause), facts, project=project, pause=pause)
    return DefinitionProvider(client, project=project, pause=pause)
