"""Where the jobs are that a person asks about: those of git on their targets, those that left git wherever they run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping

from headgate.applying import Memory
from headgate.errors import ProviderError, UsageError
from headgate.model.live import Absent, Live, Observation, Observed, Remembered, Several, Unknown
from headgate.model.project import Project
from headgate.planning import each_run_once, homes_of, look_up
from headgate.project.name_checks import require_known
from headgate.providers.port import Provider

Looks = Mapping[str, Observation | Unknown]

_NOT_HEARD = Unknown("no such target")


def whereabouts(
    jobs: Iterable[str], project: Project, seen: Looks, memory: Memory, *, stopped: bool = False
) -> list[tuple[str, str, Observed]]:
    """(job, target, what was observed) of the named jobs; of all of git's and all that left it and run, if none.

    `stopped`: and of all that left git and have stopped, as far as their target still has them.
    A job that left git is looked for on every target; one that no target has is where it was last. Raises UnknownJob.
    """
    seen = each_run_once(seen, homes_of(project.jobs)).observed
    asked = sorted(set(jobs))
    require_known(frozenset(asked), project, seen, memory.knows)
    if not asked:
        taken_over = {spec.previous_name for spec in project.jobs.values()}
        taken_over.update(*(one.previous_names for one in project.broken))
        looks = [look for look in seen.values() if isinstance(look, Observation)]
        there = {name for look in looks for name in (look.jobs if stopped else _running(look))}
        asked = sorted(project.names | (there - taken_over))
    return [one for name in asked for one in _of(name, project, seen, memory)]


def target_of_stray(job: str, project: Project, seen: Looks, memory: Memory) -> str:
    """The one target that has a job without a manifest. Raises UnknownJob, or UsageError where it is not just one."""
    found = whereabouts([job], project, seen, memory)
    targets = [target for _, target, have in found if isinstance(have, Live | Several)]
    if len(targets) == 1:
        return targets[0]
    if targets:
        raise UsageError(f"job {job!r} has left git and is on more than one target: {', '.join(targets)}")
    silent = [f"{name} ({look.why})" for name, look in sorted(seen.items()) if isinstance(look, Unknown)]
    where = f"no target that answers has it; silent: {', '.join(silent)}" if silent else "no target has it"
    raise UsageError(f"job {job!r} has left git, and {where}", hint=f"`headgate history {job}` tells what became of it")


def traces_of(
    project: Project,
    memory: Memory,
    provider: Callable[[str], Provider],
    job: str,
    target: str,
    have: Observed,
    *,
    few: bool,
) -> tuple[Remembered | None, bool]:
    """A job that its target does not list, as the store last saw it there; and whether storage shows that it ran there.

    Storage is asked where the store does not know the job, and there are `few` of them.
    """
    if not isinstance(have, Absent) or not target:
        return None, False
    spec = project.jobs.get(job)
    names = [name for name in (job, spec.previous_name if spec else "") if name]
    runs = [one for name in names for one in memory.remembered(name, (target,))]
    if runs or not few or spec is None:
        return max(runs, key=lambda one: one.at, default=None), False
    with contextlib.suppress(ProviderError):
        kept = [provider(target).kept(name) for name in names]
        return None, any(one is not None and (one.existed or bool(one.snapshots)) for one in kept)
    return None, False


def _of(name: str, project: Project, seen: Looks, memory: Memory) -> list[tuple[str, str, Observed]]:
    spec = project.jobs.get(name)
    if spec is not None:
        return [(name, spec.target, _reported(seen.get(spec.target, _NOT_HEARD), name, spec.previous_name))]
    found = {
        target: look if isinstance(look, Unknown) else found_by_name(look, name, project)
        for target, look in sorted(seen.items())
    }
    places = [target for target, have in found.items() if isinstance(have, Live | Several)]
    if not places:
        stated = [one.target for one in project.broken if one.states(name) and one.target in seen]
        places = stated or [one.target for one in memory.remembered(name, seen)]
    return [(name, target, found[target]) for target in dict.fromkeys(places)] or [(name, "", _nowhere(seen))]


def _nowhere(seen: Looks) -> Absent | Unknown:
    """A job that no target has, unless one does not answer: it may be there."""
    silent = [repr(target) for target, look in sorted(seen.items()) if isinstance(look, Unknown)]
    if not silent:
        return Absent()
    return Unknown(f"no target that answers has it, and {' and '.join(silent)} did not answer")


def found_by_name(look: Observation, job: str, project: Project) -> Observed:
    """What a target has under the name of a job, or under the one that its manifest takes over from."""
    spec = project.jobs.get(job)
    before = [spec.previous_name] if spec else [name for one in project.broken_for(job) for name in one.previous_names]
    looks = (look_up(look, job, previous_name)[0] for previous_name in before or [""])
    return next((have for have in looks if not isinstance(have, Absent)), Absent())


def _reported(look: Observation | Unknown, name: str, previous_name: str = "") -> Observed:
    return look if isinstance(look, Unknown) else look_up(look, name, previous_name)[0]


def _running(look: Observation) -> set[str]:
    return {name for name, have in look.jobs.items() if isinstance(have, Several) or have.state.active}
