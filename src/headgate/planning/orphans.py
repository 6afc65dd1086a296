"""Jobs of ours that no manifest which loads has: most have left git. They are pruned only where that is certain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.model.live import Live, Observation, Several
from headgate.model.plan import Action, Verb
from headgate.model.reasons import Reason
from headgate.planning.broken_manifests import taken_names, without_conclusions
from headgate.planning.deciding import decide_orphan
from headgate.planning.last_seen import applied_in, environment_of
from headgate.planning.live_jobs import is_active

if TYPE_CHECKING:
    from headgate.planning.plan_input import Situation


def orphans(situation: Situation) -> list[Action]:
    """Jobs of ours that run and are not in git: not under their name, and not as what a rename takes over."""
    actions = []
    for name, target, have in _left_git(situation):
        if is_active(have):
            orphan = decide_orphan(name, target, have, prune=situation.prune)
            orphan = without_conclusions(orphan, situation.broken, prune=situation.prune)
            if orphan.steps and (note := _why_not_pruned(situation)):
                orphan = replace(orphan, verb=Verb.BLOCKED, reason=Reason.NOTHING_IN_GIT, note=note, steps=())
            if isinstance(have, Live) and not applied_in(situation.environment, have):
                orphan = decide_orphan(name, target, have, prune=False)
                orphan = replace(orphan, note=f"{environment_of(have)} has it")
            actions.append(orphan)
    return actions


def _why_not_pruned(situation: Situation) -> str:
    """Why nothing is pruned: a folder that is empty may be a checkout or a mount that is not there."""
    if not situation.jobs:
        return "there are no manifests: pruning would end every job"
    places = " and ".join(f"`{entry}`" for entry in situation.empty)
    return f"there is no manifest in {places} of `jobs:`: pruning would end every job from there" if places else ""


def ended_orphans(situation: Situation) -> list[Action]:
    """The newest runs of jobs of ours that have ended and are not in git: left alone, and not reported."""
    return [
        decide_orphan(name, target, have, prune=False)
        for name, target, have in _left_git(situation)
        if isinstance(have, Live) and not have.state.active and applied_in(situation.environment, have)
    ]


def _left_git(situation: Situation) -> Iterator[tuple[str, str, Live | Several]]:
    """(name, target, what is there) of every job of ours that is not in git, by target and name."""
    here = {name for job in situation.jobs.values() for name in (job.name, job.previous_name)}
    here |= taken_names(situation.broken)
    for target, look in sorted(situation.observed.items()):
        if isinstance(look, Observation):
            yield from ((name, target, have) for name, have in sorted(look.jobs.items()) if name not in here)
