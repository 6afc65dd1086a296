"""Runs the actions of a plan: side by side where they may, in `depends_on` order where they must.

One job's trouble is that job's outcome. An interrupt ends every wait and starts no other step; what a platform was
asked for continues there, its intent stays open, and the report says what is left. A start that does not settle is
rolled back, under the same lock, by the same kind of steps.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace

from headgate.applying.failed_start import rollback_of
from headgate.applying.live_checks import require_as_seen, require_done, require_newest, require_nothing_lost
from headgate.applying.memory import Memory
from headgate.applying.patience import Patience
from headgate.applying.shared_observation import SharedObservation
from headgate.applying.step_errors import InfrastructureFailed, Interrupted, NotSettled, NotSettledYet, RolledBack
from headgate.applying.step_results import StepResults
from headgate.applying.steps import Steps
from headgate.errors import (
    HeadgateError,
    InternalError,
    OutcomeUnknown,
    Overtaken,
    PlanRefused,
    ProviderError,
    Rejected,
    Unavailable,
)
from headgate.model.outcome import Event, Outcome, Phase, Report, Result
from headgate.model.plan import Action, Plan, Submit, Update, Verb
from headgate.model.reasons import Reason
from headgate.model.warnings import PLACE_HINT
from headgate.planning.rollback import changed_something, without_quarantine
from headgate.providers.port import Provider
from headgate.store import LockLost


@dataclass(slots=True)
class _Progress:
    """How far an action is: the step in flight, how many are done and what they came to.

    `start` is the intent of a start that has not settled.
    """

    step: str = ""
    done: int = 0
    results: StepResults = StepResults()  # noqa: RUF009 - frozen
    start: int | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """One action being carried out; `still_ours` raises once its lock is not."""

    plan: Plan
    action: Action
    still_ours: Callable[[], None] = lambda: None
    progress: _Progress = field(default_factory=_Progress)

    @property
    def results(self) -> StepResults:
        return self.progress.results


class Executor:
    """Applies plans. `listen` is called from several threads, one event at a time per job."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        *,
        patience: Patience | None = None,
        memory: Memory | None = None,
        parallel: int = 8,
        environ: Mapping[str, str] | None = None,
        listen: Callable[[Event], None] = lambda event: None,
    ) -> None:
        self._providers = providers
        self._observations = {target: SharedObservation(provider) for target, provider in providers.items()}
        self._patience = patience or Patience()
        self._memory = memory or Memory.of_nothing()
        self._parallel = parallel
        self._environ = os.environ if environ is None else environ
        self._listen = listen

    def apply(self, plan: Plan) -> Report:
        """Carry out every action that has steps. Never raises for the trouble of one job."""
        done: dict[str, Result] = {}
        waiting = {action.job: action for action in plan.actions if action.steps}
        for action in plan.actions:
            if not action.steps:
                outcome = Outcome.BLOCKED if action.verb is Verb.BLOCKED else Outcome.KEPT
                done[action.job] = Result(action, outcome, detail=action.note, hint=action.hint)
                if outcome is Outcome.KEPT or action.reason is Reason.REVISION_FAILING:
                    self._memory.put_to_rest(action.job)
        with ThreadPoolExecutor(max_workers=self._parallel) as pool:
            running: dict[Future[Result], str] = {}
            while waiting or running:
                for job in [job for job, action in waiting.items() if self._ready(action, waiting, running)]:
                    action = waiting.pop(job)
                    running[pool.submit(self._one, plan, action, self._held_back_by(action, done))] = job
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    done[running.pop(future)] = future.result()
        return Report(tuple(done[action.job] for action in plan.actions))

    @staticmethod
    def _ready(action: Action, waiting: Mapping[str, Action], running: Mapping[Future[Result], str]) -> bool:
        return not set(_needed(action)) & (waiting.keys() | set(running.values()))

    @staticmethod
    def _held_back_by(action: Action, done: Mapping[str, Result]) -> str:
        """The dependency that is not in order, if any."""
        return next((job for job in _needed(action) if job in done and not done[job].outcome.fine), "")

    def _one(self, plan: Plan, action: Action, held_back_by: str) -> Result:
        left = tuple(step.name for step in action.steps)
        if held_back_by:
            return Result(action, Outcome.SKIPPED, f"it depends on {held_back_by}, which is not in order", left=left)
        if self._patience.interrupted.is_set():
            return Result(action, Outcome.INTERRUPTED, "not begun", left=left)
        work = _Work(plan, action)
        try:
            with self._locked(action) as still_ours:
                work = _Work(plan, action, still_ours)
                self._apply(work)
        except HeadgateError as trouble:
            return self._failed(work, trouble)
        except Exception as bug:  # an edge: what nobody expected of one job must not take the others down
            return self._failed(work, InternalError.of(bug, self._environ))
        if put_back := _put_back(action):
            return self._failed(work, put_back)
        came_to = work.results
        return Result(
            action,
            Outcome.APPLIED,
            f"warning: {came_to.warning}" if came_to.warning and not came_to.warning_code else came_to.warning,
            hint=PLACE_HINT if came_to.warning_code else "",
            code=came_to.warning_code,
            job_id=came_to.job_id,
            savepoint=came_to.savepoint,
        )

    def _failed(self, work: _Work, trouble: HeadgateError) -> Result:
        """The report on an action that ended early."""
        self._listen(Event(work.action, Phase.FAILED, work.progress.step, trouble.problem))
        return Result(
            work.action,
            _outcome(trouble),
            detail="; ".join(part for part in (trouble.problem, work.results.warning) if part),
            hint=trouble.hint,
            code=trouble.code,
            job_id=work.results.job_id,
            savepoint=work.results.savepoint,
            left=tuple(step.name for step in work.action.steps)[work.progress.done :],
        )

    def _steps(self, plan: Plan, action: Action) -> Steps:
        return Steps(
            action,
            self._providers[action.target],
            self._providers[action.source or action.target],
            project=plan.project,
            environment=plan.environment,
            commit=plan.commit,
            patience=self._patience,
            waiting=lambda detail: self._listen(Event(action, Phase.WAITING, detail=detail)),
        )

    def _apply(self, work: _Work) -> None:
        """From the last look before the first write to the look that shows nothing is left to do."""
        action = work.action
        require_as_seen(action, self._observations)
        try:
            self._carry_out(work)
            require_done(action, work.results, self._observations, self._patience)
        except (NotSettled, Rejected) as trouble:
            self._memory.ended(action, work.results, _outcome(trouble))
            # A start that was refused where something ran before leaves nothing running, just as one that died.
            undone = isinstance(trouble, NotSettled) or (work.progress.step == "submit" and action.live is not None)
            raise (self._rolled_back(work, trouble) if undone else trouble) from trouble
        except HeadgateError as trouble:
            self._memory.ended(action, work.results, _outcome(trouble))
            raise
        self._memory.ended(action, work.results, Outcome.APPLIED)
        self._memory.settled(action, finished=work.results.job_id if work.results.finished else "")

    def _carry_out(self, work: _Work) -> None:
        """The steps in order; before each, the lock is checked and the intent written down."""
        action, progress = work.action, work.progress
        steps = self._steps(work.plan, action)
        for step in action.steps:
            if self._patience.interrupted.is_set():
                raise Interrupted(f"stopped before {step.name}")
            work.still_ours()
            progress.step = step.name
            if isinstance(step, Submit):
                require_nothing_lost(action, self._observations, self._patience)
                require_newest(action, progress.results, self._providers[action.source or action.target])
            progress.results = steps.about_to(step, progress.results)
            intent = self._memory.before(action, step, progress.results)
            if isinstance(step, Submit):
                progress.start = intent
            self._listen(Event(action, Phase.STARTED, step.name))
            try:
                result = steps.carry_out(step, progress.results)
            except (Unavailable, OutcomeUnknown, Interrupted, NotSettledYet):
                raise  # the intent stays open: the next run finds out
            except HeadgateError as trouble:
                self._memory.failed(intent, trouble)
                raise
            progress.results = progress.results.plus(result)
            self._memory.after(action, step, progress.results, intent)
            self._listen(Event(action, Phase.DONE, step.name, result.detail))
            progress.done += 1

    def _rolled_back(self, work: _Work, trouble: NotSettled | Rejected) -> HeadgateError:
        """What to raise for a start that did not settle, after the revision before it runs again.

        Until that has ended its intent stays open: the next run knows that there is something to continue with.
        """
        try:
            further = isinstance(trouble, NotSettled) and trouble.checkpointed
            action = rollback_of(work.action, work.results, self._observations, self._environ, checkpointed=further)
        except Overtaken as other:
            self._not_settled(work, trouble)
            return Overtaken(f"{trouble.problem}; {other.problem}", where=work.action.target, hint=other.hint)
        except ProviderError as silent:
            problem = f"{trouble.problem}; and it could not be looked at, to roll it back: {silent.problem}"
            return OutcomeUnknown(problem, where=work.action.target, hint=_RUN_AGAIN)
        innocent = isinstance(trouble, InfrastructureFailed)
        if innocent and action is not None:
            action = without_quarantine(action)
        elif isinstance(trouble, NotSettled) and not innocent:
            self._mark_failing(work.action, trouble)
        if action is None:
            if not innocent:
                self._not_settled(work, trouble)
            return trouble
        again = _Work(work.plan, action, work.still_ours)
        try:
            with suppress(NotSettledYet):  # the previous revision runs again: there is nothing more to go back to
                self._carry_out(again)
            require_done(action, again.results, self._observations, self._patience)
        except HeadgateError as second:
            problem = f"{trouble.problem}; and the previous revision could not be started again: {second.problem}"
            goes_on = second.hint if again.results.forgotten else _GOES_ON
            return type(trouble)(problem, hint=trouble.hint if innocent else goes_on)
        finally:
            runs = again.results.job_id or work.results.job_id
            work.progress.results = replace(work.results, job_id=runs)
        self._memory.ended(action, again.results, Outcome.APPLIED)
        if isinstance(trouble, Rejected):  # no sooner: until the previous revision runs again, the version may be tried
            self._mark_failing(work.action, trouble)
        self._memory.put_to_rest(action.job, ours=True)
        if action.verb is Verb.CANCEL:
            return RolledBack(f"{trouble.problem}; it was ended", hint=_MEND)
        if innocent:
            return InfrastructureFailed(f"{trouble.problem}; meanwhile {_runs_again(action)}", hint=_TRIED_AGAIN)
        return RolledBack(f"{trouble.problem}; rolled back: {_runs_again(action)}", hint=_MEND)

    def _mark_failing(self, action: Action, trouble: HeadgateError) -> None:
        if changed_something(action) or self._memory.unsettled(action):
            self._memory.mark_failing(action, trouble.problem)

    def _not_settled(self, work: _Work, trouble: HeadgateError) -> None:
        """Close the intent of a start that failed: no later run needs to continue it."""
        self._memory.failed(work.progress.start, trouble)

    @contextmanager
    def _locked(self, action: Action) -> Iterator[Callable[[], None]]:
        """Hold the lock of the job, and that of the name it has until it is renamed, in the order all runs keep."""
        names = {action.job, action.want.previous_name if action.want else ""} - {""}
        with ExitStack() as held:
            checks = [held.enter_context(self._memory.locked(name)) for name in sorted(names)]

            def still_ours() -> None:
                for check in checks:
                    check()

            yield still_ours


def _needed(action: Action) -> tuple[str, ...]:
    """The jobs that have to be in order first: only what is started needs any, a stop or a wait does not."""
    starts = any(isinstance(step, Submit | Update) for step in action.steps)
    return action.want.depends_on if action.want and starts else ()


def _put_back(action: Action) -> RolledBack | None:
    """What to report of a rollback that an earlier run began: git is not live, also where every step was done."""
    if action.reason is not Reason.ROLLED_BACK or action.requested:
        return None
    why = action.note or "the version in git did not settle"
    done = "it was ended" if action.verb is Verb.CANCEL else f"rolled back: {_runs_again(action)}"
    return RolledBack(f"{why}; {done}", hint=_MEND)


def _runs_again(action: Action) -> str:
    revision = next(step.revision for step in action.steps if isinstance(step, Submit | Update))
    where = f" on target {action.target!r}" if action.source else ""
    return f"revision {revision} runs again{where}"


_GOES_ON = "run again: headgate continues with the rollback"
_RUN_AGAIN = "run again: headgate looks at the job first, and continues from there"
_TRIED_AGAIN = (
    "the manifest is not to blame: give the cluster what it lacks; the next `apply` tries this version again, and "
    "so does `reconcile`, less and less often"
)
_MEND = "mend the manifest; this version of it is not tried again until it changes, or `--retry` is given"


def _outcome(trouble: HeadgateError) -> Outcome:
    match trouble:
        case Interrupted():
            return Outcome.INTERRUPTED
        case PlanRefused():
            return Outcome.REFUSED
        case OutcomeUnknown() | Unavailable() | NotSettledYet() | InfrastructureFailed() | LockLost():
            return Outcome.UNCLEAR
        case _:
            return Outcome.FAILED
