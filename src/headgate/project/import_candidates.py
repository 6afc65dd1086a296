"""The jobs of a target that `headgate import` may take over, and those it leaves alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.manifests import NAME_RULE, is_name
from headgate.model.import_result import Taken, Taking
from headgate.model.live import Live, Observation
from headgate.model.project import Project

_BY_HAND = "write its manifest by hand; where its execution graph is the same, `headgate plan` offers to adopt the job"


@dataclass(frozen=True, slots=True)
class Found:
    """A job of the target under the name it has in git or would have. `alone`: no other job there has it."""

    name: str
    live: Live
    ours: bool
    alone: bool = True
    previous_name: str = ""


def found_on(seen: Observation, project: Project) -> list[Found]:
    """Every single job of a target: ours by the name in git, strangers by their own."""
    found = []
    for name, live in seen.jobs.items():
        if not isinstance(live, Live):
            continue
        # Renamed there after it was started: under its new name nothing differs.
        renamed = name not in project.jobs and live.name != name and is_name(live.name)
        found.append(Found(live.name, live, True, previous_name=name) if renamed else Found(name, live, True))
    ours = {name for name, live in seen.jobs.items() if not isinstance(live, Live) or live.state.active}
    active = [live.name for live in seen.others if live.state.active]
    for live in seen.others:
        alone = live.name not in ours and active.count(live.name) <= int(live.state.active)
        found.append(Found(live.name, live, False, alone))
    return found


def left_alone(found: Found, project: Project, target: str, *, named: bool) -> Taken | None:
    """Why this job is not taken over; None if it is to be. `named`: somebody asked for it."""
    name, live, spec = found.name, found.live, project.jobs.get(found.name)
    others = (one.name for one in project.jobs.values() if (one.previous_name, one.target) == (name, target))
    why, hint, taking = "", "", Taking.LEFT
    if live.marker and not found.ours:
        why = f"it belongs to project {live.marker.project!r}"
    elif not live.state.active and not named and (spec is None or not found.ours):
        why, hint = f"it does not run: {live.word}", f"`headgate import {target} {name}` takes it in, suspended"
    elif not found.alone:
        why, hint, taking = "another job there has the same name", "rename one of them there", Taking.SKIPPED
    elif spec is None and (own := project.broken_for(name)):
        why, taking = f"it may be in git already: {own[0].why}", Taking.SKIPPED
        hint = "mend that manifest, and run again"
    elif not is_name(name):
        why, taking = "its name cannot be the name of a job in git", Taking.SKIPPED
        hint = f"rename it there and run again: headgate needs {NAME_RULE}"
    elif spec is not None and spec.target != target:
        why = f"git has a job of this name on target {spec.target!r}"
        hint = "`headgate plan` shows the move" if found.ours else "rename one of them"
        taking = Taking.LEFT if found.ours else Taking.SKIPPED
    elif spec is None and (renamed := next(others, "")):
        why, hint = f"git has it as {renamed!r}", "`headgate plan` shows the rename"
    elif live.applied is None:
        why, hint, taking = "the platform does not tell what it runs", _BY_HAND, Taking.SKIPPED
    return Taken(name, taking, why=why, hint=hint) if why else None
