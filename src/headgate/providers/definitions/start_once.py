"""Which step a start takes next. Pure: what is wanted and what is there decide, nothing is remembered elsewhere.

A start is asked for under a start key, which is on the marker of the definition before it is run. So a start that was
cut off anywhere is continued by asking again: whatever was done is found, and only the rest is done. The rules are in
order, and the first that has an answer gives it. `provider` carries the step out, looks again and asks again.
"""

from __future__ import annotations

from dataclasses import dataclass

from headgate.errors import OutcomeUnknown, Overtaken, ProviderError, Rejected, Unavailable
from headgate.model.live import JobState, Marker
from headgate.model.spec import JobSpec
from headgate.providers.definitions.definition import Definition
from headgate.providers.definitions.ownership import current, is_ours
from headgate.providers.port import Submission, require_own_start

_PLAN_AGAIN = "run `headgate plan` to see what is left to do"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A start, and what this call has done for it so far.

    `where` is the target, `kind` the kind of definition it needs; `replaces_kind`: a new definition takes the place of
    one of another kind. `claim` is drawn for this call alone. `created` is the id of the definition that this call
    created (empty: the platform gave none; None: it created none), `updated` that of the one it made equal to the spec,
    `before` the same one as it was until this call gave it our start key, and `ran` a definition as it was before this
    call asked to run it.
    """

    submission: Submission
    project: str
    where: str = ""
    kind: str = ""
    replaces_kind: bool = False
    claim: str = ""
    created: str | None = None
    updated: str = ""
    before: Definition | None = None
    ran: Definition | None = None

    @property
    def spec(self) -> JobSpec:
        return self.submission.spec

    @property
    def job(self) -> str:
        return self.submission.spec.name

    @property
    def marker(self) -> Marker:
        return self.submission.marker

    @property
    def start_key(self) -> str:
        return self.submission.marker.start_key

    @property
    def predecessor(self) -> str:
        """The id of the run that it takes over from, empty for a first start."""
        return self.submission.marker.predecessor

    def known_ids(self) -> tuple[str, ...]:
        """The definitions that this start knows by id: what planning saw, and what this call created."""
        known = (self.submission.live.job_id if self.submission.live else "", self.created or "")
        return tuple(dict.fromkeys(filter(None, known)))

    def is_for(self, definition: Definition) -> bool:
        """Has it the marker of this very start?"""
        owner = definition.owner
        return is_ours(owner, self.project) and owner is not None and owner.start_key == self.start_key

    def may_use(self, definition: Definition) -> bool:
        """Is it this job's: by its marker, or as the definition that planning saw and nobody has marked since?

        An id alone proves nothing: a platform that keeps its rows in memory gives the same ids again.
        """
        live = self.submission.live
        if is_ours(definition.owner, self.project, self.job):
            return True
        if live is None or live.job_id != definition.id:
            return self.predecessor != "" and definition.is_run(self.predecessor) and self._unmarked_or_ours(definition)
        if live.marker is not None:
            return is_ours(definition.owner, self.project, live.marker.job)
        return definition.owner is None and definition.name == live.name

    def takes_its_name(self, definition: Definition) -> bool:
        """Is it another's, under the job's name or in the place of the definition that planning saw?"""
        live = self.submission.live
        names = {self.job.casefold()} | ({live.name.casefold()} if live and live.job_id == definition.id else set())
        return definition.name.casefold() in names and not self.may_use(definition)

    def _unmarked_or_ours(self, definition: Definition) -> bool:
        return definition.owner is None or definition.owner.project == self.project


@dataclass(frozen=True, slots=True)
class Create:
    """Make a definition that has the marker of this start; it does not run. `beside` are others of this job."""

    beside: tuple[Definition, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """Make the definition equal to the spec, with the marker of this start."""

    definition: Definition


@dataclass(frozen=True, slots=True)
class Run:
    """Run the definition. `beside` are other definitions of this job that do not run: spare drafts, other kinds."""

    definition: Definition
    beside: tuple[Definition, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again; `otherwise` is the error where nothing new shows in time."""

    otherwise: ProviderError


@dataclass(frozen=True, slots=True)
class AlreadyStarted:
    """This very start was made, by this call or by an earlier one."""

    id: str


@dataclass(frozen=True, slots=True)
class Refuse:
    error: ProviderError


Step = Create | Update | Run | Wait | AlreadyStarted | Refuse


def next_start_step(wanted: Wanted, found: tuple[Definition, ...]) -> Step:
    """The next step of a start; `found` are all definitions of the job's name, and those that it knows by id."""
    try:
        return _next_start_step(wanted, found)
    except ProviderError as refusal:
        return Refuse(refusal)


def _next_start_step(wanted: Wanted, found: tuple[Definition, ...]) -> Step:
    """Rules 1 to 4 refuse any start, rule 8 is about one that has no definition, and the others about one that has."""
    ours = tuple(one for one in found if wanted.may_use(one))
    running = tuple(one for one in ours if one.active)
    chosen = running[0] if running else _chosen(wanted, tuple(one for one in ours if one.kind == wanted.kind))
    ours = tuple(one for one in ours if one is not chosen)
    other_kinds = tuple(one for one in ours if one.kind != wanted.kind)
    _require_free_name(wanted, found)
    _require_one_copy_at_most(wanted, running)
    _require_clear_start(wanted, (*((chosen,) if chosen else ()), *other_kinds))
    if chosen is None:
        return _definition_step(wanted, other_kinds)
    spare = tuple(one for one in ours if one.never_ran and one.kind == wanted.kind and wanted.is_for(one))
    return _run_step(wanted, chosen, (*spare, *other_kinds))


def _run_step(wanted: Wanted, chosen: Definition, beside: tuple[Definition, ...]) -> Step:
    """The way of a definition to its run."""
    # 5. A definition with our start key that runs, or has run since it got that key, was started already.
    if wanted.is_for(chosen) and _has_started(wanted, chosen):
        return AlreadyStarted(chosen.id)
    # 6. A run that is ending is waited for: a start beside it would be a second copy.
    if chosen.status is JobState.STOPPING:
        return _wait(wanted, f"job {wanted.job!r} is still {chosen.word}")
    if not wanted.is_for(chosen):
        _require_not_overtaken(wanted, chosen)
    # 9. A definition is made equal to the spec, and gets our start key, before it is run.
    if chosen.id != wanted.updated:
        return Update(chosen)
    if not wanted.is_for(chosen):
        return _wait(wanted, f"the change of definition {chosen.id} of job {wanted.job!r} is not shown yet")
    # 10. It is run once; after that its platform is looked at until the run shows.
    if wanted.ran is None:
        return Run(chosen, beside)
    problem = f"the request to run job {wanted.job!r} ({chosen.id}) was accepted, and it is still {chosen.word}"
    return Wait(OutcomeUnknown(problem, where=wanted.where, hint="run again: what became of it is looked for first"))


def _require_free_name(wanted: Wanted, found: tuple[Definition, ...]) -> None:
    """1. A definition of this name that is not ours is left alone, and nothing is made beside it."""
    taken = next(filter(wanted.takes_its_name, found), None)
    if taken is not None:
        by = f"belongs to project {taken.owner.project!r}" if taken.owner else "has no marker of headgate"
        adopt = "" if taken.owner else ", or adopt the other one with a manifest that equals it"
        problem = f"the name {taken.name!r} is taken by definition {taken.id}, which {by}"
        raise Rejected(problem, where=wanted.where, hint=f"rename the job in git{adopt}")


def _require_one_copy_at_most(wanted: Wanted, running: tuple[Definition, ...]) -> None:
    """2. More than one copy that runs is for a person to end: no start adds to them."""
    if len(running) > 1:
        copies = " and ".join(f"{one.live.run_id} is {one.word}" for one in running)
        problem = f"more than one copy of job {wanted.job!r} runs: {copies}"
        hint = "end all but one with the platform's own tools, and run again"
        raise Rejected(problem, where=wanted.where, hint=hint)


def _require_clear_start(wanted: Wanted, ours: tuple[Definition, ...]) -> None:
    """3. Where nobody can say whether an earlier start left a job, none is started beside it.

    4. What the platform itself stopped, only the platform itself continues.
    """
    for doubt in (one.unclear_start for one in ours if one.unclear_start):
        raise OutcomeUnknown(doubt.why, where=wanted.where, hint=doubt.hint)
    for held in (one for one in ours if one.platform_hold):
        raise Rejected(f"job {wanted.job!r} ({held.id}) is not started: {held.platform_hold}", where=wanted.where)


def _has_started(wanted: Wanted, chosen: Definition) -> bool:
    # A job that comes back from another target takes over from a run there; its last run here is older than the key.
    earlier = wanted.before is not None and (wanted.before.id, wanted.before.run_id) == (chosen.id, chosen.run_id)
    ran = not chosen.never_ran and not chosen.is_run(wanted.predecessor) and not earlier
    runs = chosen.active and chosen.status is not JobState.STOPPING
    before = wanted.ran
    moved = before is not None and before.id == chosen.id and _stands(before) != _stands(chosen)
    # A paused one that was given up first shows another word, too: it has stopped, and its start does not show yet.
    return ran or runs or (moved and chosen.status is not JobState.STOPPED)


def _require_not_overtaken(wanted: Wanted, chosen: Definition) -> None:
    """7. What another run or a person started since the plan was made has overtaken this start, even if it has ended.

    Of what runs instead, only a marker that was written since the plan was made is another run's start.
    """
    live = wanted.submission.live
    if chosen.active:
        before = live.marker.start_key if live is not None and live.marker is not None else ""
        if chosen.owner is not None and chosen.owner.start_key not in ("", before):
            require_own_start(wanted.submission, chosen.owner, wanted.where)
        problem = f"job {wanted.job!r} is {chosen.word}, and was not started beside itself"
        raise Overtaken(problem, where=wanted.where, hint=_PLAN_AGAIN)
    # One that takes over from a run of another target finds here what is left of an earlier stay.
    expected = wanted.predecessor != "" and (live is None or chosen.is_run(wanted.predecessor))
    if not chosen.never_ran and not expected:
        problem = f"job {wanted.job!r} was started and has ended since the plan was made, and was not started again"
        raise Overtaken(problem, where=wanted.where, hint=_PLAN_AGAIN)


def _definition_step(wanted: Wanted, other_kinds: tuple[Definition, ...]) -> Step:
    """8. Where there is no definition of the right kind, one is made, and waited for until it is shown."""
    if other_kinds and not wanted.replaces_kind:
        problem = f"job {wanted.job!r} is {other_kinds[0].kind} and cannot become {wanted.kind}"
        raise Rejected(problem, where=wanted.where, hint="give it another name, which makes another job")
    if wanted.created is None:
        return Create(other_kinds)
    return _wait(wanted, f"the new definition of job {wanted.job!r} is not shown yet")


def _chosen(wanted: Wanted, fitting: tuple[Definition, ...]) -> Definition | None:
    """Of definitions that do not run: one with our start key, else the one that planning saw, else as for a look."""
    live = wanted.submission.live
    marked = tuple(one for one in fitting if wanted.is_for(one))
    planned = tuple(one for one in fitting if live is not None and one.id == live.job_id)
    candidates = marked or planned or fitting
    if not candidates:
        return None
    best, _ = current(wanted.job, [one.live for one in candidates])
    return next((one for one in candidates if one.live is best), candidates[0])


def _stands(definition: Definition) -> tuple[str, str]:
    return definition.word, definition.run_id


def _wait(wanted: Wanted, problem: str) -> Wait:
    return Wait(Unavailable(problem, where=wanted.where, hint="run again"))
