"""`headgate savepoint`."""

from __future__ import annotations

import threading

import click

from headgate.cli.global_options import GlobalOptions
from headgate.cli.interrupts import heeding
from headgate.cli.options import format_option, job_argument, opened, with_project
from headgate.cli.output import busy, say
from headgate.reporting import savepoint_json, savepoint_text

WAITING_NO_LONGER = (
    "\nNo longer waiting: the savepoint is still being taken. Run again to hear of it; "
    "press Ctrl-C again to quit now.\n"
)


@click.command()
@job_argument
@format_option("text", "json")
@with_project
def savepoint(chosen: GlobalOptions, job: str, style: str) -> None:
    """Take a savepoint of a running JOB without stopping it.

    Its path is all that is printed; where the platform does not report it, this, and the folder that holds it.
    """
    stop = threading.Event()
    with opened(chosen) as headgate:
        target = headgate.target_of(job)
        with busy(f"Taking a savepoint of {job}"), heeding(stop, WAITING_NO_LONGER):
            taken = headgate.take_savepoint(job, patience=headgate.patience(stop))
        environment = headgate.project.secrets_of(job)
    if style == "json":
        say(savepoint_json(job, target, taken, environment), changed=True)
    else:
        say(savepoint_text(taken, environment), changed=True)
