"""Which jobs of a target are ours, and which of several the name of a job stands for: one rule for every platform.

Whose a job is, is read from its marker alone. A marker can be copied with its definition, in a console or by an import;
the copy has another name. So of several that have the marker of one job,

1. those that are active count first: if more than one is, none is chosen and all are shown (`Several`);
2. else one that ran counts before one that never ran: a draft is left over from a start that was cut off;
3. else one that is named as the job is;
4. else the one that ran last;
5. else the one that was made first, as every process that starts the same job must choose the same draft.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from headgate.model.live import Live, Marker, Observation, Several


def is_ours(marker: Marker | None, project: str, job: str = "") -> bool:
    """Is a job with this marker one of this project? With `job`: is it that job?"""
    return marker is not None and marker.project == project and (not job or marker.job == job)


def observation(found: Iterable[Live], project: str) -> Observation:
    """What a target said in one look: our jobs by name, and all others, sorted."""
    ours: dict[str, list[Live]] = {}
    others: list[Live] = []
    for live in found:
        if live.marker is not None and live.marker.project == project:
            ours.setdefault(live.marker.job, []).append(live)
        else:
            others.append(live)
    jobs: dict[str, Live | Several] = {}
    for job, lives in sorted(ours.items()):
        jobs[job], copies = current(job, lives)
        others += copies
    return Observation(jobs, tuple(sorted(others, key=lambda live: (live.name, *_made(live), live.run))))


def current(
    job: str, lives: Sequence[Live], *, ran_last: Callable[[Live], tuple[int, ...]] = lambda live: (live.started_at,)
) -> tuple[Live | Several, tuple[Live, ...]]:
    """The one that the name of a job stands for, and its copies: those that have its marker and another name.

    `ran_last` orders those that ran; a platform that reports when a job ended gives that time first.
    """
    active = [live for live in lives if live.state.active]
    if len(active) > 1:
        return Several(tuple(sorted(active, key=lambda live: (*_made(live), live.run)))), ()
    chosen = active[0] if active else max(sorted(lives, key=_made), key=lambda live: _rank(job, live, ran_last))
    copies = (live for live in lives if live.job_id != chosen.job_id and live.name != job)
    return chosen, tuple(copies)


def _rank(job: str, live: Live, ran_last: Callable[[Live], tuple[int, ...]]) -> tuple[bool, bool, tuple[int, ...]]:
    return live.started_at > 0, live.name == job, ran_last(live)


def _made(live: Live) -> tuple[int, str]:
    """Ids in the order in which a platform gave them: the numbers among them by their value."""
    return len(live.job_id), live.job_id
