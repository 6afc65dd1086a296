"""`headgate history`."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import format_option, job_argument, opened, with_project
from headgate.cli.output import palette, say
from headgate.reporting.history import history_json, history_text


@click.command()
@job_argument
@format_option("text", "json")
@with_project
def history(chosen: GlobalOptions, job: str, style: str) -> None:
    """Show what was done to a JOB, newest first.

    Every revision that was applied, and when the job was stopped, cancelled or a savepoint taken of it, with the path.
    """
    with opened(chosen) as headgate:
        mask = headgate.project.secrets.mask
        found = [
            replace(one, restored_from=mask(one.restored_from), savepoint=mask(one.savepoint))
            for one in headgate.history(job)
        ]
    say(history_json(found) if style == "json" else history_text(found, palette(sys.stdout)))
