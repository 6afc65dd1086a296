"""The whole port once, over the client of a platform that keeps definitions.

It looks, asks `start_once` for the next step, lets the client carry that out, and looks again. No write is repeated
without a look: a reply that was lost ends the call, and the next call finds what was done.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import UnionType
from typing import Any, assert_never

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import JobState, Kept, Live, Marker, Observation, Snapshot
from headgate.model.plan import Change, PlatformVerdict
from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec
from headgate.model.topology import Compiled
from headgate.providers.again import sent
from headgate.providers.definitions.client import Client
from headgate.providers.definitions.definition import Definition
from headgate.providers.definitions.ownership import is_ours, observation
from headgate.providers.definitions.start_once import (
    AlreadyStarted,
    Create,
    Refuse,
    Run,
    Step,
    Update,
    Wait,
    Wanted,
    next_start_step,
)
from headgate.providers.definitions.waiter import Patience, Waiter
from headgate.providers.odd_answers import reports_odd_answers
from headgate.providers.port import Submission

# More writes than any start takes: create, update, run, and again after a draft that another process deleted.
_MOST_STEPS = 12


@reports_odd_answers
class DefinitionProvider:
    """One target of a platform that keeps definitions, for one headgate project.

    No such target forgets a job and still reports its checkpoints; and where it has no place for savepoints,
    `Live.unsavable` says so.
    """

    def __init__(self, client: Client, *, project: str, pause: Callable[[float], None] = time.sleep) -> None:
        self.name = client.name
        self.capabilities = client.capabilities
        self.compiled_form = client.compiled_form
        self.client = client
        self._project = project
        self._waiter = Waiter(pause)

    def close(self) -> None:
        self.client.close()

    # -- looking -------------------------------------------------------------------------------------------------------

    def observe(self) -> Observation:
        return observation((one.live for one in self.client.list()), self._project)

    def compile(self, spec: JobSpec) -> Compiled:
        with masked(spec.secrets):
            return self.client.compile(spec)

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        return self.client.platform_verdict(spec, live, changes)

    def kept(self, job: str) -> Kept | None:
        return self.client.kept(job)

    def retained(self, job: str, job_ids: tuple[str, ...], config: Mapping[str, str]) -> tuple[Snapshot, ...]:
        return ()

    def no_place(self, spec: JobSpec) -> str:
        return ""

    def exists(self, path: str) -> bool | None:
        return self.client.exists(path)

    def health(self, job_id: str) -> Health:
        return self.client.health(self.client.get(job_id))

    def graph(self, job_id: str) -> Graph:
        return self.client.graph(self.client.get(job_id))

    def detail(self, job_id: str) -> dict[str, Any]:
        return self.client.detail(self.client.get(job_id))

    def references(self, package: str) -> tuple[str, ...]:
        return self.client.references(package)

    # -- starting ------------------------------------------------------------------------------------------------------

    def submit(self, submission: Submission) -> str:
        """Start a job once. Raises `Rejected` where nothing was started, `OutcomeUnknown` where it may have been."""
        spec = submission.spec
        if why := self.client.unfit(spec):
            raise Rejected(why, where=str(spec.source), hint="change the manifest")
        wanted = Wanted(
            submission,
            self._project,
            where=self.name,
            kind=self.client.kind(spec),
            replaces_kind=self.client.traits.replaces_kind,
            claim=secrets.token_hex(4),
        )
        with masked(spec.secrets):
            return self._started(wanted)

    def _started(self, wanted: Wanted) -> str:
        refused: Rejected | None = None
        tried = False
        for _ in range(_MOST_STEPS):
            with _unclear_from_now_on(accepted=wanted.ran is not None and refused is None):
                step = self._next_step(wanted, refused, tried=tried)
                match step:
                    case AlreadyStarted(definition_id):
                        return definition_id
                    case Refuse(error):
                        raise error
                    case Wait(otherwise):
                        raise refused or otherwise
                    case Create(beside):
                        self.client.require_state(wanted, None)
                        wanted = replace(wanted, created=self.client.create(wanted, beside))
                    case Update(definition):
                        tried = tried or (wanted.is_for(definition) and wanted.created != definition.id)
                        self.client.require_state(wanted, definition)
                        self.client.update(definition, wanted.spec, wanted.marker, wanted)
                        before = wanted.before if wanted.is_for(definition) else definition
                        wanted = replace(wanted, updated=definition.id, before=before)
                    case Run(definition, beside):
                        self.client.require_state(wanted, definition)
                        wanted = replace(wanted, ran=definition)
                        try:
                            if self.client.run(definition, wanted, beside):
                                return definition.id
                        except Rejected as problem:
                            # It may have been refused because it runs: by an earlier call, or another process.
                            refused = problem
                    case _:
                        assert_never(step)
        raise _endless(wanted)

    def _next_step(self, wanted: Wanted, refused: Rejected | None, *, tried: bool) -> Step:
        """The next step once there is one other than to wait; a `Wait` where nothing shows in time.

        `tried`: an earlier call of this start may have run it, which may show a few looks later.
        """
        patience = self.client.traits.patience
        few = patience.few(self.client.traits.looks_after_refusal)
        step = self._step(wanted, Wait(_endless(wanted)), few if refused else patience, Wait)
        return self._step(wanted, step, few, Wait | Run) if tried and isinstance(step, Run) else step

    def _step(self, wanted: Wanted, step: Step, patience: Patience, passing: type[Wait] | UnionType) -> Step:
        """The first step that is not a `passing` one, or the last of them; `step` where there is no look."""
        for _ in self._waiter.looks(patience):
            step = next_start_step(wanted, self.client.candidates(wanted))
            if not isinstance(step, passing):
                break
        return step

    # -- other single effects ------------------------------------------------------------------------------------------

    def update(self, live: Live, spec: JobSpec, marker: Marker) -> None:
        """Change a definition without a start. One that another project has marked since is left alone."""
        definition = self.client.get(live.job_id)
        if definition.owner is not None and not is_ours(definition.owner, self._project):
            problem = f"job {definition.name!r} belongs to project {definition.owner.project!r}"
            raise Rejected(problem, where=self.name)
        with masked(spec.secrets):
            self.client.update(definition, spec, marker)

    def stop_with_savepoint(self, job_id: str) -> None:
        definition = self._not_busy(job_id)
        if not definition.status.active or definition.status is JobState.STOPPING:
            return
        if definition.status is JobState.STARTING:
            problem = f"job {definition.name!r} is {definition.word}: it cannot take a savepoint yet"
            raise Rejected(problem, where=self.name, hint="run again when it runs")
        if definition.live.unsavable:
            problem = f"job {definition.name!r} continues to run: {definition.live.unsavable}"
            hint = "if its state may be lost, consent to that with `savepoint.strategy: none`"
            raise Rejected(problem, where=self.name, hint=hint)
        self._stop(definition, savepoint=True)

    def cancel(self, job_id: str) -> None:
        definition = self._not_busy(job_id)
        if definition.status.active and definition.status is not JobState.STOPPING:
            self._stop(definition, savepoint=False)

    def stop_progress(self, job_id: str) -> SavepointProgress:
        return self.client.stop_progress(self.client.get(job_id))

    def take_savepoint(self, job_id: str, key: str) -> None:
        self.client.savepoint(self.client.get(job_id), key)

    def savepoint_progress(self, job_id: str, key: str) -> SavepointProgress:
        return self.client.savepoint_progress(self.client.get(job_id), key)

    def dispose(self, path: str) -> None:
        self.client.dispose(path)

    def delete_definition(self, live: Live) -> None:
        """Of one that is gone: nothing. Where the reply is lost, it is looked for before it is asked again."""
        found = self.client.there(live.job_id)
        if found is None:
            return
        _require_deletable(found, live)

        def arrived() -> bool | None:
            now = self.client.there(found.id)
            unchanged = now is not None and (now.owner, now.word, now.run_id) == (found.owner, found.word, found.run_id)
            return True if now is None else (False if unchanged else None)

        sent(lambda: self.client.delete(found), arrived)

    def _stop(self, definition: Definition, *, savepoint: bool) -> None:
        try:
            self.client.stop(definition, savepoint=savepoint)
        except Rejected:
            # It may have ended, or been stopped by somebody else, since it was looked at.
            now = self.client.get(definition.id)
            if now.status.active and now.status is not JobState.STOPPING:
                raise
        if definition.word in self.client.traits.failed_stop_words:
            # Or the old failure would be taken for that of the new stop.
            self._look_until(definition.id, lambda now: now.word != definition.word)

    def _not_busy(self, job_id: str) -> Definition:
        """The definition, once it no longer says that it is doing what must be over before a stop."""
        busy = self.client.traits.busy_words
        return self._look_until(job_id, lambda now: now.word not in busy)

    def _look_until(self, job_id: str, shows: Callable[[Definition], bool]) -> Definition:
        """The definition once it shows something, or as it is after the last look."""
        found = self.client.get(job_id)
        for look in self._waiter.looks(self.client.traits.patience):
            found = self.client.get(job_id) if look else found
            if shows(found):
                break
        return found


@contextmanager
def _unclear_from_now_on(*, accepted: bool) -> Iterator[None]:
    """Where a run was accepted, what goes wrong later is no refusal of it: a refused look, a copy that came up."""
    try:
        yield
    except Rejected as problem:
        if not accepted:
            raise
        why = f"the request to run it was accepted, and what became of it is not known: {problem.problem}"
        raise OutcomeUnknown(why, where=problem.where, hint=problem.hint) from problem


def _require_deletable(found: Definition, planned: Live) -> None:
    """Right before it is deleted a definition has the marker that was planned for still, and does not run."""
    hint = "run `headgate plan` to see what is there now"
    marker, expected = found.owner, planned.marker
    if marker is None or expected is None or not is_ours(marker, expected.project, expected.job):
        whose = f"has the marker of job {marker.job!r} of project {marker.project!r}" if marker else "has no marker"
        raise Rejected(f"the definition of job {found.name!r} {whose} now, and was not deleted", hint=hint)
    if found.status.active:
        raise Rejected(f"job {found.name!r} runs now ({found.word}), and its definition was not deleted", hint=hint)


def _endless(wanted: Wanted) -> Unavailable:
    problem = f"the definition of job {wanted.job!r} keeps changing while it is being started"
    return Unavailable(problem, where=wanted.where, hint="run again")


@contextmanager
def masked(secret_values: Secrets) -> Iterator[None]:
    """Platforms quote what they refuse: values of secrets are placeholders again in every error raised within."""
    try:
        yield
    except ProviderError as trouble:
        trouble.problem, trouble.body = secret_values.mask(trouble.problem), secret_values.mask(trouble.body)
        trouble.args = (trouble.problem,)
        raise
