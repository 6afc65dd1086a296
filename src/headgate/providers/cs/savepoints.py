"""Which savepoint a job was left with, as far as that can be known.

A start takes up the latest savepoint of its job and nothing else, and there is no field that says whether there is one.
Two things do: the list of the successor on the same host, where that answers (`has_savepoint`), and our note in the
description, written by the process that asked for the savepoint and saw the stop succeed. With neither, a stopped job
was cancelled as far as anybody can tell, and it is not started empty for that.

DLI deletes a savepoint once the job was started again; the same is taken for granted here.
"""

from __future__ import annotations

import re

from headgate.model.live import JobState
from headgate.providers import answer_fields
from headgate.providers.cs.api import CsApi
from headgate.providers.cs.wire import NOTE, CsJob, run_of
from headgate.providers.definitions import last_applied
from headgate.providers.huawei.job_words import STOPPED

_PATH = re.compile(r"cs/(?P<job_id>\d+)/(?P<start>\d+|latest)")
SavepointsReported = dict[tuple[int, str], bool]


class Savepoints:
    """What is known of the savepoints of jobs that have ended."""

    def __init__(self, api: CsApi) -> None:
        self._api = api
        # Runs whose stop succeeded, where no note could be left: every update of a jar job repeats its manager_spu.
        self._unnoted: set[str] = set()

    def reported_of(self, jobs: list[CsJob], *, must_answer: bool = False) -> SavepointsReported | None:
        """What the successor's list says, asked only if a note does not say it already: one read for all jobs."""
        if all(_noted(one) or not _may_be_saved(one) for one in jobs):
            return None
        return self._api.saved(jobs[0].name if len(jobs) == 1 else "", must_answer=must_answer)

    def left(self, job: CsJob, reported: SavepointsReported | None) -> str:
        """The run whose savepoint a start of this job would take up now; empty if none is proven."""
        if not _may_be_saved(job):
            return ""
        if _noted(job) or job.run in self._unnoted:
            return job.run
        if not (reported or {}).get((job.job_id, job.name)):
            return ""
        if job.word == STOPPED:
            return job.run
        # It failed before it could make one of its own: what is there is what it was started from.
        return run_of(job.job_id, answer_fields.number(job.source) or job.start_time)

    def of(self, job: CsJob) -> str:
        """The same for one job, asking what has to be asked. Raises Unavailable where that gets no answer now."""
        return self.left(job, self.reported_of([job], must_answer=True))

    def remember(self, job: CsJob) -> None:
        """Leave it in the description that the last stop of this job, which is over, was asked to make a savepoint."""
        facts = {**(job.facts or {}), "saved": str(job.start_time)}
        patch = {"job_id": job.job_id, "desc": last_applied.write(job.desc, None, facts, NOTE)}
        if job.is_jar and not job.manager_units:
            self._unnoted.add(job.run)
            return
        self._api.save(patch | ({"manager_spu": job.manager_units} if job.is_jar else {}), is_jar=job.is_jar)


def _may_be_saved(job: CsJob) -> bool:
    over = job.word == STOPPED or job.state in (JobState.FAILED, JobState.UNKNOWN)
    return over and job.start_time > 0


def _noted(job: CsJob) -> bool:
    return job.fact("saved") == str(job.start_time)


def savepoint_at(path: str) -> tuple[int, str] | None:
    """The job and the start that a path `cs/JOB/START` names; START may be `latest`. None: it is no such path."""
    match = _PATH.fullmatch(path)
    return (int(match["job_id"]), match["start"]) if match else None
