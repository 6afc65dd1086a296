"""One project, from its manifests to its platforms: what the CLI calls, and what `import headgate` offers.

    from headgate import Headgate
    with Headgate.open() as headgate:
        plan = headgate.plan()
        report = headgate.apply(plan)

Every method may raise `HeadgateError`. A platform's trouble is never an exception here: its jobs are unknown, the
others are planned and applied.
"""

from __future__ import annotations

import functools
import os
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from headgate import manifests
from headgate.applying import Executor, Memory, Patience
from headgate.errors import HeadgateError, PlanRefused, ProviderError, Rejected, UsageError
from headgate.manifests.commit import commit_of
from headgate.model.live import Absent, Live, Observation, Observed, Remembered, Unknown
from headgate.model.outcome import Event, Report
from headgate.model.plan import Action, Plan, Submit
from headgate.model.project import Project, Target
from headgate.model.secret import Environment
from headgate.planning import Evidence, Situation, look_up, needs_evidence, over_limit, plan
from headgate.providers.registry import PROVIDERS, open_provider
from headgate.store import Applied, Lock, NoStore, Store, StoreError, StoreTooNew, open_store

if TYPE_CHECKING:
    from headgate.model.health import Graph, Health
    from headgate.model.spec import JobSpec
    from headgate.providers.port import Provider

_AT_ONCE = 8
_DEFAULT_STORE = "sqlite:///.headgate/store.db"


class LimitPassed(PlanRefused):
    """The plan would touch more jobs than `safety:` in headgate.yaml allows in one run. Nothing was changed.

    Review it, then raise the limit in headgate.yaml, or name fewer jobs.
    """

    code = "safety-limit"


def load(
    start: Path | None = None,
    *,
    file: Path | None = None,
    environment: str = "",
    environ: Mapping[str, str] | None = None,
) -> Project:
    """Read every manifest, offline. Raises ManifestError with all mistakes, ProjectNotFound without a headgate.yaml."""
    found = file or manifests.find_project(start or Path.cwd())
    return manifests.load(
        found, forms=_forms(), environment=environment, environ=os.environ if environ is None else environ
    )


def schemas() -> dict[str, Any]:
    """The JSON Schemas of headgate.yaml (`project`) and of a job manifest (`job`), for editors."""
    return manifests.schemas(_forms())


def _forms() -> dict[str, manifests.ProviderForm]:
    return {name: manifests.ProviderForm(*entry.forms()) for name, entry in PROVIDERS.items()}


class Headgate:
    """A loaded project and its targets. Close it, or use it in a `with` block."""

    def __init__(
        self,
        project: Project,
        *,
        commit: str = "",
        clock: Callable[[], datetime] | None = None,
        tell: Callable[[HeadgateError], None] = lambda trouble: None,
    ) -> None:
        self.project = project
        self.commit = commit
        self._clock = clock or (lambda: datetime.now(UTC))
        self._tell = tell
        self._store: Store | None = None
        self._providers: dict[str, Provider] = {}

    @classmethod
    def open(
        cls,
        start: Path | None = None,
        *,
        file: Path | None = None,
        environment: str = "",
        tell: Callable[[HeadgateError], None] = lambda trouble: None,
    ) -> Self:
        """Load the project at or above `start` (default: the working directory).

        `tell` is called with trouble that costs something and stops nothing, such as a store that does not answer.
        """
        project = load(start, file=file, environment=environment)
        return cls(project, commit=commit_of(project.root), tell=tell)

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
        except ProviderError as trouble:
            return Unknown(trouble.problem)

    def status(self, jobs: Iterable[str] = ()) -> list[tuple[str, str, Observed]]:
        """(job, target, what was observed) for the named jobs of git, or for all of them."""
        seen = self.observe()
        found: list[tuple[str, str, Observed]] = []
        for name in self._named(jobs):
            spec = self.project.jobs[name]
            on_target = seen.get(spec.target, Unknown("no such target"))
            have = on_target if isinstance(on_target, Unknown) else look_up(on_target, name)[0]
            found.append((name, spec.target, have))
        return found

    def live(self, job: str) -> tuple[Provider, Live]:
        """The provider and the live job of one name. Raises UsageError if it is absent, ProviderError if unknown."""
        [name] = self._named([job])
        provider = self.provider(self.project.jobs[name].target)
        have, _ = look_up(provider.observe(), name)
        if isinstance(have, Live):
            return provider, have
        what = "is not on" if isinstance(have, Absent) else "is there more than once on"
        raise UsageError(f"job {job!r} {what} target {provider.name!r}", hint="`headgate status` shows what is")

    def graph(self, job: str) -> Graph:
        """The execution graph of a live job."""
        provider, live = self.live(job)
        return provider.graph(live.job_id)

    def health(self, job: str) -> Health:
        """How a live job is doing."""
        provider, live = self.live(job)
        return provider.health(live.job_id)

    # -- planning and applying -------------------------------------------------------------------------------------

    def plan(self, jobs: Iterable[str] = (), *, prune: bool = False) -> Plan:
        """What would be done. Changed and new jobs are compiled on their target; nothing is changed."""
        observed = self.observe()
        situation = Situation(
            project=self.project.name,
            jobs=self.project.jobs,
            observed=observed,
            remembered=self._remembered(observed),
            prune=prune or self.project.safety.prune,
            only=frozenset(self._named(jobs, also_live=True)) if jobs else frozenset(),
            environment=self.project.environment,
            commit=self.commit,
            created_at=f"{self._clock():%Y-%m-%dT%H:%M:%SZ}",
        )
        actions = needs_evidence(plan(situation))
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            evidence = dict(zip((a.job for a in actions), pool.map(self._evidence, actions), strict=True))
        return plan(situation.with_evidence(evidence))

    def _evidence(self, action: Action) -> Evidence:
        """What the platform says about the spec an action would start."""
        spec = next(step.spec for step in action.steps if isinstance(step, Submit))
        provider = self.provider(action.target)
        try:
            compiled = provider.compile(spec)
            old = provider.topology(action.live.compiled) if action.live else None
            same = None
            if action.live and (old is None or compiled.topology is None):
                same = self._same_graph(provider, action.live, spec)
            return Evidence(compiled, old, same)
        except Rejected as problem:
            return Evidence(rejected=problem.problem, where=problem.where)
        except ProviderError as problem:
            return Evidence(unavailable=problem.problem, where=problem.where)

    @staticmethod
    def _same_graph(provider: Provider, live: Live, spec: JobSpec) -> bool | None:
        """Are the vertex ids of a job those of the spec run as written? None: the platform has forgotten the job."""
        try:
            vertices = provider.graph(live.job_id).vertices
        except Rejected:
            return None
        return {vertex.id for vertex in vertices} == set(provider.vertices(spec))

    def apply(
        self,
        reviewed: Plan,
        *,
        patience: Patience | None = None,
        listen: Callable[[Event], None] = lambda event: None,
    ) -> Report:
        """Carry out a plan of this project. Raises LimitPassed before anything is touched."""
        self.check(reviewed)
        targets = {action.target for action in reviewed.actions if action.steps}
        providers = {target: self.provider(target) for target in targets}
        return Executor(providers, patience=patience, memory=self.memory, listen=listen).apply(reviewed)

    def check(self, reviewed: Plan) -> None:
        """May this plan be applied? Raises LimitPassed: what `apply` would say, before anybody is asked for consent."""
        if too_much := over_limit(reviewed, self.project.safety):
            raise LimitPassed(
                too_much, where="headgate.yaml", hint="review the plan; raise the limit or name fewer jobs"
            )

    # -- remembering -----------------------------------------------------------------------------------------------

    @property
    def store(self) -> Store:
        """The store of this project, opened once. Raises StoreError."""
        if self._store is None:
            known = [job.environment for job in self.project.jobs.values()]
            known += [target.environment for target in self.project.targets.values()]
            secrets = Environment({name: value for one in known for name, value in one.values.items()})
            url = self.project.store or _DEFAULT_STORE
            self._store = open_store(url, root=self.project.root, environment=secrets)
        return self._store

    @functools.cached_property
    def memory(self) -> Memory:
        """What the store knows; without a store that answers, nothing. Raises StoreTooNew."""
        try:
            store = self.store
        except StoreTooNew:
            raise
        except StoreError as trouble:
            self._tell(trouble)
            store = NoStore()
        run_id = uuid.uuid4().hex
        return Memory(store, project=self.project.name, commit=self.commit, run_id=run_id, tell=self._tell)

    def history(self, job: str) -> tuple[Applied, ...]:
        """What was applied to a job, newest first; also of one that left git. Raises StoreError."""
        found = self.store.history(self.project.name, job)
        if not found and job not in self.project.jobs:
            raise UsageError(f"there is no job {job!r} in git or in the history", hint=_nearest(job, self.project.jobs))
        return found

    def unlock(self, lock_id: str) -> Lock:
        """End the lock of a run that is certainly gone. Raises UnknownLock, StoreError."""
        return self.store.break_lock(lock_id)

    def _remembered(self, observed: Mapping[str, Observation | Unknown]) -> dict[str, tuple[Remembered, ...]]:
        """What the store knows of the jobs that their target, which did answer, does not have."""
        found = {}
        for name, spec in self.project.jobs.items():
            seen = observed.get(spec.target)
            if isinstance(seen, Observation) and isinstance(look_up(seen, name, spec.previous_name)[0], Absent):
                found[name] = self.memory.remembered(name, self.project.targets)
        return {name: known for name, known in found.items() if known}

    # -- parts -----------------------------------------------------------------------------------------------------

    def provider(self, target: str) -> Provider:
        """The adapter for a target, opened once."""
        if target not in self._providers:
            folder = self.project.root / ".headgate"
            configured = _at_home(self.project.targets[target], folder)
            self._providers[target] = open_provider(configured, project=self.project.name, cache=folder / "cache")
        return self._providers[target]

    def _named(self, jobs: Iterable[str], *, also_live: bool = False) -> list[str]:
        """The jobs asked for, all of git's if none; a name nobody knows is an error with the nearest."""
        asked = list(jobs)
        for name in asked:
            if name not in self.project.jobs and not also_live:
                raise UsageError(f"there is no job {name!r} in git", hint=_nearest(name, self.project.jobs))
        return asked or sorted(self.project.jobs)


def _at_home(target: Target, folder: Path) -> Target:
    """A Flink target without a url is the one that `headgate local up` started for this project."""
    if target.provider != "flink" or target.settings.url is not None:
        return target
    from headgate import local

    here = local.status(folder)
    url = here.url if here and here.alive else None
    return replace(target, settings=target.settings.model_copy(update={"url": url}))


def _nearest(name: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, list(names), n=1)
    return f"did you mean {close[0]!r}?" if close else "`headgate status` lists the jobs"
