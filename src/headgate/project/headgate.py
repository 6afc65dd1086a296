"""The class `Headgate`: one loaded project and its targets."""

from __future__ import annotations

import functools
import os
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from headgate.applying import Executor, Memory, Patience
from headgate.applying.locking import for_people
from headgate.errors import HeadgateError, InternalError
from headgate.model.import_result import TakenOver
from headgate.model.live import JobState, Live, Observation, Observed, Unknown
from headgate.model.masking import masked_text
from headgate.model.outcome import Event, Report
from headgate.model.packages import Package
from headgate.model.plan import Action, Plan
from headgate.model.project import Allowance, Project
from headgate.model.spec import JobSpec
from headgate.planning import CompatibilityReport, PlanInput, answered, one_by_one, plan, refusals
from headgate.planning.previous_revision import was_cut_off
from headgate.planning.rollback import to_an_earlier_revision
from headgate.project.answers import Answers, platforms_alone
from headgate.project.compatibility_reports import report_on
from headgate.project.definitions import definitions_of, require_pruning
from headgate.project.importing import Importing
from headgate.project.jar_references import changed_packages, references
from headgate.project.job_lookup import found_by_name, target_of_stray, whereabouts
from headgate.project.limits import refused
from headgate.project.loading import at_home, at_its_commit, drafts, load
from headgate.project.name_checks import require_in_git, require_known, require_package, require_target
from headgate.project.observation_records import notice
from headgate.project.operations import as_requested, in_git, ours, take_savepoint, there
from headgate.project.savepoint_retention import done_well, retire
from headgate.project.transitions import after_transitions
from headgate.providers.registry import open_provider
from headgate.store import Applied, Disposal, Lock, NoStore, Store, StoreError, StoreTooNew, open_store

if TYPE_CHECKING:
    from headgate.model.health import Graph, Health, SavepointProgress
    from headgate.providers.port import Provider

_AT_ONCE = 8
_DEFAULT_STORE = "sqlite:///.headgate/store.db"


class Headgate:
    """A loaded project and its targets. Close it, or use it in a `with` block."""

    def __init__(
        self,
        project: Project,
        *,
        commit: str = "",
        author: str = "",
        environ: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] | None = None,
        tell: Callable[[HeadgateError], None] = lambda trouble: None,
    ) -> None:
        self.project = project
        self.commit = commit
        self.author = author
        self._environ = os.environ if environ is None else environ
        self._clock = clock or (lambda: datetime.now(UTC))
        self._tell = tell
        self.allowance = Allowance()
        self._store: Store | None = None
        self._memory: Memory | None = None
        self._providers: dict[str, Provider] = {}

    @classmethod
    def open(
        cls,
        start: Path | None = None,
        *,
        file: Path | None = None,
        environment: str = "",
        new: bool = False,
        tell: Callable[[HeadgateError], None] = lambda trouble: None,
    ) -> Self:
        """Load the project at or above `start` (default: the working directory); what does not load is in its `broken`.

        `tell` is called with trouble that costs something and stops nothing, such as a store that does not answer.
        `new`: the folders of its manifests need not be there yet.
        """
        project, git = at_its_commit(load(start, file=file, environment=environment, new=new))
        return cls(project, commit=git.commit, author=git.author, tell=tell)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for provider in self._providers.values():
            provider.close()
        if self._store:
            self._store.close()

    # -- looking ---------------------------------------------------------------------------------------------------

    def observe(self) -> dict[str, Observation | Unknown]:
        """What every target says, asked side by side; a target in trouble is Unknown."""
        names = sorted(self.project.targets)
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            return dict(zip(names, pool.map(self._observe, names), strict=True))

    def _observe(self, target: str) -> Observation | Unknown:
        try:
            return self.provider(target).observe()
        except HeadgateError as trouble:
            return self._silent(trouble)
        except Exception as bug:  # an edge: what nobody expected of one target must not take the others down
            return self._silent(InternalError.of(bug, self._environ))

    def _silent(self, trouble: HeadgateError) -> Unknown:
        """The trouble of a target as its answer, secrets masked."""
        secrets = self.project.secrets
        return Unknown(masked_text(trouble.problem, secrets), masked_text(trouble.hint, secrets))

    def status(self, jobs: Iterable[str] = (), *, stopped: bool = False) -> list[tuple[str, str, Observed]]:
        """(job, target, what was observed) for the named jobs, or for all of git's and those that left it and run on.

        `stopped`: with those that left git and have stopped. Raises UnknownJob for a name that no job has, or had.
        """
        return whereabouts(jobs, self.project, self.observe(), self.memory, stopped=stopped)

    def live(self, job: str) -> tuple[Provider, Live]:
        """The provider and the live job of ours of one name.

        Raises UsageError if it is absent or not ours, ProviderError if unknown.
        """
        provider = self.provider(self.target_of(job))
        return provider, ours(provider.observe(), job, provider.name)

    def target_of(self, job: str) -> str:
        """That of its manifest; or, for a job that left git, the one that has it. Raises UnknownJob, UsageError."""
        spec = self.project.jobs.get(job)
        return spec.target if spec else target_of_stray(job, self.project, self.observe(), self.memory)

    def graph(self, job: str) -> Graph:
        """The execution graph of a live job, no matter who started it."""
        provider, live = self._there(job)
        return provider.graph(live.job_id)

    def health(self, job: str) -> Health:
        """How a live job is doing, no matter who started it."""
        provider, live = self._there(job)
        return provider.health(live.job_id)

    def detail(self, job: str) -> dict[str, Any]:
        """The platform's own words about a live job, no matter who started it; what is secret is not masked."""
        provider, live = self._there(job)
        return provider.detail(live.job_id)

    def _there(self, job: str) -> tuple[Provider, Live]:
        provider = self.provider(self.target_of(job))
        return provider, there(found_by_name(provider.observe(), job, self.project), job, provider.name)

    def references(self, package: str) -> Package:
        """The jobs that use a jar or package, in git and on every target. A target in trouble is named in the answer.

        Raises UsageError for no name at all.
        """
        require_package(package)
        return references(package, self.project, self.provider)

    # -- planning and applying -------------------------------------------------------------------------------------

    def plan(
        self,
        jobs: Iterable[str] = (),
        *,
        prune: bool = False,
        delete: bool = False,
        retry: bool = False,
        wait: float = 0.0,
        loop: threading.Event | None = None,
    ) -> Plan:
        """What would be done. Changed and new jobs are compiled on their target; nothing is changed.

        With `delete`, what is pruned loses its definition. `retry` tries versions again that did not settle. Jobs in
        transition are waited for, up to `wait` seconds. `loop` ends a loop, which tries what the infrastructure failed
        less and less often. Raises UnknownJob, UsageError.
        """
        safety = self.project.safety
        prune, delete = prune or safety.prune, delete or safety.delete
        require_pruning(prune=prune, delete=delete)
        self._memory = None  # what an earlier plan of this object left is the past of this one
        asked = {"prune": prune, "delete": delete, "retry": retry, "loops": loop is not None}
        planned = functools.partial(self._planned, frozenset(jobs), **asked)
        return after_transitions(planned, wait, loop)

    def _planned(self, only: frozenset[str], *, prune: bool, delete: bool, retry: bool, loops: bool) -> Plan:
        now = self._clock()
        observed = self.observe()
        require_known(only, self.project, observed, self.memory.knows)
        answering = {
            target: self.provider(target) for target, seen in observed.items() if isinstance(seen, Observation)
        }
        plan_input = PlanInput(
            project=self.project.name,
            jobs=self.project.jobs,
            observed=observed,
            prune=prune,
            delete=delete,
            definitions=definitions_of(answering.values()) if delete else {},
            empty=self.project.empty,
            retry=retry,
            loops=loops,
            only=only,
            environment=self.project.environment,
            commit=self.commit,
            created_at=f"{now:%Y-%m-%dT%H:%M:%SZ}",
            now=int(now.timestamp() * 1000),
            at_work=self.memory.at_work(),
            unfinished=self.memory.unfinished,
            warnings=self.project.warnings,
            broken=self.project.broken,
            environ=self._environ,
        )
        made = answered(plan(plan_input), Answers(self.memory, answering, self._report))
        beyond = refusals(made, self.project.safety, self.allowance)
        return replace(made, packages=changed_packages(made, self.project, self.provider), refused=beyond)

    def _report(self, draft: Action) -> CompatibilityReport:
        """What the platform of a draft says of it, in whatever trouble it is."""
        source = self.provider(draft.source) if draft.source else None
        try:
            return report_on(draft, self.provider(draft.target), source, self.memory)
        except Exception as bug:  # an edge: what nobody expected of one job must not take the others down
            trouble = InternalError.of(bug, self._environ)
            return CompatibilityReport(unavailable=trouble.problem, hint=trouble.hint)

    def patience(self, interrupted: threading.Event | None = None) -> Patience:
        """How long this project waits for its jobs; `interrupted` ends the waiting."""
        safety = self.project.safety
        stop = interrupted or threading.Event()
        return Patience(settle=safety.settle_timeout, stable=safety.settle_time, interrupted=stop)

    def apply(
        self,
        reviewed: Plan,
        *,
        patience: Patience | None = None,
        listen: Callable[[Event], None] = lambda event: None,
    ) -> Report:
        """Carry out a plan of this project. Raises LimitPassed before anything is touched."""
        self.check(reviewed)
        planned = [one for action in reviewed.actions if action.steps for one in (action, action.fallback) if one]
        targets = {target for action in planned for target in (action.target, action.source) if target}
        providers = {target: self.provider(target) for target in targets}
        patience = patience or self.patience()
        executor = Executor(providers, patience=patience, memory=self.memory, environ=self._environ, listen=listen)
        report = executor.apply(reviewed)
        notice(report, self.memory, self.project.may_have, self._providers.get)
        retire(done_well(report), self.project, self.memory, observe=self.observe, provider=self.provider)
        return report

    def check(self, reviewed: Plan) -> None:
        """May this plan be applied? Raises LimitPassed: what `apply` would say, before anybody is asked for consent."""
        if beyond := refusals(reviewed, self.project.safety, self.allowance):
            raise refused(beyond)

    # -- operations ------------------------------------------------------------------------------------------------

    def savepoint(self, job: str, *, patience: Patience | None = None) -> str:
        """`take_savepoint`, and its path: empty where the platform does not report it."""
        return self.take_savepoint(job, patience=patience).path

    def take_savepoint(self, job: str, *, patience: Patience | None = None) -> SavepointProgress:
        """Take a savepoint of a job that continues to run. Raises UsageError, LockHeld, ProviderError."""
        provider, live = self.live(job)
        taken = take_savepoint(job, live, provider, self.memory, patience or self.patience())
        if want := self.project.jobs.get(job):
            retire([want], self.project, self.memory, observe=self.observe, provider=self.provider)
        return taken

    def rollback(self, job: str, *, to: int | None = None) -> Plan:
        """A plan of one action: the job as it was at number `to` of its history, or at the one before what runs now.

        Without `to`, asking twice is asking once: nothing bad is put back, and nothing older either.
        Applied, it holds until the manifest changes: the version in git is not tried again. Raises UsageError,
        StoreError, ProviderError.
        """
        _, live = self.live(job)
        want = in_git(job, self.project)
        before = self.memory.history(want.previous_name) if want.previous_name and to is None else ()
        history = (*self.history(job), *before)
        if live.state is JobState.UNKNOWN or was_cut_off(want, live, history, to):
            return as_requested(self.plan([job]))
        rollback = to_an_earlier_revision(want, live, history, to, self.memory.failing(job), environ=self._environ)
        action = answered(one_by_one(rollback), platforms_alone(self._report))
        created = f"{self._clock():%Y-%m-%dT%H:%M:%SZ}"
        return Plan(self.project.name, (action,), self.project.environment, self.commit, created)

    def import_jobs(self, target: str, jobs: Iterable[str] = (), *, output: Path | None = None) -> TakenOver:
        """Write manifests of what runs on a target: of the named jobs, or of all that git does not have.

        Nothing on the target is touched. Raises UsageError, ProviderError; before anything is written.
        """
        require_target(target, self.project.targets)
        observed = self.provider(target).observe()
        made = drafts(self.project, self._environ)
        ahead = functools.partial(self._ahead, observed)
        importing = Importing(self.project, target, made, self._environ, ahead, output)
        return importing.run(observed, frozenset(jobs))

    def _ahead(self, seen: Observation, spec: JobSpec) -> Action:
        """What the next plan would do about a job, if it were in git like this."""
        plan_input = PlanInput(self.project.name, {spec.name: spec}, {spec.target: seen}, only=frozenset({spec.name}))
        made = answered(plan(plan_input), platforms_alone(self._report))
        return next(action for action in made.actions if action.job == spec.name)

    # -- remembering -----------------------------------------------------------------------------------------------

    @property
    def store(self) -> Store:
        """The store of this project, opened once. Raises StoreError."""
        if self._store is None:
            url = self.project.store or _DEFAULT_STORE
            self._store = open_store(url, root=self.project.root, secrets=self.project.secrets)
        return self._store

    @property
    def memory(self) -> Memory:
        """What the store knows, as of the last plan; without a store that answers, nothing. Raises StoreTooNew."""
        if self._memory is None:
            self._memory = self._remembering()
        return self._memory

    def _remembering(self) -> Memory:
        silent = ""
        try:
            store: Store = self.store
        except StoreTooNew:
            raise
        except StoreError as trouble:
            self._tell(trouble)
            store, silent = NoStore(), trouble.problem
        run_id = uuid.uuid4().hex
        return Memory(
            store,
            project=self.project.name,
            environment=self.project.environment,
            commit=self.commit,
            author=self.author,
            run_id=run_id,
            tell=self._tell,
            silent=silent,
        )

    def history(self, job: str) -> tuple[Applied, ...]:
        """What was done to a job, newest first; also to one that left git. Raises StoreError, UnknownJob."""
        found = self.store.history(self.project.scope, job)
        if not found:
            require_in_git(job, self.project)
        return found

    def disposals(self, jobs: Iterable[str] = ()) -> tuple[Disposal, ...]:
        """The savepoints of the named jobs, or of all, that are still to be deleted, their secrets masked."""
        only = frozenset(jobs)
        pending = (one for one in self.memory.disposals() if not only or one.job in only)
        return tuple(
            replace(one, path=self.project.secrets.mask(one.path), error=self.project.secrets.mask(one.error))
            for one in pending
        )

    def unlock(self, lock_id: str) -> Lock:
        """End the lock of a run that is certainly gone. Raises UnknownLock, StoreError."""
        return for_people(self.store.break_lock(lock_id))

    # -- parts -----------------------------------------------------------------------------------------------------

    def provider(self, target: str) -> Provider:
        """The adapter for a target, opened once."""
        if target not in self._providers:
            folder = self.project.root / ".headgate"
            # A platform may quote any job of the project to us, whatever it was asked.
            known = replace(self.project.targets[target], secrets=self.project.secrets)
            configured = at_home(known, folder)
            self._providers[target] = open_provider(configured, project=self.project.name, cache=folder / "cache")
        return self._providers[target]
