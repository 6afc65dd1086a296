"""Manifests that do not load: what they may concern is left as it is, and nothing is concluded from what is missing.

A manifest that does not load is not a job that left git. So the jobs it names are blocked, a job without a manifest is
blocked if the manifest may be its own, what depends on either is not started, nothing is pruned, and no job is taken
for the new name of another. Every other job is decided on as always.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from headgate.errors import Mistake
from headgate.model.broken_manifests import BrokenManifest, concerning, mistakes_of, nameless, stating
from headgate.model.live import Absent, Live, Observation, Observed, Several, Unknown
from headgate.model.plan import Action, Submit, Update, Verb
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.planning.live_jobs import our_job

_ANYWHERE = Unknown("its manifest does not load")


@dataclass(frozen=True, slots=True)
class _Held:
    """Why a job is not in order, in the words of a note, and the manifests that are to be mended first."""

    why: str
    broken: Sequence[BrokenManifest]


def blocked_by_their_manifests(
    broken: Sequence[BrokenManifest], jobs: Mapping[str, JobSpec], observed: Mapping[str, Observation | Unknown]
) -> list[Action]:
    """An action for every job that a manifest names which does not load: nothing is done to it."""
    return [_blocked(name, own, jobs, observed) for name, own in _by_name(broken)]


def taken_names(broken: Iterable[BrokenManifest]) -> set[str]:
    """The names of the jobs that manifests which do not load describe or take over from: they have not left git."""
    return {name for one in broken for name in (*one.names, *one.previous_names)}


def without_conclusions(orphan: Action, broken: Sequence[BrokenManifest], *, prune: bool) -> Action:
    """What to do about a job that no manifest which loads has: it may have left git, or its manifest may not load."""
    if not broken or orphan.verb is Verb.BLOCKED:
        return orphan
    if own := nameless(broken):
        note = f"no manifest that loads has this job, and one that may be its own does not load: {_problem(own)}"
        return _left_alone(orphan, own, note)
    if prune:
        return _left_alone(orphan, broken, f"nothing is pruned while a manifest does not load: {_problem(broken)}")
    return orphan


def hold_back_dependents(actions: Sequence[Action], broken: Sequence[BrokenManifest]) -> list[Action]:
    """The actions; those that would start a job which depends on one that is blocked here are blocked themselves."""
    held = {name: _Held(f"whose manifest does not load: {_problem(own)}", own) for name, own in _by_name(broken)}
    if own := nameless(broken):
        known = {action.job for action in actions if action.want is not None} | held.keys()
        named = {job for action in actions if action.want for job in action.want.depends_on}
        why = f"which no manifest that loads has, and one that may be its own does not load: {_problem(own)}"
        held |= dict.fromkeys(named - known, _Held(why, own))
    found = list(actions)
    more = bool(held)
    while more:
        more = False
        for at, action in enumerate(found):
            if cause := next((job for job in _needed(action) if job in held), ""):
                found[at] = _held_back(action, f"it depends on {cause!r}, {held[cause].why}", held[cause].broken)
                held[action.job] = _Held(f"which waits for others: {found[at].note}", held[cause].broken)
                more = True
    return found


def unreported(actions: Iterable[Action], broken: Iterable[BrokenManifest]) -> tuple[Mistake, ...]:
    """The mistakes of the manifests that no action names."""
    reported = {action.job for action in actions if action.reason == Reason.MANIFEST_INVALID and action.want is None}
    return mistakes_of(one for one in broken if not reported.intersection(one.names))


def rename_is_open(orphan: Action, state: str, broken: Sequence[BrokenManifest]) -> str:
    """Why it is not known whether a new job with the program of this one is the same under a new name."""
    [first, *_] = concerning(broken, orphan.job) or broken
    return f"{state}, and whether this is its new name is not known while a manifest does not load: {first.why}"


def _by_name(broken: Sequence[BrokenManifest]) -> list[tuple[str, tuple[BrokenManifest, ...]]]:
    """Every name that is stated, with the manifests that state it."""
    names = dict.fromkeys(name for one in broken for name in one.names)
    return [(name, stating(broken, name)) for name in names]


def _blocked(
    name: str,
    broken: Sequence[BrokenManifest],
    jobs: Mapping[str, JobSpec],
    observed: Mapping[str, Observation | Unknown],
) -> Action:
    first, *more = mistakes_of(broken)
    target, have = _whereabouts(name, broken, jobs, observed)
    return Action(
        name,
        target,
        Verb.BLOCKED,
        Reason.MANIFEST_INVALID,
        note="\n".join((first.problem, *(f"{one.where}: {one.problem}" for one in more))),
        where=first.where,
        hint=first.hint,
        live=have if isinstance(have, Live) else None,
        seen=have.fingerprint,
    )


def _whereabouts(
    name: str,
    broken: Sequence[BrokenManifest],
    jobs: Mapping[str, JobSpec],
    observed: Mapping[str, Observation | Unknown],
) -> tuple[str, Observed]:
    """The target that has the job, under its name or the one before; else the one its manifest names."""
    stated = next((one.target for one in broken if one.target), "")
    before = [one for manifest in broken for one in manifest.previous_names if one not in jobs] or [""]
    for target in sorted(observed, key=lambda one: (one != stated, one)):
        look = observed[target]
        if not isinstance(look, Observation):
            continue
        for previous_name in before:
            if isinstance(have := our_job(look, name, previous_name), Live | Several):
                return target, have
    silent = [one for one in observed.values() if isinstance(one, Unknown)]
    return stated, (_ANYWHERE if silent else Absent())


def _left_alone(orphan: Action, broken: Sequence[BrokenManifest], note: str) -> Action:
    place = broken[0].where
    return replace(orphan, verb=Verb.BLOCKED, reason=Reason.MANIFEST_INVALID, note=note, where=place, steps=())


def _held_back(action: Action, note: str, broken: Sequence[BrokenManifest]) -> Action:
    blocked = _left_alone(action, broken, note)
    return replace(blocked, hint="", restore=None, fallback=None)


def _needed(action: Action) -> tuple[str, ...]:
    """The jobs an action waits for: only a start needs others."""
    starts = any(isinstance(step, Submit | Update) for step in action.steps)
    return action.want.depends_on if action.want and starts else ()


def _problem(broken: Sequence[BrokenManifest]) -> str:
    """Where the first mistake is and what it is."""
    mistake = broken[0].mistakes[0]
    return f"{mistake.where}: {mistake.problem}"
