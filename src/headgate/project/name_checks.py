"""The names a person gives: each has to be the name of something, and one that is mistyped is reported with the
nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Set

from headgate.errors import UnknownJob, UsageError
from headgate.model.live import Observation, Unknown
from headgate.model.project import Project


def require_known(
    names: Set[str],
    project: Project,
    observed: Mapping[str, Observation | Unknown],
    remembered: Callable[[str], bool],
) -> None:
    """Raise UnknownJob for a name that is not in git, not live, and not remembered: most likely it is mistyped."""
    answers = [seen for seen in observed.values() if isinstance(seen, Observation)]
    live = {name for seen in answers for name in (*seen.jobs, *(other.name for other in seen.others))}
    known = live | project.names
    for name in sorted(names - known):
        if not remembered(name):
            _require_all_read(name, project)
            where = "is live" if len(answers) == len(observed) else "is live on a target that answers"
            problem = f"there is no job {name!r} in git, and none of that name {where}"
            raise UnknownJob(problem, hint=nearest(name, known))


def require_in_git(job: str, project: Project) -> None:
    """Raise UnknownJob for the name of a job that nothing was ever done to and that is not in git."""
    if job not in project.names:
        _require_all_read(job, project)
        raise UnknownJob(f"there is no job {job!r} in git or in the history", hint=nearest(job, project.names))


def _require_all_read(job: str, project: Project) -> None:
    """Raise UnknownJob for a name that may be that of a manifest which does not load: it may well be in git."""
    if own := project.broken_for(job):
        problem = f"no manifest that loads has a job {job!r}, and {own[0].why}"
        raise UnknownJob(problem, where=own[0].where, hint="mend that manifest first, if it is the one")


def require_target(target: str, targets: Collection[str]) -> None:
    """Raise UsageError for a target that is not in headgate.yaml."""
    if target not in targets:
        known = ", ".join(sorted(targets))
        raise UsageError(f"there is no target {target!r} in headgate.yaml", hint=f"targets: {known or 'none'}")


def require_package(package: str) -> None:
    """Raise UsageError for no name at all."""
    if not package.strip():
        raise UsageError("a package needs a name", hint="`headgate refs NAME`, such as a jar")


def nearest(name: str, names: Iterable[str]) -> str:
    """The hint that goes with a name nobody knows."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(names), n=1)
    return f"did you mean {close[0]!r}?" if close else "`headgate status` lists the jobs"
