"""Renames that nobody reported: a new job with the program of one that left git is likely the same under another name.

Started as a new one it would run twice, or begin empty beside the state that the old one left. So it is blocked, and
the manifest says which it is: `previous_name`, or an empty start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from headgate.model.broken_manifests import BrokenManifest
from headgate.model.live import Absent, JobState, Live
from headgate.model.plan import Action, Submit, Verb
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Strategy
from headgate.planning.actions import blocked
from headgate.planning.broken_manifests import rename_is_open


def renames_blocked(
    actions: Sequence[Action],
    ended: Sequence[Action],
    only: frozenset[str],
    broken: Sequence[BrokenManifest] = (),
) -> list[Action]:
    """The actions, those that would start what left git under another name blocked.

    While a manifest is `broken` it is not known what has left git, so no rename is named; the start is blocked all the
    same, because it may be one. `actions` are those of the jobs in git and of the orphans that run; such an orphan is
    not touched either, but in a run that is asked for it alone. `ended` are the orphans that run no more.
    """
    running = [action for action in actions if action.want is None and _runs(action)]
    checked: list[Action] = []
    renamed: dict[tuple[str, str], Action] = {}
    for action in actions:
        old = _old_name(action, running, ended)
        if action.want is None or old is None:
            checked.append(action)
            continue
        checked.append(_maybe_renamed(action, action.want, old, broken))
        if not _runs(old) or not only or action.job in only:
            renamed[old.job, old.target] = action
    return [_not_pruned(action, renamed.get((action.job, action.target))) for action in checked]


def _runs(action: Action) -> bool:
    return action.live is not None and action.live.state.active


def _old_name(action: Action, running: Sequence[Action], ended: Sequence[Action]) -> Action | None:
    """The orphan whose program this would start: one that runs goes before one that has left state behind."""
    if action.want is None:
        return None
    runs = (one for one in running if _starts_program_of(action, one))
    left = (one for one in ended if _starts_program_of(action, one) and _left_state(one, action))
    return next(runs, None) or next(left, None)


def _not_pruned(orphan: Action, new: Action | None) -> Action:
    """The orphan left as it is, if it would be touched: it is most likely the `new` job, under its old name."""
    if new is None or orphan.want is not None or not orphan.steps:
        return orphan
    note = f"{new.job!r} is new in git and has the same program"
    return replace(orphan, verb=Verb.BLOCKED, reason=Reason.LIKELY_RENAME, note=note, steps=(), state=None)


def _maybe_renamed(action: Action, want: JobSpec, old: Action, broken: Sequence[BrokenManifest]) -> Action:
    """The start blocked: as a likely rename, or, while a manifest does not load, because that is not known."""
    active = _runs(old)
    have = Absent() if active else action.live or Absent()
    same = f"{old.job!r} {'runs' if active else 'had'} the same program on target {old.target!r}"
    if broken:
        return blocked(want, have, Reason.MANIFEST_INVALID, rename_is_open(old, same, broken))
    left = "" if active else _what_is_left(old)
    return blocked(want, have, Reason.LIKELY_RENAME, f"{same} and has left git{left}")


def _starts_program_of(action: Action, orphan: Action) -> bool:
    """Would the action start the program of the orphan? A job that runs, or is taken over from, is no new one."""
    want, applied = action.want, orphan.live.applied if orphan.live else None
    starts = any(isinstance(step, Submit) for step in action.steps)
    runs = action.live is not None and action.live.state.active
    if want is None or applied is None or runs or not starts:
        return False
    if want.savepoint.strategy in (Strategy.NONE, Strategy.PATH):
        return False
    one, other = applied.unfilled(want).fields(), want.fields()
    return any(one.get(key) and one.get(key) == other.get(key) for key in ("statement", "jar"))


def _left_state(orphan: Action, action: Action) -> bool:
    """Did the orphan leave state that the start would not have, whether or not it is still to be found?

    A job that has run under its new name since is no new one; one that ran before is, where a rename was taken back.
    """
    left, before = orphan.live, action.live
    if left is None or (before is not None and not 0 < before.started_at < left.started_at):
        return False
    if before is not None and _were_two(before, left, one_target=orphan.target == action.target):
        return False
    return left.snapshot is not None or not (left.provably_empty or left.state is JobState.FINISHED)


def _were_two(one: Live, other: Live, *, one_target: bool) -> bool:
    """Were they never one job? They ran side by side, or each has a definition: a rename keeps the one there is.

    Two targets are two clocks, and a move leaves a definition behind: of those on two targets it is not known.
    """
    side_by_side = one.snapshot is not None and one.snapshot.at > other.started_at
    defined = bool(one.run) and bool(other.run) and one.job_id != other.job_id
    return one_target and (side_by_side or defined)


def _what_is_left(orphan: Action) -> str:
    live = orphan.live
    is_now = f"; it is {live.word}" if live else ""
    state = f", its state is in {live.snapshot.path}" if live and live.snapshot else ""
    return f"{is_now}{state}"
