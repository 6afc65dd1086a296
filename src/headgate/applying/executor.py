"""Runs the actions of a plan: side by side where they may, in `depends_on` order where they must.

One job's trouble is that job's outcome. An interrupt lets every step in flight reach its end, starts no other, and the
report says what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

from headgate.applying.glance import Glance
from headgate.applying.memory import Memory
from headgate.applying.patience import Patience
from headgate.applying.steps import Carrier, Interrupted
from headgate.errors import HeadgateError, OutcomeUnknown, PlanRefused, Unavailable
from headgate.model.live import Live, Observed
from headgate.model.outcome import Event, Outcome, Phase, Report, Result
from headgate.model.plan import Action, Plan, Verb
from headgate.planning import look_up
from headgate.providers.port import Provider
from headgate.store import LockLost


class Stale(PlanRefused):
    """The live job is not as the plan saw it: it was changed, stopped or started in between. It was left alone.

    Run `headgate plan` again and review the new plan.
    """

    code = "plan-stale"


@dataclass(slots=True)
class _Progress:
    """How far an action is: the step in flight, and how many are done."""

    step: str = ""
    done: int = 0


class Executor:
    """Applies plans. `listen` is called from several threads, one event at a time per job."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        *,
        patience: Patience | None = None,
        memory: Memory | None = None,
        parallel: int = 8,
        listen: Callable[[Event], None] = lambda event: None,
    ) -> None:
        self._providers = providers
        self._glances = {target: Glance(provider) for target, provider in providers.items()}
        self._patience = patience or Patience()
        self._memory = memory
        self._parallel = parallel
        self._listen = listen

    def apply(self, plan: Plan) -> Report:
        """Carry out every action that has steps. Never raises for the trouble of one job."""
        done: dict[str, Result] = {}
        waiting = {action.job: action for action in plan.actions if action.steps}
        for action in plan.actions:
            if not action.steps:
                outcome = Outcome.BLOCKED if action.verb is Verb.BLOCKED else Outcome.KEPT
                done[action.job] = Result(action, outcome, detail=action.note)
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
        needed = set(action.want.depends_on) if action.want else set()
        return not needed & (waiting.keys() | set(running.values()))

    @staticmethod
    def _held_back_by(action: Action, done: Mapping[str, Result]) -> str:
        """The dependency that is not in order, if any."""
        needed = action.want.depends_on if action.want else ()
        return next((job for job in needed if job in done and not done[job].outcome.fine), "")

    def _one(self, plan: Plan, action: Action, held_back_by: str) -> Result:
        left = tuple(step.name for step in action.steps)
        if held_back_by:
            return Result(action, Outcome.SKIPPED, f"it depends on {held_back_by}, which is not in order", left=left)
        if self._patience.interrupted.is_set():
            return Result(action, Outcome.INTERRUPTED, "not begun", left=left)
        provider = self._providers[action.target]
        carrier = Carrier(
            action,
            provider,
            project=plan.project,
            commit=plan.commit,
            patience=self._patience,
            waiting=lambda detail: self._listen(Event(action, Phase.WAITING, detail=detail)),
        )
        progress = _Progress()
        try:
            with self._locked(action.job) as still_ours:
                self._look_again(action)
                self._carry_out(action, carrier, progress, still_ours)
        except HeadgateError as trouble:
            self._remember(action, carrier, _outcome(trouble))
            self._listen(Event(action, Phase.FAILED, progress.step, trouble.problem))
            return Result(
                action,
                _outcome(trouble),
                detail=trouble.problem,
                hint=trouble.hint,
                code=trouble.code,
                job_id=carrier.job_id,
                savepoint=carrier.savepoint,
                left=left[progress.done :],
            )
        self._remember(action, carrier, Outcome.APPLIED)
        return Result(action, Outcome.APPLIED, job_id=carrier.job_id, savepoint=carrier.savepoint)

    def _carry_out(self, action: Action, carrier: Carrier, progress: _Progress, still_ours: Callable[[], None]) -> None:
        """The steps in order; before each, the lock is checked and the intent written down."""
        for step in action.steps:
            if self._patience.interrupted.is_set():
                raise Interrupted(f"stopped before {step.name}")
            still_ours()
            progress.step = step.name
            intent = self._memory.before(action, step) if self._memory else None
            self._listen(Event(action, Phase.STARTED, step.name))
            detail = carrier.carry_out(step)
            if self._memory:
                self._memory.after(action, step, carrier, intent)
            self._listen(Event(action, Phase.DONE, step.name, detail))
            progress.done += 1

    @contextmanager
    def _locked(self, job: str) -> Iterator[Callable[[], None]]:
        if self._memory is None:
            yield lambda: None
        else:
            with self._memory.locked(job) as still_ours:
                yield still_ours

    def _remember(self, action: Action, carrier: Carrier, outcome: Outcome) -> None:
        if self._memory:
            self._memory.ended(action, carrier, outcome)

    def _look_again(self, action: Action) -> None:
        """Live state just before the first write: as the plan saw it, or hands off."""
        want = action.want
        seen = self._glances[action.target].now()
        have, _ = look_up(seen, action.job, want.previous_name if want else "")
        if have.fingerprint != action.seen:
            before = f"{action.live.job_id} {action.live.word}" if action.live else "absent"
            raise Stale(
                f"job {action.job!r} moved after the plan was made: it was {before}, it is {_shown(have)}",
                where=action.target,
                hint="run `headgate plan` again and review the new plan",
            )


def _shown(have: Observed) -> str:
    return f"{have.job_id} {have.word}" if isinstance(have, Live) else type(have).__name__.lower()


def _outcome(trouble: HeadgateError) -> Outcome:
    match trouble:
        case Interrupted():
            return Outcome.INTERRUPTED
        case PlanRefused():
            return Outcome.REFUSED
        case OutcomeUnknown() | Unavailable() | LockLost():
            return Outcome.UNCLEAR
        case _:
            return Outcome.FAILED
