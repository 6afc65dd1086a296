"""`headgate status`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from headgate.cli import exits
from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import format_option, jobs_argument, opened, with_project
from headgate.cli.output import busy, palette, say
from headgate.errors import UsageError
from headgate.model.live import Live, Observed, Remembered
from headgate.model.masking import masked_value
from headgate.model.spec import DesiredState
from headgate.project.job_lookup import traces_of
from headgate.reporting import StatusLine, status_json, status_markdown, status_text
from headgate.store import Disposal

if TYPE_CHECKING:
    from headgate.project import Headgate

# So many jobs are worth a question each about what storage has of them, where nothing else knows them.
_FEW = 20


@click.command()
@jobs_argument
@format_option("text", "json", "markdown")
@click.option("--all", "every", is_flag=True, help="Also jobs that left git and have stopped: kept definitions.")
@click.option("--raw", is_flag=True, help="The platform's own words about each JOB, as JSON.")
@with_project
def status(chosen: GlobalOptions, jobs: tuple[str, ...], style: str, every: bool, raw: bool) -> int:
    """Show what is live: git's jobs, and those that left git.

    A single JOB also says how it is doing - tasks, checkpoints, restarts, the cause of its last failure - and what it
    was started from. Runs that are at work on a job, what runs that are gone left in the middle, and savepoints that
    are still to be deleted, are noted.
    """
    with opened(chosen) as headgate, busy("Asking the targets"):
        if raw:
            text = _raw(headgate, jobs)
            lines = []
        else:
            lines = _lines(headgate, jobs, every=every)
            text = _rendered(lines, headgate.disposals(jobs), style)
    say(text)
    return exits.DONE if all(line.known for line in lines) else exits.PARTIAL


def _lines(headgate: Headgate, jobs: tuple[str, ...], *, every: bool) -> list[StatusLine]:
    at_work, unfinished = headgate.memory.at_work(), headgate.memory.unfinished
    lines = []
    found = headgate.status(jobs, stopped=every)
    for job, target, observed in found:
        spec = headgate.project.jobs.get(job)
        asked = len(jobs) == len(found) == 1 and isinstance(observed, Live)
        lock = at_work.get(job)
        last_seen, left_traces = _traces(headgate, job, target, observed, few=len(found) <= _FEW)
        line = StatusLine(
            job,
            target,
            observed,
            desired=spec.revision if spec else "",
            health=headgate.health(job) if asked else None,
            secrets=headgate.project.secrets_of(job),
            in_flight=lock,
            interrupted=() if lock else unfinished.get(job, ()),
            in_git=job in headgate.project.names,
            unread=next((one.why for one in headgate.project.broken_for(job)), "") if spec is None else "",
            suspended=spec is not None and spec.desired_state is DesiredState.SUSPENDED,
            last_seen=last_seen,
            left_traces=left_traces,
        )
        lines.append(line)
    return lines


def _traces(headgate: Headgate, job: str, target: str, have: Observed, *, few: bool) -> tuple[Remembered | None, bool]:
    return traces_of(headgate.project, headgate.memory, headgate.provider, job, target, have, few=few)


def _rendered(lines: Sequence[StatusLine], disposals: Sequence[Disposal], style: str) -> str:
    match style:
        case "json":
            return status_json(lines, disposals)
        case "markdown":
            return status_markdown(lines, disposals)
        case _:
            return status_text(lines, palette(sys.stdout), disposals)


def _raw(headgate: Headgate, jobs: tuple[str, ...]) -> str:
    if not jobs:
        raise UsageError("--raw shows single jobs", hint="`headgate status --raw JOB`")
    reported = {}
    for job in jobs:
        reported[job] = masked_value(headgate.detail(job), headgate.project.secrets_of(job))
    return json.dumps(reported, indent=2, sort_keys=True)
