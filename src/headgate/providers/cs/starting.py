"""Starts: the job that is there is changed and run, or a new one is made and run; each call is sent once.

Three things make a start safe to ask for again: the marker says which attempt the definition was made ready for, our
note says at what start time that was (a later one means that it was started), and the platform runs a job only once.
"""

from __future__ import annotations

import contextlib

from headgate.errors import Rejected
from headgate.model.live import Marker
from headgate.model.plan import RestoreKind
from headgate.model.spec import JobSpec
from headgate.providers.cs import note
from headgate.providers.cs.api import CsApi
from headgate.providers.cs.looking import Looks
from headgate.providers.cs.multipart import form
from headgate.providers.cs.savepoints import Savepoints, savepoint_at
from headgate.providers.cs.states import STOP_FAILED
from headgate.providers.cs.wire import JAR, KINDS, Definition
from headgate.providers.cs.writing import changes, creation, described, job_type, uploads
from headgate.providers.http import NotFound
from headgate.providers.huawei.platform_holds import HELD
from headgate.providers.port import Submission


class Starts:
    """Starts the jobs of one project on the platform; `project` is that of the markers."""

    def __init__(self, api: CsApi, looks: Looks, savepoints: Savepoints, *, project: str) -> None:
        self._api = api
        self._looks = looks
        self._savepoints = savepoints
        self._project = project

    def submit(self, submission: Submission) -> str:
        """Start it; the job's id. Raises Rejected, OutcomeUnknown, Unavailable."""
        candidates = self._candidates(submission)
        found = self._taken_over(candidates, submission)
        if found is None:
            return self._new(candidates, submission)
        job = self._api.job(found.job_id)
        if self._looks.state(job).active:
            return self._running(job, submission)
        if job.word in HELD:
            raise Rejected(f"job {job.name!r} is not started: {HELD[job.word]}", where=f"job {job.job_id}")
        if self._is_for(job, submission):
            if job.fact("begin") not in ("", str(job.start_time)):
                return str(job.job_id)  # it was started, and is over
        else:
            _require_expected(job, submission)
        resume = self._resumes(job, submission)
        self.change(job, submission.spec, submission.marker)
        return self._run(job, submission, resume=resume)

    def change(self, job: Definition, spec: JobSpec, marker: Marker) -> None:
        """Make a job that does not run equal to the spec, with this marker."""
        _require_same_kind(job, spec)
        jar = uploads(spec, job)
        values = changes(spec, marker, job)
        if not job.is_jar:
            self._api.update_sql(values, job)
            return
        self._api.update_jar(form(values, jar))
        if jar is not None:
            self._note_place(job.job_id)

    def mark(self, job: Definition, spec: JobSpec, marker: Marker) -> None:
        """Say whose a job is that is as the spec says, by its description alone."""
        desc = described(spec, marker, job, at=job.jar_url)
        if desc != job.desc:
            self._api.update_sql({"job_id": job.job_id, "desc": desc}, job)

    def _candidates(self, submission: Submission) -> list[Definition]:
        """What the start may be of: the job of this name, the one that was observed, and the one that it succeeds.

        A start does not read the whole project again: what else bears our marker was seen when its target was looked
        at just before.
        """
        listed = self._api.jobs(submission.spec.name)
        predecessor = savepoint_at(submission.marker.predecessor)
        named = {str(predecessor[0])} if predecessor else set()
        named |= {submission.live.job_id} if submission.live else set()
        for job_id in sorted(named - {str(one.job_id) for one in listed}):
            with contextlib.suppress(NotFound):
                listed.append(self._api.job(int(job_id)))
        return listed

    def _taken_over(self, listed: list[Definition], submission: Submission) -> Definition | None:
        """The job of ours by this name, else the run that this start succeeds: the one that runs, else the newest."""
        name, marker = submission.spec.name, submission.marker
        flink = [one for one in listed if one.is_flink]
        ours = [one for one in flink if one.marker and (one.marker.project, one.marker.job) == (self._project, name)]
        ours = ours or [one for one in flink if marker.predecessor and one.run == marker.predecessor]
        running = [one for one in ours if self._looks.state(one).active]
        if len(running) > 1:
            both = " and ".join(str(one.job_id) for one in running)
            raise Rejected(f"more than one job runs as {name!r}: {both}", where=f"job {both}")
        return max(running or ours, key=lambda one: (one.start_time, one.job_id), default=None)

    def _is_for(self, job: Definition, submission: Submission) -> bool:
        marker = job.marker
        return marker is not None and (marker.project, marker.start_key) == (self._project, submission.marker.start_key)

    def _running(self, job: Definition, submission: Submission) -> str:
        if self._is_for(job, submission):
            return str(job.job_id)
        raise Rejected(
            f"job {job.name!r} is {job.word}, and not as it was asked to be started",
            where=f"job {job.job_id}",
            hint="run `headgate plan` again",
        )

    def _resumes(self, job: Definition, submission: Submission) -> bool:
        """Does this start take up a savepoint? Raises Rejected unless it is the one that the platform would take up."""
        path = submission.restore.path
        if submission.restore.kind is RestoreKind.FRESH:
            return False
        asked, left = savepoint_at(path), self._savepoints.of(job)
        latest = asked is not None and asked == (job.job_id, "latest")
        if left and (latest or path == left):
            return True
        there = f"its latest savepoint is {left}" if left else "no savepoint of it is known to be there"
        raise Rejected(
            f"job {job.name!r} cannot be started from {path or 'a savepoint without a name'}: {there}",
            where=f"job {job.job_id}",
            hint="the platform starts a job from its latest savepoint only, and deletes that once it was used",
            code="snapshot-missing",
        )

    def _new(self, listed: list[Definition], submission: Submission) -> str:
        spec = submission.spec
        namesake = next((one for one in listed if one.name == spec.name), None)
        if namesake is not None:
            owner = f"of project {namesake.marker.project!r}" if namesake.marker else "that headgate did not make"
            raise Rejected(
                f"the name {spec.name!r} is taken by job {namesake.job_id}, {owner}",
                where=f"job {namesake.job_id}",
                hint="job names are unique on the platform: rename one of the two",
            )
        if submission.restore.kind is not RestoreKind.FRESH:
            raise Rejected(
                f"a new job cannot be started from {submission.restore.path}",
                where=str(spec.source),
                hint="the platform starts a job from its own latest savepoint only",
                code="snapshot-missing",
            )
        jar = uploads(spec, None)
        values = creation(spec, submission.marker)
        is_jar = job_type(spec) == JAR
        job_id = self._api.create_jar(form(values, jar)) if is_jar else self._api.create_sql(values)
        if jar is not None:
            self._note_place(job_id)
        return self._run(self._api.job(job_id), submission, resume=False)

    def _note_place(self, job_id: int) -> None:
        """Remember where the platform put the jar: as long as it is there, the job runs the jar of the repository."""
        job = self._api.job(job_id)
        desc = note.left(job.desc, None, {**(job.facts or {}), "at": job.jar_url})
        self._api.update_jar(form({"job_id": job_id, "manager_spu": job.manager_units, "desc": desc}))

    def _run(self, job: Definition, submission: Submission, *, resume: bool) -> str:
        try:
            self._api.run(job.job_id, resume=resume)
        except Rejected:
            # A job that runs answers with an error: somebody was quicker, and it may have been ourselves.
            now = self._api.job(job.job_id)
            if self._looks.state(now).active and now.word != STOP_FAILED and self._is_for(now, submission):
                return str(now.job_id)
            raise
        self._looks.begun(job)
        return str(job.job_id)


def _require_expected(job: Definition, submission: Submission) -> None:
    """A start that knows nothing of the last run of the job would be a start without its state."""
    predecessor = savepoint_at(submission.marker.predecessor)
    stale = predecessor is not None and predecessor[0] == job.job_id and submission.marker.predecessor != job.run
    if stale or (not submission.marker.predecessor and job.start_time):
        raise Rejected(
            f"job {job.name!r} was started and stopped since the plan was made",
            where=f"job {job.job_id}",
            hint="run `headgate plan` again",
        )


def _require_same_kind(job: Definition, spec: JobSpec) -> None:
    wanted = job_type(spec)
    if wanted != job.job_type:
        raise Rejected(
            f"job {job.name!r} is {KINDS[job.job_type]} and cannot become {KINDS[wanted]}",
            where=f"job {job.job_id}",
            hint="give it another name, which makes another job",
        )
