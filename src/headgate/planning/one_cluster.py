"""One cluster that two targets name: what both of them list is one run, not two copies.

A run is the same where its id and the moment it was started are. The ids of a platform that counts its jobs from 1 are
the same on any two of them, and so are derived ids after a target was renamed; the moment is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from headgate.model.live import Live, Observation, Several, Unknown
from headgate.model.spec import JobSpec
from headgate.model.warnings import ProjectWarning, WarningCode

Looks = Mapping[str, Observation | Unknown]

_HINT = "take one of them out of headgate.yaml and name the other in the manifests; there is one copy: cancel nothing"
_Run = frozenset[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Once:
    """`observed` with each run in one place; `left_out` are the (target, job id) that are listed elsewhere, too."""

    observed: Looks
    left_out: frozenset[tuple[str, str]] = frozenset()
    warnings: tuple[ProjectWarning, ...] = ()


def homes_of(jobs: Mapping[str, JobSpec]) -> dict[str, str]:
    """The target of each job of git, by its name and by the one it had before."""
    return {name: spec.target for spec in jobs.values() for name in (spec.previous_name, spec.name) if name}


def each_run_once(observed: Looks, homes: Mapping[str, str]) -> Once:
    """Every run on one target only: on that of its manifest (`homes`, by job name) if that lists it, else the first."""
    places: dict[_Run, list[tuple[str, str]]] = {}
    for target, look in sorted(observed.items()):
        for name, have in _listed(look):
            if run := _run(have):
                places.setdefault(run, []).append((target, name))
    warnings, out = [], set()
    for run, found in places.items():
        targets = [target for target, _ in found]
        home = next((target for target, name in found if homes.get(name) == target), targets[0])
        for other in sorted({*targets} - {home}):
            out |= {(other, job_id) for job_id, _, _ in run}
            warnings.append(_warning(home, other, found[0][1]))
    if not out:
        return Once(observed)
    kept = {
        target: _without(look, {job_id for there, job_id in out if there == target})
        for target, look in observed.items()
    }
    return Once(kept, frozenset(out), tuple(warnings))


def _listed(look: Observation | Unknown) -> list[tuple[str, Live | Several]]:
    if isinstance(look, Unknown):
        return []
    return [*sorted(look.jobs.items()), *((live.name, live) for live in look.others)]


def _run(have: Live | Several) -> _Run:
    """What identifies a run, or several of one name, among all others; empty where the platform says too little."""
    lives = have.jobs if isinstance(have, Several) else (have,)
    distinct = all(live.job_id and live.started_at > 0 for live in lives)
    return frozenset((live.job_id, live.run_id, live.started_at) for live in lives) if distinct else frozenset()


def _without(look: Observation | Unknown, job_ids: set[str]) -> Observation | Unknown:
    if isinstance(look, Unknown):
        return look
    jobs = {
        name: have
        for name, have in look.jobs.items()
        if not {live.job_id for live in (have.jobs if isinstance(have, Several) else (have,))} <= job_ids
    }
    return replace(look, jobs=jobs, others=tuple(live for live in look.others if live.job_id not in job_ids))


def _warning(one: str, other: str, job: str) -> ProjectWarning:
    one, other = sorted((one, other))
    problem = f"targets {one!r} and {other!r} are one cluster under two names: both list the same runs of jobs"
    return ProjectWarning(WarningCode.ONE_CLUSTER, problem, "headgate.yaml", _HINT, (job,))
