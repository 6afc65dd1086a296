"""Savepoints beyond `savepoint.keep` are deleted, and never one that anybody may still start from.

What is needed is found out again before a deletion is asked for, and before it is done, maybe by a later run: what
a manifest names, what a job of ours was started from (its rollback starts there once more) or left behind, what an
unfinished operation names. While a target gives no answer nobody knows what its jobs need, and nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from headgate.applying import Memory
from headgate.model.live import Live, Observation, Several, Unknown
from headgate.model.outcome import Outcome, Report
from headgate.model.project import Project
from headgate.model.spec import JobSpec
from headgate.providers.port import Provider


def retire(
    jobs: Iterable[JobSpec],
    project: Project,
    memory: Memory,
    *,
    observe: Callable[[], Mapping[str, Observation | Unknown]],
    provider: Callable[[str], Provider],
) -> None:
    """Delete the savepoints of these jobs beyond what is kept, and those that an earlier run could not delete.

    Trouble with a deletion is remembered, and it is tried again by the next run. While a manifest does not load it is
    not known which savepoint it names, and nothing is deleted.
    """
    if project.broken:
        return
    keeping = [job for job in jobs if job.savepoint.keep]
    if not keeping and not memory.disposals():
        return
    seen = observe()
    answers = [each for each in seen.values() if isinstance(each, Observation)]
    if len(answers) < len(seen):
        return
    needed = {job.savepoint.path for job in project.jobs.values()}
    needed |= {path for each in answers for path in _used(each)}
    needed.discard("")
    for job in keeping:
        memory.retire(job, needed)
    for target in sorted({one.target for one in memory.disposals()} & seen.keys()):
        memory.dispose(target, provider(target), needed)


def done_well(report: Report) -> Iterator[JobSpec]:
    """The jobs of git that were changed and are as git asks now: they run on without their older savepoints."""
    for result in report.results:
        if result.outcome is Outcome.APPLIED and result.action.want is not None:
            yield result.action.want


def _used(seen: Observation) -> Iterator[str]:
    for have in seen.jobs.values():
        for live in have.jobs if isinstance(have, Several) else (have,):
            yield from _named_by(live)
    for live in seen.others:
        yield from _named_by(live)


def _named_by(live: Live) -> Iterator[str]:
    if live.marker:
        yield live.marker.restored
    if live.snapshot:
        yield live.snapshot.path
