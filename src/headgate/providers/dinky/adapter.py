"""The Dinky adapter: a definition is a task, a start of it a job instance.

What makes a start happen once although Dinky would start as often as it is asked: the marker with its attempt is
written into the task's note before the start, so a later run knows whose start it was; whatever is about to be written
is checked against Flink's own word, through Dinky; and no write is ever repeated by itself. Runs at the same moment
write themselves down there as well, wait, and look who was last. Nothing in Dinky can make that an iron rule: a run
that is frozen for longer than `claim_wait` between its look and its start may start a second copy, which the next look
tells. Cancel, savepoints and starts without a path go through `/api`, because their twins under `/openapi` forget to
set the tenant.

Unverified: all of this was read in Dinky's source and run against a simulator, never a server. Most in doubt are
whether releases after 1.2.1 set the tenant under `/openapi`, and take savepoints through Flink's REST API again (1.2.0
does not); that explaining a statement in the server leaves nothing behind; that an ending read twice is one; and what
modes other than sessions answer, where a start may name a cluster and no job.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import JobState, Kept, Live, Marker, Observation, Snapshot
from headgate.model.packages import mentions
from headgate.model.plan import Change, PlatformVerdict
from headgate.model.project import Target
from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from headgate.providers.definition_deletion import require_deletable
from headgate.providers.dinky import definition, prospects, remains
from headgate.providers.dinky.catalogue import Trees
from headgate.providers.dinky.changing import Definitions
from headgate.providers.dinky.checking import Checker
from headgate.providers.dinky.envelope import judge
from headgate.providers.dinky.forms import DinkyTarget
from headgate.providers.dinky.notes import Note
from headgate.providers.dinky.observing import Observer
from headgate.providers.dinky.runs import Runs
from headgate.providers.dinky.savepoints import Savepoints
from headgate.providers.dinky.session import CREDENTIALS, Credentials, Session
from headgate.providers.dinky.wire import Instance, Task, document, text
from headgate.providers.http import Api, Tls
from headgate.providers.no_storage import NoStorage
from headgate.providers.odd_answers import reports_odd_answers
from headgate.providers.port import Capabilities, Submission, Support
from headgate.providers.run_facts import Facts

# They hold kube and yarn settings and the cluster's own options, or are computed and hold those again.
_UNSHOWN = ("clusterConfiguration", "clusterInstance", "executorSetting", "gatewayConfig", "jobConfig")


@reports_odd_answers
class DinkyProvider(NoStorage):
    """One tenant of one Dinky server. `job_id` is the id of the task."""

    capabilities = Capabilities(
        list_savepoints=Support.YES,
        delete_definition=Support.YES,
        mark_in_place=Support.YES,
        update_in_place=Support.YES,
        read_back=Support.YES,
    )

    def __init__(
        self,
        name: str,
        session: Session,
        *,
        project: str,
        folder: str,
        facts: Facts | None = None,
        claim_wait: float = 1.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._claim_wait = claim_wait
        self._pause = pause
        self._session = session
        self._project = project
        self._runs = Runs(session)
        trees = Trees(session)
        self._facts = facts or Facts(None, "dinky", "")
        self._definitions = Definitions(session, self._runs, trees, project=project, folder=folder)
        self._observer = Observer(session, self._runs, trees, self._facts, project=project, folder=folder)
        self._savepoints = Savepoints(session, self._runs, self._definitions)
        self._checker = self.compiled_form = Checker(name, session, self._definitions)

    def close(self) -> None:
        self._facts.save()
        self._session.close()

    # -- what is there -------------------------------------------------------------------------------------------------

    def observe(self) -> Observation:
        return self._observer.observe()

    def health(self, job_id: str) -> Health:
        newest = self._started(job_id)
        return remains.health(newest, self._runs.detail(newest.id))

    def graph(self, job_id: str) -> Graph:
        """Flink's plan of the job that runs, as Dinky passes it on; else the plan of what is saved."""
        task, newest = self._definitions.read(job_id), self._started(job_id)
        plan = remains.running_plan(self._runs.detail(newest.id)) or self._checker.saved(task)
        return remains.graph(job_id, task.name, plan)

    def detail(self, job_id: str) -> dict[str, Any]:
        """The task, and its newest start if it was started; without what tells how clusters are reached."""
        newest = self._runs.newest(int(job_id))
        told: dict[str, Any] = {"task": _shown(self._definitions.read(job_id).raw)}
        if newest is not None:
            told["instance"] = _shown(self._runs.detail(newest.id))
        return told

    def kept(self, job: str) -> Kept | None:
        """The savepoints Dinky recorded for our task of this name; None where there is no such task any more."""
        task = self._definitions.of(job)
        if task is None:
            return None
        taken = reversed(self._runs.savepoints(task.id))
        when = self._session.milliseconds
        return Kept(True, tuple(Snapshot(one.path, "savepoint", when(one.created)) for one in taken if one.path))

    def references(self, package: str) -> tuple[str, ...]:
        """Looked for in the statement of a job, and in that of the environment that is put before it."""
        dialects = [*definition.DIALECTS, definition.ENVIRONMENT]
        listed = self._session.listed("/api/task", {"filter": {"dialect": dialects}, "sorter": {"id": "ascend"}})
        tasks = {task.id: task for task in map(Task.read, listed)}

        def texts(task: Task) -> tuple[str, ...]:
            before = tasks.get(definition.fields_of(task.raw)["envId"])
            return tuple(text(one.raw.get("statement")) for one in (before, task) if one is not None)

        jobs = (task for task in tasks.values() if definition.is_a_job(task))
        return tuple(sorted(task.name for task in jobs if any(mentions(one, package) for one in texts(task))))

    # -- what a spec would become --------------------------------------------------------------------------------------

    def compile(self, spec: JobSpec) -> Compiled:
        return self._checker.check(spec)

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        marker = Marker(self._project, spec.name, spec.revision, start_key="0" * 32)
        return prospects.platform_verdict(self._definitions, self._savepoints, spec, marker, live, changes)

    # -- single effects ------------------------------------------------------------------------------------------------

    def submit(self, submission: Submission) -> str:
        spec = submission.spec
        try:
            return self._submitted(submission)
        except (Rejected, OutcomeUnknown) as trouble:
            trouble.problem, trouble.body = spec.secrets.mask(trouble.problem), spec.secrets.mask(trouble.body)
            raise

    def _submitted(self, submission: Submission) -> str:
        spec, marker, restore = submission.spec, submission.marker, submission.restore
        wanted = self._definitions.wanted(spec, marker, restore)
        task = self._definitions.found(spec.name, submission.live)
        known = 0
        if task is None:
            task = self._definitions.create(wanted)
        else:
            look = self._runs.look(task.id)
            start_key = _start_key(task)
            if look.active or (start_key == submission.marker.start_key and _was_started(look.newest, marker)):
                return self._started_before(task, look.active, ours=start_key == submission.marker.start_key)
            if _went_on(task, look.newest, marker):
                raise Rejected(f"task {task.name!r} was started again by somebody since the plan was made")
            again = start_key == submission.marker.start_key
            known = self._runs.require_no_unclear_start(task, look.newest, again=again)
            wanted = wanted.after(look.newest.id if look.newest else None)
            task = self._definitions.make(task, wanted)
            # Whoever else is at it has written itself down by then, or its start can be seen.
            self._pause(self._claim_wait)
            self._require_still_at_rest(task, look.newest, known)
        self._definitions.require_ours_to_start(task, wanted)
        self._runs.start(task, restore, wanted.options.get("variables", {}), known=known)
        return str(task.id)

    def _require_still_at_rest(self, task: Task, before: Instance | None, known: int) -> None:
        newest = self._runs.newest(task.id)
        if newest is not None and (before is None or newest.id != before.id):
            raise Unavailable(f"another run has just started task {task.name!r}", hint="run again")
        self._runs.require_no_unclear_start(task, newest, again=False, known=known)

    @staticmethod
    def _started_before(task: Task, active: tuple[Instance, ...], *, ours: bool) -> str:
        if ours and len(active) <= 1:
            return str(task.id)
        states = " and ".join(f"job instance {one.id} is {one.word}" for one in active)
        raise Rejected(f"task {task.name!r} is not started beside itself: {states}")

    def update(self, live: Live, spec: JobSpec, marker: Marker) -> None:
        self._definitions.make(self._definitions.read(live.job_id), self._definitions.wanted(spec, marker))

    def stop_with_savepoint(self, job_id: str) -> None:
        task, newest = self._definitions.read(job_id), self._started(job_id)
        if newest.state is not JobState.RUNNING:
            if newest.state in (JobState.STARTING, JobState.UNKNOWN):
                raise Rejected(f"no savepoint can be taken of task {task.name!r} while it is {newest.word}")
            return
        self._savepoints.stop(task, newest)

    def stop_progress(self, job_id: str) -> SavepointProgress:
        newest = self._runs.newest(int(job_id))
        if newest is None:
            return SavepointProgress()
        if newest.state.active:
            return SavepointProgress(asked=newest.state is JobState.STOPPING)
        ending = self._observer.left_by(newest)
        if ending.stopped and ending.snapshot:
            warning = f"Dinky reports the job as {newest.word}" if newest.state is JobState.FAILED else ""
            path = ending.snapshot.path
            return SavepointProgress(asked=True, done=True, path=path, warning=warning, job=newest.state)
        failed = f"it ended without a savepoint and is {newest.word}"
        return SavepointProgress(asked=True, failed=failed, job=newest.state)

    def cancel(self, job_id: str) -> None:
        newest = self._runs.newest(int(job_id))
        if newest is None or not newest.state.active or newest.state is JobState.STOPPING:
            return
        task = self._definitions.read(job_id)
        self._runs.require_pointed_at(task, newest)
        self._runs.cancel(task)

    def take_savepoint(self, job_id: str, key: str) -> None:
        self._savepoints.take(self._definitions.read(job_id), self._started(job_id), key)

    def savepoint_progress(self, job_id: str, key: str) -> SavepointProgress:
        return self._savepoints.progress(self._definitions.read(job_id), key)

    def delete_definition(self, live: Live) -> None:
        """The task, with its instances and history; Dinky keeps the rows of its savepoints, and no file is touched."""
        task = self._definitions.there(live.job_id)
        if task is None:
            return
        look = self._runs.look(task.id)
        word = " and ".join(one.word for one in look.active)
        require_deletable(task.name, word, Note.read(task.note).marker, live, runs=bool(look.active))
        self._runs.require_no_unclear_start(task, look.newest, again=False)
        self._definitions.delete(task)

    def dispose(self, path: str) -> None:
        hint = "delete its directory where it is stored; headgate does not reach that storage"
        raise Rejected("Dinky cannot delete savepoints", where=self.name, hint=hint)

    # -- shared --------------------------------------------------------------------------------------------------------

    def _started(self, job_id: str) -> Instance:
        newest = self._runs.newest(int(job_id))
        if newest is None:
            raise Rejected(f"task {job_id} was never started", where=self.name)
        return newest


def _start_key(task: Task) -> str:
    marker = Note.read(task.note).marker
    return marker.start_key if marker else ""


def _was_started(newest: Instance | None, marker: Marker) -> bool:
    """Was the task started since its marker was written, even if that start has ended by now?"""
    return newest is not None and newest.run != marker.predecessor


def _went_on(task: Task, newest: Instance | None, marker: Marker) -> bool:
    """Is the newest start of this task another one than the start's predecessor, where that is a start of this task?"""
    is_of_this = marker.predecessor.startswith(f"{task.id}/")
    return is_of_this and newest is not None and newest.run != marker.predecessor


def _shown(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): _shown(one) for key, one in value.items() if key not in _UNSHOWN}
        case list():
            return [_shown(one) for one in value]
        case str() if inside := document(value):  # JSON in a text, as Dinky sends it now and then
            return _shown(inside)
    return value


def open_dinky(target: Target, *, project: str, cache: Path | None) -> DinkyProvider:
    """A provider for a `targets:` entry with `provider: dinky`. Nothing is asked until it is used."""
    form: DinkyTarget = target.settings
    password = form.password.get_secret_value()
    secrets = Secrets({**target.secrets.values, "DINKY_PASSWORD": password})

    def connect(session: Session) -> Api:
        return Api(
            target.name,
            form.url,
            tls=Tls(ca=form.ca or "", verify=form.verify),
            timeout=form.timeout,
            max_answer_mib=form.max_answer_mib,
            secrets=secrets,
            concurrency=form.concurrency,
            per_second=form.requests_per_second,
            sign=session.sign,
            judge=judge,
            credentials=CREDENTIALS,
        )

    session = Session(target.name, Credentials(form.username, password, form.tenant), connect, form.slow_timeout)
    facts = Facts(cache, "dinky", f"{form.url} {form.tenant}")
    return DinkyProvider(
        target.name, session, project=project, folder=form.folder, facts=facts, claim_wait=form.claim_wait
    )
