"""Jobs of ours that no manifest which loads has: most have left git. They are pruned only where that is certain.

One that has stopped is left alone, with its definition where its platform keeps one, unless deleting is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headgate.model.live import Live, Observation, Several
from headgate.model.plan import Action, Verb
from headgate.model.reasons import Reason
from headgate.planning.broken_manifests import taken_names, without_conclusions
from headgate.planning.deciding import decide_orphan
from headgate.planning.last_seen import applied_in, environment_of
from headgate.planning.live_jobs import is_active
from headgate.planning.plan_input import PlanInput


def orphans(plan_input: PlanInput) -> list[Action]:
    """Jobs of ours that run and are not in git: not under their name, and not as what a rename takes over.

    With those that have stopped and whose definition is to be deleted.
    """
    actions = []
    for name, target, have in _left_git(plan_input):
        deletes = _deletes(plan_input, name, target, have)
        if not (is_active(have) or deletes):
            continue
        outlives = plan_input.definitions.get(target, True)
        orphan = decide_orphan(name, target, have, prune=plan_input.prune, deletes=deletes, state_outlives=outlives)
        orphan = without_conclusions(orphan, plan_input.broken, prune=plan_input.prune)
        if orphan.steps and (note := _why_not_pruned(plan_input)):
            orphan = replace(orphan, verb=Verb.BLOCKED, reason=Reason.NOTHING_IN_GIT, note=note, steps=(), state=None)
        if isinstance(have, Live) and not applied_in(plan_input.environment, have):
            orphan = decide_orphan(name, target, have, prune=False)
            orphan = replace(orphan, note=f"{environment_of(have)} has it")
        actions.append(orphan)
    return actions


def _deletes(plan_input: PlanInput, name: str, target: str, have: Live | Several) -> bool:
    """Is the definition of a job to be deleted? Not one with another name, which may be a copy that a person made.

    Nor one that the platform itself may start again, or whose state a manifest names to start from.
    """
    if not (plan_input.prune and plan_input.delete and target in plan_input.definitions) or isinstance(have, Several):
        return False
    starts = {job.savepoint.path for job in plan_input.jobs.values()}
    needed = have.snapshot is not None and have.snapshot.path in starts and not plan_input.definitions[target]
    ours = have.name == name and applied_in(plan_input.environment, have)
    return ours and not needed and (have.state.active or not have.held)


def _why_not_pruned(plan_input: PlanInput) -> str:
    """Why nothing is pruned: a folder that is empty may be a checkout or a mount that is not there."""
    if not plan_input.jobs:
        return "there are no manifests: pruning would end every job"
    places = " and ".join(f"`{entry}`" for entry in plan_input.empty)
    return f"there is no manifest in {places} of `jobs:`: pruning would end every job from there" if places else ""


def ended_orphans(plan_input: PlanInput) -> list[Action]:
    """The newest runs of jobs of ours that have ended and are not in git: left alone, and not reported."""
    return [
        decide_orphan(name, target, have, prune=False)
        for name, target, have in _left_git(plan_input)
        if isinstance(have, Live) and not have.state.active and applied_in(plan_input.environment, have)
    ]


def _left_git(plan_input: PlanInput) -> Iterator[tuple[str, str, Live | Several]]:
    """(name, target, what is there) of every job of ours that is not in git, by target and name."""
    here = {name for job in plan_input.jobs.values() for name in (job.name, job.previous_name)}
    here |= taken_names(plan_input.broken)
    for target, look in sorted(plan_input.observed.items()):
        if isinstance(look, Observation):
            yield from ((name, target, have) for name, have in sorted(look.jobs.items()) if name not in here)
