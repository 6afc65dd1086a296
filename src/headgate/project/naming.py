"""The names a person gives: each has to be the name of a job, and one that is mistyped is told with the nearest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Set

from headgate.errors import UnknownJob
from headgate.model.live import Observation, Unknown


def named(asked: Iterable[str], jobs: Collection[str]) -> list[str]:
    """The jobs asked for, all of git's if none. Raises UnknownJob for one that is not in git."""
    names = list(asked)
    for name in names:
        if name not in jobs:
            raise UnknownJob(f"there is no job {name!r} in git", hint=nearest(name, jobs))
    return names or sorted(jobs)


def require_known(
    names: Set[str],
    jobs: Collection[str],
    observed: Mapping[str, Observation | Unknown],
    remembered: Callable[[str], bool],
) -> None:
    """Raise UnknownJob for a name that is not in git, not live, and not remembered: most likely it is mistyped."""
    answers = [seen for seen in observed.values() if isinstance(seen, Observation)]
    live = {name for seen in answers for name in (*seen.jobs, *(other.name for other in seen.others))}
    known = live | set(jobs)
    for name in sorted(names - known):
        if not remembered(name):
            where = "is live" if len(answers) == len(observed) else "is live on a target that answers"
            problem = f"there is no job {name!r} in git, and none of that name {where}"
            raise UnknownJob(problem, hint=nearest(name, known))


def nearest(name: str, names: Iterable[str]) -> str:
    """The hint that goes with a name nobody knows."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(names), n=1)
    return f"did you mean {close[0]!r}?" if close else "`headgate status` lists the jobs"
