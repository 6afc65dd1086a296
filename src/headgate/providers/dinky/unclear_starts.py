"""A start that was begun and has no instance: did Flink get the job, or surely not?

Dinky writes a start down before it asks Flink for anything, and its instance after Flink has the job. What goes wrong
in between is answered like what went wrong before: with an error, be it that the script has a mistake, that the
cluster did not answer in time, or that Dinky's own database refused the instance of a job that runs by then. So a start
without an instance came to nothing only where what Dinky wrote down proves it: the script was refused while Flink
planned it, which is before anything is sent, or Flink ended the job before it ran. Everything else is for a person to
look at, who says so by striking the name of the run that began the start, `by=...`, from the task's note.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from headgate.model.live import Unknown
from headgate.providers.dinky.task_note import Note
from headgate.providers.dinky.wire import Begun, Task

# The longest that a start takes before its history row says what came of it: cluster start included, minutes.
_LONGEST = timedelta(minutes=30)
_UNDER_WAY = (0, 1)
_SUCCEEDED, _FAILED = 2, 3
_NO_JOB = ("", "unknown")
# The classes of what was thrown, the root cause last; a frame of a stack ends with a bracket.
_THROWN = re.compile(r"\b(?:[a-z]\w*\.)+[A-Z][\w$]*(?:Exception|Error)(?=:|\s|$)")
_PLANNING = re.compile(
    r"org\.apache\.flink\.(?:table\.api\.(?:Validation|SqlParser)|sql\.parser\.impl\.Parse)Exception"
    r"|org\.apache\.calcite\..+"
)
# A job that cannot be set up, for one because its savepoint is not there, is over for good.
_NEVER_RAN = "org.apache.flink.runtime.client.JobInitializationException"


def is_under_way(begun: Begun, now: datetime) -> bool:
    """Is Dinky still at it? `now` is the server's wall clock."""
    return begun.status in _UNDER_WAY and (begun.started is None or now - begun.started <= _LONGEST)


def came_to_nothing(begun: Begun) -> bool:
    """Is it beyond doubt that no job runs because of it?"""
    thrown = _THROWN.findall(begun.error)
    planning = bool(thrown) and begun.job_id in _NO_JOB and _PLANNING.fullmatch(thrown[-1]) is not None
    return begun.status == _FAILED and (planning or _NEVER_RAN in thrown)


def may_run(begun: Begun, *, again: bool) -> bool:
    """May a start that is over and has no instance have left a job? `again`: it is the very one that is asked for."""
    if begun.status == _SUCCEEDED:
        return again or begun.job_id in _NO_JOB
    return not came_to_nothing(begun)


def is_struck(task: Task) -> bool:
    """Did a person strike the run that began the last start of ours from the note: it left nothing that runs?"""
    note = Note.read(task.note)
    return note.marker is not None and bool(note.marker.start_key) and not note.by


def unclear(task: Task, begun: Begun) -> Unknown:
    """Why nobody can say whether a task runs, and what a person does about it."""
    known = "" if begun.job_id in _NO_JOB else f", as job {begun.job_id} perhaps"
    ended = {_SUCCEEDED: "and does not say as what job", _FAILED: "and failed, which may have been after Flink had it"}
    reported = ended.get(begun.status or 0, "and does not say what came of it")
    why = f"Dinky began to start task {task.name!r} {reported}{known} (history {begun.id})"
    return Unknown(why, way_out(task))


def way_out(task: Task) -> str:
    """What a person does about it."""
    look = "look for the job on the cluster, and end it if it is there"
    if by := Note.read(task.note).by:
        return f"{look}; then remove `by={by}` from the note of task {task.name!r} in Dinky, and run again"
    return f"{look}; then start the task once in Dinky, and run again"
