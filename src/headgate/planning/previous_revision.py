"""Which revision is gone back to: the revision before a start that did not settle, or what a person chose.

Found in the history of the job, newest first, and in the marker of the job itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from headgate.errors import UsageError
from headgate.model.live import JobState, Live, Previous
from headgate.model.plan import Action
from headgate.model.spec import AppliedSpec, JobSpec
from headgate.model.store_records import Applied, Failing
from headgate.planning.deciding import started_from
from headgate.planning.questions import Asking, Revisions, asked

_WORKED = ("applied", "rolled-back")


def what_ran_before(
    draft: Action, live: Live, want: JobSpec, environ: Mapping[str, str], *, quarantined: bool, unsettled: bool
) -> Asking[Previous | None]:
    """The revision to go back to.

    The one that a rollback chose already and that does not run; else, where a start is known not to have settled, the
    newest in the history that worked and is not this one.
    """
    if _may_be_a_stand_in(want, live, quarantined=quarantined):
        stand_in = yield from _stand_in(draft, want, live)
        if stand_in is not None and not _is_what_git_asks(stand_in, want, environ):
            return stand_in
    if not (quarantined or unsettled) or not started_from(want, live):
        return None
    return (yield from _last_that_worked(want, live, quarantined=quarantined))


def _last_that_worked(want: JobSpec, live: Live, *, quarantined: bool) -> Asking[Previous | None]:
    """The newest revision in the history that worked before this one, from the snapshot that this one was given."""
    restored = live.marker.restored if live.marker else ""
    if not restored:
        return None
    entries = yield from asked(Revisions(want.name, want.previous_name))
    worked = [entry for entry in entries if entry.outcome in _WORKED]
    # This manifest worked last: it was started again, not changed, and going back mends nothing.
    if not quarantined and worked and _is_of(want, live, worked[0]):
        return None
    before = next((entry for entry in worked if not _is_of(want, live, entry)), None)
    return _from_entry(before, want, restored) if before else None


def _may_be_a_stand_in(want: JobSpec, live: Live, *, quarantined: bool) -> bool:
    """Has a job ended that a rollback put in the place of git's, or that ran before it, with state to go on from?"""
    if live.marker is None or live.applied is None or live.state.active or live.state is JobState.FINISHED:
        return False
    if live.snapshot is None and not live.provably_empty:
        return False
    chosen = live.marker.quarantined == want.manifest_hash
    return chosen or (quarantined and not started_from(want, live))


def _stand_in(draft: Action, want: JobSpec, live: Live) -> Asking[Previous | None]:
    """What such a job is started again as.

    Where its start never began, a platform may still report the revision before it, so the history is asked first.
    """
    marker = live.marker
    if marker is None or live.applied is None:
        return None
    entries: tuple[Applied, ...] = ()
    if marker.predecessor == live.run_id:
        entries = yield from asked(Revisions(want.name, want.previous_name))
    snapshot = live.snapshot.path if live.snapshot else ""
    intended = next((entry for entry in entries if entry.revision == marker.revision), None)
    if intended is not None:
        return _from_entry(intended, want, snapshot)
    where = draft.source or want.target
    return Previous(live.name, where, live.applied, marker.revision, live.compiled, snapshot, marker.commit)


def _is_what_git_asks(stand_in: Previous, want: JobSpec, environ: Mapping[str, str]) -> bool:
    again = stand_in.again(want, environ)
    return again is not None and (again.revision, again.target) == (want.revision, want.target)


def _is_of(want: JobSpec, live: Live, entry: Applied) -> bool:
    """Is this entry of the manifest in git, or of what it was, with the fields of other owners, when it was started?"""
    these = {want.revision}
    if live.marker is not None and started_from(want, live):
        these.add(live.marker.revision)
    return entry.revision in these and entry.target == want.target


def _from_entry(entry: Applied, want: JobSpec, snapshot: str) -> Previous | None:
    """An entry of the history, to be started once more from a snapshot; None where the record is damaged."""
    applied = AppliedSpec.remembered(entry.manifest)
    if applied is None:
        return None
    name, compiled = str(entry.manifest.get("name", want.name)), str(entry.manifest.get("compiled", ""))
    return Previous(name, entry.target, applied, entry.revision, compiled, snapshot, entry.commit)


def was_cut_off(want: JobSpec, live: Live, history: tuple[Applied, ...], number: int | None) -> bool:
    """Was this very rollback begun, and never got as far as a job that runs? Then there is nothing left to choose."""
    marker = live.marker
    if marker is None or marker.quarantined != want.manifest_hash or live.state.active:
        return False
    revisions = [one for one in history if one.is_revision]
    return number is None or any((one.number, one.revision) == (number, marker.revision) for one in revisions)


def newest_that_worked(want: JobSpec, live: Live, history: tuple[Applied, ...], failing: Failing | None) -> Applied:
    """The newest revision that worked, is not what runs, and is not quarantined."""
    runs, quarantined = (live.marker.revision, live.marker.quarantined) if live.marker else ("", "")
    bad = {quarantined, failing.revision if failing else ""}
    for entry in history:
        worked = entry.outcome in _WORKED and entry.revision != runs
        if worked and want.manifest_hash_of(entry.revision) not in bad:
            return entry
    raise UsageError(f"no earlier revision of {want.name!r} is known", hint=f"`headgate history {want.name}`")


def numbered(want: JobSpec, live: Live, history: tuple[Applied, ...], number: int) -> Applied:
    """The entry with this number, if it is a revision that does not run."""
    hint = f"`headgate history {want.name}`"
    found = next((entry for entry in history if entry.number == number), None)
    if found is None:
        raise UsageError(f"there is no number {number} in the history", hint=hint)
    if not found.is_revision:
        problem = f"number {number} of the history is no revision to go back to: it is {found.outcome!r}"
        raise UsageError(problem, hint=hint)
    if live.marker is not None and found.revision == live.marker.revision:
        raise UsageError(f"number {number} is the revision that runs", hint=hint)
    return found


def as_it_ran(want: JobSpec, to: Applied, environ: Mapping[str, str]) -> JobSpec:
    """The spec that runs an entry of the history again, handled as the manifest in git says."""
    applied = AppliedSpec.remembered(to.manifest)
    if applied is None:
        problem = f"number {to.number} of the history is damaged: what it ran is not known"
        raise UsageError(problem, hint=f"`headgate history {want.name}`")
    again = applied.again(want, name=want.name, environ=environ)
    if again is None:
        names = ", ".join(sorted(applied.env.keys() - environ.keys() - want.secrets.values.keys()))
        raise UsageError(f"number {to.number} uses environment variables that are not set: {names}", hint="set them")
    return again
