"""Starting a job: find its definition or create one, make it what git asks for, and run it - once, whoever asks.

Every call is sent once, and every step is decided by what DLI says now, so that asking again goes on from wherever the
last time ended:

- a draft does not run, so creating one twice does no harm. Lists lag, and a draft whose creation was not answered may
  be missing from one; so before a new draft is run it is waited for in the list, where older drafts of the same job
  appear no later than it does, and the oldest is the one that is run. The others never ran and are deleted;
- the description carries the attempt that a definition was prepared for, and the start time tells whether it was run
  since: prepared and not run is run, run and ended is not run again;
- DLI keeps one savepoint for the next run. It is gone when the job runs, so whether it is there is asked right before.
"""

from __future__ import annotations

import contextlib

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.plan import RestoreKind
from headgate.providers.dli import making
from headgate.providers.dli.definition import Definition, own_path, run_of
from headgate.providers.dli.jobs import Jobs
from headgate.providers.dli.looking import Looks, shown, state_of, there
from headgate.providers.dli.prospects import LONGEST_NAME, impossible
from headgate.providers.dli.writing import written
from headgate.providers.http import NotFound
from headgate.providers.huawei.platform_holds import HELD
from headgate.providers.port import Submission

# Looks at a job whose run was refused, in case it was refused because it runs.
_FEW = 6


class Starting:
    """Starts the jobs of one headgate project."""

    def __init__(self, jobs: Jobs, *, project: str, looks: Looks) -> None:
        self._jobs = jobs
        self._project = project
        self._looks = looks

    def submit(self, wanted: Submission) -> str:
        """The id of the job that runs. Raises `Rejected` before anything was started, or `OutcomeUnknown`."""
        if why := impossible(wanted.spec):
            raise Rejected(why, where=str(wanted.spec.source), hint="change the manifest")
        found, replaced = self._found(wanted)
        for one in (found, replaced):
            if one is not None and one.word in HELD:
                raise Rejected(f"job {one.id} is not started: {HELD[one.word]}", where=one.name)
        if found is not None and self._already_started(found, wanted):
            return found.id
        if replaced is not None and wanted.restore.kind is not RestoreKind.FRESH and own_path(wanted.restore.path):
            raise Rejected("a job that becomes one of another kind leaves its state behind", where=replaced.name)
        if found is None:
            found = self._created(wanted, replaced)
        dropping = wanted.restore.allow_non_restored
        making.updated(self._jobs, found, wanted.spec, wanted.marker, ignore_unclaimed=dropping)
        self._run(found, wanted, replaced)
        return found.id

    # -- finding the definition, or making one -------------------------------------------------------------------------

    def _found(self, wanted: Submission) -> tuple[Definition | None, Definition | None]:
        """The definition to start, as it is now, and the one of another kind that it replaces; None: there is none.

        Raises `Rejected` where the name is taken.
        """
        known = [wanted.live.job_id] if wanted.live else []
        known += [run_of(wanted.marker.predecessor)[0]] if wanted.marker.predecessor else []
        candidates = [one for each in dict.fromkeys(filter(None, known)) if (one := there(self._jobs, each))]
        if not candidates or candidates[0].name != wanted.spec.name or not self._ours(candidates[0], wanted):
            namesakes = [one for one in self._named(wanted) if one.id not in {each.id for each in candidates}]
            for one in namesakes:
                if not self._ours(one, wanted):
                    raise Rejected(_taken(one), where=one.id, hint="rename the job in git, or the other one")
            candidates += namesakes
        active = [one for one in candidates if state_of(self._jobs, one).active]
        if len(active) > 1:
            raise Rejected(f"more than one copy runs: {' and '.join(one.id for one in active)}", where=wanted.spec.name)
        kind = written(wanted.spec)["job_type"]
        prepared = [one for one in candidates if _prepared(one, wanted)]
        usable = [one for one in [*prepared, *candidates] if _kind(one) == kind]
        replaced = [one for one in candidates if _kind(one) != kind and one not in active]
        return next(iter([*active, *usable]), None), next(iter(replaced), None)

    def _named(self, wanted: Submission) -> list[Definition]:
        """All definitions of this name, oldest first."""
        listed = self._jobs.listed(name=wanted.spec.name, detail=False)
        return [one for row in listed if (one := there(self._jobs, str(row["job_id"])))]

    def _ours(self, found: Definition, wanted: Submission) -> bool:
        return found.belongs_to(self._project, wanted.marker.job)

    def _already_started(self, found: Definition, wanted: Submission) -> bool:
        """Was this very submission carried out before? Raises `Rejected` if another one was."""
        if state_of(self._jobs, found).active:
            if _prepared(found, wanted):
                return True
            problem = f"job {found.id} is {found.word}: another run started it, or somebody did by hand"
            raise Rejected(problem, where=found.name)
        job_id, start = run_of(wanted.marker.predecessor)
        return _prepared(found, wanted) and found.started > (start if job_id == found.id else 0)

    def _created(self, wanted: Submission, replaced: Definition | None) -> Definition:
        """A new draft, or an older one of the same attempt."""
        job_id = making.draft(self._jobs, wanted.spec, wanted.marker)
        if not job_id and replaced is not None and replaced.name == wanted.spec.name:
            making.aside(self._jobs, replaced, longest=LONGEST_NAME)
            job_id = making.draft(self._jobs, wanted.spec, wanted.marker)
        for _ in self._looks:
            named = self._named(wanted)
            drafts = [one for one in named if _prepared(one, wanted) and self._ours(one, wanted)]
            settled = not job_id or job_id in {one.id for one in drafts} or there(self._jobs, job_id) is None
            if drafts and settled:
                for spare in drafts[1:]:
                    if spare.never_ran:
                        self._delete(spare)
                return drafts[0]
            if named and not job_id and not drafts:
                raise Rejected(_taken(named[0]), where=named[0].id, hint="rename the job in git, or the other one")
        raise Unavailable("the new job is not in the list of jobs yet", where=wanted.spec.name, hint="run again")

    def _delete(self, found: Definition) -> None:
        """Another process that starts the same job may have been faster."""
        with contextlib.suppress(NotFound):
            self._jobs.delete(found.id)

    # -- running it ----------------------------------------------------------------------------------------------------

    def _run(self, found: Definition, wanted: Submission, replaced: Definition | None) -> None:
        """Run it and wait until DLI says something new: right after, it still tells the old status.

        What it replaces goes when nothing is left but the run, so that whatever DLI refuses is refused before.
        """
        if self._begun(shown(self._jobs, found.id), found, wanted):
            return  # it had been run before, and DLI told old news when it was found
        resume = self._provided(found, wanted)
        if replaced is not None:
            self._delete(replaced)
        try:
            self._jobs.run(found.id, resume=resume)
        except Rejected:
            if any(self._begun(shown(self._jobs, found.id), found, wanted) for _ in self._looks.few(_FEW)):
                return
            raise
        for _ in self._looks:
            if self._begun(shown(self._jobs, found.id), found, wanted):
                return
        raise OutcomeUnknown(
            f"DLI took the request to run job {found.id} and still says {found.word}", where=found.name
        )

    @staticmethod
    def _begun(now: Definition, before: Definition, wanted: Submission) -> bool:
        """Has this very submission been run, since it was found?"""
        moved = now.state.active or (now.word, now.started) != (before.word, before.started)
        return moved and _prepared(now, wanted)

    def _provided(self, found: Definition, wanted: Submission) -> bool:
        """Put the snapshot in place that the run is to go on from; False for a start without one."""
        restore = wanted.restore
        if restore.kind is RestoreKind.FRESH:
            return False
        if own_path(restore.path) is None:
            self._jobs.import_savepoint(found.id, restore.path)
        elif not found.holds(restore.path):
            gone = f"the savepoint {restore.path} is gone: DLI deletes it when the job runs again"
            raise Rejected(gone, where=found.name, hint="name a snapshot on OBS with savepoint.strategy: path")
        return True


def _kind(found: Definition) -> str:
    return str(found.row.get("job_type") or "")


def _prepared(found: Definition, wanted: Submission) -> bool:
    """Does it bear the marker of this submission?"""
    return found.marker is not None and found.marker.start_key == wanted.marker.start_key


def _taken(found: Definition) -> str:
    whose = f"belongs to project {found.marker.project!r}" if found.marker else "bears no marker"
    return f"there is a job {found.name!r} already, with id {found.id}, and it {whose}"
