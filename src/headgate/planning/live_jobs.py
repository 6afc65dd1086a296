"""What one look at a target says about a name: the job of ours that has it, a stranger, or none."""

from __future__ import annotations

from headgate.model.live import Absent, Live, Observation, Observed, Several


def look_up(look: Observation, name: str, previous_name: str = "") -> tuple[Observed, bool]:
    """What one look at a target says about a name, and whether that job is a stranger (has another marker, or none).

    A job of ours that runs goes first, then a stranger by the name, then ours that has ended; and a stranger that has
    ended only if there is none of ours. Ours is the job of the name or of the previous one: what runs, else what was
    started last; if both run, there are several.
    """
    ours = look.jobs.get(name)
    if ours is None or not is_active(ours):
        strangers = [other for other in look.others if other.name == name and (ours is None or other.state.active)]
        namesake = next((other for other in strangers if other.state.active), strangers[0] if strangers else None)
        if namesake:
            return namesake, True
    return our_job(look, name, previous_name), False


def our_job(look: Observation, name: str, previous_name: str) -> Live | Several | Absent:
    """The job of ours that has a name, or has it still from before a rename."""
    ours, before = look.jobs.get(name), look.jobs.get(previous_name) if previous_name else None
    if ours is None or before is None:
        return ours or before or Absent()
    running = [live for one in (ours, before) if is_active(one) for live in each(one)]
    if len(running) > 1:
        return Several(tuple(running))
    if running:
        return running[0]
    return max(*each(ours), *each(before), key=lambda live: live.started_at)


def each(have: Observed) -> tuple[Live, ...]:
    """The jobs that were observed: one, several or none."""
    match have:
        case Live():
            return (have,)
        case Several(jobs):
            return jobs
        case _:
            return ()


def is_active(have: Live | Several) -> bool:
    """May it be holding resources and writing to sinks?"""
    return isinstance(have, Several) or have.state.active


def both(have: Observed, there: Observed) -> str:
    """The fingerprint of a job that is looked for on two targets."""
    return f"{have.fingerprint}+{there.fingerprint}"
