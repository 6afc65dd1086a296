"""What a run notices beyond its plan: jobs that are not as last seen, savepoints that have completed, and starts that
nobody continues.

A store is as old as the last run that wrote to it, and runs on other machines, or without it, go on. So what was seen
is written down wherever it is news: a job that the store believes suspended, and that runs, must not be started from
that old savepoint once its platform forgets it.
"""

from __future__ import annotations

from collections.abc import Callable

from headgate.applying import Memory
from headgate.applying.memory import SAVEPOINT
from headgate.errors import ProviderError, Rejected
from headgate.model.health import SavepointProgress
from headgate.model.live import Live, Observation
from headgate.model.outcome import Report, Result
from headgate.model.plan import StopWithSavepoint
from headgate.providers.port import Provider
from headgate.store import Intent


def notice(
    report: Report, memory: Memory, in_git: Callable[[str], bool], provider: Callable[[str], Provider | None]
) -> None:
    """Tell the store what is news to it.

    `in_git` says whether git has a job, as far as is known; `provider` knows the adapters by target, None for one that
    is not there, or whose settings cannot be used.
    """
    results = {result.action.job: result for result in report.results}
    seen = [(job, result.action.target, live) for job, result in results.items() for live in _as_it_was(result)]
    if seen:
        memory.noticed(seen)
    at_work = memory.at_work() if memory.unfinished else {}
    looked: dict[str, Observation | None] = {}
    for job, intents in memory.unfinished.items():
        result = results.get(job)
        if job in at_work or (result is None and in_git(job)):  # another run follows it up, or it was not asked for
            continue
        for intent in intents:
            there = provider(intent.target)
            if there is None:
                continue
            if in_git(job) or intent.step in (StopWithSavepoint.name, SAVEPOINT):
                _follow_up(intent, result, there, memory)
                continue
            if intent.target not in looked:
                looked[intent.target] = _listed(there)
            if _is_over(job, looked[intent.target]):
                memory.conclude(intent.id)


def _listed(provider: Provider) -> Observation | None:
    try:
        return provider.observe()
    except ProviderError:
        return None


def _is_over(job: str, seen: Observation | None) -> bool:
    """Is there nothing to continue about a job that is not in git (any more, or under this name)? It does not run."""
    have = seen.jobs.get(job) if seen else None
    return seen is not None and (have is None or (isinstance(have, Live) and not have.state.active))


def _as_it_was(result: Result) -> list[Live]:
    """The job as it was seen where it belongs, if nothing was done to it since."""
    action = result.action
    return [action.live] if action.live and not action.steps and action.seen == action.live.fingerprint else []


def _follow_up(intent: Intent, result: Result | None, provider: Provider, memory: Memory) -> None:
    """A savepoint, or a stop with one, that nobody waited for: recorded if it is complete, else given up if it is over.

    A stop is followed up where nothing is to be done about its job, for that is where it would be forgotten.
    """
    if intent.step == StopWithSavepoint.name and (result is None or not result.action.steps):
        progress = _reported(lambda: provider.stop_progress(intent.job_id))
    elif intent.step == SAVEPOINT:
        progress = _reported(lambda: provider.savepoint_progress(intent.job_id, intent.effect_key))
    else:
        return
    if progress is None:
        return
    if progress.done and not progress.failed:
        memory.saw_end(intent, progress)
    live = result.action.live if result else None
    runs = (result.job_id if result else "") or (live.job_id if live else "")
    if progress.done or progress.failed or (not progress.asked and runs != intent.job_id):
        memory.conclude(intent.id)


def _reported(ask: Callable[[], SavepointProgress]) -> SavepointProgress | None:
    """How far it has come; None where the platform does not say now. One that it does not know came to nothing."""
    try:
        return ask()
    except Rejected:
        return SavepointProgress()
    except ProviderError:
        return None
