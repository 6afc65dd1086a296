"""What a run notices beyond its plan: jobs that are not as last seen, and savepoints that are complete by now.

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
from headgate.model.live import Live
from headgate.model.outcome import Report, Result
from headgate.providers.port import Provider
from headgate.store import Intent


def notice(report: Report, memory: Memory, provider: Callable[[str], Provider | None]) -> None:
    """Tell the store what is news to it. `provider` knows the adapters by target; None for one that is not there."""
    seen = [(result.action.job, result.action.target, live) for result in report.results for live in _as_it_was(result)]
    if seen:
        memory.noticed(seen)
    at_work = memory.at_work() if memory.unfinished else {}
    for result in report.results:
        for intent in memory.unfinished.get(result.action.job, ()):
            there = provider(intent.target)
            if intent.step == SAVEPOINT and intent.job not in at_work and there is not None:
                _follow_up(intent, result, there, memory)


def _as_it_was(result: Result) -> list[Live]:
    """The job as it was seen where it belongs, if nothing was done to it since."""
    action = result.action
    return [action.live] if action.live and not action.steps and action.seen == action.live.fingerprint else []


def _follow_up(intent: Intent, result: Result, provider: Provider, memory: Memory) -> None:
    """A savepoint that nobody waited for: recorded once it is complete, given up once nothing can come of it."""
    runs = result.job_id or (result.action.live.job_id if result.action.live else "")
    try:
        progress = provider.savepoint_progress(intent.job_id, intent.effect_key)
    except Rejected:
        progress = SavepointProgress()
    except ProviderError:
        return
    if progress.done and not progress.failed:
        memory.took(intent.job, intent.target, intent.job_id, progress.path)
    if progress.done or progress.failed or (not progress.asked and runs != intent.job_id):
        memory.conclude(intent.id)
